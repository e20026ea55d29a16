//! The sizes that the resizer makes.

use super::FromText;
use crate::settings::problem::Fault;
use std::fmt;

/// Longest side of a derived image that can be asked for, in pixels.
pub const MAX_SIDE: u32 = 10_000;

/// See [`super::pattern`].
pub const PATTERN: &str = "^([1-9][0-9]{0,4}x([1-9][0-9]{0,4})?|x[1-9][0-9]{0,4})$";

/// See [`super::pattern`].
pub const LIST_PATTERN: &str = r"^[\s,]*(([1-9][0-9]{0,4}x([1-9][0-9]{0,4})?|x[1-9][0-9]{0,4})([\s,]+|$))*$";

/// One size: `300x200`, `300x` or `x200`. Sides in pixels, 1 to [`MAX_SIDE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// Width and height.
    Both(u32, u32),
    /// Width alone; the aspect ratio is kept.
    Width(u32),
    /// Height alone; the aspect ratio is kept.
    Height(u32),
}

impl FromText for Dimension {
    fn from_text(text: &str) -> Result<Self, Fault> {
        let form = || {
            Fault::new(format!(
                "has `{text}`, which is not a size: write `300x200`, `300x` or `x200` (pixels)"
            ))
        };
        let (width, height) = text.split_once('x').ok_or_else(form)?;
        let side = |side: &str| -> Result<Option<u32>, Fault> {
            if side.is_empty() {
                return Ok(None);
            }
            // A leading zero would be another name of the same size, so another derived key.
            if side.starts_with('0') || !side.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(form());
            }
            match side.parse() {
                Ok(pixels @ 1..=MAX_SIDE) => Ok(Some(pixels)),
                _ => Err(Fault::new(format!("has `{text}`: a side can have 1 to {MAX_SIDE} pixels"))),
            }
        };
        match (side(width)?, side(height)?) {
            (Some(width), Some(height)) => Ok(Self::Both(width, height)),
            (Some(width), None) => Ok(Self::Width(width)),
            (None, Some(height)) => Ok(Self::Height(height)),
            (None, None) => Err(form()),
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Both(width, height) => write!(f, "{width}x{height}"),
            Self::Width(width) => write!(f, "{width}x"),
            Self::Height(height) => write!(f, "x{height}"),
        }
    }
}

/// The sizes that may be asked for, each once, in the order given. Empty: all.
///
/// `Display` gives the classic list, `300x200,800x`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dimensions(Vec<Dimension>);

/// Longest list in bytes of its text: all of a function's variables have 4 KB (LA-07).
const MAX_LEN: usize = 2_000;

impl Dimensions {
    /// The sizes.
    pub fn as_slice(&self) -> &[Dimension] {
        &self.0
    }

    /// Whether every size may be asked for.
    pub fn allows_all(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromText for Dimensions {
    fn from_text(text: &str) -> Result<Self, Fault> {
        let mut sizes = Vec::new();
        for word in text.split(|c: char| c == ',' || c.is_ascii_whitespace()).filter(|word| !word.is_empty())
        {
            let size = Dimension::from_text(word)?;
            if !sizes.contains(&size) {
                sizes.push(size);
            }
        }
        let list = Self(sizes);
        let length = list.to_string().len();
        if length > MAX_LEN {
            return Err(Fault::new(format!(
                "is too long: {length} bytes, and {MAX_LEN} fit into the function's variables"
            ))
            .hint("leave it empty to allow all sizes"));
        }
        Ok(list)
    }
}

impl fmt::Display for Dimensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, size) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{size}")?;
        }
        Ok(())
    }
}

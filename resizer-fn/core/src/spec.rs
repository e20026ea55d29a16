//! The text of a size, such as `300x200`, and what it asks for.

use std::fmt;
use std::str::FromStr;

/// The largest width or height that can be asked for, in pixels.
pub const MAX_SIDE: u32 = 10_000;

/// The quality used when none is asked for.
pub const DEFAULT_QUALITY: u8 = 80;

/// The box that a result has to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bounds {
    /// `300x200`: exactly this size; the image covers it and what sticks out is cut, centred.
    Fill {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// `300x`: this width, the height follows the image.
    Width(u32),
    /// `x200`: this height, the width follows the image.
    Height(u32),
}

/// What is asked of an image.
///
/// The text form is the size alone; the quality comes from the caller's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spec {
    /// The size.
    pub bounds: Bounds,
    /// Quality of lossy formats, 1 to 100.
    pub quality: u8,
}

impl Spec {
    /// A spec for these bounds with [`DEFAULT_QUALITY`].
    pub const fn new(bounds: Bounds) -> Self {
        Self { bounds, quality: DEFAULT_QUALITY }
    }

    /// The same with another quality, brought into 1 to 100.
    pub fn with_quality(self, quality: u8) -> Self {
        Self { quality: quality.clamp(1, 100), ..self }
    }
}

/// Why a text is no size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecError {
    /// It has no `x`, or nothing beside it.
    #[error("`{0}` is not a size: write 300x200, 300x or x200")]
    Shape(String),
    /// A side is not a plain number.
    #[error("`{side}` in `{text}` is not a plain whole number without leading zeros")]
    Number {
        /// The whole text.
        text: String,
        /// The side in question.
        side: String,
    },
    /// A side is 0 or above [`MAX_SIDE`].
    #[error("`{side}` in `{text}` is outside 1 to {MAX_SIDE}")]
    Range {
        /// The whole text.
        text: String,
        /// The side in question.
        side: String,
    },
}

impl FromStr for Spec {
    type Err = SpecError;

    /// Parses `WxH`, `Wx` or `xH`. There is exactly one text for each size, because the text is
    /// part of a stored key: `0300x200` would be a second object with the same picture.
    fn from_str(text: &str) -> Result<Self, SpecError> {
        let shape = || SpecError::Shape(text.to_owned());
        let (width, height) = text.split_once('x').ok_or_else(shape)?;
        let bounds = match (width, height) {
            ("", "") => return Err(shape()),
            (width, "") => Bounds::Width(side(text, width)?),
            ("", height) => Bounds::Height(side(text, height)?),
            (width, height) => Bounds::Fill { width: side(text, width)?, height: side(text, height)? },
        };
        Ok(Self::new(bounds))
    }
}

fn side(text: &str, side: &str) -> Result<u32, SpecError> {
    // `str::parse` alone would let `+300` and `0300` pass.
    if !side.bytes().all(|b| b.is_ascii_digit()) || (side.len() > 1 && side.starts_with('0')) {
        return Err(SpecError::Number { text: text.to_owned(), side: side.to_owned() });
    }
    match side.parse() {
        Ok(pixels @ 1..=MAX_SIDE) => Ok(pixels),
        _ => Err(SpecError::Range { text: text.to_owned(), side: side.to_owned() }),
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bounds.fmt(f)
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fill { width, height } => write!(f, "{width}x{height}"),
            Self::Width(width) => write!(f, "{width}x"),
            Self::Height(height) => write!(f, "x{height}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_three_forms() {
        let bounds = |text: &str| text.parse::<Spec>().unwrap().bounds;
        assert_eq!(bounds("300x200"), Bounds::Fill { width: 300, height: 200 });
        assert_eq!(bounds("300x"), Bounds::Width(300));
        assert_eq!(bounds("x200"), Bounds::Height(200));
        assert_eq!(bounds("1x10000"), Bounds::Fill { width: 1, height: 10_000 });
    }

    #[test]
    fn shapes_that_are_no_size() {
        for text in ["", "x", "300", "a.jpg", "300X200", "300×200"] {
            assert_eq!(text.parse::<Spec>(), Err(SpecError::Shape(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn sides_that_are_no_number() {
        for text in [
            "+300x200",
            "-300x200",
            "300x+200",
            "0300x200",
            "00x1",
            " 300x200",
            "300x200 ",
            "3e2x1",
            "300.5x",
            "٣٠٠x200",
            "300x200x100",
            "axb",
            "x x",
        ] {
            let error = text.parse::<Spec>().unwrap_err();
            assert!(matches!(error, SpecError::Number { .. }), "{text}: {error:?}");
        }
    }

    #[test]
    fn sides_out_of_range() {
        for text in ["0x200", "0x", "x0", "10001x1", "1x99999999999999999999999"] {
            let error = text.parse::<Spec>().unwrap_err();
            assert!(matches!(error, SpecError::Range { .. }), "{text}: {error:?}");
        }
    }

    #[test]
    fn quality_is_brought_into_range() {
        let spec = Spec::new(Bounds::Width(1));
        assert_eq!(spec.quality, DEFAULT_QUALITY);
        assert_eq!(spec.with_quality(0).quality, 1);
        assert_eq!(spec.with_quality(255).quality, 100);
    }

    proptest! {
        #[test]
        fn what_is_shown_parses_to_the_same(w in 1..=MAX_SIDE, h in 1..=MAX_SIDE) {
            for bounds in [Bounds::Fill { width: w, height: h }, Bounds::Width(w), Bounds::Height(h)] {
                let spec = Spec::new(bounds);
                prop_assert_eq!(spec.to_string().parse::<Spec>(), Ok(spec));
            }
        }

        #[test]
        fn what_parses_is_shown_as_it_was_written(text in "[0-9+x]{0,6}x[0-9 ]{0,6}|\\PC{0,12}") {
            if let Ok(spec) = text.parse::<Spec>() {
                prop_assert_eq!(spec.to_string(), text);
            }
        }
    }
}

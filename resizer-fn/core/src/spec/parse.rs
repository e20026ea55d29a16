//! From the text of a spec to the spec, and the ways to split a path into spec and key.

use super::error::side_range;
use super::nearest::nearest;
use super::number::Token;
use super::{
    Corner, Fit, HAlign, MAX_LENGTH, MAX_SIDE, Side, Spec, SpecError, SpecErrorKind, Trim, VAlign, boxes,
    filters,
};
use std::str::FromStr;

/// The words that a misspelt part may have meant.
const WORDS: [&str; 13] = [
    "trim",
    "fit-in",
    "adaptive-fit-in",
    "full-fit-in",
    "adaptive-full-fit-in",
    "left",
    "center",
    "right",
    "top",
    "middle",
    "bottom",
    "smart",
    "filters:",
];

/// One way to split a path: `{text}/{key}` is the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading<'a> {
    /// What is asked of the original.
    pub spec: Spec,
    /// The text that was read as the spec.
    pub text: &'a str,
    /// The key of the original; never empty.
    pub key: &'a str,
}

/// All ways to split `path` into a spec and a key, the longest spec first.
///
/// There can be several because keys may begin with `smart/` or `100x100/`, too: `300x200/smart/a`
/// is first the key `a` and then `smart/a`. Whoever asks takes the first for which there is an
/// original. There are at most eight.
///
/// What begins with `filters:` or `trim:`, or looks like a size or a crop where one may stand, is
/// never read as a part of the key: if it is wrong, that is an error.
///
/// # Errors
/// See [`SpecErrorKind`]: no part of a spec at the beginning, a wrong one, or no key.
pub fn readings(path: &str) -> Result<Vec<Reading<'_>>, SpecError> {
    let mut found = Vec::new();
    let mut walk = Walk::new(path);
    while walk.step()? {
        let (Some(text), Some(key)) = (path.get(..walk.end), path.get(walk.end + 1..)) else { break };
        if !key.is_empty() {
            found.push(Reading { spec: walk.spec.clone(), text, key });
        }
    }
    if found.is_empty() {
        return Err(match walk.end {
            0 => walk.no_spec(),
            _ => SpecError::new(0, path, SpecErrorKind::NoKey),
        });
    }
    found.reverse();
    Ok(found)
}

impl Spec {
    /// Reads the text of a spec alone, such as `fit-in/300x200/filters:quality(80)`.
    ///
    /// # Errors
    /// See [`SpecErrorKind`].
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        let mut walk = Walk::new(text);
        while walk.step()? {}
        if walk.end == text.len() && walk.end > 0 { Ok(walk.spec) } else { Err(walk.no_spec()) }
    }

    /// [`Spec::parse`], for texts of which there may be only one for each meaning.
    ///
    /// # Errors
    /// Also [`SpecErrorKind::NotCanonical`].
    pub fn parse_canonical(text: &str) -> Result<Self, SpecError> {
        let spec = Self::parse(text)?;
        let canonical = spec.to_string();
        if canonical == text {
            Ok(spec)
        } else {
            Err(SpecError::new(0, text, SpecErrorKind::NotCanonical(canonical)))
        }
    }
}

impl FromStr for Spec {
    type Err = SpecError;

    /// [`Spec::parse`].
    fn from_str(text: &str) -> Result<Self, SpecError> {
        Self::parse(text)
    }
}

/// The kinds of parts, in the order in which they may follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Trim,
    Crop,
    Fit,
    Size,
    HAlign,
    VAlign,
    Smart,
    Filters,
}

/// A walk over the parts of a text.
struct Walk<'a> {
    text: &'a str,
    spec: Spec,
    /// The last part read.
    last: Option<Stage>,
    /// Where that part ends: at the end of the text or at a `/`. 0 before the first part.
    end: usize,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, spec: Spec::default(), last: None, end: 0 }
    }

    /// The text from where the next part has to begin, if there is any.
    fn rest(&self) -> Option<Token<'a>> {
        let at = if self.last.is_some() { self.end + 1 } else { 0 };
        self.text.get(at..).map(|text| Token { at, text })
    }

    /// Reads one more part; false if there is none.
    fn step(&mut self) -> Result<bool, SpecError> {
        let Some(rest) = self.rest() else { return Ok(false) };
        let segment = Token { at: rest.at, text: rest.text.split('/').next().unwrap_or_default() };
        let may = |stage| self.last.is_none_or(|last| last < stage);
        let (stage, length) = if may(Stage::Filters) && segment.text.starts_with("filters:") {
            (Stage::Filters, filters::read(rest, &mut self.spec.filters)?)
        } else {
            let Some(stage) = segment_stage(segment.text).filter(|stage| may(*stage)) else {
                return Ok(false);
            };
            self.take(stage, segment)?;
            (stage, segment.text.len())
        };
        self.last = Some(stage);
        self.end = rest.at + length;
        if self.end > MAX_LENGTH {
            return Err(SpecError::new(rest.at, segment.text, SpecErrorKind::TooLong));
        }
        Ok(true)
    }

    fn take(&mut self, stage: Stage, token: Token<'_>) -> Result<(), SpecError> {
        let spec = &mut self.spec;
        match (stage, token.text) {
            (Stage::Trim, _) => spec.trim = Some(trim(token)?),
            (Stage::Crop, _) => spec.crop = boxes::crop(token)?,
            (Stage::Fit, word) => {
                let (adaptive, full) = (word.starts_with("adaptive-"), word.contains("full-"));
                spec.fit = Fit::Contain { adaptive, full };
            }
            (Stage::Size, _) => {
                let (width, height) = token.split('x').ok_or_else(|| token.error(SpecErrorKind::Number))?;
                (spec.width, spec.flip_horizontal) = side(width)?;
                (spec.height, spec.flip_vertical) = side(height)?;
            }
            (Stage::HAlign, "left") => spec.halign = HAlign::Left,
            (Stage::HAlign, "right") => spec.halign = HAlign::Right,
            (Stage::VAlign, "top") => spec.valign = VAlign::Top,
            (Stage::VAlign, "bottom") => spec.valign = VAlign::Bottom,
            (Stage::Smart, _) => spec.smart = true,
            (Stage::HAlign | Stage::VAlign | Stage::Filters, _) => {}
        }
        Ok(())
    }

    /// The error for what stands where a part should.
    fn no_spec(&self) -> SpecError {
        let rest = self.rest().unwrap_or(Token { at: self.end, text: "" });
        let segment = rest.text.split('/').next().unwrap_or_default();
        let kind = match segment {
            "meta" | "debug" => SpecErrorKind::NotOffered,
            _ => SpecErrorKind::NotASpec { nearest: nearest(segment, WORDS) },
        };
        SpecError::new(rest.at, segment, kind)
    }
}

/// What a segment is, by its looks: it may still be wrong.
fn segment_stage(segment: &str) -> Option<Stage> {
    Some(match segment {
        "trim" => Stage::Trim,
        "fit-in" | "adaptive-fit-in" | "full-fit-in" | "adaptive-full-fit-in" => Stage::Fit,
        "left" | "center" | "right" => Stage::HAlign,
        "top" | "middle" | "bottom" => Stage::VAlign,
        "smart" => Stage::Smart,
        _ if segment.starts_with("trim:") => Stage::Trim,
        _ if looks_like_crop(segment) => Stage::Crop,
        _ if looks_like_size(segment) => Stage::Size,
        _ => return None,
    })
}

fn looks_like_crop(segment: &str) -> bool {
    segment.contains(':')
        && segment.contains('x')
        && segment.bytes().all(|b| b.is_ascii_digit() || b"x:.+-".contains(&b))
}

/// Digits and `x`, at least one of each, or `orig` instead of digits.
fn looks_like_size(segment: &str) -> bool {
    let side = |text: &str| {
        let text = text.strip_prefix('-').unwrap_or(text);
        text == "orig" || text.bytes().all(|b| b.is_ascii_digit() || b"x+-".contains(&b))
    };
    let some = segment.contains("orig") || segment.bytes().any(|b| b.is_ascii_digit());
    some && segment.split_once('x').is_some_and(|(width, height)| side(width) && side(height))
}

/// `trim[:corner][:tolerance]`. The corner may be empty, as libthumbor writes it.
fn trim(token: Token<'_>) -> Result<Trim, SpecError> {
    let mut trim = Trim::default();
    let Some(rest) = token.strip("trim:") else { return Ok(trim) };
    let (corner, tolerance) = match rest.split(':') {
        Some((corner, tolerance)) => (corner, Some(tolerance)),
        None if rest.text.starts_with(|c: char| c.is_ascii_digit()) => {
            (Token { text: "", ..rest }, Some(rest))
        }
        None => (rest, None),
    };
    trim.corner = match corner.text {
        "top-left" => Corner::TopLeft,
        "bottom-right" => Corner::BottomRight,
        "" if tolerance.is_some() => Corner::TopLeft,
        _ => return Err(corner.error(SpecErrorKind::Choice(&["top-left", "bottom-right"]))),
    };
    if let Some(tolerance) = tolerance {
        let number = tolerance.whole(0, Trim::MAX_TOLERANCE.into())?;
        trim.tolerance = u16::try_from(number).unwrap_or(Trim::MAX_TOLERANCE);
    }
    Ok(trim)
}

/// A side and whether it has a minus. `0` and nothing are the same.
fn side(token: Token<'_>) -> Result<(Side, bool), SpecError> {
    let (flip, number) = token.strip("-").map_or((false, token), |number| (true, number));
    let side = match number.text {
        "" | "0" => Side::Auto,
        "orig" => Side::Orig,
        _ => match number.small(0, MAX_SIDE) {
            Ok(pixels) => Side::Pixels(pixels),
            Err(SpecError { kind: SpecErrorKind::Range { .. }, .. }) => {
                return Err(token.error(side_range()));
            }
            Err(error) => return Err(error),
        },
    };
    Ok((side, flip))
}

/// Whether no part of a spec looks like `name`, whatever follows: it can be a preset's.
pub(super) fn is_free(name: &str) -> bool {
    !matches!(name, "meta" | "debug" | "unsafe") && segment_stage(name).is_none()
}

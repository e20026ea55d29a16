//! The classic sizes: `300x200`, `300x` and `x200`.

use super::{MAX_SIDE, Side, Spec, SpecError, SpecErrorKind};
use std::str::FromStr;

impl FromStr for Spec {
    type Err = SpecError;

    /// Parses `WxH`, `Wx` or `xH`. There is exactly one text for each size, because the text is
    /// part of a stored key: `0300x200` would be a second object with the same picture.
    fn from_str(text: &str) -> Result<Self, SpecError> {
        let shape = || SpecError::new(0, text, SpecErrorKind::NotASpec);
        let (width, height) = text.split_once('x').ok_or_else(shape)?;
        if width.is_empty() && height.is_empty() {
            return Err(shape());
        }
        Ok(Self { width: side(0, width)?, height: side(width.len() + 1, height)?, ..Self::default() })
    }
}

fn side(at: usize, side: &str) -> Result<Side, SpecError> {
    if side.is_empty() {
        return Ok(Side::Auto);
    }
    // `str::parse` alone would let `+300` and `0300` pass.
    if !side.bytes().all(|b| b.is_ascii_digit()) || (side.len() > 1 && side.starts_with('0')) {
        return Err(SpecError::new(at, side, SpecErrorKind::Number));
    }
    match side.parse() {
        Ok(pixels @ 1..=MAX_SIDE) => Ok(Side::Pixels(pixels)),
        _ => {
            let kind = SpecErrorKind::Range { from: "1".to_owned(), to: MAX_SIDE.to_string() };
            Err(SpecError::new(at, side, kind))
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
        let spec = |text: &str| text.parse::<Spec>().unwrap();
        assert_eq!(spec("300x200"), Spec::cover(300, 200));
        assert_eq!(spec("300x"), Spec::width(300));
        assert_eq!(spec("x200"), Spec::height(200));
        assert_eq!(spec("1x10000"), Spec::cover(1, 10_000));
    }

    proptest! {
        #[test]
        fn what_is_shown_parses_to_the_same(w in 1..=MAX_SIDE, h in 1..=MAX_SIDE) {
            for spec in [Spec::cover(w, h), Spec::width(w), Spec::height(h)] {
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

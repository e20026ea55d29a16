//! Colours as text.

use super::colour_names::NAMES;
use super::number::Token;
use super::{Fill, Rgb, Rgba, SpecError, SpecErrorKind};

impl Token<'_> {
    /// A colour name of CSS, or 3, 4, 6 or 8 hexadecimal digits with or without `#` (also `%23`,
    /// for texts that were not decoded). Case does not count.
    pub(super) fn colour(self) -> Result<Rgba, SpecError> {
        let digits = self.text.strip_prefix('#').or_else(|| self.text.strip_prefix("%23"));
        hex(digits.unwrap_or(self.text))
            .or_else(|| name(self.text))
            .ok_or_else(|| self.error(SpecErrorKind::Colour))
    }

    /// A colour without alpha.
    pub(super) fn opaque(self) -> Result<Rgb, SpecError> {
        match self.colour()? {
            Rgba { r, g, b, a: 255 } => Ok(Rgb { r, g, b }),
            _ => Err(self.error(SpecErrorKind::Colour)),
        }
    }

    /// What `fill` takes.
    pub(super) fn fill(self) -> Result<Fill, SpecError> {
        match self.text {
            "auto" => Ok(Fill::Auto),
            "blur" => Ok(Fill::Blur),
            "transparent" => Ok(Fill::Transparent),
            _ => self.colour().map(Fill::Colour),
        }
    }
}

fn hex(digits: &str) -> Option<Rgba> {
    let long = match digits.len() {
        3 | 4 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        6 | 8 => digits.to_owned(),
        _ => return None,
    };
    if !long.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let number = u32::from_str_radix(&long, 16).ok()?;
    let [r, g, b, a] = if long.len() == 6 { (number << 8) | 0xFF } else { number }.to_be_bytes();
    Some(Rgba { r, g, b, a })
}

fn name(text: &str) -> Option<Rgba> {
    let text = text.to_ascii_lowercase();
    let found = NAMES.binary_search_by_key(&text.as_str(), |(name, _)| name).ok()?;
    let (_, colour) = NAMES.get(found)?;
    let [_, r, g, b] = colour.to_be_bytes();
    Some(Rgba { r, g, b, a: 255 })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Option<String> {
        Token { at: 0, text }.colour().ok().map(|colour| colour.to_string())
    }

    #[test]
    fn names_are_sorted() {
        assert!(NAMES.is_sorted());
        assert_eq!(NAMES.len(), 148);
    }

    #[test]
    fn colours() {
        for (text, shown) in [
            ("red", "ff0000"),
            ("Red", "ff0000"),
            ("rebeccapurple", "663399"),
            ("f00", "ff0000"),
            ("F00", "ff0000"),
            ("#f00", "ff0000"),
            ("%23f00", "ff0000"),
            ("f008", "ff000088"),
            ("f00f", "ff0000"),
            ("add8e6", "add8e6"),
            ("#add8e680", "add8e680"),
            ("000", "000000"),
        ] {
            assert_eq!(read(text).as_deref(), Some(shown), "{text}");
        }
        for text in
            ["", "#", "reddish", "#red", "f", "ff", "fffff", "fffffff", "fffffffff", "+ff", "ééé", "é0"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(Token { at: 0, text: "f008" }.opaque().is_err());
    }
}

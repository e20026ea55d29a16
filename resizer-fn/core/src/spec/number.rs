//! Numbers, with one text for each: no `+`, no leading zeros, no other digits than ASCII's.

use super::{SpecError, SpecErrorKind};

/// A part of the text and the byte at which it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) at: usize,
    pub(super) text: &'a str,
}

impl<'a> Token<'a> {
    pub(super) fn error(self, kind: SpecErrorKind) -> SpecError {
        SpecError::new(self.at, self.text, kind)
    }

    /// Without blanks at its ends.
    pub(super) fn trimmed(self) -> Self {
        let begin = self.text.trim_start();
        Self { at: self.at + self.text.len() - begin.len(), text: begin.trim_end() }
    }

    /// What is left and right of the first `separator`.
    pub(super) fn split(self, separator: char) -> Option<(Self, Self)> {
        let (left, right) = self.text.split_once(separator)?;
        let at = self.at + left.len() + separator.len_utf8();
        Some((Self { at: self.at, text: left }, Self { at, text: right }))
    }

    /// Without `prefix`, if it begins with that.
    pub(super) fn strip(self, prefix: &str) -> Option<Self> {
        self.text.strip_prefix(prefix).map(|text| Self { at: self.at + prefix.len(), text })
    }

    fn range(self, from: impl ToString, to: impl ToString) -> SpecError {
        self.error(SpecErrorKind::Range { from: from.to_string(), to: to.to_string() })
    }

    /// A whole number of `from..=to`.
    pub(super) fn whole(self, from: u64, to: u64) -> Result<u64, SpecError> {
        if !plain(self.text) {
            return Err(self.error(SpecErrorKind::Number));
        }
        match self.text.parse() {
            Ok(number) if (from..=to).contains(&number) => Ok(number),
            _ => Err(self.range(from, to)),
        }
    }

    /// [`Token::whole`] up to a smaller number.
    pub(super) fn small(self, from: u32, to: u32) -> Result<u32, SpecError> {
        let number = self.whole(from.into(), to.into())?;
        u32::try_from(number).map_err(|_| self.range(from, to))
    }

    /// [`Token::small`] up to 255.
    pub(super) fn byte(self, from: u8, to: u8) -> Result<u8, SpecError> {
        let number = self.whole(from.into(), to.into())?;
        u8::try_from(number).map_err(|_| self.range(from, to))
    }

    /// A whole number of `from..=to`, with a minus or not.
    pub(super) fn signed(self, from: i64, to: i64) -> Result<i64, SpecError> {
        if !plain(self.text.strip_prefix('-').unwrap_or(self.text)) {
            return Err(self.error(SpecErrorKind::Number));
        }
        match self.text.parse() {
            Ok(number) if (from..=to).contains(&number) => Ok(number),
            _ => Err(self.range(from, to)),
        }
    }

    /// A percentage of -100 to 100.
    pub(super) fn percent(self) -> Result<i8, SpecError> {
        let number = self.signed(-100, 100)?;
        i8::try_from(number).map_err(|_| self.range(-100, 100))
    }

    /// A number with or without a fraction, as thousandths of `from..=to`, rounded half up. As
    /// with thumbor, digits may be missing on one side of the point.
    pub(super) fn thousandths(self, from: u32, to: u32) -> Result<u32, SpecError> {
        let error = || self.error(SpecErrorKind::Decimal);
        let (negative, text) = self.text.strip_prefix('-').map_or((false, self.text), |text| (true, text));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let empty = whole.is_empty() && fraction.is_empty();
        if empty || !(whole.is_empty() || plain(whole)) || !digits(fraction) {
            return Err(error());
        }
        let shown = |number: u32| super::show::thousandths(number);
        let outside = || self.range(shown(from), shown(to));
        let mut digits = fraction.bytes().map(|b| u64::from(b - b'0')).chain(std::iter::repeat(0));
        let mut digit = || digits.next().unwrap_or(0);
        let part = digit() * 100 + digit() * 10 + digit() + u64::from(digit() >= 5);
        let whole = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| outside())? };
        let number = u64::saturating_mul(whole, 1000).saturating_add(part);
        match u32::try_from(number) {
            Ok(number) if (from..=to).contains(&number) && !(negative && number > 0) => Ok(number),
            _ => Err(outside()),
        }
    }

    /// Thumbor's truth values.
    pub(super) fn truth(self) -> Result<bool, SpecError> {
        match self.text {
            "1" | "true" | "True" => Ok(true),
            "0" | "false" | "False" => Ok(false),
            _ => Err(self.error(SpecErrorKind::Choice(&["true", "false", "1", "0"]))),
        }
    }
}

/// Digits without leading zeros. (`str::parse` alone would let `+300` and `0300` pass.)
fn plain(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn token(text: &str) -> Token<'_> {
        Token { at: 0, text }
    }

    #[test]
    fn whole_numbers() {
        assert_eq!(token("0").whole(0, 9), Ok(0));
        assert_eq!(token("9").whole(0, 9), Ok(9));
        for text in ["", "+1", "-1", "01", "00", "1 ", "1.0", "1e3", "٣"] {
            assert_eq!(token(text).whole(0, 9).unwrap_err().kind, SpecErrorKind::Number, "{text}");
        }
        for text in ["10", "99999999999999999999999"] {
            assert!(matches!(token(text).whole(0, 9).unwrap_err().kind, SpecErrorKind::Range { .. }));
        }
        assert_eq!((token("-90").signed(-100, 0), token("-0").signed(-100, 0)), (Ok(-90), Ok(0)));
        assert!(token("--1").signed(-9, 9).is_err() && token("-01").signed(-9, 9).is_err());
    }

    #[test]
    fn fractions() {
        for (text, thousandths) in [
            ("0", 0),
            ("2", 2000),
            ("0.5", 500),
            (".5", 500),
            ("5.", 5000),
            ("1.2345", 1235),
            ("1.2344999", 1234),
            ("0.9999", 1000),
            ("1.50", 1500),
            ("-0", 0),
        ] {
            assert_eq!(token(text).thousandths(0, 9000), Ok(thousandths), "{text}");
        }
        for text in ["", ".", "-", "1.2.3", "01", "1,5", "1e1", "1.x", "+1", "inf", "NaN"] {
            assert_eq!(token(text).thousandths(0, 9000).unwrap_err().kind, SpecErrorKind::Decimal, "{text}");
        }
        for text in ["9.001", "-1", "99999999999999999999", "18446744073709551615"] {
            let kind = token(text).thousandths(0, 9000).unwrap_err().kind;
            assert_eq!(kind, SpecErrorKind::Range { from: "0".to_owned(), to: "9".to_owned() }, "{text}");
        }
    }
}

//! Why a text is no spec.

use super::MAX_SIDE;
use std::fmt::{self, Display, Formatter};

/// The longest token that a message repeats, in characters.
const SHOWN: usize = 60;

/// Why a text is no spec: which part of it, where, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError {
    /// Where the part begins, in bytes from the start of the text.
    pub at: usize,
    /// The part in question, shortened if it is long.
    pub token: String,
    /// What is wrong with it.
    pub kind: SpecErrorKind,
}

/// What is wrong with a part of a text. Its text continues a sentence that names the part.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpecErrorKind {
    /// No part of a spec begins like this, or not at this place.
    NotASpec {
        /// The word that may have been meant.
        nearest: Option<&'static str>,
    },
    /// `meta` and `debug`, which thumbor has.
    NotOffered,
    /// The spec is longer than [`super::MAX_LENGTH`].
    TooLong,
    /// No key follows.
    NoKey,
    /// Another text is the canonical one.
    NotCanonical(String),
    /// A whole number is not plain: a sign, leading zeros, other characters.
    Number,
    /// A number with a fraction is not plain.
    Decimal,
    /// A number is outside of what is possible.
    Range {
        /// The smallest number that is possible, as text.
        from: String,
        /// The largest, as text.
        to: String,
    },
    /// The left edge of a box is not left of the right one, or the top not above the bottom.
    EmptyBox,
    /// A box is not of the form `AxB:CxD`.
    Box,
    /// There is no such filter.
    UnknownFilter {
        /// The filter that may have been meant.
        nearest: Option<&'static str>,
    },
    /// Parentheses are missing, or something stands between filters.
    FilterSyntax,
    /// There are more than [`super::MAX_FILTERS`].
    TooManyFilters,
    /// Too few or too many arguments.
    Arguments {
        /// How the filter is written.
        usage: &'static str,
    },
    /// None of a few words.
    Choice(&'static [&'static str]),
    /// Not a colour.
    Colour,
    /// Not a multiple of 90 degrees.
    Angle,
    /// A key within the text that is empty, too long, or not decodable.
    Key,
    /// A preset without a name or `=`, or with a name that is not possible.
    PresetName,
    /// Two presets have the same name.
    PresetTwice,
}

impl SpecError {
    /// For `token`, which begins at byte `at` of the text.
    pub(super) fn new(at: usize, token: &str, kind: SpecErrorKind) -> Self {
        let token = match token.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", token.get(..end).unwrap_or_default()),
            None => token.to_owned(),
        };
        Self { at, token, kind }
    }

    /// The same, seen from a text in which the present one begins at byte `by`.
    pub(super) fn moved(self, by: usize) -> Self {
        Self { at: self.at + by, ..self }
    }
}

impl std::error::Error for SpecError {}

/// With what stands in the text shown by its escapes, for answers and logs.
impl Display for SpecError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` at {} {}", self.token.escape_debug(), self.at, self.kind)
    }
}

impl SpecError {
    /// The same sentence with the text as it is, for who escapes all that is shown: nothing is to be escaped twice.
    pub fn unescaped(&self) -> String {
        let Self { at, token, kind } = self;
        match kind {
            SpecErrorKind::NotCanonical(text) => {
                format!("`{token}` at {at} has a canonical text; write `{text}`")
            }
            _ => format!("`{token}` at {at} {kind}"),
        }
    }
}

impl Display for SpecErrorKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotASpec { nearest: Some(word) } => write!(f, "is no size; did you mean `{word}`?"),
            Self::NotASpec { nearest: None } => f.write_str(
                "is no size: write 300x200, 300x, x200, or the parts trim, 10x10:90x90, fit-in, 300x200, left, \
                 top, smart, filters:name(value), in this order",
            ),
            Self::NotOffered => f.write_str("is not offered here; ask for an image"),
            Self::TooLong => write!(f, "begins beyond the {} bytes that are possible", super::MAX_LENGTH),
            Self::NoKey => f.write_str("ends the text; the key of the original has to follow"),
            Self::NotCanonical(text) => write!(f, "has a canonical text; write `{}`", text.escape_debug()),
            Self::Number => f.write_str("is not a plain whole number without leading zeros"),
            Self::Decimal => f.write_str("is not a plain number such as 2 or 0.5"),
            Self::Range { from, to } => write!(f, "is outside {from} to {to}"),
            Self::EmptyBox => {
                f.write_str("is empty: its first corner has to be above and left of its second one")
            }
            Self::Box => f.write_str("is no box; write LEFTxTOP:RIGHTxBOTTOM"),
            Self::UnknownFilter { nearest: Some(name) } => {
                write!(f, "is an unknown filter; did you mean `{name}`?")
            }
            Self::UnknownFilter { nearest: None } => f.write_str("is an unknown filter"),
            Self::FilterSyntax => f.write_str("is not of the form name(arguments):name(arguments)"),
            Self::TooManyFilters => write!(f, "is more than the {} filters possible", super::MAX_FILTERS),
            Self::Arguments { usage } => write!(f, "has too few or too many arguments; write {usage}"),
            Self::Choice(words) => write!(f, "is none of {}", words.join(", ")),
            Self::Colour => f.write_str("is no colour; write a name, f00 or ff0000"),
            Self::Angle => f.write_str("is not a multiple of 90 degrees"),
            Self::Key => f.write_str(
                "is no key: it is empty, longer than 1024 bytes, or has control characters or a `%` that should \
                 be written %25",
            ),
            Self::PresetName => f.write_str(
                "is no preset: write name=spec, the name of a-z, 0-9, - and _, and not a part of a spec itself",
            ),
            Self::PresetTwice => f.write_str("is the name of two presets"),
        }
    }
}

/// The error for a side outside of its range.
pub(super) fn side_range() -> SpecErrorKind {
    SpecErrorKind::Range { from: "1".to_owned(), to: MAX_SIDE.to_string() }
}

//! Why a text is no spec.

use std::fmt;

/// The longest token that a message repeats, in characters.
const SHOWN: usize = 60;

/// Why a text is no spec: what, which part of the text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError {
    /// Where the part begins, in bytes from the start of the text.
    pub at: usize,
    /// The part in question, shortened if it is long.
    pub token: String,
    /// What is wrong with it.
    pub kind: SpecErrorKind,
}

/// What is wrong with a part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpecErrorKind {
    /// No part of a spec begins like this.
    NotASpec,
    /// A number is not plain: a sign, leading zeros, other characters.
    Number,
    /// A number is outside of what is possible.
    Range {
        /// The smallest number that is possible, as text.
        from: String,
        /// The largest, as text.
        to: String,
    },
}

impl SpecError {
    /// For `token`, which begins at byte `at` of the text.
    pub(crate) fn new(at: usize, token: &str, kind: SpecErrorKind) -> Self {
        let token = match token.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", token.get(..end).unwrap_or_default()),
            None => token.to_owned(),
        };
        Self { at, token, kind }
    }
}

impl std::error::Error for SpecError {}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, token, kind } = self;
        let token = token.escape_debug();
        match kind {
            SpecErrorKind::NotASpec => {
                write!(f, "`{token}` at {at} is no size: write 300x200, 300x or x200")
            }
            SpecErrorKind::Number => {
                write!(f, "`{token}` at {at} is not a plain whole number without leading zeros")
            }
            SpecErrorKind::Range { from, to } => write!(f, "`{token}` at {at} is outside {from} to {to}"),
        }
    }
}

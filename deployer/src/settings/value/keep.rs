//! Which metadata of originals may be asked for.

use super::FromText;
use crate::settings::problem::Fault;
use resizer_core::spec::Keepable;
use std::fmt;

/// What `keep(…)` may name: `icc,copyright` or the like, or `none`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keep(Keepable);

/// See [`super::pattern`].
pub const PATTERN: &str =
    r"^[\s,]*(none|(icc|copyright|exif|all-exif)([\s,]+(icc|copyright|exif|all-exif))*)[\s,]*$";

impl Keep {
    /// The list itself.
    pub fn keepable(&self) -> &Keepable {
        &self.0
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromText for Keep {
    fn from_text(text: &str) -> Result<Self, Fault> {
        text.parse().map(Self).map_err(|problem: String| {
            Fault::new(format!("has a wrong entry: {problem}"))
                .hint("`icc,copyright` is the default; `exif` is without place, owner and serial numbers")
        })
    }
}

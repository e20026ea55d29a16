//! What is made of each original as soon as it is uploaded.

use super::{FromText, text_type};
use crate::settings::problem::Fault;
use resizer_core::Spec;

/// Longest list in bytes: all of a function's variables have 4 KB (LA-07).
const MAX_LIST: usize = 300;
/// Most specs: their outcomes are in the names of results, ten originals in each.
pub const MAX_SPECS: usize = 20;

text_type! {
    /// Specs or names of presets, separated by semicolons; empty for none.
    OnUpload
}

/// See [`super::pattern`].
pub const PATTERN: &str = r"^[\s;!-~]*$";

impl OnUpload {
    /// Whether nothing is made.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromText for OnUpload {
    fn from_text(text: &str) -> Result<Self, Fault> {
        let specs: Vec<&str> = text.split(';').map(str::trim).filter(|spec| !spec.is_empty()).collect();
        specs.iter().try_for_each(|spec| spec_or_preset(spec))?;
        if specs.len() > MAX_SPECS {
            return Err(Fault::new(format!("has {} specs; {MAX_SPECS} is the most", specs.len())));
        }
        let list = specs.join(";");
        if list.len() > MAX_LIST {
            return Err(Fault::new(format!("has {} characters; {MAX_LIST} is the most", list.len()))
                .hint("give long specs a name with --presets"));
        }
        Ok(Self(list))
    }
}

/// Checks the text of one spec, as it stands in URLs, or of a preset's name: whether there is such a preset is not known
/// here.
///
/// # Errors
/// It is neither.
pub fn spec_or_preset(text: &str) -> Result<(), Fault> {
    let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if text.is_empty() || text.chars().any(|c| !c.is_ascii_graphic() || c == ';') {
        return Err(Fault::new(format!(
            "has `{text}`, which is not a spec: write `300x200`, `800x` or the like"
        )));
    }
    match text.parse::<Spec>() {
        Ok(_) => Ok(()),
        Err(_) if text.chars().all(name) => Ok(()),
        Err(error) => Err(Fault::new(format!("has `{text}`: {error}"))),
    }
}

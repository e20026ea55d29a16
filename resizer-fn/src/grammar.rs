//! Where a path's spec ends and the key of the original begins: the one place that asks the core's grammar. Pure.

use resizer_core::Spec;
use resizer_core::spec::SpecError;

/// One way to read a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading<'a> {
    /// What is asked of the original.
    pub spec: Spec,
    /// The spec, or the name of the preset, as written.
    pub text: &'a str,
    /// The rest: the key of the original.
    pub original: &'a str,
    /// Whether `text` is the name of a preset.
    pub preset: bool,
}

/// All ways to read `{spec}/{original}`, the longest spec first: `300x200/smart/a.jpg` may ask for `a.jpg`, or for
/// `smart/a.jpg`.
///
/// # Errors
/// What is wrong with the spec, if there is no way at all.
pub fn readings(path: &str) -> Result<Vec<Reading<'_>>, SpecError> {
    let (text, original) = path.split_once('/').unwrap_or((path, ""));
    let spec = text.parse::<Spec>()?;
    Ok(vec![Reading { spec, text, original, preset: false }])
}

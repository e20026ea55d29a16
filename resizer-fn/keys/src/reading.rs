//! Where a path's spec ends and the key of the original begins: the one place that asks the core's grammar. Pure.

use resizer_core::Spec;
use resizer_core::spec::{self, Presets, SpecError};

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

impl Reading<'_> {
    /// The original as a URL, if it is one. On its way, two slashes may have become one.
    pub fn url(&self) -> Option<String> {
        let (scheme, rest) = self.original.split_once(":/")?;
        let web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
        web.then(|| format!("{scheme}://{}", rest.trim_start_matches('/')))
    }
}

/// All ways to read `{spec}/{original}` or `{preset}/{original}`, the longest spec first: `300x200/smart/a.jpg` may ask for `a.jpg`, or for
/// `smart/a.jpg`.
///
/// # Errors
/// What is wrong with the spec, if there is no way at all.
pub fn readings<'a>(path: &'a str, presets: &Presets) -> Result<Vec<Reading<'a>>, SpecError> {
    let reading =
        |preset| move |spec::Reading { spec, text, key }| Reading { spec, text, original: key, preset };
    if let Some(by_name) = presets.reading(path) {
        return Ok(vec![reading(true)(by_name)]);
    }
    Ok(spec::readings(path)?.into_iter().map(reading(false)).collect())
}

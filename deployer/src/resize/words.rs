//! The specs that were asked for.

use super::ResizeError;
use resizer_core::Spec;
use resizer_core::spec::{Filter, OutputFormat};
use std::collections::BTreeSet;
use std::path::{Component, Path};

/// A spec, and the text it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// As it was written: names of files are made of it.
    pub text: String,
    /// What it means.
    pub spec: Spec,
}

/// Reads SPEC and all of `--also`.
///
/// # Errors
/// The first that is none, or that can't be had from files.
pub fn asked(first: &str, also: &[String]) -> Result<Vec<Asked>, ResizeError> {
    let also = also.iter().map(|text| ("--also", text.as_str()));
    std::iter::once(("SPEC", first)).chain(also).map(|(flag, text)| read(flag, text)).collect()
}

fn read(flag: &'static str, text: &str) -> Result<Asked, ResizeError> {
    let spec = Spec::parse(text).map_err(|error| ResizeError::Spec { flag, error })?;
    if spec.format() == Some(OutputFormat::Auto) {
        return Err(ResizeError::AutoFormat { flag });
    }
    // In the bucket, such a key could not be asked for either.
    let below = |key: &str| Path::new(key).components().all(|part| matches!(part, Component::Normal(_)));
    if let Some(key) = watermarks(&spec).find(|key| !below(key)) {
        return Err(ResizeError::WatermarkKey { flag, key: key.to_owned() });
    }
    Ok(Asked { text: text.to_owned(), spec })
}

/// The keys of the watermarks of a spec.
pub fn watermarks(spec: &Spec) -> impl Iterator<Item = &str> {
    spec.filters.iter().filter_map(|filter| match filter {
        Filter::Watermark(mark) => Some(mark.key.as_str()),
        _ => None,
    })
}

/// The keys of the watermarks in these specs, each once.
pub(super) fn keys(asked: &[Asked]) -> BTreeSet<&str> {
    asked.iter().flat_map(|one| watermarks(&one.spec)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn message(spec: &str, also: &[&str]) -> String {
        let also: Vec<String> = also.iter().map(ToString::to_string).collect();
        asked(spec, &also).unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_names_the_argument_the_token_and_its_place() {
        let said = message("300x200/filters:blurr(2)", &[]);
        assert!(said.starts_with("SPEC: `blurr` at 16 ") && said.contains("`blur`"), "{said}");
        assert!(message("300x200", &["x", "1x1"]).starts_with("--also: `x` at 0 "));
        assert!(message("1x1/filters:format(auto)", &[]).contains("format(auto)"));
    }

    #[test]
    fn watermarks_are_below_the_folder_of_the_image() {
        for key in ["../a.png", "b/../a.png", "%2Fetc/a.png"] {
            let said = message(&format!("9x9/filters:watermark({key},0,0,0)"), &[]);
            assert!(said.contains("below the folder"), "{said}");
        }
        let marks = "9x9/filters:watermark(b/a.png,0,0,0):watermark(c.png,0,0,0)".to_owned();
        let found = asked(&marks, std::slice::from_ref(&marks)).unwrap();
        assert_eq!(keys(&found).into_iter().collect::<Vec<_>>(), ["b/a.png", "c.png"]);
    }
}

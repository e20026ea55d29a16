//! Of which original a stored image is. The name alone can't say; what the function wrote beside the image decides. Pure.

use std::collections::{BTreeMap, BTreeSet};

use imgdeploy_batch::META_SPEC;
use imgdeploy_keys::{Asked, Likely, Scheme, is_spec};
use serde::Serialize;

/// What is to be purged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The images of these originals.
    Keys(BTreeSet<String>),
    /// The images of all originals whose keys begin with this.
    Prefix(String),
}

impl Target {
    /// Whether the images of this original are meant.
    pub fn wants(&self, original: &str) -> bool {
        match self {
            Self::Keys(keys) => keys.contains(original),
            Self::Prefix(prefix) => original.starts_with(prefix),
        }
    }

    /// Whether a stored image of this key could be of one of them: cheap, and true for all that are.
    fn may_want(&self, key: &str) -> bool {
        match self {
            // Every original begins behind a slash.
            Self::Keys(keys) => key
                .match_indices('/')
                .any(|(at, _)| key.get(at + 1..).is_some_and(|rest| keys.contains(rest))),
            Self::Prefix(prefix) => key
                .match_indices('/')
                .any(|(at, _)| key.get(at + 1..).is_some_and(|rest| rest.starts_with(prefix.as_str()))),
        }
    }

    /// In a few words, as part of a sentence.
    pub fn in_words(&self) -> String {
        match self {
            Self::Prefix(prefix) if prefix.is_empty() => "all originals".to_owned(),
            Self::Prefix(prefix) => format!("all originals under {prefix}"),
            Self::Keys(keys) => match (keys.first(), keys.len()) {
                (Some(only), 1) => only.clone(),
                (_, count) => format!("{count} originals"),
            },
        }
    }
}

/// What is to become of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is an image of what is purged: how much of its key is in front of the original.
    Purge {
        /// Length of [`Likely::head`], in bytes.
        head: usize,
    },
    /// By its name it could be one, but it is not, or nobody can tell.
    Leave(Why),
    /// It is an image of another original.
    Other,
}

/// Why an object is left alone that could be meant by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It has not the metadata that the function writes.
    NotMade,
    /// It has the metadata of an image of another size: somebody copied it here.
    Copied,
    /// It was made by the function, but the name in its key is no preset's any more.
    NoPreset(String),
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotMade => f.write_str("not made by imgdeploy"),
            Self::Copied => f.write_str("made by imgdeploy under another name, and copied here"),
            Self::NoPreset(name) => {
                write!(
                    f,
                    "made by imgdeploy, but `{name}` is no preset now: put it back into `presets`, or delete this by hand"
                )
            }
        }
    }
}

/// Whether it takes a look at the object to say of which original it is.
pub fn is_candidate(scheme: &Scheme, key: &str, target: &Target) -> bool {
    target.may_want(key) && scheme.readings(key).iter().any(|reading| target.wants(reading.original))
}

/// What is to become of the object `key`, by what is stored beside it.
///
/// Of parts that change nothing, such as `center`, the metadata does not tell whether they are of the spec or of the
/// original. Such an image is purged with either: it is made afresh when somebody asks for it.
pub fn verdict(scheme: &Scheme, key: &str, metadata: &BTreeMap<String, String>, target: &Target) -> Verdict {
    let readings = scheme.readings(key);
    let Some(stored) = metadata.get(META_SPEC) else { return Verdict::Leave(Why::NotMade) };
    let fitting: Vec<&Likely<'_>> = readings.iter().filter(|reading| reading.asked.fits(stored)).collect();
    if let Some(reading) = fitting.iter().find(|reading| target.wants(reading.original)) {
        return Verdict::Purge { head: reading.head.len() };
    }
    if !fitting.is_empty() {
        return Verdict::Other;
    }
    let unknown = readings.iter().find(|reading| reading.asked == Asked::Unknown);
    Verdict::Leave(match unknown.and_then(|reading| reading.head.trim_end_matches('/').rsplit('/').next()) {
        Some(name) if is_spec(stored) => Why::NoPreset(name.to_owned()),
        _ => Why::Copied,
    })
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;

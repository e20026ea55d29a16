//! Of which original a stored image is. The name alone can't say: `x/300x200/a.jpg` may be a file like any other, and
//! `300x200/smart/a.jpg` is `a.jpg` or `smart/a.jpg`. What the function wrote beside the image decides. Pure.

use std::collections::{BTreeMap, BTreeSet};

use imgdeploy_batch::{META_SPEC, STAMP_LENGTH, stamped};
use imgdeploy_model::derived_key::take_mark;
use percent_encoding::percent_decode_str;
use resizer_core::Spec;
use resizer_core::spec::{self, Presets, SpecErrorKind};
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

/// How derived keys are made.
#[derive(Debug, Clone, Default)]
pub struct Scheme {
    /// What they begin with; empty, or folders that end with `/`.
    pub prefix: String,
    /// Names that stand for specs, as far as anyone knows them: of the settings and of what runs.
    pub presets: Vec<Presets>,
}

/// One way to read a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading<'a> {
    /// The key up to the original, with the slash.
    pub head: &'a str,
    /// The key of the original.
    pub original: &'a str,
    /// What is asked of it.
    pub asked: Asked,
}

/// What is asked of an original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// This.
    Spec(Box<Spec>),
    /// What stands behind a preset's name, which may have been something else when the image was made.
    Preset,
    /// Something whose name could be a preset's, but is none that is known.
    Unknown,
}

/// What is to become of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is an image of what is purged: how much of its key is in front of the original.
    Purge {
        /// Length of [`Reading::head`], in bytes.
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

impl Scheme {
    /// All ways to read a key, the longest spec first. None: the function would not have made it.
    pub fn readings<'a>(&self, key: &'a str) -> Vec<Reading<'a>> {
        let Some(rest) = key.strip_prefix(&self.prefix) else { return Vec::new() };
        let (marked, path) = take_mark(rest);
        let mut readings = self.read(key, path, marked);
        // The function makes no images of images.
        readings.retain(|reading| !self.is_derived(reading.original));
        readings
    }

    fn read<'a>(&self, key: &'a str, path: &'a str, marked: bool) -> Vec<Reading<'a>> {
        let reading = |original: &'a str, asked: Asked| {
            let head = key.get(..key.len() - original.len()).unwrap_or_default();
            Reading { head, original, asked }
        };
        let named = path.split_once('/').filter(|(_, original)| !original.is_empty());
        if let Some((name, original)) = named
            && self.is_preset(name)
        {
            return vec![reading(original, Asked::Preset)];
        }
        match spec::readings(path) {
            Ok(all) => all
                .into_iter()
                // Without prefix and mark, only what has a size is derived: `top/a.jpg` is a file in a folder.
                .filter(|one| marked || !self.prefix.is_empty() || one.spec.has_size())
                .map(|one| reading(one.key, Asked::Spec(Box::new(one.spec))))
                .collect(),
            // Without a prefix, every folder could be such a name.
            Err(_) if !self.prefix.is_empty() => named
                .filter(|(name, _)| could_be_preset(name))
                .map(|(_, original)| reading(original, Asked::Unknown))
                .into_iter()
                .collect(),
            Err(_) => Vec::new(),
        }
    }

    /// Whether the function takes a key for one of its own images, so that it makes none of it.
    pub fn is_derived(&self, key: &str) -> bool {
        if !self.prefix.is_empty() {
            return key.starts_with(&self.prefix);
        }
        let (marked, path) = take_mark(key);
        !self.read(key, path, marked).is_empty()
            || (!marked && path.split_once('/').is_some_and(|(first, _)| first == "direct"))
    }

    fn is_preset(&self, name: &str) -> bool {
        self.presets.iter().any(|presets| presets.get(name).is_some())
    }

    /// Whether an image could be in the folder `first` right under the prefix.
    pub fn may_hold(&self, first: &str) -> bool {
        let probe = format!("{first}/x");
        if take_mark(&probe).0 || self.is_preset(first) || first.starts_with("filters:") {
            return true;
        }
        match spec::readings(&probe) {
            Err(error)
                if matches!(error.kind, SpecErrorKind::NotASpec { .. } | SpecErrorKind::NotOffered) =>
            {
                !self.prefix.is_empty() && could_be_preset(first)
            }
            // Also what only begins like a spec: it may be longer than the folder's name.
            _ => true,
        }
    }

    /// Whether it takes a look at the object to say of which original it is.
    pub fn is_candidate(&self, key: &str, target: &Target) -> bool {
        target.may_want(key) && self.readings(key).iter().any(|reading| target.wants(reading.original))
    }

    /// Whether imgdeploy made the object `key`, by what is stored beside it. One that it made under another name, and that
    /// somebody copied here, it did not make.
    pub fn has_made(&self, key: &str, metadata: &BTreeMap<String, String>) -> bool {
        let Some(stored) = metadata.get(META_SPEC) else { return false };
        // Of a name that is no preset any more nobody knows what it stood for.
        let made = |asked: &Asked| fits(asked, stored) || (*asked == Asked::Unknown && is_spec(stored));
        self.readings(key).iter().any(|reading| made(&reading.asked))
    }

    /// What is to become of the object `key`, by what is stored beside it.
    ///
    /// Of parts that change nothing, such as `center`, the metadata does not tell whether they are of the spec or of the
    /// original. Such an image is purged with either: it is made afresh when somebody asks for it.
    pub fn verdict(&self, key: &str, metadata: &BTreeMap<String, String>, target: &Target) -> Verdict {
        let readings = self.readings(key);
        let Some(stored) = metadata.get(META_SPEC) else { return Verdict::Leave(Why::NotMade) };
        let fitting: Vec<&Reading<'_>> =
            readings.iter().filter(|reading| fits(&reading.asked, stored)).collect();
        if let Some(reading) = fitting.iter().find(|reading| target.wants(reading.original)) {
            return Verdict::Purge { head: reading.head.len() };
        }
        if !fitting.is_empty() {
            return Verdict::Other;
        }
        let unknown = readings.iter().find(|reading| reading.asked == Asked::Unknown);
        Verdict::Leave(
            match unknown.and_then(|reading| reading.head.trim_end_matches('/').rsplit('/').next()) {
                Some(name) if is_spec(stored) => Why::NoPreset(name.to_owned()),
                _ => Why::Copied,
            },
        )
    }
}

/// Whether the function would have stored this text for what is asked.
fn fits(asked: &Asked, stored: &str) -> bool {
    match asked {
        // A header loses the white space at its end.
        Asked::Spec(spec) => stamped(&spec.to_string()).trim_end() == stored.trim_end(),
        Asked::Preset => is_spec(stored),
        Asked::Unknown => false,
    }
}

fn is_spec(stored: &str) -> bool {
    let cut = stored.len() >= STAMP_LENGTH;
    cut || percent_decode_str(stored).decode_utf8().is_ok_and(|text| {
        // What is percent-encoded in a spec itself stays so.
        Spec::parse(stored).is_ok() || Spec::parse(&text).is_ok()
    })
}

fn could_be_preset(name: &str) -> bool {
    Presets::parse(&format!("{name}=1x")).is_ok_and(|presets| presets.get(name).is_some())
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;

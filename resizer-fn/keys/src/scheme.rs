//! How derived keys are made, and so how the key of any object is read. The name alone can't say everything: `x/300x200/a.jpg` may
//! be a file like any other, and `300x200/smart/a.jpg` is an image of `a.jpg` or of `smart/a.jpg`.

use std::collections::BTreeMap;

use imgdeploy_batch::{META_SPEC, STAMP_LENGTH, stamped};
use percent_encoding::percent_decode_str;
use resizer_core::Spec;
use resizer_core::spec::{self, Presets, SpecErrorKind};

use crate::{ImageKind, take_mark};

/// S3's limit for a key, in bytes of UTF-8.
pub const LONGEST_KEY: usize = 1024;
/// What prefix, mark and spec may add to the key of an original that is asked for, in bytes.
const HEAD: usize = 124;
/// The folder of images of other sites' originals, right under the prefix.
const DIRECT: &str = "direct";

/// How derived keys are made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scheme {
    /// What derived keys begin with; empty, or folders that end with `/`.
    pub prefix: String,
    /// Names that stand for specs, as far as anyone knows them.
    pub presets: Presets,
}

/// One way to read the key of a stored image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likely<'a> {
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

impl Scheme {
    /// By a prefix and lists of presets (`name=spec;…`), such as that of the settings and that of what runs. Of a list in which
    /// something is wrong, the names count all the same: there may be images of them.
    pub fn of_lists<'a>(prefix: &str, lists: impl IntoIterator<Item = &'a str>) -> Self {
        let entries = lists.into_iter().flat_map(|list| list.split([';', '\n']));
        let presets = entries.fold(Presets::default(), |known, entry| {
            let name = entry.split_once('=').map_or("", |(name, _)| name.trim());
            let read = Presets::parse(entry).or_else(|_| Presets::parse(&format!("{name}=0x0")));
            known.or(read.unwrap_or_default())
        });
        Self { prefix: prefix.to_owned(), presets }
    }

    /// Whether the function takes a key for one of its own images, so that it makes none of it. Without this, sizes of sizes could
    /// be asked for without end, each stored.
    pub fn is_derived(&self, key: &str) -> bool {
        if !self.prefix.is_empty() {
            return key.starts_with(&self.prefix);
        }
        let (mark, path) = take_mark(key);
        !self.read(key, path, mark.is_some()).is_empty()
            || (!mark.is_some() && path.split_once('/').is_some_and(|(first, _)| first == DIRECT))
    }

    /// Whether a key is that of an original: neither derived nor a folder.
    pub fn is_original(&self, key: &str) -> bool {
        !key.is_empty() && !key.ends_with('/') && !self.is_derived(key)
    }

    /// The kind of image that an original is by its name, where a derived image of it can be asked for by a URL. Without the
    /// characters that get lost on the way there (S3-13), and short enough for what comes in front of it.
    pub fn askable(&self, key: &str) -> Option<ImageKind> {
        let lost = key.contains('?')
            || key.chars().any(char::is_control)
            || key.split('/').any(|part| matches!(part, "" | "." | ".."));
        let fits = self.prefix.len() + key.len() <= LONGEST_KEY - HEAD;
        (fits && !lost && self.is_original(key)).then(|| ImageKind::of_name(key)).flatten()
    }

    /// Whether a key has the form of one that the function writes, with a preset that is known.
    pub fn has_form(&self, key: &str) -> bool {
        self.is_direct(key) || self.all(key).iter().any(|one| one.asked != Asked::Unknown)
    }

    /// The same with any name that could be a preset's: what is stored beside the object says the rest.
    pub fn may_have_made(&self, key: &str) -> bool {
        self.is_direct(key) || !self.all(key).is_empty()
    }

    /// Whether it is `{prefix}direct/{name}`.
    fn is_direct(&self, key: &str) -> bool {
        let name =
            key.strip_prefix(&self.prefix).and_then(|rest| rest.strip_prefix(DIRECT)?.strip_prefix('/'));
        name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
    }

    /// All ways to read a key, the longest spec first. None: the function would not have made it.
    pub fn readings<'a>(&self, key: &'a str) -> Vec<Likely<'a>> {
        let mut readings = self.all(key);
        // The function makes no images of images.
        readings.retain(|reading| !self.is_derived(reading.original));
        readings
    }

    fn all<'a>(&self, key: &'a str) -> Vec<Likely<'a>> {
        let Some(rest) = key.strip_prefix(&self.prefix) else { return Vec::new() };
        let (mark, path) = take_mark(rest);
        self.read(key, path, mark.is_some())
    }

    fn read<'a>(&self, key: &'a str, path: &'a str, marked: bool) -> Vec<Likely<'a>> {
        let reading = |original: &'a str, asked: Asked| {
            let head = key.get(..key.len() - original.len()).unwrap_or_default();
            Likely { head, original, asked }
        };
        if let Some(named) = self.presets.reading(path) {
            return vec![reading(named.key, Asked::Preset)];
        }
        match spec::readings(path) {
            Ok(all) => all
                .into_iter()
                // Without prefix and mark, only what has a size is derived: `top/a.jpg` is a file in a folder.
                .filter(|one| marked || !self.prefix.is_empty() || one.spec.has_size())
                .map(|one| reading(one.key, Asked::Spec(Box::new(one.spec))))
                .collect(),
            // Without a prefix, every folder could be such a name.
            Err(_) if !self.prefix.is_empty() => path
                .split_once('/')
                .filter(|(name, original)| !original.is_empty() && could_be_preset(name))
                .map(|(_, original)| reading(original, Asked::Unknown))
                .into_iter()
                .collect(),
            Err(_) => Vec::new(),
        }
    }

    /// Whether an image could be in the folder `first` right under the prefix.
    pub fn may_hold(&self, first: &str) -> bool {
        let probe = format!("{first}/x");
        let named = self.presets.get(first).is_some();
        if take_mark(&probe).0.is_some() || named || first.starts_with("filters:") {
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

    /// Whether imgdeploy made the object `key`, by what is stored beside it. One that it made under another name, and that
    /// somebody copied here, it did not make.
    pub fn has_made(&self, key: &str, metadata: &BTreeMap<String, String>) -> bool {
        let Some(stored) = metadata.get(META_SPEC) else { return false };
        // Of a name that is no preset any more nobody knows what it stood for.
        let made = |asked: &Asked| asked.fits(stored) || (*asked == Asked::Unknown && is_spec(stored));
        self.readings(key).iter().any(|reading| made(&reading.asked))
    }
}

impl Asked {
    /// Whether the function would have stored this text for what is asked.
    pub fn fits(&self, stored: &str) -> bool {
        match self {
            // A header loses the white space at its end.
            Self::Spec(spec) => stamped(&spec.to_string()).trim_end() == stored.trim_end(),
            Self::Preset => is_spec(stored),
            Self::Unknown => false,
        }
    }
}

/// Whether a text that is stored beside an image is a spec.
pub fn is_spec(stored: &str) -> bool {
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
#[path = "scheme_tests.rs"]
mod tests;

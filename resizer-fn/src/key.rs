//! The derived key, `{prefix}{mark/}{spec}/{original}`: taken apart and put together. Pure.

use crate::signature::{Gate, Mark, meaning, take_mark};
pub use imgdeploy_keys::Scheme;
use imgdeploy_keys::{LONGEST_KEY, Reading, readings};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use resizer_core::Spec;
use resizer_core::spec::{SpecError, SpecErrorKind};

/// Everything but unreserved characters (RFC 3986) and the `/` between segments.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    /// What stands in front of the spec.
    pub mark: Mark<'a>,
    /// What a signature is of: everything behind the mark.
    pub path: &'a str,
    /// The ways to read it, at least one; they are tried in this order.
    pub readings: Vec<Reading<'a>>,
}

impl Asked<'_> {
    /// The texts that a signature may be of. What client libraries sign is the URL as they write it, in which the key of
    /// the original is percent-encoded or not; here it arrives decoded, perhaps encoded anew by a redirect in between
    /// (S3-13). `arrived` is the whole as it came, if that was encoded. Each text has this path as its [`meaning`], so
    /// that none is of two paths.
    pub fn signed_texts(&self, arrived: Option<&str>) -> impl Iterator<Item = String> {
        // As many segments from the end as the path has.
        let segments = self.path.split('/').count();
        let as_it_came = arrived.map(|text| {
            let all: Vec<&str> = text.split('/').collect();
            all.get(all.len().saturating_sub(segments)..).unwrap_or_default().join("/")
        });
        let encoded = self.readings.iter().map(|reading| {
            let original = utf8_percent_encode(reading.original, ENCODED);
            format!("{}/{original}", reading.text)
        });
        let texts = std::iter::once(self.path.to_owned()).chain(as_it_came).chain(encoded);
        texts.filter(|text| meaning(text) == self.path)
    }

    /// The same for URLs in place of the original: on its way, the `//` of one may have become another number of slashes.
    pub fn signed_url_texts(&self) -> impl Iterator<Item = String> {
        let paths = self.readings.iter().filter_map(|reading| Some((reading.text, reading.url()?)));
        paths.flat_map(|(text, url)| {
            let encoded = format!("{text}/{}", utf8_percent_encode(&url, ENCODED));
            let path = format!("{text}/{url}");
            let fits = move |text: &String| meaning(text) == path;
            [format!("{text}/{url}"), encoded].into_iter().filter(fits)
        })
    }
}

/// Why a key is no derived key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// It is longer than S3 allows.
    #[error("the key has {0} bytes; S3 allows {LONGEST_KEY}")]
    TooLong(usize),
    /// It has control characters.
    #[error("the key has a control character (U+{0:04X}); rename the original")]
    Control(u32),
    /// It has `.` or `..` as a segment, which browsers and proxies take out of a path.
    #[error("the key has `.` or `..` between slashes, which is lost in a URL; rename the original")]
    Dots,
    /// It does not begin with the prefix.
    #[error("the key does not begin with `{0}`; ask for {0}{{size}}/{{original key}}")]
    Prefix(String),
    /// It has no size after the prefix.
    #[error("the key has no size before the original; ask for {0}300x200/{{original key}}")]
    NoSize(String),
    /// Its size is none.
    #[error(transparent)]
    Size(#[from] SpecError),
    /// Nothing follows the size.
    #[error("the key ends after the size; the key of the original has to follow")]
    NoOriginal,
    /// The original is itself a derived image.
    #[error("`{0}` is itself a resized image; ask for a size of the original instead")]
    Derived(String),
}

/// What the function does with the key scheme of tool and function.
pub trait Keyed {
    /// Takes the key of a stored image apart.
    ///
    /// # Errors
    /// See [`KeyError`]. Whatever is accepted, [`Asked`] and the prefix put together are the very same key.
    fn parse<'a>(&self, key: &'a str) -> Result<Asked<'a>, KeyError>;

    /// The key under which the image `text` (a spec, or a preset's name) of `original` is asked for: signed where that is
    /// required, as whoever orders it has the key.
    fn derived_key(&self, gate: &Gate, text: &str, original: &str) -> String;

    /// The one key of the image that `reading` of `asked` is, if that is another than was asked for. There are many ways
    /// to write a spec, and each would be an object of its own. Whoever signs has chosen one: that stays.
    ///
    /// `absent` says of what else could be read in that key that it will not be taken: the key has to lead to the same.
    fn canonical_key(
        &self,
        gate: &Gate,
        asked: &Asked<'_>,
        reading: &Reading<'_>,
        absent: impl Fn(&Reading<'_>) -> bool,
    ) -> Option<String>;

    /// Takes `{mark/}{spec}/{original}` apart, which is not stored.
    ///
    /// # Errors
    /// See [`KeyError`].
    fn parse_path<'a>(&self, path: &'a str) -> Result<Asked<'a>, KeyError>;
}

impl Keyed for Scheme {
    fn parse<'a>(&self, key: &'a str) -> Result<Asked<'a>, KeyError> {
        check_length(key)?;
        check_text(key)?;
        let rest = key.strip_prefix(&self.prefix).ok_or_else(|| KeyError::Prefix(self.prefix.clone()))?;
        let mut asked = read(self, rest)?;
        // Without a prefix, folders of originals stand beside derived images. What has no size is one of these: a site
        // with a folder `top` or `left` must not lose it.
        if self.prefix.is_empty() && asked.mark == Mark::None {
            asked.readings.retain(|reading| reading.preset || reading.spec.has_size());
            if asked.readings.is_empty() {
                return Err(KeyError::NoSize(String::new()));
            }
        }
        Ok(asked)
    }

    fn derived_key(&self, gate: &Gate, text: &str, original: &str) -> String {
        let path = format!("{text}/{original}");
        match &gate.key {
            // As it was ordered: the page that asks for it is signed with the same text.
            Some(key) => format!("{}{}/{path}", self.prefix, key.sign(&signed_path(&path))),
            None => format!("{}{path}", self.prefix),
        }
    }

    fn canonical_key(
        &self,
        gate: &Gate,
        asked: &Asked<'_>,
        reading: &Reading<'_>,
        absent: impl Fn(&Reading<'_>) -> bool,
    ) -> Option<String> {
        let mark = match (asked.mark, &gate.key) {
            (Mark::Signature(_), _) => return None,
            (Mark::Unsafe, Some(_)) => "unsafe/",
            (Mark::Unsafe | Mark::None, _) => "",
        };
        let text = if reading.preset { reading.text.to_owned() } else { reading.spec.to_string() };
        if text == reading.text && (asked.mark == Mark::None || !mark.is_empty()) {
            return None;
        }
        let key = format!("{}{mark}{text}/{}", self.prefix, reading.original);
        let there = self.parse(&key).ok()?;
        let first = there.readings.iter().find(|other| !absent(other))?;
        (first.spec == reading.spec && first.original == reading.original).then_some(key)
    }

    fn parse_path<'a>(&self, path: &'a str) -> Result<Asked<'a>, KeyError> {
        check_text(path)?;
        // URLs may be longer than keys.
        if !path.contains(":/") {
            check_length(path)?;
        }
        read(self, path)
    }
}

fn read<'a>(scheme: &Scheme, marked: &'a str) -> Result<Asked<'a>, KeyError> {
    let (mark, path) = take_mark(marked);
    if !path.contains('/') {
        return Err(KeyError::NoSize(scheme.prefix.clone()));
    }
    let mut readings = readings(path, &scheme.presets).map_err(|error| match error.kind {
        SpecErrorKind::NoKey => KeyError::NoOriginal,
        _ => KeyError::Size(error),
    })?;
    let mut refused = None;
    // Sizes of sizes could be asked for without end, each stored.
    readings.retain(|reading| {
        let derived = scheme.is_derived(reading.original);
        if derived {
            refused.get_or_insert(KeyError::Derived(reading.original.to_owned()));
        }
        !derived
    });
    match refused {
        Some(error) if readings.is_empty() => Err(error),
        _ => Ok(Asked { mark, path, readings }),
    }
}

/// What is signed of a path: the path, encoded where it could be taken for another one's encoding.
fn signed_path(path: &str) -> String {
    if path.contains('%') { utf8_percent_encode(path, ENCODED).to_string() } else { path.to_owned() }
}

fn check_length(key: &str) -> Result<(), KeyError> {
    if key.len() > LONGEST_KEY { Err(KeyError::TooLong(key.len())) } else { Ok(()) }
}

fn check_text(key: &str) -> Result<(), KeyError> {
    if let Some(control) = key.chars().find(|c| c.is_control()) {
        return Err(KeyError::Control(control.into()));
    }
    if key.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(KeyError::Dots);
    }
    Ok(())
}

/// The size alone of a spec, as `ALLOWED_DIMENSIONS` has it: `300x200`, `300x`, `x200`.
pub fn size_of(spec: &Spec) -> Spec {
    Spec { width: spec.width, height: spec.height, ..Spec::default() }
}

/// Where a redirect to `key` leads. `url` is the base without a `/` at its end.
pub fn location(url: &str, key: &str) -> String {
    format!("{url}/{}", utf8_percent_encode(key, ENCODED))
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;

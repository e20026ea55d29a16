//! The derived key, `{prefix}{spec}/{original}`: taken apart and put together. Pure.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use resizer_core::Spec;
use resizer_core::spec::SpecError;

/// S3's limit for a key, in bytes of UTF-8.
const LONGEST_KEY: usize = 1024;

/// Everything but unreserved characters (RFC 3986) and the `/` between segments.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A derived key, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivedKey<'a> {
    /// What is asked of the original.
    pub spec: Spec,
    /// The key of the original.
    pub original: &'a str,
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

/// Takes `key` apart. `prefix` is empty or ends with `/`.
///
/// # Errors
/// See [`KeyError`]. Whatever is accepted, [`build`] makes the very same key of.
pub fn parse<'a>(prefix: &str, key: &'a str) -> Result<DerivedKey<'a>, KeyError> {
    if key.len() > LONGEST_KEY {
        return Err(KeyError::TooLong(key.len()));
    }
    if let Some(control) = key.chars().find(|c| c.is_control()) {
        return Err(KeyError::Control(control.into()));
    }
    if key.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(KeyError::Dots);
    }
    let rest = key.strip_prefix(prefix).ok_or_else(|| KeyError::Prefix(prefix.to_owned()))?;
    let (spec, original) = rest.split_once('/').ok_or_else(|| KeyError::NoSize(prefix.to_owned()))?;
    let spec = spec.parse::<Spec>()?;
    if original.is_empty() {
        return Err(KeyError::NoOriginal);
    }
    if is_derived(prefix, original) {
        return Err(KeyError::Derived(original.to_owned()));
    }
    Ok(DerivedKey { spec, original })
}

/// Whether a key is one that this function writes. Without this check, sizes of sizes could be
/// asked for without end, each stored.
fn is_derived(prefix: &str, key: &str) -> bool {
    if prefix.is_empty() {
        key.split_once('/').is_some_and(|(spec, _)| spec.parse::<Spec>().is_ok())
    } else {
        key.starts_with(prefix)
    }
}

/// The inverse of [`parse`].
pub fn build(prefix: &str, spec: &Spec, original: &str) -> String {
    format!("{prefix}{spec}/{original}")
}

/// Where a redirect to `key` leads. `url` is the base without a `/` at its end.
pub fn location(url: &str, key: &str) -> String {
    format!("{url}/{}", utf8_percent_encode(key, ENCODED))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;
    use resizer_core::spec::SpecErrorKind;

    const PREFIX: &str = "resized/";

    #[test]
    fn takes_a_key_apart() {
        let key = parse(PREFIX, "resized/300x200/pics/a.jpg").unwrap();
        assert_eq!(key.original, "pics/a.jpg");
        assert_eq!(key.spec, Spec::cover(300, 200));
        // Odd but valid keys: empty segments, no extension, a size as a folder.
        for original in ["/a", "a//b", "a", "300x200/a.jpg", "...", "a/..b/c.", "x", "a/"] {
            let asked = format!("resized/x20/{original}");
            assert_eq!(parse(PREFIX, &asked).unwrap().original, original);
        }
    }

    #[test]
    fn the_classic_scheme_has_no_prefix() {
        assert_eq!(parse("", "300x/a.jpg").unwrap().original, "a.jpg");
        assert_eq!(parse("", "300x/x200/a.jpg"), Err(KeyError::Derived("x200/a.jpg".to_owned())));
        assert!(parse("", "300x/x200").is_ok());
    }

    #[test]
    fn refuses_what_is_no_derived_key() {
        use KeyError::*;
        let prefix = || PREFIX.to_owned();
        let no_spec =
            |token: &str| SpecError { at: 0, token: token.to_owned(), kind: SpecErrorKind::NotASpec };
        for (key, error) in [
            ("", Prefix(prefix())),
            ("pics/a.jpg", Prefix(prefix())),
            ("/resized/300x200/a.jpg", Prefix(prefix())),
            ("Resized/300x200/a.jpg", Prefix(prefix())),
            ("resized/", NoSize(prefix())),
            ("resized/300x200", NoSize(prefix())),
            ("resized/a.jpg", NoSize(prefix())),
            ("resized//a.jpg", Size(no_spec(""))),
            ("resized/pics/a.jpg", Size(no_spec("pics"))),
            ("resized/300x200/", NoOriginal),
            ("resized/300x200/resized/a.jpg", Derived("resized/a.jpg".to_owned())),
            ("resized/300x200/../../index.html", Dots),
            ("resized/300x200/..", Dots),
            ("resized/./300x200/a", Dots),
            ("resized/300x200/a\nb", Control(10)),
            ("resized/300x200/a\u{7f}b", Control(127)),
            ("resized/300x200/a\u{85}b", Control(133)),
        ] {
            assert_eq!(parse(PREFIX, key), Err(error), "{key}");
        }
        assert!(matches!(parse(PREFIX, "resized/0300x200/a"), Err(Size(_))));
    }

    #[test]
    fn length_is_counted_in_bytes() {
        let key = |n: usize| format!("resized/1x/{}", "é".repeat(n));
        assert_eq!(key(506).len(), 1023);
        assert!(parse(PREFIX, &key(506)).is_ok());
        assert_eq!(parse(PREFIX, &key(507)), Err(KeyError::TooLong(1025)));
    }

    #[test]
    fn locations_are_encoded() {
        assert_eq!(
            location("https://cdn.example.com", "resized/1x/a b&c+d#e%f(g)é;?/h-i._~"),
            "https://cdn.example.com/resized/1x/a%20b%26c%2Bd%23e%25f%28g%29%C3%A9%3B%3F/h-i._~"
        );
    }

    proptest! {
        #[test]
        fn build_is_the_inverse_of_parse(
            prefix in prop_oneof![Just(""), Just("resized/"), Just("a/b/")],
            key in prop_oneof!["\\PC{0,40}", "(resized/|a/b/)?[0-9]{0,3}x[0-9]{0,3}/\\PC{0,20}"],
        ) {
            if let Ok(parsed) = parse(prefix, &key) {
                prop_assert_eq!(build(prefix, &parsed.spec, parsed.original), key);
            }
        }

        #[test]
        fn parse_is_the_inverse_of_build(w in 1u32..=10_000, original in "[^/\\pC]\\PC{0,30}") {
            let spec = Spec::width(w);
            if let Ok(parsed) = parse(PREFIX, &build(PREFIX, &spec, &original)) {
                prop_assert_eq!(parsed, DerivedKey { spec, original: &original });
            } else {
                // Only these are refused of what is built with a fine spec.
                prop_assert!(original.starts_with(PREFIX) || original.split('/').any(|s| s == "." || s == ".."));
            }
        }

        #[test]
        fn locations_decode_to_the_key_and_are_plain(key in "\\PC{1,40}") {
            let location = location("https://h", &key);
            let path = location.strip_prefix("https://h/").unwrap();
            prop_assert!(path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)));
            prop_assert_eq!(percent_decode_str(path).decode_utf8().unwrap(), key);
        }
    }
}

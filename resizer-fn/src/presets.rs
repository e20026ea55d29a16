//! `PRESETS`: names for specs. Pure.

use resizer_core::Spec;
use std::collections::BTreeMap;
use std::str::FromStr;

/// Names that mean something else where a preset's would stand.
const TAKEN: [&str; 2] = ["unsafe", "direct"];

/// Specs by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presets(BTreeMap<String, Spec>);

impl Presets {
    /// The spec of this name.
    pub fn get(&self, name: &str) -> Option<&Spec> {
        self.0.get(name)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for Presets {
    type Err = String;

    /// `thumb=300x200/smart; hero=1600x`: names of lower-case letters, digits, `-` and `_`, separated by semicolons.
    fn from_str(list: &str) -> Result<Self, String> {
        let mut presets = BTreeMap::new();
        for entry in list.split(';').map(str::trim).filter(|entry| !entry.is_empty()) {
            let pair = entry.split_once('=').map(|(name, spec)| (name.trim(), spec.trim()));
            let (name, text) = pair.ok_or_else(|| format!("`{entry}` has no `=`; write name=300x200"))?;
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
            if name.is_empty() || !name.bytes().all(plain) {
                return Err(format!("`{name}` is not a name; use lower-case letters, digits, `-` and `_`"));
            }
            if TAKEN.contains(&name) || name.parse::<Spec>().is_ok() {
                return Err(format!("`{name}` means something else in a URL; use another name"));
            }
            let spec = text.parse::<Spec>().map_err(|error| format!("`{name}` is no spec: {error}"))?;
            if presets.insert(name.to_owned(), spec).is_some() {
                return Err(format!("`{name}` is there twice"));
            }
        }
        Ok(Self(presets))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_and_specs() {
        let presets: Presets = " thumb = 300x200;hero_2x=1600x;; ".parse().unwrap();
        assert_eq!(presets.get("thumb"), Some(&Spec::cover(300, 200)));
        assert_eq!(presets.get("hero_2x"), Some(&Spec::width(1600)));
        assert_eq!(presets.get("Thumb"), None);
        assert!("".parse::<Presets>().unwrap().is_empty());
    }

    #[test]
    fn wrong_ones_are_named() {
        for (list, says) in [
            ("thumb", "`thumb` has no `=`"),
            ("=300x", "not a name"),
            ("Thumb=300x", "`Thumb` is not a name"),
            ("a/b=300x", "`a/b` is not a name"),
            ("unsafe=300x", "means something else"),
            ("300x=200x", "means something else"),
            ("a=300x;a=200x", "`a` is there twice"),
            ("a=0300x", "`a` is no spec: `0300`"),
        ] {
            let error = list.parse::<Presets>().unwrap_err();
            assert!(error.contains(says), "{list}: {error}");
        }
    }
}

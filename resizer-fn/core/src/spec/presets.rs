//! Specs with names.

use super::number::Token;
use super::parse::is_free;
use super::{MAX_LENGTH, Reading, Spec, SpecError, SpecErrorKind};
use std::collections::BTreeMap;

/// Specs with names, such as `thumb=300x200/smart;hero=fit-in/1600x/filters:format(webp)`.
///
/// Entries are separated by `;` or line ends (write `%3B` in the key of a watermark); blanks around
/// names and specs do not count. A name is of `a-z`, `0-9`, `-` and `_`, and nothing that could be
/// read as a part of a spec.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presets {
    by_name: BTreeMap<String, Spec>,
}

impl Presets {
    /// Reads a list of presets, which may be empty.
    ///
    /// # Errors
    /// See [`SpecErrorKind`]; places are those in `text`.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        let mut by_name = BTreeMap::new();
        let mut at = 0;
        for entry in text.split([';', '\n']) {
            let token = Token { at, text: entry }.trimmed();
            at += entry.len() + 1;
            if token.text.is_empty() {
                continue;
            }
            let (name, spec) = token.split('=').ok_or_else(|| token.error(SpecErrorKind::PresetName))?;
            let (name, spec) = (name.trimmed(), spec.trimmed());
            if !is_name(name.text) {
                return Err(name.error(SpecErrorKind::PresetName));
            }
            let parsed = Spec::parse(spec.text).map_err(|error| error.moved(spec.at))?;
            if by_name.insert(name.text.to_owned(), parsed).is_some() {
                return Err(name.error(SpecErrorKind::PresetTwice));
            }
        }
        Ok(Self { by_name })
    }

    /// The spec of this name.
    pub fn get(&self, name: &str) -> Option<&Spec> {
        self.by_name.get(name)
    }

    /// Names and specs, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Spec)> {
        self.by_name.iter().map(|(name, spec)| (name.as_str(), spec))
    }

    /// These and, under other names, those.
    pub fn or(mut self, those: Self) -> Self {
        for (name, spec) in those.by_name {
            self.by_name.entry(name).or_insert(spec);
        }
        self
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Whether one of them asks for the same as `spec`, whatever the text.
    pub fn allows(&self, spec: &Spec) -> bool {
        self.by_name.values().any(|allowed| allowed == spec)
    }

    /// Reads `name/key`; the name is the reading's text.
    pub fn reading<'a>(&self, path: &'a str) -> Option<Reading<'a>> {
        let (text, key) = path.split_once('/').filter(|(_, key)| !key.is_empty())?;
        self.get(text).map(|spec| Reading { spec: spec.clone(), text, key })
    }
}

fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    !name.is_empty() && name.len() <= MAX_LENGTH && name.bytes().all(plain) && is_free(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_list() {
        let text = "thumb=300x200/smart;\n hero = fit-in/1600x/filters:format(webp):fill(red,1) ;;2up=0x0\n";
        let presets = Presets::parse(text).unwrap();
        assert_eq!(presets.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["2up", "hero", "thumb"]);
        assert_eq!(presets.get("thumb"), Some(&Spec { smart: true, ..Spec::cover(300, 200) }));
        assert_eq!(presets.get("hero").unwrap().filters.len(), 2);
        assert!(presets.allows(&"300x200/center/smart".parse().unwrap()));
        assert!(!presets.allows(&Spec::cover(300, 200)));
        let reading = presets.reading("thumb/smart/a.jpg").unwrap();
        assert_eq!((reading.text, reading.key), ("thumb", "smart/a.jpg"));
        assert_eq!(
            (presets.reading("thumb/"), presets.reading("thumb"), presets.reading("x/a")),
            (None, None, None)
        );
        assert!(Presets::parse(" ;\n").unwrap().is_empty());
        let more = presets.clone().or(Presets::parse("hero=1x;new=2x").unwrap());
        assert_eq!(more.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["2up", "hero", "new", "thumb"]);
        assert_eq!(more.get("hero"), presets.get("hero"));
    }

    #[test]
    fn errors_have_their_place() {
        for (text, at, token, kind) in [
            ("thumb", 0, "thumb", SpecErrorKind::PresetName),
            ("a=1x;=2x", 5, "", SpecErrorKind::PresetName),
            ("a=1x; Big=2x", 6, "Big", SpecErrorKind::PresetName),
            ("smart=2x", 0, "smart", SpecErrorKind::PresetName),
            ("300x200=2x", 0, "300x200", SpecErrorKind::PresetName),
            ("fit-in=2x", 0, "fit-in", SpecErrorKind::PresetName),
            ("0300x1=2x", 0, "0300x1", SpecErrorKind::PresetName),
            ("unsafe=2x", 0, "unsafe", SpecErrorKind::PresetName),
            ("a=1x;a=2x", 5, "a", SpecErrorKind::PresetTwice),
            ("a=1x;\n  bc = 10x010", 16, "010", SpecErrorKind::Number),
            ("a=", 2, "", SpecErrorKind::NotASpec { nearest: None }),
        ] {
            assert_eq!(Presets::parse(text), Err(SpecError::new(at, token, kind)), "{text}");
        }
    }
}

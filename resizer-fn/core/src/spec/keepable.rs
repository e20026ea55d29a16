//! Which metadata specs may ask for, as a setting.

use super::{Kept, Spec};
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// What `keep` may name: the list of a setting, such as `icc,copyright,exif`.
///
/// Metadata of a private original would be anybody's otherwise: `exif` has the camera and the time, `all-exif` the place,
/// too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keepable(Vec<Kept>);

impl Default for Keepable {
    /// `icc,copyright`: what is there to be seen by everybody.
    fn default() -> Self {
        Self(vec![Kept::Icc, Kept::Copyright])
    }
}

impl Keepable {
    /// The word for a list of nothing.
    pub const NONE: &'static str = "none";

    /// The first kind that `spec` asks for and may not; `None` if there is none. Whoever gives all EXIF data gives a part.
    pub fn refuses(&self, spec: &Spec) -> Option<Kept> {
        let has = |kind| self.0.contains(&kind);
        let may = |kind| has(kind) || (kind == Kept::Exif && has(Kept::AllExif));
        spec.kept().iter().copied().find(|kind| !may(*kind))
    }
}

impl FromStr for Keepable {
    type Err = String;

    /// Names are separated by commas or white space.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut kinds = Vec::new();
        let words: Vec<&str> =
            text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty()).collect();
        if words == [Self::NONE] {
            return Ok(Self(kinds));
        }
        for word in &words {
            let kind = Kept::named(word).ok_or_else(|| {
                let names = Kept::ALL.map(Kept::name).join(", ");
                format!("`{word}` is none of {names}; or write {} alone", Self::NONE)
            })?;
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        if kinds.is_empty() {
            Err(format!("nothing is named; write {}", Self::NONE))
        } else {
            Ok(Self(kinds))
        }
    }
}

impl Display for Keepable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => f.write_str(Self::NONE),
            kinds => f.write_str(&kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(",")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_not_named_is_refused() {
        for (list, spec, refused) in [
            ("icc,copyright", "300x/filters:keep(icc,copyright)", None),
            ("icc,copyright", "300x/filters:keep(icc,exif)", Some(Kept::Exif)),
            ("icc copyright exif", "300x/filters:keep(exif)", None),
            ("icc,copyright,exif", "300x/filters:keep(all-exif)", Some(Kept::AllExif)),
            ("all-exif", "300x/filters:keep(exif,all-exif)", None),
            ("none", "300x/filters:keep(icc)", Some(Kept::Icc)),
            ("none", "300x", None),
            // The last one counts.
            ("icc", "300x/filters:keep(exif):keep(icc)", None),
            ("icc", "300x/filters:keep(icc):keep(exif)", Some(Kept::Exif)),
        ] {
            let keepable: Keepable = list.parse().unwrap();
            assert_eq!(keepable.refuses(&spec.parse().unwrap()), refused, "{list} {spec}");
            assert_eq!(keepable.to_string(), list.replace(' ', ","));
        }
        assert_eq!(Keepable::default().to_string(), "icc,copyright");
        for wrong in ["", " ", "gps", "none,icc", "EXIF", "exif;icc"] {
            assert!(wrong.parse::<Keepable>().is_err(), "{wrong}");
        }
    }
}

//! The mark of what `tune` made: it begins the description of temporary versions, and of the unpublished state while one
//! works. Pure.

use crate::approval::Proposal;
use crate::aws::lambda::{Alias, Configuration};

/// What every mark begins with.
const BEGIN: &str = "imgdeploy tune, temporary; memory before: ";
/// What is behind the memory.
const UNIT: &str = " MB; description before: ";
/// What Lambda takes as a description, in characters.
const LONGEST: usize = 256;

/// What the unpublished state was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// MB.
    pub memory: u32,
    /// Its description.
    pub description: String,
}

impl Mark {
    /// The mark for a function as it is.
    pub fn new(latest: &Configuration) -> Self {
        Self { memory: latest.memory, description: latest.description.clone() }
    }

    /// The mark in a description, if there is one.
    pub fn of(description: &str) -> Option<Self> {
        let (memory, description) = description.strip_prefix(BEGIN)?.split_once(UNIT)?;
        Some(Self { memory: memory.parse().ok()?, description: description.to_owned() })
    }

    /// As a description.
    pub fn text(&self) -> String {
        format!("{BEGIN}{}{UNIT}{}", self.memory, self.description)
    }

    /// Whether Lambda takes it: a long description leaves no room.
    pub fn fits(&self) -> bool {
        self.text().chars().count() <= LONGEST
    }
}

/// What a run left behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// What the unpublished state has to become again.
    pub restore: Option<Mark>,
    /// Versions to delete.
    pub delete: Vec<String>,
    /// Marked versions that an alias names, which stay, each with the alias.
    pub kept: Vec<(String, String)>,
}

/// A function is to be as it was before a measurement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaning {
    /// Its name.
    pub function: String,
    /// What was left behind.
    pub left: Leftovers,
}

impl Proposal for Cleaning {
    fn is_refused(&self) -> bool {
        false
    }
}

impl Leftovers {
    /// What is there of an earlier run.
    pub fn of(latest: &Configuration, versions: &[Configuration], aliases: &[Alias]) -> Self {
        let mut found = Self { restore: Mark::of(&latest.description), ..Self::default() };
        // A number: deleting without one would delete the function.
        let ours = |version: &&Configuration| {
            Mark::of(&version.description).is_some() && version.version.parse::<u64>().is_ok()
        };
        for version in versions.iter().filter(ours) {
            let number = &version.version;
            let names = |alias: &&Alias| alias.version == *number || alias.weights.contains_key(number);
            match aliases.iter().find(names) {
                Some(alias) => found.kept.push((number.clone(), alias.name.clone())),
                None => found.delete.push(number.clone()),
            }
        }
        found
    }

    /// Whether there is nothing to clean.
    pub fn is_empty(&self) -> bool {
        self.restore.is_none() && self.delete.is_empty()
    }

    /// The steps in words.
    pub fn steps(&self) -> Vec<String> {
        let mut steps = Vec::new();
        if let Some(mark) = &self.restore {
            steps.push(format!("set the memory of the unpublished state back to {} MB", mark.memory));
        }
        if !self.delete.is_empty() {
            steps.push(format!("delete the temporary versions {}", self.delete.join(", ")));
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn version(number: &str, description: &str) -> Configuration {
        Configuration {
            version: number.to_owned(),
            description: description.to_owned(),
            ..Configuration::default()
        }
    }

    proptest! {
        #[test]
        fn a_mark_gives_back_what_was_before(memory in 128_u32..=10_240, description in ".{0,180}") {
            let mark = Mark { memory, description };
            prop_assert_eq!(Mark::of(&mark.text()), Some(mark.clone()));
            prop_assert!(mark.fits(), "{}", mark.text());
        }

        #[test]
        fn nothing_else_is_taken_for_one(text in ".{0,80}") {
            prop_assert_eq!(Mark::of(&text), None);
        }
    }

    #[test]
    fn there_is_no_room_behind_a_long_description() {
        let long = version("$LATEST", &"x".repeat(256));
        assert!(!Mark::new(&long).fits());
        assert!(Mark::new(&version("$LATEST", "")).fits());
    }

    #[test]
    fn a_version_that_an_alias_names_stays() {
        let mark = Mark { memory: 512, description: "mine".to_owned() };
        let text = mark.text();
        let versions = [version("1", ""), version("2", &text), version("3", &text), version("4", &text)];
        let alias = |version: &str, share: Option<&str>| Alias {
            name: "Live".to_owned(),
            version: version.to_owned(),
            weights: share.map(|share| (share.to_owned(), 0.1)).into_iter().collect(),
            ..Alias::default()
        };
        let found = Leftovers::of(&version("$LATEST", &text), &versions, &[alias("2", Some("3"))]);
        assert_eq!(found.restore, Some(mark));
        assert_eq!(found.delete, ["4"]);
        assert_eq!(found.kept.iter().map(|kept| kept.0.as_str()).collect::<Vec<_>>(), ["2", "3"]);
        let nameless =
            [version("", &Mark { memory: 1, description: String::new() }.text()), version("$LATEST", &text)];
        assert!(Leftovers::of(&version("$LATEST", ""), &nameless, &[]).is_empty());
        let none = Leftovers::of(&version("$LATEST", "mine"), &versions[..1], &[alias("1", None)]);
        assert!(none.is_empty() && none.steps().is_empty(), "{none:?}");
    }
}

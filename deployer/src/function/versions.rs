//! Which version to go back to, and which are no longer needed. Pure.

use std::collections::BTreeSet;

use crate::aws::lambda::{Alias, Configuration};

/// The newest version before `live` with other code.
pub(super) fn previous<'a>(versions: &'a [Configuration], live: &str) -> Option<&'a Configuration> {
    let number = |version: &Configuration| version.version.parse::<u64>().unwrap_or_default();
    let live = versions.iter().find(|version| version.version == live)?;
    let older = versions.iter().filter(|version| number(version) < number(live));
    older.filter(|version| version.code_sha256 != live.code_sha256).max_by_key(|version| number(version))
}

/// The versions beyond the `keep` newest ones that nothing names: no alias (nor a share of one), and none of `pinned`.
pub(super) fn superfluous(
    versions: &[Configuration],
    aliases: &[Alias],
    pinned: &[String],
    keep: usize,
) -> Vec<String> {
    let named: BTreeSet<&str> = aliases
        .iter()
        .flat_map(|alias| alias.weights.keys().chain([&alias.version]))
        .chain(pinned)
        .map(String::as_str)
        .collect();
    let old = versions.len().saturating_sub(keep);
    let old = versions.iter().take(old).map(|version| version.version.as_str());
    old.filter(|version| !named.contains(version)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(codes: &[&str]) -> Vec<Configuration> {
        let numbered = codes.iter().enumerate();
        numbered
            .map(|(at, code)| Configuration {
                version: (at + 1).to_string(),
                code_sha256: (*code).to_owned(),
                ..Configuration::default()
            })
            .collect()
    }

    #[test]
    fn back_goes_to_the_newest_other_code() {
        let versions = versions(&["a", "b", "b", "c", "c"]);
        let back = |live: &str| previous(&versions, live).map(|version| version.version.as_str());
        assert_eq!(
            [back("5"), back("4"), back("3"), back("1"), back("9")],
            [Some("3"), Some("3"), Some("1"), None, None]
        );
    }

    #[test]
    fn what_is_named_stays() {
        let versions = versions(&["a", "b", "c", "d", "e", "f"]);
        let alias =
            Alias { version: "2".to_owned(), weights: [("3".to_owned(), 0.1)].into(), ..Alias::default() };
        let pinned = ["4".to_owned()];
        assert_eq!(superfluous(&versions, std::slice::from_ref(&alias), &pinned, 1), ["1", "5"]);
        assert_eq!(superfluous(&versions, &[], &[], 2), ["1", "2", "3", "4"]);
        assert!(superfluous(&versions, &[alias], &pinned, 9).is_empty());
    }
}

//! Back to a version that is there. Pure but for the one call that moves the alias.

use serde::Serialize;

use super::observe::Seen;
use super::versions;
use crate::approval::{Approved, Proposal};
use crate::aws::AwsFailure;
use crate::aws::lambda::{Alias, Configuration, Function};

/// A version, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Number.
    pub version: String,
    /// Base64 SHA-256 of its zip.
    pub code_sha256: String,
    /// When it was published, as Lambda writes it.
    pub date: String,
    /// Whether viewers reach it.
    pub live: bool,
    /// Percentage of the calls that a canary sends to it.
    pub share: Option<u8>,
}

/// All versions, newest first.
pub fn list(seen: &Seen) -> Vec<Listed> {
    let alias = seen.alias.known();
    let row = |version: &Configuration| Listed {
        live: alias.is_some_and(|alias| alias.version == version.version),
        share: alias
            .and_then(|alias| alias.weights.get(&version.version))
            .map(|share| (share * 100.0).round().clamp(0.0, 100.0) as u8),
        version: version.version.clone(),
        code_sha256: version.code_sha256.clone(),
        date: version.last_modified.clone(),
    };
    seen.versions.known().map(|all| all.iter().rev().map(row).collect()).unwrap_or_default()
}

/// The alias is to go back.
#[derive(Debug, Clone, PartialEq)]
pub struct Back {
    /// The function's name.
    pub function: String,
    /// Its versions.
    pub versions: Vec<Listed>,
    /// The alias as it is.
    pub alias: Alias,
    /// The version that it is to point to.
    pub to: String,
}

impl Proposal for Back {
    fn is_refused(&self) -> bool {
        false
    }
}

/// Moves the alias.
///
/// # Errors
/// The failed call.
pub async fn apply(function: &Function, back: &Approved<'_, Back>) -> Result<(), AwsFailure> {
    let Back { alias, to, .. } = back.plan();
    function.writer(back.permit()).move_alias(&alias.name, to, None, &alias.revision).await.map(drop)
}

/// Where to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To this version.
    Version(String),
    /// The alias is there already.
    Already(String),
    /// Nowhere: why, and what to do.
    None(String, &'static str),
}

/// The version meant by `to`; without it, the newest before the live one that has other code. A canary is ended by going
/// to the version that the other calls go to.
pub fn target(seen: &Seen, to: Option<&str>) -> Target {
    let (Some(alias), Some(versions)) = (seen.alias.known(), seen.versions.known()) else {
        return Target::None(
            "it has no alias that calls go through, so there is nothing to move".to_owned(),
            "put the older code in with `imgdeploy update-code --zip FILE`",
        );
    };
    match to {
        Some(to) if !versions.iter().any(|version| version.version == to) => Target::None(
            format!("there is no version {to}"),
            "`imgdeploy rollback --list` shows the versions that are there",
        ),
        Some(to) if alias.version == to && alias.weights.is_empty() => Target::Already(to.to_owned()),
        Some(to) => Target::Version(to.to_owned()),
        None if !alias.weights.is_empty() => Target::Version(alias.version.clone()),
        None => versions::previous(versions, &alias.version).map_or_else(
            || {
                Target::None(
                    format!("there is no older version with other code than version {}", alias.version),
                    "put the older code in with `imgdeploy update-code --zip FILE`",
                )
            },
            |version| Target::Version(version.version.clone()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::lambda::Alias;
    use imgdeploy_world::Fact;

    fn seen(live: &str, weights: &[(&str, f64)]) -> Seen {
        let version = |number: u32, code: &str| Configuration {
            version: number.to_string(),
            code_sha256: code.to_owned(),
            ..Configuration::default()
        };
        let weights = weights.iter().map(|(version, share)| ((*version).to_owned(), *share)).collect();
        Seen {
            latest: Configuration::default(),
            alias: Fact::Known(Alias { version: live.to_owned(), weights, ..Alias::default() }),
            aliases: Fact::Known(Vec::new()),
            versions: Fact::Known(vec![version(1, "a"), version(2, "b"), version(3, "c")]),
        }
    }

    #[test]
    fn targets() {
        let version = |number: &str| Target::Version(number.to_owned());
        assert_eq!(target(&seen("3", &[]), None), version("2"));
        assert_eq!(target(&seen("3", &[]), Some("1")), version("1"));
        assert_eq!(target(&seen("1", &[]), Some("3")), version("3"));
        assert_eq!(target(&seen("3", &[]), Some("3")), Target::Already("3".to_owned()));
        assert_eq!(target(&seen("2", &[("3", 0.1)]), None), version("2"));
        assert_eq!(target(&seen("2", &[("3", 0.1)]), Some("2")), version("2"));
        assert!(
            matches!(target(&seen("3", &[]), Some("9")), Target::None(why, _) if why.contains("no version 9"))
        );
        assert!(matches!(target(&seen("1", &[]), None), Target::None(..)));
        let unaliased = Seen { alias: Fact::Absent, ..seen("1", &[]) };
        assert!(matches!(target(&unaliased, None), Target::None(..)));
    }

    #[test]
    fn the_list_says_who_is_live() {
        let rows = list(&seen("2", &[("3", 0.1)]));
        let rows: Vec<_> = rows.iter().map(|row| (row.version.as_str(), row.live, row.share)).collect();
        assert_eq!(rows, [("3", false, Some(10)), ("2", true, None), ("1", false, None)]);
    }
}

//! Reads what a plan for a function's code needs.

use serde::Serialize;

use crate::aws::AwsFailure;
use crate::aws::lambda::{Alias, Configuration, Function};
use imgdeploy_world::Fact;

/// A function and its versions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seen {
    /// The unpublished state.
    pub latest: Configuration,
    /// The alias that viewers reach.
    pub alias: Fact<Alias>,
    /// All aliases.
    pub aliases: Fact<Vec<Alias>>,
    /// Published versions, oldest first.
    pub versions: Fact<Vec<Configuration>>,
}

impl Seen {
    /// The version behind the alias.
    pub fn live(&self) -> Option<&Configuration> {
        let live = &self.alias.known()?.version;
        self.versions.known()?.iter().find(|version| version.version == *live)
    }
}

/// Why there is nothing to plan with.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Unseen {
    /// There is no such function.
    #[error("there is no function {0} in {1}")]
    NoFunction(String, String),
    /// It could not be read.
    #[error(transparent)]
    Aws(#[from] AwsFailure),
}

/// The version that viewers reach, in one call: for telling that there is nothing to do.
///
/// # Errors
/// The failed call. None without such a function or alias.
pub async fn glance(function: &Function, alias: &str) -> Result<Option<Configuration>, AwsFailure> {
    match function.configuration(Some(alias)).await {
        Fact::Known(live) => Ok(Some(live)),
        Fact::Absent => Ok(None),
        Fact::Unknown(failure) => Err(failure),
    }
}

/// Everything, in one round trip.
///
/// # Errors
/// [`Unseen`] when the function itself can't be read; all else is a [`Fact`].
pub async fn observe(function: &Function, name: &str, region: &str, alias: &str) -> Result<Seen, Unseen> {
    let (latest, alias, aliases, versions) = futures::join!(
        function.configuration(None),
        function.alias(alias),
        function.aliases(),
        function.versions()
    );
    let latest = match latest {
        Fact::Known(latest) => latest,
        Fact::Absent => return Err(Unseen::NoFunction(name.to_owned(), region.to_owned())),
        Fact::Unknown(failure) => return Err(failure.into()),
    };
    Ok(Seen { latest, alias, aliases, versions })
}

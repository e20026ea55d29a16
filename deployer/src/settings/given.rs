//! What the command line and the environment say.

use super::problem::{Fault, Problem};
use super::site::Origin;
use super::table::Setting;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A value of the command line or the environment, unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenValue {
    /// The text.
    pub text: String,
    /// [`Origin::Flag`] or [`Origin::Env`].
    pub origin: Origin,
}

/// Everything that the command line and the environment say about settings. A flag wins over a
/// variable, so there is one value for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// The settings file that was named, and by what.
    pub config: Option<(PathBuf, Origin)>,
    /// The site that was named.
    pub site: Option<GivenValue>,
    /// Values by the setting's name.
    pub values: BTreeMap<&'static str, GivenValue>,
}

impl Given {
    /// What is said of a setting, if anything.
    pub fn get(&self, name: &str) -> Option<&GivenValue> {
        self.values.get(name)
    }

    /// What is wrong with the values of these settings.
    pub(crate) fn problems<'s>(&self, settings: impl IntoIterator<Item = &'s Setting>) -> Vec<Problem> {
        settings
            .into_iter()
            .filter_map(|setting| {
                let given = self.get(setting.name)?;
                let fault = setting.kind.check(&given.text).err()?;
                Some(given.problem(setting.name, fault))
            })
            .collect()
    }
}

impl GivenValue {
    /// How the user named it: `--memory` or `IMGDEPLOY_MEMORY`.
    pub(crate) fn named(&self, flag: &str) -> String {
        match &self.origin {
            Origin::Env(variable) => (*variable).to_owned(),
            _ => format!("--{flag}"),
        }
    }

    pub(crate) fn problem(&self, flag: &str, fault: Fault) -> Problem {
        Problem::new(format!("{} {}", self.named(flag), fault.message), fault.hint)
    }
}

//! clap's matches and the environment become [`Given`].

use crate::settings::table::SETTINGS;
use crate::settings::{Given, GivenValue, Origin};
use clap::ArgMatches;
use clap::parser::ValueSource;
use std::ffi::OsString;
use std::path::PathBuf;

/// Variable that names the settings file.
pub(super) const CONFIG_ENV: &str = "IMGDEPLOY_CONFIG";
/// Variable that names the site.
pub(super) const SITE_ENV: &str = "IMGDEPLOY_SITE";

/// AWS's own variables for a setting, looked at after ours. They win over the file, as any variable.
const AWS_ENV: [(&str, &[&str]); 3] = [
    ("profile", &["AWS_DEFAULT_PROFILE", "AWS_PROFILE"]),
    ("region", &["AWS_REGION", "AWS_DEFAULT_REGION"]),
    ("endpoint-url", &["AWS_ENDPOINT_URL"]),
];

/// Collects what was said about settings. Variables count for every command, also where the command
/// has no such flag: `detach` has to see the same site as `attach` did.
pub(super) fn collect(matches: &ArgMatches, env: &dyn Fn(&str) -> Option<String>) -> Given {
    let mut matches = matches;
    while let Some((_, of_command)) = matches.subcommand() {
        matches = of_command;
    }
    let from_env = |variable: &'static str| {
        let text = env(variable).filter(|text| !text.is_empty())?;
        Some(GivenValue { text, origin: Origin::Env(variable) })
    };
    let values = SETTINGS
        .iter()
        .filter_map(|setting| {
            let aws =
                AWS_ENV.iter().find(|(name, _)| *name == setting.name).map_or(&[][..], |(_, names)| names);
            let value = flag(matches, setting.name)
                .or_else(|| from_env(setting.env))
                .or_else(|| aws.iter().find_map(|variable| from_env(variable)))?;
            Some((setting.name, value))
        })
        .collect();
    Given { config: config(matches, env), site: flag(matches, "site").or_else(|| from_env(SITE_ENV)), values }
}

/// A value that stands on the command line itself: clap also knows those of its `env`.
fn flag(matches: &ArgMatches, name: &str) -> Option<GivenValue> {
    let id = name.replace('-', "_");
    // An error means that this command has no such flag, or one that takes several values (init).
    let text = matches.try_get_one::<String>(&id).ok()??;
    let on_command_line = matches.value_source(&id) == Some(ValueSource::CommandLine);
    on_command_line.then(|| GivenValue { text: text.clone(), origin: Origin::Flag })
}

fn config(matches: &ArgMatches, env: &dyn Fn(&str) -> Option<String>) -> Option<(PathBuf, Origin)> {
    let given = matches.try_get_one::<OsString>("config").ok().flatten();
    match given {
        Some(path) if matches.value_source("config") == Some(ValueSource::CommandLine) => {
            Some((PathBuf::from(path), Origin::Flag))
        }
        _ => {
            let path = env(CONFIG_ENV).filter(|path| !path.is_empty())?;
            Some((PathBuf::from(path), Origin::Env(CONFIG_ENV)))
        }
    }
}

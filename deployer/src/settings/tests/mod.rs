//! Tests of the settings as a whole.
#![allow(clippy::unwrap_used)]

mod file;
mod merge;
mod round_trip;
mod schema;

use super::{ConfigFile, Given, GivenValue, Origin, SettingsError};
use std::path::Path;

/// A file from text, called `imgdeploy.yaml`.
fn file(text: &str) -> Result<ConfigFile, SettingsError> {
    ConfigFile::parse(Path::new("imgdeploy.yaml"), text.to_owned())
}

/// Flags, and variables where the name begins with `$`.
fn given(values: &[(&'static str, &str)]) -> Given {
    let mut given = Given::default();
    for (name, text) in values {
        let (name, origin) = match name.strip_prefix('$') {
            Some("site") => ("site", Origin::Env("IMGDEPLOY_SITE")),
            Some(name) => (name, Origin::Env(super::table::setting(name).unwrap().env)),
            None => (*name, Origin::Flag),
        };
        let value = GivenValue { text: (*text).to_owned(), origin };
        if name == "site" {
            given.site = Some(value);
        } else {
            given.values.insert(name, value);
        }
    }
    given
}

/// The error as the user reads it.
fn shown(error: &SettingsError) -> String {
    match error.hint() {
        Some(hint) => format!("{error}\n\nhint: {hint}"),
        None => error.to_string(),
    }
}

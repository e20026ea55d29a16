//! Files that the SDK opens because the environment or a profile says so: looked at before it does.
//!
//! The SDK opens and reads them without a limit, on the thread that waits for it. A pipe without a writer would be waited for, and
//! `/dev/zero` read, for ever; a folder is passed over without a word, and what is said then is that there are no credentials. So
//! what is there and no plain file is told before. `/dev/null` is plain enough: it says that there is no such file.

use imgdeploy_model::terminal::Name;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::input;

/// More of a configuration is nobody's, in bytes.
const MOST_BYTES: u64 = 4 << 20;

/// Variables with the names of the two files that the SDK reads first, and where these are otherwise.
const CONFIGURATION: [(&str, &str); 2] =
    [("AWS_CONFIG_FILE", "~/.aws/config"), ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")];

/// Variables with names of other files: tokens that are exchanged for credentials, and root certificates.
const OTHERS: [&str; 4] = [
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "SSL_CERT_FILE",
    "AWS_CA_BUNDLE",
];

/// What in a profile names a file that is read.
const IN_PROFILE: [&str; 2] = ["web_identity_token_file", "ca_bundle"];

/// Folders with the tokens of `aws sso login` and `aws login`, and the variable that names another one.
const CACHES: [(Option<&str>, &str); 2] =
    [(None, "~/.aws/sso/cache"), (Some("AWS_LOGIN_CACHE_DIRECTORY"), "~/.aws/login/cache")];

/// A file that can't be given to the SDK.
#[derive(Debug, thiserror::Error)]
#[error("{} can't be read{}: {error}", Name(path), by.as_ref().map_or_else(String::new, |by| format!(" ({by} names it)")))]
pub struct NotPlain {
    path: PathBuf,
    /// What names it; `None` where the SDK looks by itself.
    by: Option<String>,
    error: std::io::Error,
}

impl NotPlain {
    /// What names the file, if anything does.
    pub fn by(&self) -> Option<&str> {
        self.by.as_deref()
    }
}

/// Looks at every file that the SDK may open. One that is not there, or that may not be read, is the SDK's to speak of.
///
/// # Errors
/// The first that is no plain file.
pub fn check(environment: &dyn Fn(&str) -> Option<OsString>) -> Result<(), NotPlain> {
    let home = home(environment);
    let expanded = |path: &Path| match (path.strip_prefix("~"), &home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    };
    for (variable, usual) in CONFIGURATION {
        let set = environment(variable);
        let by = set.is_some().then(|| variable.to_owned());
        let path = expanded(Path::new(set.as_deref().unwrap_or(usual.as_ref())));
        plain(&path, by.as_deref())?;
        for (key, named) in named(&path) {
            plain(&named, Some(&format!("{key} in {}", Name(&path))))?;
        }
    }
    for variable in OTHERS {
        if let Some(path) = environment(variable) {
            plain(Path::new(&path), Some(variable))?;
        }
    }
    for (variable, usual) in CACHES {
        let set = variable.and_then(environment);
        let folder = set.map_or_else(|| expanded(Path::new(usual)), PathBuf::from);
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().extension().is_some_and(|extension| extension == "json") {
                plain(&entry.path(), None)?;
            }
        }
    }
    Ok(())
}

/// The user's folder, as the SDK finds it.
fn home(environment: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let of_windows = || environment("USERPROFILE").filter(|_| cfg!(windows));
    environment("HOME").or_else(of_windows).map(PathBuf::from)
}

/// By metadata alone: opening it may already be too much.
fn plain(path: &Path, by: Option<&str>) -> Result<(), NotPlain> {
    let Ok(about) = std::fs::metadata(path) else { return Ok(()) };
    if about.is_file() || is_null(&about) {
        return Ok(());
    }
    let error = input::not_plain(about.file_type());
    Err(NotPlain { path: path.to_owned(), by: by.map(ToOwned::to_owned), error })
}

/// Whether this is `/dev/null`, under whatever name.
#[cfg(unix)]
fn is_null(about: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let null = std::fs::metadata("/dev/null");
    about.file_type().is_char_device() && null.is_ok_and(|null| null.rdev() == about.rdev())
}

#[cfg(not(unix))]
fn is_null(_: &std::fs::Metadata) -> bool {
    false
}

/// The files that profiles name. What can't be read has none: the SDK says what is wrong with it.
fn named(configuration: &Path) -> Vec<(&'static str, PathBuf)> {
    let bytes = input::read(configuration, MOST_BYTES).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().filter_map(|line| line.split_once('='));
    lines
        .filter_map(|(key, path)| {
            let key = IN_PROFILE.into_iter().find(|known| key.trim().eq_ignore_ascii_case(known))?;
            Some((key, PathBuf::from(path.trim())))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// What is said when these variables are set, with `~` in `home`.
    fn said(home: &Path, set: &[(&str, &Path)]) -> Option<String> {
        let environment = |name: &str| {
            let found = set.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, path)| path.into()).or_else(|| (name == "HOME").then(|| home.into()))
        };
        check(&environment).err().map(|error| error.to_string())
    }

    #[test]
    fn folders_and_devices_are_told_whoever_names_them() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        for variable in CONFIGURATION.map(|(variable, _)| variable).into_iter().chain(OTHERS) {
            let text = said(home, &[(variable, home)]).unwrap();
            let wanted = format!("{} can't be read ({variable} names it): it is a folder", Name(home));
            assert!(text.starts_with(&wanted), "{text}");
            let text = said(home, &[(variable, Path::new("/dev/zero"))]).unwrap();
            assert!(text.contains("it is a device"), "{text}");
            assert_eq!(said(home, &[(variable, Path::new("/dev/null"))]), None, "{variable}");
            assert_eq!(said(home, &[(variable, &home.join("none"))]), None, "{variable}");
        }
        std::fs::create_dir(home.join("config")).unwrap();
        let text = said(home, &[("AWS_CONFIG_FILE", Path::new("~/config"))]).unwrap();
        assert!(text.starts_with(&Name(&home.join("config")).to_string()), "{text}");
    }

    #[test]
    fn what_nobody_names_is_looked_at_too() {
        for place in [
            ".aws/config",
            ".aws/credentials",
            ".aws/sso/cache/0123abcd.json",
            ".aws/login/cache/0123abcd.json",
        ] {
            let home = tempfile::tempdir().unwrap();
            let home = home.path();
            assert_eq!(said(home, &[]), None);
            let path = home.join(place);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "").unwrap();
            assert_eq!(said(home, &[]), None);
            std::fs::remove_file(&path).unwrap();
            std::fs::create_dir(&path).unwrap();
            let text = said(home, &[]).unwrap();
            assert!(text.starts_with(&format!("{} can't be read: it is a folder", Name(&path))), "{text}");
        }
    }

    #[test]
    fn what_a_profile_names_is_looked_at_too() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        let config = home.join("config");
        let with = |token: &Path| {
            let text = format!("[profile a]\nWeb_Identity_Token_File = {}\n", Name(token));
            std::fs::write(&config, text).unwrap();
            said(home, &[("AWS_CONFIG_FILE", &config)])
        };
        assert_eq!(with(&config), None);
        let text = with(home).unwrap();
        assert!(text.contains("web_identity_token_file in ") && text.contains("it is a folder"), "{text}");
    }
}

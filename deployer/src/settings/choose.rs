//! Which file is read, and which of its sites is meant.

use super::file::{ConfigFile, DEFAULT_FILE};
use super::given::Given;
use super::nearest::nearest;
use super::problem::{Problem, SettingsError};
use super::section::Section;
use super::site::Origin;
use imgdeploy_model::terminal::Name;
use std::path::Path;

/// Reads the settings file that the command line or the environment names, else `imgdeploy.yaml` in
/// the folder `cwd` if it is there.
///
/// # Errors
/// A named file is missing; any file can't be read or is wrong.
pub fn load(given: &Given, cwd: &Path) -> Result<Option<ConfigFile>, SettingsError> {
    if let Some((path, origin)) = &given.config {
        let file = cwd.join(path);
        if !file.exists() {
            let by = match origin {
                Origin::Env(variable) => variable,
                _ => "--config",
            };
            let message = format!("the settings file {} that {by} names doesn't exist", Name(path));
            return Err(Problem::new(message, Some("`imgdeploy init` writes one".into())).into());
        }
        return ConfigFile::read_as(&file, path).map(Some);
    }
    let file = cwd.join(DEFAULT_FILE);
    if file.exists() { ConfigFile::read_as(&file, Path::new(DEFAULT_FILE)).map(Some) } else { Ok(None) }
}

pub(super) type Chosen<'f> = (Option<&'f str>, Option<&'f Section>);

/// The site that is meant: by name, by bucket, or the only one there is.
pub(super) fn choose<'f>(given: &Given, file: Option<&'f ConfigFile>) -> Result<Chosen<'f>, Box<Problem>> {
    let problem = |message: String, hint: Option<String>| Err(Box::new(Problem::new(message, hint)));
    let bucket = given.get("bucket");
    if let Some(site) = &given.site {
        let named = site.named("site");
        let Some(file) = file else {
            return problem(
                format!("{named} names the site `{}`, but there is no settings file", site.text),
                Some(format!(
                    "`imgdeploy init` writes {DEFAULT_FILE}; --config names another; --bucket works without"
                )),
            );
        };
        let Some((name, section)) = file.sites.get_key_value(&site.text) else {
            let path = Name(file.path());
            let hint = match nearest(&site.text, file.sites.keys().map(String::as_str)) {
                Some(right) => format!("did you mean `{right}`?"),
                None => listed(file),
            };
            return problem(
                format!("{named} names the site `{}`, which is not in {path}", site.text),
                Some(hint),
            );
        };
        let own = section.get("bucket").unwrap_or_default();
        return match bucket {
            Some(bucket) if bucket.text != own => problem(
                format!(
                    "{} says `{}`, but {named} names the site `{name}`, whose bucket is `{own}`",
                    bucket.named("bucket"),
                    bucket.text,
                ),
                Some("give one of the two".into()),
            ),
            _ => Ok((Some(name), Some(section))),
        };
    }
    if let Some(bucket) = bucket {
        let site = file.and_then(|file| {
            file.sites.iter().find(|(_, section)| section.get("bucket") == Some(bucket.text.as_str()))
        });
        return Ok(match site {
            Some((name, section)) => (Some(name), Some(section)),
            None => (None, None),
        });
    }
    let Some(file) = file else {
        let hint = format!("give --bucket NAME, or let `imgdeploy init` write {DEFAULT_FILE}");
        return problem("no bucket is given, and there is no settings file".into(), Some(hint));
    };
    let mut sites = file.sites.iter();
    match (sites.next(), sites.next()) {
        (Some((name, section)), None) => Ok((Some(name), Some(section))),
        (None, _) => problem(
            format!("no bucket is given, and {} has no site", Name(file.path())),
            Some("give --bucket NAME, or add a site to the file".into()),
        ),
        (Some(_), Some(_)) => problem(
            format!("{} has {} sites, and none is named", Name(file.path()), file.sites.len()),
            Some(format!("give --site NAME; {}", listed(file))),
        ),
    }
}

fn listed(file: &ConfigFile) -> String {
    let sites: Vec<String> =
        file.sites().map(|(name, bucket)| format!("`{name}` (bucket {bucket})")).collect();
    if sites.is_empty() {
        "the file has no site".into()
    } else {
        format!("the sites are {}", sites.join(", "))
    }
}

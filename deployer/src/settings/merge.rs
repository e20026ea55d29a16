//! Flag, environment, site, defaults and built-in default become one [`Site`].

use super::choose::choose;
use super::file::ConfigFile;
use super::given::{Given, GivenValue};
use super::problem::{Fault, Problem, SettingsError};
use super::section::Section;
use super::site::{Access, Code, DistributionChoice, Images, Origin, Site};
use super::table::{Kind, SETTINGS, setting, switch};
use super::together;
use super::value::{
    Arch, BaseUrl, BucketName, FromText, LogRetention, Profile, Region, RoleArn, SecurityKey, ZipPath, whole,
};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The settings in [`Access`].
const ACCESS: [&str; 4] = ["profile", "region", "endpoint-url", "stack-role"];

/// The settings in [`Code`], besides.
const CODE: [&str; 2] = ["zip", "arch"];

/// The settings in [`Images`].
const IMAGES: [&str; 4] = ["quality", "max-pixels", "max-bytes", "max-output-pixels"];

/// How AWS is reached, for commands that have no site: from flags and environment alone.
///
/// # Errors
/// A value is wrong.
pub fn access(given: &Given) -> Result<Access, SettingsError> {
    SettingsError::check(given.problems(ACCESS.iter().filter_map(|name| setting(name))))?;
    let layers = Layers::alone(given);
    let access = layers.access();
    SettingsError::check(layers.problems.into_inner())?;
    Ok(access)
}

/// What holds for images that are made on this machine, for commands that have no site: from flags and
/// environment alone.
///
/// # Errors
/// A value is wrong.
pub fn images(given: &Given) -> Result<Images, SettingsError> {
    SettingsError::check(given.problems(IMAGES.iter().filter_map(|name| setting(name))))?;
    let layers = Layers::alone(given);
    let images = Images {
        quality: layers.number("quality").unwrap_or_default(),
        max_pixels: layers.number("max-pixels").unwrap_or_default(),
        max_bytes: layers.number("max-bytes").unwrap_or_default(),
        max_output_pixels: layers.number("max-output-pixels").unwrap_or_default(),
    };
    SettingsError::check(layers.problems.into_inner())?;
    Ok(images)
}

/// What holds for a function's code, for commands that name a function and have no site: from flags and environment
/// alone.
///
/// # Errors
/// A value is wrong.
pub fn code(given: &Given) -> Result<Code, SettingsError> {
    let names = ACCESS.iter().chain(&CODE);
    SettingsError::check(given.problems(names.filter_map(|name| setting(name))))?;
    let layers = Layers::alone(given);
    let (zip, arch) = (layers.zip(), layers.value("arch", Arch::from_text));
    let access = layers.access();
    SettingsError::check(layers.problems.into_inner())?;
    Ok(Code { access, zip, arch: arch.unwrap_or(Arch::Arm64) })
}

/// Resolves the processor that code is for, without a settings file.
///
/// # Errors
/// The value is wrong.
pub fn arch(given: &Given) -> Result<Arch, SettingsError> {
    SettingsError::check(given.problems(setting("arch")))?;
    let layers = Layers::alone(given);
    let arch = layers.value("arch", Arch::from_text);
    SettingsError::check(layers.problems.into_inner())?;
    Ok(arch.unwrap_or(Arch::Arm64))
}

/// Resolves the settings of the one site that is meant.
///
/// # Errors
/// No bucket, or several to choose from; a value is wrong or two don't go together. All problems of
/// flags and variables are named at once.
pub fn resolve(given: &Given, file: Option<&ConfigFile>) -> Result<Site, SettingsError> {
    let mut problems = given.problems(SETTINGS);
    let chosen = match choose(given, file) {
        Ok(chosen) => Some(chosen),
        Err(problem) => {
            problems.push(*problem);
            None
        }
    };
    SettingsError::check(problems)?;
    let (name, section) = chosen.unwrap_or_default();
    let layers =
        Layers { given, file, site: section, problems: RefCell::default(), origins: RefCell::default() };
    layers.site(name.map(str::to_owned))
}

/// The layers, and what comes out of reading them.
struct Layers<'a> {
    given: &'a Given,
    file: Option<&'a ConfigFile>,
    site: Option<&'a Section>,
    problems: RefCell<Vec<Problem>>,
    origins: RefCell<BTreeMap<&'static str, Origin>>,
}

impl<'a> Layers<'a> {
    /// Flags and environment, without a file.
    fn alone(given: &'a Given) -> Self {
        Self { given, file: None, site: None, problems: RefCell::default(), origins: RefCell::default() }
    }

    /// The sections of the file, the site's before the defaults.
    fn sections(&self) -> impl Iterator<Item = (&'a ConfigFile, &'a Section)> {
        let (file, site) = (self.file, self.site);
        site.into_iter()
            .chain(file.map(|file| &file.defaults))
            .filter_map(move |section| Some((file?, section)))
    }

    /// The text that wins, and notes where it came from.
    fn text(&self, name: &'static str) -> Option<String> {
        let (text, origin) = if let Some(given) = self.given.get(name) {
            (Some(given.text.clone()), given.origin.clone())
        } else if let Some((file, section)) = self.sections().find(|(_, section)| section.get(name).is_some())
        {
            (section.get(name).map(str::to_owned), file.origin(section, name))
        } else {
            (setting(name).and_then(|setting| setting.default).map(str::to_owned), Origin::Default)
        };
        self.origins.borrow_mut().insert(name, origin);
        text
    }

    /// The value that wins. Values were checked in their own layer already, so a fault here would be
    /// a setting whose check and type disagree; it is told rather than left out.
    fn value<T>(&self, name: &'static str, read: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        let text = self.text(name)?;
        read(&text)
            .map_err(|fault| {
                let message = format!("`{name}` {}", fault.message);
                self.problems.borrow_mut().push(Problem::new(message, fault.hint));
            })
            .ok()
    }

    fn number<T: TryFrom<u64>>(&self, name: &'static str) -> Option<T> {
        self.value(name, |text| {
            let (min, max, unit) = match setting(name).map(|setting| setting.kind) {
                Some(Kind::Whole { min, max, unit, .. }) => (min, max, unit),
                _ => (0, u64::MAX, ""),
            };
            let number = whole(text, min, max, unit)?;
            T::try_from(number).map_err(|_| Fault::new(format!("is too large: {number}")))
        })
    }

    fn access(&self) -> Access {
        let profile = self.value("profile", Profile::from_text);
        let of_aws = |origin: &Origin| matches!(origin, Origin::Env(name) if name.starts_with("AWS_"));
        Access {
            profile_alone: profile.is_some() && !self.origins.borrow().get("profile").is_some_and(of_aws),
            profile,
            region: self.value("region", Region::from_text),
            endpoint_url: self.value("endpoint-url", BaseUrl::from_text),
            stack_role: self.value("stack-role", RoleArn::from_text),
        }
    }

    /// `distribution` and `no-distribution` are one choice: the stronger layer decides, and in one
    /// layer they exclude each other.
    fn distribution(&self) -> Option<DistributionChoice> {
        let given = |name| self.given.get(name);
        let is_flag = |value: &&GivenValue| value.origin == Origin::Flag;
        for flag in [true, false] {
            let id = given("distribution").filter(|value| is_flag(value) == flag);
            let none = given("no-distribution").filter(|value| is_flag(value) == flag);
            if let (Some(id), Some(none)) = (id, none)
                && none.text == "true"
            {
                let (id, none) = (id.named("distribution"), none.named("no-distribution"));
                let problem = Problem::new(
                    format!("{id} and {none} exclude each other"),
                    Some("give one of the two".into()),
                );
                self.problems.borrow_mut().push(problem);
                return None;
            }
            if let Some(value) = id.or(none) {
                let texts = (id.map(|id| id.text.as_str()), none.map(|none| none.text.as_str()));
                return self.chosen(texts, value.origin.clone());
            }
        }
        for (file, section) in self.sections() {
            let texts = (section.get("distribution"), section.get("no-distribution"));
            let name = match texts {
                (Some(_), _) => "distribution",
                (None, Some(_)) => "no-distribution",
                (None, None) => continue,
            };
            return self.chosen(texts, file.origin(section, name));
        }
        self.chosen((None, None), Origin::Default)
    }

    fn chosen(&self, texts: (Option<&str>, Option<&str>), origin: Origin) -> Option<DistributionChoice> {
        self.origins.borrow_mut().insert("distribution", origin);
        let choice = match texts {
            (Some(id), _) => FromText::from_text(id).map(DistributionChoice::Id),
            (None, Some(none)) => switch(none)
                .map(|none| if none { DistributionChoice::Without } else { DistributionChoice::Find }),
            (None, None) => Ok(DistributionChoice::Find),
        };
        choice
            .map_err(|fault| {
                let message = format!("`distribution` {}", fault.message);
                self.problems.borrow_mut().push(Problem::new(message, fault.hint));
            })
            .ok()
    }

    /// The zip's path: one from the file starts from the file's folder.
    fn zip(&self) -> Option<PathBuf> {
        let ZipPath(path) = self.value("zip", ZipPath::from_text)?;
        match self.origins.borrow().get("zip") {
            Some(Origin::File { path: file, .. }) => Some(file.parent().unwrap_or(Path::new("")).join(path)),
            _ => Some(path),
        }
    }

    fn site(self, name: Option<String>) -> Result<Site, SettingsError> {
        let access = self.access();
        let (url, zip, distribution) =
            (self.value("url", BaseUrl::from_text), self.zip(), self.distribution());
        let security_key = self.value("security-key", SecurityKey::from_text);
        let permissions_boundary = self.value("permissions-boundary", FromText::from_text);
        let parts = self.required();
        SettingsError::check(self.problems.take())?;
        // Every setting in `required` has a default or was asked for by `choose`, so this can only be
        // reached if the table lost a default.
        let (Some(mut site), Some(distribution)) = (parts, distribution) else {
            return Err(Problem::new("a setting has neither a value nor a default", None).into());
        };
        site.name = name;
        site.access = access;
        site.url = url;
        site.zip = zip;
        site.security_key = security_key;
        site.permissions_boundary = permissions_boundary;
        site.distribution = distribution;
        site.origins = self.origins.into_inner();
        SettingsError::check(together::problems(&site))?;
        Ok(site)
    }

    /// The settings that always have a value; the others are left empty.
    fn required(&self) -> Option<Site> {
        Some(Site {
            name: None,
            bucket: self.value("bucket", BucketName::from_text)?,
            access: Access::default(),
            distribution: DistributionChoice::Find,
            delivery: self.value("delivery", FromText::from_text)?,
            prefix: self.value("prefix", FromText::from_text)?,
            url: None,
            sources: self.value("sources", FromText::from_text)?,
            security_key: None,
            allow_unsafe: self.value("allow-unsafe", switch)?,
            zip: None,
            arch: self.value("arch", FromText::from_text)?,
            redirect: self.value("redirect", FromText::from_text)?,
            allowed_dimensions: self.value("allowed-dimensions", FromText::from_text)?,
            presets: self.value("presets", FromText::from_text)?,
            presets_only: self.value("presets-only", switch)?,
            keep_metadata: self.value("keep-metadata", FromText::from_text)?,
            quality: self.number("quality")?,
            cache_control: self.value("cache-control", FromText::from_text)?,
            max_pixels: self.number("max-pixels")?,
            max_bytes: self.number("max-bytes")?,
            max_output_pixels: self.number("max-output-pixels")?,
            memory: self.number("memory")?,
            timeout: self.number("timeout")?,
            throttle_rate: self.number("throttle-rate")?,
            throttle_burst: self.number("throttle-burst")?,
            log_retention: self.value("log-retention", LogRetention::from_text)?.0,
            batch: self.value("batch", switch)?,
            max_concurrency: self.number("max-concurrency")?,
            on_upload: self.value("on-upload", FromText::from_text)?,
            permissions_boundary: None,
            origins: BTreeMap::new(),
        })
    }
}

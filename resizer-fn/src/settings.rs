//! Environment variables -> settings, with errors that name the variable.

use crate::direct::source::Sources;
use crate::key::{Scheme, size_of};
use crate::signature::{Gate, SecurityKey};
use resizer_core::spec::{DEFAULT_QUALITY, Keepable, Kept, Presets};
use resizer_core::{Limits, Spec};
use std::collections::BTreeSet;
use std::str::FromStr;

/// Memory of the function that images do not get, in bytes: the runtime, the clients, an answer in base64.
const OWN_MEMORY: u64 = 64 << 20;

/// Everything that can be set, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `BUCKET`: the bucket of originals and derived images. There may be none where `SOURCES` are set.
    pub bucket: Option<String>,
    /// `BUCKET_REGION`, else `AWS_REGION`: where the bucket is (LA-16).
    pub region: String,
    /// `BUCKET_OWNER`: the account that has to own the bucket, 12 digits.
    pub bucket_owner: Option<String>,
    /// `URL`: where redirects lead, without a `/` at the end; empty without a bucket.
    pub url: String,
    /// `ALLOWED_DIMENSIONS`: the sizes that are made, by their text; empty = all.
    pub allowed: BTreeSet<String>,
    /// `PREFIX`: what derived keys begin with; empty or ending with `/`. `PRESETS`: names for specs.
    pub scheme: Scheme,
    /// `PRESETS_ONLY`: nothing but presets is made.
    pub presets_only: bool,
    /// `KEEP_METADATA`: which metadata of originals specs may ask for.
    pub keep: Keepable,
    /// `SECURITY_KEY`, `ALLOW_UNSAFE`: which requests have to be signed.
    pub gate: Gate,
    /// `SOURCES`: hosts that images are fetched from. With any, the direct route is on.
    pub sources: Sources,
    /// `MAX_BYTES`, `MAX_PIXELS`, `MAX_OUTPUT_PIXELS`, and the memory that Lambda gives.
    pub limits: Limits,
    /// `CACHE_CONTROL` of derived objects, and of direct answers.
    pub cache_control: String,
    /// `REDIRECT_CODE`: 301, 302 or 307.
    pub redirect_code: u16,
    /// `QUALITY` of lossy formats, 1 to 100.
    pub quality: u8,
}

/// A variable that is missing or wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("environment variable {name} {problem}")]
pub struct SettingsError {
    /// The variable.
    pub name: &'static str,
    /// What is wrong with it and what it should be.
    pub problem: String,
}

impl Settings {
    /// Reads the settings from `var`, which gives the value of an environment variable. A variable
    /// that is set but empty counts as not set, except `PREFIX`.
    ///
    /// # Errors
    /// The first variable that is missing or wrong.
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let text = |name| var(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let required = |name: &'static str, example: &str| {
            text(name).ok_or_else(|| wrong(name, format!("is not set; set it to {example}")))
        };
        let parsed = |name: &'static str| text(name).unwrap_or_default();
        let defaults = Limits::default();
        let sources: Sources = parsed("SOURCES").parse().map_err(|problem| has("SOURCES", problem))?;
        sources.check_reachable().map_err(|problem| has("SOURCES", problem))?;
        let bucket = match text("BUCKET") {
            None if sources.is_empty() => Some(required("BUCKET", "the name of the bucket")?),
            bucket => bucket,
        };
        let presets =
            Presets::parse(&parsed("PRESETS")).map_err(|error| has("PRESETS", error.to_string()))?;
        let presets_only = switch("PRESETS_ONLY", text("PRESETS_ONLY"))?;
        if presets_only && presets.is_empty() {
            let problem = "is true, but PRESETS is empty, so that nothing could be made; set PRESETS";
            return Err(wrong("PRESETS_ONLY", problem.to_owned()));
        }
        Ok(Self {
            region: match text("BUCKET_REGION") {
                Some(region) => region,
                None => text("AWS_REGION").ok_or_else(|| {
                    wrong("BUCKET_REGION", "is not set; set it to the bucket's region".to_owned())
                })?,
            },
            bucket_owner: text("BUCKET_OWNER").map(owner).transpose()?,
            url: match bucket {
                Some(_) => url(required("URL", "the base URL to redirect to")?)?,
                None => String::new(),
            },
            bucket,
            allowed: allowed(&parsed("ALLOWED_DIMENSIONS"))?,
            scheme: Scheme {
                prefix: prefix(var("PREFIX").unwrap_or_else(|| "resized/".to_owned()))?,
                presets,
            },
            presets_only,
            keep: match text("KEEP_METADATA") {
                Some(list) => list.parse().map_err(|problem| has("KEEP_METADATA", problem))?,
                None => Keepable::default(),
            },
            gate: Gate {
                // Not trimmed: a key is whatever its owner has it be.
                key: SecurityKey::new(&var("SECURITY_KEY").unwrap_or_default()),
                allow_unsafe: switch("ALLOW_UNSAFE", text("ALLOW_UNSAFE"))?,
            },
            sources,
            limits: Limits {
                max_bytes: number("MAX_BYTES", text("MAX_BYTES"), defaults.max_bytes)?,
                max_pixels: number("MAX_PIXELS", text("MAX_PIXELS"), defaults.max_pixels)?,
                max_output_pixels: number(
                    "MAX_OUTPUT_PIXELS",
                    text("MAX_OUTPUT_PIXELS"),
                    defaults.max_output_pixels,
                )?,
                max_memory: match text("AWS_LAMBDA_FUNCTION_MEMORY_SIZE") {
                    // Set by Lambda, in MB; elsewhere nothing is known.
                    Some(size) => number("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Some(size), 0u64)?
                        .saturating_mul(1 << 20)
                        .saturating_sub(OWN_MEMORY),
                    None => defaults.max_memory,
                },
                ..defaults
            },
            cache_control: cache_control(text("CACHE_CONTROL"))?,
            redirect_code: match number("REDIRECT_CODE", text("REDIRECT_CODE"), 307)? {
                code @ (301 | 302 | 307) => code,
                code => return Err(wrong("REDIRECT_CODE", format!("is {code}; set 301, 302 or 307"))),
            },
            quality: match number("QUALITY", text("QUALITY"), DEFAULT_QUALITY)? {
                quality @ 1..=100 => quality,
                quality => return Err(wrong("QUALITY", format!("is {quality}; set 1 to 100"))),
            },
        })
    }

    /// The share of a processor that the function has: Lambda gives a whole one at 1,769 MB, and less in proportion (LA-09).
    /// Work on one image is done by one.
    pub fn processor(&self) -> f64 {
        let memory = self.limits.max_memory.saturating_add(OWN_MEMORY) as f64 / f64::from(1 << 20);
        (memory / 1769.0).min(1.0)
    }

    /// Why this may not be made; `None` if it may be. `preset`: it was asked for by a preset's name; `signed`: by
    /// somebody who has the key.
    pub fn refusal(&self, spec: &Spec, preset: bool, signed: bool) -> Option<Refusal> {
        let size = size_of(spec);
        // Whoever has the key, or a preset, has no right to what is in the originals either.
        if let Some(kind) = self.keep.refuses(spec) {
            return Some(Refusal::Keep(kind));
        }
        match () {
            () if preset => None,
            () if self.presets_only => Some(Refusal::NoPreset),
            () if self.allowed.is_empty() => None,
            () if !self.allowed.contains(&size.to_string()) => Some(Refusal::Size),
            // The list says how many images of one original there may be. Filters and crops have no end, so that
            // anyone could have any number of them stored.
            () if size != *spec && !signed => Some(Refusal::MoreThanSize),
            () => None,
        }
    }
}

/// Why an image is not made, although it could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its size is not in `ALLOWED_DIMENSIONS`.
    Size,
    /// Its size is, but more is asked for.
    MoreThanSize,
    /// It is no preset, and `PRESETS_ONLY` is set.
    NoPreset,
    /// It asks for metadata that `KEEP_METADATA` does not name.
    Keep(Kept),
}

fn wrong(name: &'static str, problem: String) -> SettingsError {
    SettingsError { name, problem }
}

fn has(name: &'static str, problem: String) -> SettingsError {
    wrong(name, format!("has a wrong entry: {problem}"))
}

fn switch(name: &'static str, text: Option<String>) -> Result<bool, SettingsError> {
    match text.as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(text) => Err(wrong(name, format!("is `{text}`; set true or false"))),
    }
}

fn number<T: FromStr + Default + PartialEq>(
    name: &'static str,
    text: Option<String>,
    default: T,
) -> Result<T, SettingsError> {
    match text {
        None => Ok(default),
        Some(text) => match text.parse() {
            Ok(number) if number != T::default() => Ok(number),
            _ => Err(wrong(name, format!("is `{text}`; set a positive whole number"))),
        },
    }
}

fn owner(owner: String) -> Result<String, SettingsError> {
    if owner.len() != 12 || !owner.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong("BUCKET_OWNER", format!("is `{owner}`; set the 12 digits of an account")));
    }
    Ok(owner)
}

fn url(url: String) -> Result<String, SettingsError> {
    let problem = || wrong("URL", format!("is `{url}`; set http(s)://host[/path] without a query"));
    let host = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let plain = |c: char| c.is_ascii_graphic() && !"?#\"<>\\^`{|}".contains(c);
    match host {
        Some(host) if !host.starts_with('/') && !host.is_empty() && host.chars().all(plain) => {}
        _ => return Err(problem()),
    }
    Ok(url.trim_end_matches('/').to_owned())
}

fn prefix(prefix: String) -> Result<String, SettingsError> {
    let problem = match prefix.as_str() {
        "" => return Ok(prefix),
        p if !p.ends_with('/') => "it has to end with `/`",
        p if p.starts_with('/') => "it must not begin with `/`",
        p if p.chars().any(char::is_control) => "it must not have control characters",
        p if p.split('/').any(|segment| matches!(segment, "." | "..")) => "it must not have `..`",
        _ => return Ok(prefix),
    };
    Err(wrong("PREFIX", format!("is `{}`; {problem}", prefix.escape_debug())))
}

/// The value becomes a header of each derived object: one that S3 can't carry would fail each
/// request instead of being reported once.
fn cache_control(text: Option<String>) -> Result<String, SettingsError> {
    let text = text.unwrap_or_else(|| "public, max-age=1209600".to_owned());
    if !text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
        return Err(wrong("CACHE_CONTROL", format!("is `{}`; use plain ASCII", text.escape_debug())));
    }
    Ok(text)
}

/// The classic list: sizes separated by commas or white space.
fn allowed(list: &str) -> Result<BTreeSet<String>, SettingsError> {
    list.split(|c: char| c == ',' || c.is_whitespace())
        .filter(|size| !size.is_empty())
        .map(|size| match size.parse::<Spec>() {
            Ok(spec) if spec == size_of(&spec) => Ok(spec.to_string()),
            Ok(_) => Err(wrong("ALLOWED_DIMENSIONS", format!("has `{size}`, more than a size; use PRESETS"))),
            Err(error) => Err(wrong("ALLOWED_DIMENSIONS", format!("has a wrong size: {error}"))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let base = [("BUCKET", "b"), ("BUCKET_REGION", "eu-west-1"), ("URL", "https://cdn.example.com/")];
        Settings::from_vars(|name| {
            let all = vars.iter().rev().chain(&base);
            all.clone().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
        })
    }

    #[test]
    fn defaults() {
        let settings = read(&[]).unwrap();
        assert_eq!(
            settings,
            Settings {
                bucket: Some("b".to_owned()),
                region: "eu-west-1".to_owned(),
                bucket_owner: None,
                url: "https://cdn.example.com".to_owned(),
                allowed: BTreeSet::new(),
                scheme: Scheme { prefix: "resized/".to_owned(), ..Scheme::default() },
                presets_only: false,
                keep: Keepable::default(),
                gate: Gate::default(),
                sources: Sources::default(),
                limits: Limits::default(),
                cache_control: "public, max-age=1209600".to_owned(),
                redirect_code: 307,
                quality: 80,
            }
        );
    }

    #[test]
    fn everything_set() {
        let settings = read(&[
            ("BUCKET_OWNER", "123456789012"),
            ("URL", "http://b.s3-website-eu-west-1.amazonaws.com"),
            ("ALLOWED_DIMENSIONS", "300x200, 800x\n x40,,300x200"),
            ("PREFIX", ""),
            ("MAX_BYTES", "1000"),
            ("MAX_PIXELS", "2000"),
            ("MAX_OUTPUT_PIXELS", "3000"),
            ("CACHE_CONTROL", "no-cache"),
            ("REDIRECT_CODE", "301"),
            ("QUALITY", "92"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ])
        .unwrap();
        assert_eq!(settings.allowed.iter().collect::<Vec<_>>(), ["300x200", "800x", "x40"]);
        assert_eq!(settings.scheme.prefix, "");
        let max_memory = (512 - 64) << 20;
        assert_eq!(
            settings.limits,
            Limits {
                max_bytes: 1000,
                max_pixels: 2000,
                max_output_pixels: 3000,
                max_memory,
                ..Limits::default()
            }
        );
        assert_eq!((settings.redirect_code, settings.quality), (301, 92));
        assert_eq!(settings.bucket_owner.as_deref(), Some("123456789012"));
        assert_eq!(settings.cache_control, "no-cache");
    }

    #[test]
    fn what_is_made() {
        let refusal =
            |settings: &Settings, spec: &Spec, preset, signed| settings.refusal(spec, preset, signed);
        let (listed, other) = (Spec::width(800), Spec::width(801));
        let more = Spec { smart: true, ..Spec::width(800) };
        let open = read(&[]).unwrap();
        for spec in [&listed, &other, &more] {
            assert_eq!(refusal(&open, spec, false, false), None);
        }
        let list = read(&[("ALLOWED_DIMENSIONS", "300x200,800x")]).unwrap();
        assert_eq!(refusal(&list, &listed, false, false), None);
        assert_eq!(refusal(&list, &other, false, true), Some(Refusal::Size));
        assert_eq!(refusal(&list, &more, false, false), Some(Refusal::MoreThanSize));
        assert_eq!(refusal(&list, &more, false, true), None);
        assert_eq!(refusal(&list, &Spec::default(), false, true), Some(Refusal::Size));
        let presets = ("PRESETS", "wide=800x/smart");
        let presets = read(&[("ALLOWED_DIMENSIONS", "800x"), presets, ("PRESETS_ONLY", "true")]).unwrap();
        assert_eq!(refusal(&presets, &listed, false, true), Some(Refusal::NoPreset));
        for settings in [&list, &presets] {
            assert_eq!(refusal(settings, &more, true, false), None);
        }
        let exif: Spec = "800x/filters:keep(exif)".parse().unwrap();
        for (preset, signed) in [(false, false), (true, false), (false, true)] {
            assert_eq!(refusal(&open, &exif, preset, signed), Some(Refusal::Keep(Kept::Exif)));
        }
        let shared = read(&[("KEEP_METADATA", "exif")]).unwrap();
        assert_eq!(refusal(&shared, &exif, false, false), None);
    }

    #[test]
    fn the_newer_settings() {
        let settings = read(&[
            ("PRESETS", "thumb=300x200"),
            ("PRESETS_ONLY", "true"),
            ("SECURITY_KEY", " k "),
            ("ALLOW_UNSAFE", "true"),
            ("SOURCES", "*.example.com"),
            ("BUCKET", ""),
            ("URL", ""),
        ])
        .unwrap();
        assert_eq!(settings.scheme.presets.get("thumb"), Some(&Spec::cover(300, 200)));
        assert_eq!(settings.gate, Gate { key: SecurityKey::new(" k "), allow_unsafe: true });
        assert!(settings.presets_only);
        assert_eq!((settings.bucket, settings.url.as_str()), (None, ""));
        assert_eq!(settings.sources, "*.example.com".parse().unwrap());
    }

    #[test]
    fn empty_is_not_set() {
        let set_empty = read(&[("MAX_BYTES", ""), ("QUALITY", " "), ("BUCKET_OWNER", "")]).unwrap();
        assert_eq!(set_empty, read(&[]).unwrap());
        assert_eq!(read(&[("BUCKET_REGION", ""), ("AWS_REGION", "x")]).unwrap().region, "x");
    }

    #[test]
    fn errors_name_the_variable() {
        for (name, value) in [
            ("BUCKET", ""),
            ("BUCKET_REGION", ""),
            ("BUCKET_OWNER", "12345"),
            ("URL", ""),
            ("URL", "cdn.example.com"),
            ("URL", "ftp://cdn.example.com"),
            ("URL", "https://"),
            ("URL", "https:///x"),
            ("URL", "https://cdn.example.com/?a=b"),
            ("URL", "https://cdn.example.com/\r\nSet-Cookie: a"),
            ("ALLOWED_DIMENSIONS", "300x200,big"),
            ("PRESETS", "thumb"),
            ("PRESETS", "thumb=big"),
            ("PRESETS_ONLY", "yes"),
            ("PRESETS_ONLY", "true"),
            ("KEEP_METADATA", "icc,gps"),
            ("SOURCES", "http://169.254.169.254"),
            ("SOURCES", "images.example.com,localhost"),
            ("ALLOW_UNSAFE", "1"),
            ("SOURCES", "a.com *"),
            ("PREFIX", "resized"),
            ("PREFIX", "/resized/"),
            ("PREFIX", "/"),
            ("PREFIX", "a/../"),
            ("PREFIX", "a\n/"),
            ("MAX_BYTES", "0"),
            ("MAX_PIXELS", "many"),
            ("MAX_OUTPUT_PIXELS", "-1"),
            ("CACHE_CONTROL", "max-age=1\r\nx: y"),
            ("REDIRECT_CODE", "308"),
            ("QUALITY", "101"),
            ("QUALITY", "0"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert_eq!(error.name, name, "{value}");
            assert!(error.to_string().contains(name));
        }
    }
}

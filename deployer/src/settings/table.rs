//! Every setting: its names, what it takes, its default and its meaning. The command line's help, the
//! checks of the file, the JSON Schema and the file that `init` writes all read this one table.

use super::problem::Fault;
use super::value::{
    Arch, BaseUrl, BucketName, CacheControl, Delivery, Dimensions, DistributionId, FromText, Keep,
    LOG_RETENTION_DAYS, LogRetention, OnUpload, PolicyArn, Prefix, Presets, Profile, RedirectCode, Region,
    RoleArn, SecurityKey, Sources, ZipPath, pattern, whole,
};

/// What a setting takes.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text, checked by a function.
    Text {
        /// Says what is wrong with a text.
        check: fn(&str) -> Result<(), Fault>,
        /// The same rule, or a wider one, as a regular expression.
        pattern: &'static str,
    },
    /// One of a few words.
    Word {
        /// Says what is wrong with a word.
        check: fn(&str) -> Result<(), Fault>,
        /// The words.
        words: &'static [&'static str],
    },
    /// A whole number.
    Whole {
        /// Least value.
        min: u64,
        /// Greatest value.
        max: u64,
        /// Unit, for messages; empty if there is none.
        unit: &'static str,
        /// Why the limit is what it is, if that helps.
        why: Option<&'static str>,
    },
    /// One of a few numbers.
    Number {
        /// Says what is wrong with a number.
        check: fn(&str) -> Result<(), Fault>,
        /// The numbers.
        numbers: &'static [u64],
    },
    /// A list of sizes.
    Sizes,
    /// `true` or `false`.
    Switch,
}

impl Kind {
    /// Checks a text, wherever it came from.
    ///
    /// # Errors
    /// The setting doesn't take it.
    pub fn check(&self, text: &str) -> Result<(), Fault> {
        match *self {
            Self::Text { check, .. } | Self::Word { check, .. } | Self::Number { check, .. } => check(text),
            Self::Sizes => Dimensions::from_text(text).map(drop),
            Self::Switch => switch(text).map(drop),
            Self::Whole { min, max, unit, why } => {
                whole(text, min, max, unit).map(drop).map_err(|fault| match why {
                    Some(why) => fault.hint(why),
                    None => fault,
                })
            }
        }
    }
}

/// Reads `true` or `false`.
///
/// # Errors
/// It is neither.
pub fn switch(text: &str) -> Result<bool, Fault> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Fault::new(format!("must be `true` or `false`, not `{text}`"))),
    }
}

fn check<T: FromText>(text: &str) -> Result<(), Fault> {
    T::from_text(text).map(drop)
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Name of the flag (without `--`) and of the key in the file.
    pub name: &'static str,
    /// Environment variable.
    pub env: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Value if nobody says anything, as on the command line. None: see the help.
    pub default: Option<&'static str>,
    /// One sentence on what it means, with its unit, without the default.
    pub help: &'static str,
    /// Whether it may stand under `defaults:` (all but the bucket).
    pub shared: bool,
}

impl Setting {
    /// The sentence with the default behind it, for help and comments.
    pub fn help_with_default(&self) -> String {
        match self.default {
            Some("") if self.name != "allowed-dimensions" => format!("{} [default: none]", self.help),
            Some("") => format!("{} [default: all]", self.help),
            Some(default) => format!("{} [default: {default}]", self.help),
            None => self.help.to_owned(),
        }
    }
}

const fn text<T: FromText>(pattern: &'static str) -> Kind {
    Kind::Text { check: check::<T>, pattern }
}

const fn plain(min: u64, max: u64, unit: &'static str) -> Kind {
    Kind::Whole { min, max, unit, why: None }
}

macro_rules! settings {
    ($($name:literal, $env:literal, $kind:expr, $default:expr, $help:literal;)*) => {
        /// All settings, in the order in which they are shown.
        pub static SETTINGS: &[Setting] = &[$(Setting {
            name: $name,
            env: concat!("IMGDEPLOY_", $env),
            kind: $kind,
            default: $default,
            help: $help,
            shared: !matches!($name.as_bytes(), b"bucket"),
        }),*];
    };
}

settings! {
    "bucket", "BUCKET", text::<BucketName>(pattern::BUCKET), None,
        "Bucket that holds the original images";
    "distribution", "DISTRIBUTION", text::<DistributionId>(pattern::DISTRIBUTION), None,
        "CloudFront distribution in front of the bucket, by id; without it those that use the bucket are looked for and offered";
    "no-distribution", "NO_DISTRIBUTION", Kind::Switch, Some("false"),
        "Work without a CloudFront distribution, even if one is in front of the bucket";
    "delivery", "DELIVERY", Kind::Word { check: check::<Delivery>, words: Delivery::WORDS }, Some("website"),
        "How images reach the browser: `website` is website endpoint, redirect to the resizer and back";
    "prefix", "PREFIX", text::<Prefix>(pattern::PREFIX), Some("resized/"),
        "Prefix of derived keys, `PREFIX300x200/KEY`; ends with `/`, or is empty for the classic `300x200/KEY`, where every absent key of the site goes to the resizer";
    "url", "URL", text::<BaseUrl>(pattern::URL), None,
        "Address that the resizer redirects back to, such as `https://cdn.example.com`; without it the distribution's domain, else the website endpoint";
    "sources", "SOURCES", text::<Sources>(pattern::SOURCES), Some(""),
        "Hosts that images are fetched from by URL, such as `images.example.com,*.example.org`; with any, the API has the direct route `/image`, whose answer is the image";
    "security-key", "SECURITY_KEY", text::<SecurityKey>(pattern::SECURITY_KEY), None,
        "Key that URLs have to be signed with, as clients of thumbor do, 16 to 256 characters; without it they need not be. Better given as variable or in the file: others on this machine can see arguments";
    "allow-unsafe", "ALLOW_UNSAFE", Kind::Switch, Some("false"),
        "Take `unsafe/` in place of a signature";
    "zip", "ZIP", text::<ZipPath>(pattern::LINE), None,
        "Ready zip with the function's code, instead of building one; in the file, relative to the file's folder";
    "arch", "ARCH", Kind::Word { check: check::<Arch>, words: Arch::WORDS }, Some("arm64"),
        "Processor that the function's code is built for: `arm64` or `x86_64`";
    "redirect", "REDIRECT", Kind::Number { check: check::<RedirectCode>, numbers: RedirectCode::NUMBERS }, Some("307"),
        "HTTP status of the redirect back to the derived image: 307, 302, or 301, which browsers keep for ever";
    "allowed-dimensions", "ALLOWED_DIMENSIONS", Kind::Sizes, Some(""),
        "Sizes that may be asked for, in pixels, such as `300x200,800x,x600`; an empty list allows all";
    "presets", "PRESETS", text::<Presets>(pattern::PRESETS), Some(""),
        "Names for specs, such as `thumb=300x200/smart;hero=1600x`, so that `PREFIXthumb/KEY` can be asked for, also where sizes are limited";
    "presets-only", "PRESETS_ONLY", Kind::Switch, Some("false"),
        "Serve nothing but presets";
    "keep-metadata", "KEEP_METADATA", text::<Keep>(pattern::KEEP), Some("icc,copyright"),
        "Metadata of originals that specs may ask for with `keep(…)`: `icc`, `copyright`, `exif` (without place, owner and serial numbers), `all-exif` (with them), or `none`";
    "quality", "QUALITY", plain(1, 100, ""), Some("80"),
        "Quality of derived JPEG and WebP images, 1 to 100";
    "cache-control", "CACHE_CONTROL", text::<CacheControl>(pattern::CACHE_CONTROL), Some("public, max-age=1209600"),
        "`Cache-Control` header of derived images; the default's 1209600 seconds are 14 days";
    "max-pixels", "MAX_PIXELS", plain(1, 1_000_000_000, "pixels"), Some("50000000"),
        "Largest original that is decoded, in pixels (width times height)";
    "max-bytes", "MAX_BYTES", plain(1, 5_000_000_000, "bytes"), Some("52428800"),
        "Largest original that is read, in bytes";
    "max-output-pixels", "MAX_OUTPUT_PIXELS", plain(1, 1_000_000_000, "pixels"), Some("16000000"),
        "Largest derived image, in pixels (width times height)";
    "memory", "MEMORY", Kind::Whole { min: 128, max: 10_240, unit: "MB", why: Some("Lambda gives a function 128 to 10240 MB") }, Some("1024"),
        "Memory of the function, in MB, 128 to 10240; processor speed grows with it";
    // AG-09
    "timeout", "TIMEOUT", Kind::Whole { min: 1, max: 29, unit: "seconds", why: Some("API Gateway answers 504 after 29 seconds, whatever the function still does") }, Some("20"),
        "Time that the function has for one image, in seconds, 1 to 29";
    // AG-14
    "throttle-rate", "THROTTLE_RATE", plain(1, 10_000, "requests per second"), Some("50"),
        "Requests per second that the API lets through to the resizer, 1 to 10000";
    "throttle-burst", "THROTTLE_BURST", plain(1, 5_000, "requests"), Some("100"),
        "Requests that may come at once above the rate, 1 to 5000";
    "log-retention", "LOG_RETENTION", Kind::Number { check: check::<LogRetention>, numbers: LOG_RETENTION_DAYS }, Some("30"),
        "Days that the function's logs are kept; one of the numbers that CloudWatch Logs takes (1, 3, 5, 7, 14, 30, 60, 90, … 3653)";
    "batch", "BATCH", Kind::Switch, Some("false"),
        "Have queues through which `imgdeploy batch` orders images of many originals at once; they cost nothing while they are empty";
    "max-concurrency", "MAX_CONCURRENCY", plain(2, 1000, "instances"), Some("20"),
        "Instances of the function that may work on batches and uploads at the same time, 2 to 1000, so that the site keeps its share";
    "on-upload", "ON_UPLOAD", text::<OnUpload>(pattern::ON_UPLOAD), Some(""),
        "What is made of each original as soon as it is uploaded, such as `300x200;800x`: specs or presets; has the queues of `batch`";
    "permissions-boundary", "PERMISSIONS_BOUNDARY", text::<PolicyArn>(pattern::POLICY_ARN), None,
        "IAM policy that limits what the function's role can be given, by ARN; without it nothing but its own policies does";
    "stack-role", "STACK_ROLE", text::<RoleArn>(pattern::ROLE_ARN), None,
        "IAM role with whose rights CloudFormation works on the stack, by ARN; without it those of whoever runs this. CloudFormation keeps using it for the stack";
    "profile", "PROFILE", text::<Profile>(pattern::LINE), None,
        "Profile of the AWS configuration files; without it AWS_PROFILE";
    "region", "REGION", text::<Region>(pattern::REGION), None,
        "AWS region to start from; without it AWS_REGION or the profile's. The function always goes to the bucket's own region";
    "endpoint-url", "ENDPOINT_URL", text::<BaseUrl>(pattern::URL), None,
        "Address of an AWS emulator for all services; without it AWS_ENDPOINT_URL";
}

/// The setting of that name.
pub fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_default_is_taken_by_its_own_check() {
        for setting in SETTINGS {
            if let Some(default) = setting.default {
                assert_eq!(setting.kind.check(default), Ok(()), "{}", setting.name);
            }
        }
    }

    #[test]
    fn names_are_unique_and_variables_follow_from_them() {
        for (index, one) in SETTINGS.iter().enumerate() {
            assert_eq!(one.env, format!("IMGDEPLOY_{}", one.name.to_uppercase().replace('-', "_")));
            assert!(SETTINGS[..index].iter().all(|other| other.name != one.name), "{}", one.name);
            assert!(!one.help.ends_with('.') && !one.help.contains('\n'), "{}", one.name);
        }
    }
}

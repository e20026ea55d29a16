//! The resolved settings of one site.

use super::value::{
    Arch, BaseUrl, BucketName, CacheControl, Delivery, Dimensions, DistributionId, Keep, OnUpload, PolicyArn,
    Prefix, Presets, Profile, RedirectCode, Region, RoleArn, SecurityKey, Sources,
};
use imgdeploy_model::terminal::Name;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// An environment variable, by name.
    Env(&'static str),
    /// The settings file. Line and column count from 1.
    File {
        /// The file, as it was named.
        path: PathBuf,
        /// Line of the value.
        line: usize,
        /// Column of the value, in characters.
        column: usize,
    },
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Env(variable) => write!(f, "environment {variable}"),
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", Name(path)),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Which distribution to work with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DistributionChoice {
    /// Look for those in front of the bucket and offer them.
    Find,
    /// This one.
    Id(DistributionId),
    /// None, even if there is one.
    Without,
}

impl DistributionChoice {
    /// The id, if one was given.
    pub fn id(&self) -> Option<&DistributionId> {
        match self {
            Self::Id(id) => Some(id),
            Self::Find | Self::Without => None,
        }
    }
}

/// How AWS is reached. What is `None` is left to the SDK's own places. `AWS_PROFILE`, `AWS_REGION` and
/// `AWS_ENDPOINT_URL` are in here already: they are variables, so they win over the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Profile of the AWS configuration files.
    pub profile: Option<Profile>,
    /// Whether it was named for this tool, not by a variable of AWS's: then no other credentials are looked for.
    pub profile_alone: bool,
    /// Region to start from.
    pub region: Option<Region>,
    /// Address of an emulator.
    pub endpoint_url: Option<BaseUrl>,
    /// With whose rights CloudFormation works, if not the caller's.
    pub stack_role: Option<RoleArn>,
}

/// What holds for a function's code, whosever function it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// How AWS is reached.
    pub access: Access,
    /// Zip with the code, if one was given. Relative to the working directory.
    pub zip: Option<PathBuf>,
    /// Processor of the function.
    pub arch: Arch,
}

/// What holds for images that are made on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Images {
    /// Quality of lossy formats where a spec names none, 1 to 100.
    pub quality: u8,
    /// Largest original to decode, in pixels.
    pub max_pixels: u64,
    /// Largest original to read, in bytes.
    pub max_bytes: u64,
    /// Largest result, in pixels.
    pub max_output_pixels: u64,
}

/// Every setting of one site, resolved: flag, else environment, else the site in the file, else the
/// file's `defaults:`, else the built-in default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Name of the site in the file, if it is there.
    pub name: Option<String>,
    /// Bucket with the originals.
    pub bucket: BucketName,
    /// How AWS is reached.
    pub access: Access,
    /// Which distribution to work with.
    pub distribution: DistributionChoice,
    /// How images reach the browser.
    pub delivery: Delivery,
    /// Prefix of derived keys.
    pub prefix: Prefix,
    /// Address to redirect back to, if it was given.
    pub url: Option<BaseUrl>,
    /// Hosts that images are fetched from; with any, there is the direct route.
    pub sources: Sources,
    /// Key that URLs have to be signed with, if any.
    pub security_key: Option<SecurityKey>,
    /// Whether `unsafe/` stands in for a signature.
    pub allow_unsafe: bool,
    /// Zip with the function's code, if one was given. Relative to the working directory.
    pub zip: Option<PathBuf>,
    /// Processor of the function.
    pub arch: Arch,
    /// Status of the redirect back.
    pub redirect: RedirectCode,
    /// Sizes that may be asked for.
    pub allowed_dimensions: Dimensions,
    /// Names for specs.
    pub presets: Presets,
    /// Whether nothing but presets is served.
    pub presets_only: bool,
    /// Metadata of originals that specs may ask for.
    pub keep_metadata: Keep,
    /// Quality of derived images, 1 to 100.
    pub quality: u8,
    /// `Cache-Control` of derived images.
    pub cache_control: CacheControl,
    /// Largest original to decode, in pixels.
    pub max_pixels: u64,
    /// Largest original to read, in bytes.
    pub max_bytes: u64,
    /// Largest derived image, in pixels.
    pub max_output_pixels: u64,
    /// Memory of the function, in MB.
    pub memory: u32,
    /// Time for one image, in seconds.
    pub timeout: u32,
    /// Requests per second that the API lets through.
    pub throttle_rate: u32,
    /// Requests at once above the rate.
    pub throttle_burst: u32,
    /// Days that logs are kept.
    pub log_retention: u32,
    /// Whether the queues of batches are asked for. See [`Site::has_batch`].
    pub batch: bool,
    /// Instances that may work on batches at the same time.
    pub max_concurrency: u32,
    /// What is made of uploads.
    pub on_upload: OnUpload,
    /// What the function's role can be given at most, if that is limited.
    pub permissions_boundary: Option<PolicyArn>,
    /// Where each setting came from, by its name. `distribution` stands for `no-distribution` too.
    pub origins: BTreeMap<&'static str, Origin>,
}

impl Site {
    /// Whether there are queues: asked for, or needed for uploads.
    pub fn has_batch(&self) -> bool {
        self.batch || !self.on_upload.is_empty()
    }

    /// Where a setting came from.
    pub fn origin(&self, name: &str) -> &Origin {
        self.origins.get(name).unwrap_or(&Origin::Default)
    }
}

/// Every setting as name, value and origin, in the order of the table, for `attach --dry-run -v`.
pub fn describe(site: &Site) -> Vec<(&'static str, String, String)> {
    // Destructured, so that a new field can't be forgotten.
    let Site {
        name: _,
        bucket,
        access: Access { profile, profile_alone: _, region, endpoint_url, stack_role },
        distribution,
        delivery,
        prefix,
        url,
        sources,
        security_key,
        allow_unsafe,
        zip,
        arch,
        redirect,
        allowed_dimensions,
        presets,
        presets_only,
        keep_metadata,
        quality,
        cache_control,
        max_pixels,
        max_bytes,
        max_output_pixels,
        memory,
        timeout,
        throttle_rate,
        throttle_burst,
        log_retention,
        batch,
        max_concurrency,
        on_upload,
        permissions_boundary,
        origins: _,
    } = site;
    let distribution = match distribution {
        DistributionChoice::Find => "(looked for)".to_owned(),
        DistributionChoice::Id(id) => id.to_string(),
        DistributionChoice::Without => "(none)".to_owned(),
    };
    let sizes =
        if allowed_dimensions.allows_all() { "(all)".to_owned() } else { allowed_dimensions.to_string() };
    let prefix = if prefix.is_empty() { "(empty)".to_owned() } else { prefix.to_string() };
    let or = |value: Option<String>, absent: &str| value.unwrap_or_else(|| absent.to_owned());
    let or_none = |list: &str| if list.is_empty() { "(none)".to_owned() } else { list.to_owned() };
    let values = [
        ("bucket", bucket.to_string()),
        ("distribution", distribution),
        ("delivery", delivery.to_string()),
        ("prefix", prefix),
        ("url", or(url.as_ref().map(BaseUrl::to_string), "(distribution's domain or website endpoint)")),
        ("sources", or_none(sources.as_str())),
        ("security-key", if security_key.is_some() { "(secret)" } else { "(none)" }.to_owned()),
        ("allow-unsafe", allow_unsafe.to_string()),
        ("zip", or(zip.as_ref().map(|zip| Name(zip).to_string()), "(built)")),
        ("arch", arch.to_string()),
        ("redirect", redirect.to_string()),
        ("allowed-dimensions", sizes),
        ("presets", or_none(presets.as_str())),
        ("presets-only", presets_only.to_string()),
        ("keep-metadata", keep_metadata.to_string()),
        ("quality", quality.to_string()),
        ("cache-control", cache_control.to_string()),
        ("max-pixels", max_pixels.to_string()),
        ("max-bytes", max_bytes.to_string()),
        ("max-output-pixels", max_output_pixels.to_string()),
        ("memory", memory.to_string()),
        ("timeout", timeout.to_string()),
        ("throttle-rate", throttle_rate.to_string()),
        ("throttle-burst", throttle_burst.to_string()),
        ("log-retention", log_retention.to_string()),
        ("batch", batch.to_string()),
        ("max-concurrency", max_concurrency.to_string()),
        ("on-upload", or_none(on_upload.as_str())),
        ("permissions-boundary", or(permissions_boundary.as_ref().map(PolicyArn::to_string), "(none)")),
        ("stack-role", or(stack_role.as_ref().map(RoleArn::to_string), "(the caller's rights)")),
        ("profile", or(profile.as_ref().map(Profile::to_string), "(AWS default)")),
        ("region", or(region.as_ref().map(Region::to_string), "(AWS default)")),
        ("endpoint-url", or(endpoint_url.as_ref().map(BaseUrl::to_string), "(AWS)")),
    ];
    values.into_iter().map(|(name, value)| (name, value, site.origin(name).to_string())).collect()
}

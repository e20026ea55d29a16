//! The arguments of `up` and `down`.

use clap::Args;

use super::given::SITE_ENV;
use super::help;
use super::shared::{DryRun, SiteFlags, SiteSwitches};

/// Which bucket is meant. There is no distribution to name: `up` makes its own.
#[derive(Debug, Args)]
pub struct OwnChoice {
    /// Bucket to make, or made by an earlier `up` [default: that of the file's only site]
    #[arg(long, value_name = "NAME", env = help::env("bucket"), hide_env_values = true)]
    pub bucket: Option<String>,
    /// Site in the settings file, by its name there [default: the one with --bucket, or the only one]
    #[arg(long, value_name = "NAME", env = SITE_ENV, hide_env_values = true)]
    pub site: Option<String>,
}

/// Arguments of `up`.
#[derive(Debug, Args)]
pub struct UpArgs {
    /// Which bucket is meant.
    #[command(flatten)]
    pub choice: OwnChoice,
    /// Put a CloudFront distribution in front, which viewers reach by HTTPS; it stays in later runs [default: none]
    #[arg(long)]
    pub with_cdn: bool,
    /// Settings that are on or off.
    #[command(flatten)]
    pub switches: SiteSwitches,
    /// Approve that derived images are public; originals never are [default: refuse]
    #[arg(long)]
    pub allow_public: bool,
    /// Whether to stop before anything is written.
    #[command(flatten)]
    pub dry: DryRun,
    /// The settings of the site.
    #[command(flatten)]
    pub settings: SiteFlags,
}

/// Arguments of `down`.
#[derive(Debug, Args)]
pub struct DownArgs {
    /// Which bucket is meant.
    #[command(flatten)]
    pub choice: OwnChoice,
    /// Delete the bucket even if something is in it, originals and all; its name has to be repeated here [default: only an empty bucket is deleted]
    #[arg(long, value_name = "NAME")]
    pub delete_bucket_with_objects: Option<String>,
    /// Whether to stop before anything is written.
    #[command(flatten)]
    pub dry: DryRun,
}

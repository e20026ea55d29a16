//! The arguments of `update-code` and `rollback`.

use super::given::SITE_ENV;
use super::help;
use super::shared::DryRun;
use clap::Args;

/// Which function is meant.
#[derive(Debug, Args)]
pub struct FunctionChoice {
    /// Bucket whose function is meant [default: that of the file's only site]
    #[arg(long, value_name = "NAME", env = help::env("bucket"), hide_env_values = true)]
    pub bucket: Option<String>,
    /// Site in the settings file, by its name there [default: the one with --bucket, or the only one]
    #[arg(long, value_name = "NAME", env = SITE_ENV, hide_env_values = true)]
    pub site: Option<String>,
    /// A function by its name or ARN, also one that this tool did not make [default: the bucket's]
    #[arg(long, value_name = "NAME", conflicts_with = "site")]
    pub function: Option<String>,
    /// Alias that viewers reach
    #[arg(long, value_name = "NAME", default_value = crate::function::LIVE)]
    pub alias: String,
}

/// Arguments of `update-code`.
#[derive(Debug, Args)]
pub struct UpdateCodeArgs {
    /// Which function is meant.
    #[command(flatten)]
    pub choice: FunctionChoice,
    #[arg(long, value_name = "FILE", help_heading = "Code", help = help::of("zip"), env = help::env("zip"), hide_env_values = true)]
    #[allow(missing_docs)]
    pub zip: Option<String>,
    #[arg(long, value_name = "ARCH", help_heading = "Code", help = help::of("arch"), env = help::env("arch"), hide_env_values = true)]
    #[allow(missing_docs)]
    pub arch: Option<String>,
    /// Share of the calls that goes to the new version first, and for how long errors are watched, such as 10% or 10%:2m [default: all calls at once; 5m]
    #[arg(long, value_name = "SHARE", help_heading = "Release", conflicts_with = "stage_only")]
    pub canary: Option<String>,
    /// Publish and check the new version, but leave the alias where it is [default: move it]
    #[arg(long, help_heading = "Release")]
    pub stage_only: bool,
    /// Afterwards delete versions that no alias names, all but the N newest [default: keep all]
    #[arg(long, value_name = "N", help_heading = "Release", value_parser = clap::value_parser!(u16).range(1..))]
    pub keep: Option<u16>,
    /// Do not ask the new version for an image first; for code that is not this tool's [default: ask]
    #[arg(long, help_heading = "Release")]
    pub skip_check: bool,
    /// Whether to stop before anything is written.
    #[command(flatten)]
    pub dry: DryRun,
}

/// Arguments of `rollback`.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// Which function is meant.
    #[command(flatten)]
    pub choice: FunctionChoice,
    /// Version to go to [default: the newest before the live one that has other code]
    #[arg(long, value_name = "N")]
    pub to: Option<String>,
    /// Only list the versions [default: list them and move the alias]
    #[arg(long, conflicts_with = "to")]
    pub list: bool,
}

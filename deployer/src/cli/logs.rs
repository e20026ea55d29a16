//! The arguments of `logs`.

use super::given::SITE_ENV;
use super::help;
use crate::function::target::is_name;
use crate::logs::Since;
use clap::Args;

/// Arguments of `logs`.
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// Bucket whose resizer's log is shown [default: that of the file's only site]
    #[arg(long, value_name = "NAME", env = help::env("bucket"), hide_env_values = true)]
    pub bucket: Option<String>,
    /// Site in the settings file, by its name there [default: the one with --bucket, or the only one]
    #[arg(long, value_name = "NAME", env = SITE_ENV, hide_env_values = true)]
    pub site: Option<String>,
    /// Log of this Lambda function, in the region of --region, instead of a bucket's [default: that of the bucket's stack]
    #[arg(long, value_name = "NAME", value_parser = function_name)]
    pub function: Option<String>,
    /// Begin so long ago (30s, 10m, 2h, 3d, 1w), or at a time such as 2026-01-31T12:00:00Z
    #[arg(long, value_name = "WHEN", default_value = "10m")]
    pub since: Since,
    /// Go on until Ctrl-C, and show what comes [default: end with the newest line]
    #[arg(short, long)]
    pub follow: bool,
    /// Every line as it was logged [default: one line for each request]
    #[arg(long)]
    pub raw: bool,
}

/// Function names have letters, digits, `-` and `_`, at most 64 of them.
fn function_name(text: &str) -> Result<String, String> {
    if !is_name(text) {
        return Err("a function's name has 1 to 64 letters, digits, - and _; an ARN ends in it".to_owned());
    }
    Ok(text.to_owned())
}

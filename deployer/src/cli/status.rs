//! The arguments of `status`.

use super::SiteChoice;
use clap::Args;

/// Arguments of `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Which bucket is meant.
    #[command(flatten)]
    pub choice: SiteChoice,
    /// Have CloudFormation compare its resources with the template now, which may take minutes [default: its last result]
    #[arg(long)]
    pub detect_drift: bool,
}

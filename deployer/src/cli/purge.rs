//! The arguments of `purge`.

use super::SiteChoice;
use super::shared::DryRun;
use clap::Args;

/// Arguments of `purge`.
#[derive(Debug, Args)]
pub struct PurgeArgs {
    /// Keys of the originals whose derived images are to go, such as pics/a.jpg; also their URLs, or those of derived images
    #[arg(value_name = "KEY", required_unless_present = "originals", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub keys: Vec<String>,
    // Not the setting of this name, which is about derived keys.
    /// Instead of keys: all originals whose keys begin with this; empty for all there are [default: the keys that are named]
    #[arg(long = "prefix", id = "originals", value_name = "PREFIX", conflicts_with = "keys")]
    pub prefix: Option<String>,
    /// Which bucket is meant.
    #[command(flatten)]
    pub choice: SiteChoice,
    /// Delete only, and leave CloudFront as it is [default: it is told to forget what was deleted]
    #[arg(long)]
    pub no_invalidate: bool,
    /// Whether to stop before anything is written.
    #[command(flatten)]
    pub dry: DryRun,
}

//! The arguments of `resize`.

use super::help;
use clap::Args;
use std::path::PathBuf;

/// Arguments of `resize`.
#[derive(Debug, Args)]
pub struct ResizeArgs {
    /// What is asked of the image: the part of the URL before the key, such as `300x200` or
    /// `fit-in/300x200/smart/filters:format(webp):quality(80)`
    // A size may begin with a minus.
    #[arg(value_name = "SPEC", allow_hyphen_values = true)]
    pub spec: String,
    /// Image files, and behind one of them the file to write, or behind any the folder to write to
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Folder to write to; it is made if need be [default: the last FILE, if it is a folder]
    #[arg(long, value_name = "DIR")]
    pub out_dir: Option<PathBuf>,
    /// One more spec for every file, which is decoded once for all; names then have the spec in them; may be given several times [default: SPEC alone]
    #[arg(long, value_name = "SPEC", allow_hyphen_values = true)]
    pub also: Vec<String>,
    /// Write over files that are there, but never over one that is read [default: such an image fails]
    #[arg(long)]
    pub force: bool,
    #[arg(long, value_name = "N", help = help::of("quality"), env = help::env("quality"), hide_env_values = true)]
    #[allow(missing_docs)]
    pub quality: Option<String>,
    #[arg(long, value_name = "N", help = help::of("max-pixels"), env = help::env("max-pixels"), hide_env_values = true)]
    #[allow(missing_docs)]
    pub max_pixels: Option<String>,
    #[arg(long, value_name = "N", help = help::of("max-bytes"), env = help::env("max-bytes"), hide_env_values = true)]
    #[allow(missing_docs)]
    pub max_bytes: Option<String>,
    #[arg(long, value_name = "N", help = help::of("max-output-pixels"), env = help::env("max-output-pixels"), hide_env_values = true)]
    #[allow(missing_docs)]
    pub max_output_pixels: Option<String>,
}

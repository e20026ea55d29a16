//! The arguments of `build`.

use super::help;
use clap::Args;
use std::path::PathBuf;

/// Arguments of `build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    #[arg(long, value_name = "ARCH", help = help::of("arch"), env = help::env("arch"), hide_env_values = true)]
    #[allow(missing_docs)]
    pub arch: Option<String>,
    /// File to write the zip to [default: lambda/bootstrap-ARCH.zip in cargo's target folder]
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    pub output_zip: Option<PathBuf>,
    /// Build nothing, check this zip: whether AWS takes it and starts it [default: build]
    #[arg(long, value_name = "ZIP")]
    pub check: Option<PathBuf>,
    /// Also write a copy of this program that carries the zip, so that attach needs nothing else [default: none]
    #[arg(long, value_name = "FILE")]
    pub single_binary: Option<PathBuf>,
}

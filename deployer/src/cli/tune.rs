//! The arguments of `tune`.

use super::code::FunctionChoice;
use super::shared::DryRun;
use crate::tune::plan::Sizes;
use crate::tune::recommend::Strategy;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Arguments of `tune`.
#[derive(Debug, Args)]
pub struct TuneArgs {
    /// Which function is meant.
    #[command(flatten)]
    pub choice: FunctionChoice,
    /// Memory sizes to try, in MB, separated by commas
    // Not the setting of that name: this is a list.
    #[arg(
        long = "memory", id = "memory_sizes", value_name = "LIST", value_parser = clap::value_parser!(Sizes),
        default_value = "256,512,1024,1769,3008", help_heading = "Measurement"
    )]
    pub sizes: Sizes,
    /// Original in the bucket to measure with, at most 4.4 MB; may be given several times [default: up to five typical ones]
    #[arg(long = "image", id = "originals", value_name = "KEY", help_heading = "Measurement")]
    pub images: Vec<String>,
    /// Calls with each size, after the first one that starts an instance
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000), help_heading = "Measurement")]
    pub num: u32,
    /// What is asked of each image, as in its URL
    #[arg(
        long,
        value_name = "SPEC",
        default_value = "300x",
        allow_hyphen_values = true,
        help_heading = "Measurement"
    )]
    pub spec: String,
    /// Also write a chart to this file, as SVG [default: a chart in the terminal only]
    #[arg(long, value_name = "FILE", help_heading = "Measurement")]
    pub chart: Option<PathBuf>,
    /// What the recommendation is for
    #[arg(long, value_enum, value_name = "AIM", default_value_t = Aim::Balanced)]
    pub strategy: Aim,
    /// Set the recommended memory afterwards [default: only say it]
    #[arg(long)]
    pub apply: bool,
    /// Measure nothing: take away what a run that was cut off has left [default: measure]
    #[arg(long, conflicts_with_all = ["memory_sizes", "originals", "num", "spec", "chart", "strategy", "apply"])]
    pub clean: bool,
    /// Whether to stop before anything is written.
    #[command(flatten)]
    pub dry: DryRun,
}

/// What a recommendation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Aim {
    /// Least cost for an image.
    Cost,
    /// Least time; the cheapest of those within 5 % of it.
    Speed,
    /// Least product of cost and time.
    Balanced,
}

impl Aim {
    /// As the recommendation knows it.
    pub fn strategy(self) -> Strategy {
        match self {
            Self::Cost => Strategy::Cost,
            Self::Speed => Strategy::Speed,
            Self::Balanced => Strategy::Balanced,
        }
    }
}

//! The arguments of `cost`.

use super::code::FunctionChoice;
use super::given::SITE_ENV;
use super::help;
use clap::Args;

/// Arguments of `cost`.
#[derive(Debug, Args)]
pub struct CostArgs {
    /// New original images in a month
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000_000))]
    pub images: u64,
    /// Size of an original on average, in MB
    #[arg(long, value_name = "MB", value_parser = positive)]
    pub size: f64,
    /// Sizes that each is asked for in
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub specs: u32,
    /// Memory of the function, in MB [default: what the function has, else 1024]
    // Not the setting of that name: this one changes nothing.
    #[arg(long = "memory", id = "memory_mb", value_name = "MB", value_parser = clap::value_parser!(u32).range(128..=10_240))]
    pub memory: Option<u32>,
    /// Time of a call in milliseconds [default: the average of the last 30 days with --bucket or --function, else an assumption that is stated]
    #[arg(long, value_name = "MS", value_parser = positive)]
    pub duration: Option<f64>,
    /// Bucket whose function says memory, processor and the time of its calls [default: nothing is asked of AWS]
    #[arg(long, value_name = "NAME", env = help::env("bucket"), hide_env_values = true)]
    pub bucket: Option<String>,
    /// The same, by the site's name in the settings file [default: nothing is asked of AWS]
    #[arg(long, value_name = "NAME", env = SITE_ENV, hide_env_values = true)]
    pub site: Option<String>,
    /// The same, of a function by its name or ARN [default: nothing is asked of AWS]
    #[arg(long, value_name = "NAME", conflicts_with = "site")]
    pub function: Option<String>,
}

impl CostArgs {
    /// The function that is meant.
    pub fn choice(&self) -> FunctionChoice {
        FunctionChoice {
            bucket: self.bucket.clone(),
            site: self.site.clone(),
            function: self.function.clone(),
            alias: crate::function::LIVE.to_owned(),
        }
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number <= 1e6 => Ok(number),
        _ => Err("a number above 0, such as 2.5, at most 1000000".to_owned()),
    }
}

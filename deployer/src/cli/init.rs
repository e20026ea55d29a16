//! The arguments of `init`.

use crate::settings::value::{BucketName, DistributionId, FromText as _};
use crate::settings::{Fault, Problem, SettingsError};
use clap::Args;
use std::path::PathBuf;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Bucket to write a site for; may be given several times [default: every bucket of the account that is a website or a distribution's origin]
    #[arg(long = "bucket", id = "buckets", value_name = "NAME")]
    pub buckets: Vec<String>,
    /// CloudFront distribution to look at, by id [default: all of the account]
    #[arg(long = "distribution", id = "only_distribution", value_name = "ID")]
    pub distribution: Option<String>,
    /// File to write
    #[arg(long, value_name = "FILE", default_value = crate::settings::DEFAULT_FILE)]
    pub output_file: PathBuf,
    /// Write over a file that is there [default: refuse]
    #[arg(long)]
    pub force: bool,
}

impl InitArgs {
    /// The buckets and the distribution that were named, checked.
    ///
    /// # Errors
    /// A name is none.
    pub fn named(&self) -> Result<(Vec<BucketName>, Option<DistributionId>), SettingsError> {
        let mut problems = Vec::new();
        let mut wrong = |flag: &str, fault: Fault| {
            problems.push(Problem::new(format!("{flag} {}", fault.message), fault.hint));
        };
        let mut buckets = Vec::new();
        for bucket in &self.buckets {
            match BucketName::from_text(bucket) {
                Ok(bucket) => buckets.push(bucket),
                Err(fault) => wrong("--bucket", fault),
            }
        }
        let distribution = self.distribution.as_deref().and_then(|id| {
            DistributionId::from_text(id).map_err(|fault| wrong("--distribution", fault)).ok()
        });
        SettingsError::check(problems)?;
        Ok((buckets, distribution))
    }
}

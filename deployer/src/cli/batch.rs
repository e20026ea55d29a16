//! The arguments of `batch`.

use super::given::SITE_ENV;
use super::help;
use crate::batch::lists::List;
use crate::settings::value::{FromText as _, MAX_SPECS, OnUpload};
use clap::{Args, Subcommand};
use imgdeploy_model::terminal::escape;
use std::path::PathBuf;

/// Arguments of `batch`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BatchArgs {
    /// What is to be done with a job that was ordered.
    #[command(subcommand)]
    pub what: Option<BatchCommand>,
    /// A new order.
    #[command(flatten)]
    pub order: OrderArgs,
}

/// Whose originals are meant.
#[derive(Debug, Args)]
pub struct OriginalsChoice {
    /// Bucket with the originals [default: that of the file's only site]
    #[arg(long, value_name = "NAME", env = help::env("bucket"), hide_env_values = true)]
    pub bucket: Option<String>,
    /// Site in the settings file, by its name there [default: the one with --bucket, or the only one]
    #[arg(long, value_name = "NAME", env = SITE_ENV, hide_env_values = true)]
    pub site: Option<String>,
}

/// A new order.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("originals"))]
pub struct OrderArgs {
    /// Whose originals.
    #[command(flatten)]
    pub choice: OriginalsChoice,
    /// Originals whose keys begin with this; an empty text means all of the bucket [default: say one of these]
    #[arg(long, value_name = "PREFIX", help_heading = "Originals", group = "originals")]
    pub from: Option<String>,
    /// Originals from a file with a key on each line; `-` is standard input [default: say one of these]
    #[arg(long, value_name = "FILE", help_heading = "Originals", group = "originals")]
    pub keys: Option<PathBuf>,
    /// Originals from an object, s3://BUCKET/KEY: manifest.json of an S3 Inventory in CSV, a .csv with bucket and key, or else a key on each line [default: say one of these]
    #[arg(long, value_name = "URL", help_heading = "Originals", group = "originals", value_parser = object)]
    pub manifest: Option<List>,
    /// Originals below a folder of this machine; with --local [default: say one of these]
    #[arg(long, value_name = "DIR", help_heading = "Originals", group = "originals", requires = "local")]
    pub folder: Option<PathBuf>,
    /// What is made of each, as it stands in URLs, such as 200x200 or 800x; again for more [default: say at least one]
    #[arg(long, value_name = "SPEC", help_heading = "Images", value_parser = spec)]
    pub spec: Vec<String>,
    /// Make also what is up to date [default: skip it]
    #[arg(long, help_heading = "Images")]
    pub force: bool,
    /// Order, print the job's id and end; the function does everything [default: show the progress until all is done]
    #[arg(long, conflicts_with = "local")]
    pub detach: bool,
    /// List and send all keys from this machine, however many [default: leave what is over 100,000 to the function]
    #[arg(long, conflicts_with_all = ["local", "detach"])]
    pub here: bool,
    /// Work on this machine's processors, without queues and function [default: on Lambda]
    #[arg(long, help_heading = "Local")]
    pub local: bool,
    /// Where the images of --folder go [default: the folder itself]
    #[arg(long, value_name = "DIR", help_heading = "Local", requires = "folder")]
    pub to: Option<PathBuf>,
}

/// What is to be done with a job.
#[derive(Debug, Subcommand)]
pub enum BatchCommand {
    /// Show how far a job is
    Status(JobArgs),
    /// Show the progress until a job is done, and see to what its tool left undone
    Wait(JobArgs),
    /// Make nothing more of a job; what was not made yet counts as failed
    Cancel(JobArgs),
    /// List what was not made, with the reasons
    Errors(ErrorsArgs),
}

/// Which job.
#[derive(Debug, Args)]
pub struct JobArgs {
    /// The job's id [default: the newest]
    #[arg(value_name = "ID", value_parser = job_id)]
    pub id: Option<String>,
    /// Whose originals.
    #[command(flatten)]
    pub choice: OriginalsChoice,
}

/// Arguments of `batch errors`.
#[derive(Debug, Args)]
pub struct ErrorsArgs {
    /// Which job.
    #[command(flatten)]
    pub job: JobArgs,
    /// Order the originals anew for which something failed [default: only list them]
    #[arg(long)]
    pub retry_failed: bool,
    /// With --retry-failed: print the new job's id and end [default: show its progress until all is done]
    #[arg(long, requires = "retry_failed")]
    pub detach: bool,
}

fn object(text: &str) -> Result<List, String> {
    let place = text.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
    match place {
        Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
            Ok(List::Object { bucket: bucket.to_owned(), key: key.to_owned() })
        }
        _ => Err("write s3://BUCKET/KEY".to_owned()),
    }
}

fn spec(text: &str) -> Result<String, String> {
    match OnUpload::from_text(text) {
        Ok(list) if list.as_str() == text && !text.contains(';') && !text.is_empty() => Ok(text.to_owned()),
        Ok(_) => Err("is not one spec".to_owned()),
        Err(fault) => Err(escape(&fault.message).into_owned()),
    }
}

fn job_id(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if text.is_empty() || text.len() > 60 || !text.chars().all(plain) {
        return Err("a job's id is such as 20260131-120000-3f9a".to_owned());
    }
    Ok(text.to_owned())
}

impl OrderArgs {
    /// What is wrong with the order as a whole.
    pub fn problem(&self) -> Option<String> {
        let nothing =
            self.from.is_none() && self.keys.is_none() && self.manifest.is_none() && self.folder.is_none();
        let mut specs = self.spec.clone();
        specs.sort();
        specs.dedup();
        if nothing {
            Some("which originals? say `--from PREFIX`, `--keys FILE` or `--manifest s3://…`".to_owned())
        } else if self.spec.is_empty() {
            Some("what is to be made of them? say `--spec 200x200`, again for more".to_owned())
        } else if self.spec.len() > MAX_SPECS {
            Some(format!("{} specs are too many at once; {MAX_SPECS} is the most", self.spec.len()))
        } else if specs.len() != self.spec.len() {
            Some("a spec is there twice".to_owned())
        } else {
            None
        }
    }
}

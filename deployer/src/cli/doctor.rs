//! The arguments of `doctor`.

use clap::{Args, ValueEnum};
use imgdeploy_checks::Severity;
use imgdeploy_checks::table::CHECKS;
use imgdeploy_model::terminal::Escaped;

use super::help;
use super::shared::SiteChoice;
use crate::doctor::TIMEOUT_S;

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Address of an image to follow through the chain, hop by hop [default: one image of each type in the bucket, and one that does not exist]
    #[arg(value_name = "URL")]
    pub url: Option<String>,
    /// Which bucket is meant.
    #[command(flatten)]
    pub choice: SiteChoice,
    /// A function by its name or ARN, also one that this tool did not make [default: what the bucket's routing rules lead to]
    #[arg(long, value_name = "NAME", conflicts_with = "site")]
    pub function: Option<String>,
    /// Mend what can be mended safely: shows a plan, asks, writes, and looks again [default: write nothing]
    #[arg(long, help_heading = "Mending")]
    pub fix: bool,
    /// With --fix: show the plan and stop before anything is written
    #[arg(long, requires = "fix", help_heading = "Mending")]
    pub dry_run: bool,
    /// With --fix: approve that derived images become public [default: refuse]
    #[arg(long, requires = "fix", help_heading = "Mending")]
    pub allow_public: bool,
    /// End with exit code 3 from this severity on
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::Warning)]
    pub fail_on: FailOn,
    /// Make only these checks, by code, separated by commas [default: all]
    #[arg(long, value_name = "CODES", value_delimiter = ',', value_parser = code)]
    pub only: Vec<String>,
    /// Leave these checks out, by code, separated by commas [default: none]
    #[arg(long, value_name = "CODES", value_delimiter = ',', value_parser = code)]
    pub skip: Vec<String>,
    #[arg(long, value_name = "KEY", help = help::of("security-key"), env = help::env("security-key"), hide_env_values = true)]
    #[allow(missing_docs)]
    pub security_key: Option<String>,
    /// Make no live requests [default: make them; the function may store derived images, as for any visitor]
    #[arg(long, conflicts_with = "url")]
    pub no_requests: bool,
    /// Seconds that the whole look may take; what is not there by then is "not checked"
    // An id of its own: the setting of that name is the function's.
    #[arg(id = "look_timeout", long = "timeout", value_name = "SECONDS", default_value_t = TIMEOUT_S, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: u64,
    /// List all checks [default: make them]
    #[arg(long, help_heading = "Checks", conflicts_with_all = ["explain", "fix", "url"])]
    pub list: bool,
    /// Tell the story of one check: how the fault comes about, how AWS behaves, the cure [default: make the checks]
    #[arg(long, value_name = "CODE", value_parser = code, help_heading = "Checks", conflicts_with_all = ["fix", "url"])]
    pub explain: Option<String>,
}

/// From which severity on the exit code says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Viewers get no image, or others may do harm.
    Error,
    /// Also what works, but not as it should.
    Warning,
    /// Everything that is worth knowing.
    Info,
}

impl FailOn {
    /// The least severity that counts.
    pub fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Info => Severity::Info,
        }
    }
}

/// A code of the table, in any case.
fn code(text: &str) -> Result<String, String> {
    let code = text.trim().to_ascii_uppercase();
    if CHECKS.iter().any(|check| check.code == code) {
        Ok(code)
    } else {
        Err(format!("there is no check `{}`; `imgdeploy doctor --list` lists them", Escaped(text)))
    }
}

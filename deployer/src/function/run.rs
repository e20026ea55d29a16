//! One run over a function's code: what it needs, what changes on the way, and how it can end.

use super::check::CheckFailed;
use super::observe::Seen;
use super::plan::{CodePlan, Wanted};
use crate::approval::Approved;
use crate::aws::lambda::{Function, FunctionWrite, Unsettled};
use crate::aws::{AwsFailure, Clients};

/// Why a step did not succeed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Cause {
    /// AWS said no.
    #[error(transparent)]
    Aws(#[from] AwsFailure),
    /// Lambda could not use the code or the configuration.
    #[error("Lambda could not carry it out: {0}")]
    Failed(String),
    /// Somebody else is at work on the function.
    #[error("somebody else has changed the function meanwhile ({0})")]
    Conflict(String),
    /// The new version is not fit for viewers.
    #[error("{}", .0.what)]
    Check(CheckFailed),
    /// The new version failed viewers.
    #[error("{0}")]
    Canary(String),
    /// The present code can't be kept.
    #[error("the present code can't be fetched, so there would be no way back: {0}")]
    NoWayBack(String),
}

impl From<Unsettled> for Cause {
    fn from(unsettled: Unsettled) -> Self {
        match unsettled {
            Unsettled::Aws(failure) => Self::Aws(failure),
            Unsettled::Failed(why) => Self::Failed(why),
            Unsettled::Gone => Self::Conflict(unsettled.to_string()),
            Unsettled::AtWork => Self::Failed(unsettled.to_string()),
        }
    }
}

/// A run that was stopped.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{step}: {cause}")]
pub struct ApplyFailed {
    /// The step that failed, in words.
    pub step: String,
    /// Why.
    pub cause: Cause,
    /// What was done before it.
    pub done: Vec<String>,
    /// The version that was published, if it came that far.
    pub version: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// The new version.
    pub version: String,
    /// Versions that were deleted.
    pub pruned: Vec<String>,
}

/// Everything that the steps need.
pub struct Run<'a> {
    /// Where the function is called.
    pub clients: &'a Clients,
    /// The function's region.
    pub region: &'a str,
    /// The function.
    pub function: &'a Function,
    /// The plan.
    pub plan: &'a Approved<'a, CodePlan>,
    /// What the plan was made from.
    pub seen: &'a Seen,
    /// What it was made for.
    pub wanted: &'a Wanted,
    /// The zip.
    pub zip: &'a [u8],
    /// Versions that are never deleted.
    pub pinned: Vec<String>,
    /// Whether this is an emulator, which may take a dry run for real.
    pub emulator: bool,
    /// Is told what happens.
    pub say: &'a (dyn Fn(&str) + Sync),
}

impl Run<'_> {
    pub(super) fn write(&self) -> FunctionWrite {
        self.function.writer(self.plan.permit())
    }
}

/// What changes on the way.
pub(super) struct Progress {
    /// Revision of the unpublished state.
    pub(super) revision: String,
    /// The new version.
    pub(super) version: Option<String>,
    /// The zip that was there before, where there is no alias to go back to it.
    pub(super) old: Option<Vec<u8>>,
    pub(super) pruned: Vec<String>,
}

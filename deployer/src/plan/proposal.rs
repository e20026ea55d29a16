//! A plan as a whole: actions, and what stands for and against them.

use imgdeploy_model::region::Partition;
use serde::Serialize;

use super::action::{Action, Place};
use crate::approval::Proposal;
use crate::aws::AwsFailure;
use crate::journal::Journal;
use imgdeploy_world::Caller;

/// What happens to the journal around the actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JournalStep {
    /// It already says what is.
    Keep,
    /// Write it before the edits and close it after them.
    Record {
        /// What it will say.
        #[serde(skip)]
        next: Box<Journal>,
        /// ETag of the one that is replaced.
        replaces: Option<String>,
    },
    /// Delete it at the end.
    Forget {
        /// ETag of the one that is deleted.
        replaces: String,
        /// What it says while the run goes on.
        #[serde(skip)]
        current: Box<Journal>,
    },
}

/// Something the user should know before approving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// One or two sentences.
    pub text: String,
    /// Whether it is a warning.
    pub warning: bool,
}

/// What a refusal is about; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// Something would be lost or become public without its flag: 4.
    Protect,
    /// The settings name something that can't be: 2.
    Usage,
    /// Only a flag of its own is missing: 4, but a dry run shows the plan all the same.
    Consent,
}

/// Why the plan may not be applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Decides the exit code.
    pub kind: RefusalKind,
    /// What is refused and why.
    pub text: String,
    /// What to do.
    pub hint: String,
}

impl Refusal {
    /// Something would be lost.
    pub fn protect(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Protect, text: text.into(), hint: hint.into() }
    }

    /// Somebody has to say that this is meant.
    pub fn consent(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Consent, text: text.into(), hint: hint.into() }
    }

    /// The settings can't be right.
    pub fn usage(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Usage, text: text.into(), hint: hint.into() }
    }
}

/// Everything that would be done, and why it may not be.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// The bucket.
    pub bucket: String,
    /// Its account.
    pub account: String,
    /// Its region.
    pub region: String,
    /// Who carries it out.
    pub caller: Option<Caller>,
    /// The changes, in the order in which they are made.
    pub actions: Vec<Action>,
    /// The journal.
    pub journal: JournalStep,
    /// Worth knowing.
    pub notes: Vec<Note>,
    /// Reasons against.
    pub refusals: Vec<Refusal>,
    /// Reads that failed and that the plan can't do without.
    pub unseen: Vec<AwsFailure>,
}

impl Proposal for Plan {
    fn is_refused(&self) -> bool {
        !(self.refusals.is_empty() && self.unseen.is_empty())
    }
}

impl Plan {
    /// An empty plan for one bucket.
    pub fn new(bucket: &str, account: &str, region: &str) -> Self {
        Self {
            bucket: bucket.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            caller: None,
            actions: Vec::new(),
            journal: JournalStep::Keep,
            notes: Vec::new(),
            refusals: Vec::new(),
            unseen: Vec::new(),
        }
    }

    /// The same, carried out by the one who looked.
    #[must_use]
    pub fn by(self, caller: &Caller) -> Self {
        Self { caller: Some(caller.clone()), ..self }
    }

    /// Where it is carried out.
    pub fn place(&self) -> Place<'_> {
        let Self { bucket, account, region, .. } = self;
        Place { partition: Partition::of_region(region).name(), account, region, bucket }
    }

    /// Nothing to do.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty() && self.journal == JournalStep::Keep
    }

    /// Adds a plain note.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(Note { text: text.into(), warning: false });
    }

    /// Adds a warning.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.notes.push(Note { text: text.into(), warning: true });
    }
}

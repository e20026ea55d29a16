//! The plan as data: one variant per kind of change, with before and after.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::approval::Proposal;
use crate::aws::AwsFailure;
use crate::aws::read::{Contents, PublicAccessBlock};
use crate::journal::Journal;
use crate::stack::{DesiredStack, StackPlan};

/// A property that the artifacts bucket must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// All four public access block flags.
    PublicAccessBlock,
    /// Default encryption.
    Encryption,
    /// Versioning.
    Versioning,
    /// A bucket policy that denies whatever comes without TLS.
    TlsOnly,
    /// Unfinished uploads and replaced code go after a while.
    Lifecycle,
}

/// One change. Documents are whole documents, as they are and as they will be.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// Create the artifacts bucket, or complete its protection.
    ArtifactsBucket {
        /// Bucket name.
        bucket: String,
        /// Whether it has to be created.
        create: bool,
        /// What it lacks.
        missing: Vec<Protection>,
    },
    /// Store the function's zip in the artifacts bucket.
    UploadCode {
        /// Artifacts bucket.
        bucket: String,
        /// Key, by content hash.
        key: String,
        /// Bytes of the zip.
        size: u64,
        /// SHA-256 of the zip in hexadecimal.
        sha256: String,
    },
    /// Create or update the stack by change set.
    Stack {
        /// What the stack should be.
        desired: Box<DesiredStack>,
        /// How to get there.
        plan: StackPlan,
    },
    /// Change the bucket's public access block.
    PublicAccessBlock {
        /// The bucket.
        bucket: String,
        /// `null`: there is none.
        before: Option<PublicAccessBlock>,
        /// The flags afterwards.
        after: PublicAccessBlock,
    },
    /// Change the bucket policy.
    Policy {
        /// The bucket.
        bucket: String,
        /// `null`: there is none.
        before: Option<String>,
        /// `null`: it is deleted.
        after: Option<String>,
    },
    /// Change a distribution's configuration.
    Distribution {
        /// Distribution id.
        id: String,
        /// The version that `before` is.
        etag: String,
        /// Raw `DistributionConfig`.
        before: String,
        /// Raw `DistributionConfig`.
        after: String,
        /// Path patterns of the behaviours that are ours, now or from an earlier prefix.
        our_patterns: Vec<String>,
    },
    /// Change the bucket's website configuration.
    Website {
        /// The bucket.
        bucket: String,
        /// `null`: there is none.
        before: Option<String>,
        /// `null`: it is deleted.
        after: Option<String>,
        /// Hosts that make a routing rule ours, the present one first.
        our_hosts: Vec<String>,
        /// The one of them (and in `after`) that stands for the API's, until the stack has made it.
        unknown_api_host: Option<String>,
    },
    /// Change the bucket's notification configuration.
    Notification {
        /// The bucket.
        bucket: String,
        /// `null`: there is none.
        before: Option<String>,
        /// What it will be. S3 has no way to delete it: an empty one is written.
        after: String,
        /// What in `after` stands for the ARN of our queue, until the stack has made it.
        unknown_queue: Option<String>,
    },
    /// Make the distribution forget what it cached under a path (CF-07).
    Invalidate {
        /// Distribution id.
        id: String,
        /// Path, with a trailing `*`.
        path: String,
    },
    /// Change the function's configuration, publish it as a version, and point the alias there.
    FunctionConfiguration {
        /// Name of the function.
        function: String,
        /// The alias that the API calls.
        alias: String,
        /// The variables' present values; one that is not there is left out.
        before: BTreeMap<String, String>,
        /// Variables to set; all others stay.
        environment: BTreeMap<String, String>,
        /// Seconds; `null`: as it is.
        timeout: Option<u32>,
        /// MB; `null`: as it is.
        memory: Option<u32>,
    },
    /// Point the alias at another version.
    FunctionAlias {
        /// Name of the function.
        function: String,
        /// The alias.
        alias: String,
        /// Version that it points to; `null`: there is no such alias.
        before: Option<String>,
        /// Version that it will point to.
        after: String,
    },
    /// Let our API call the function (LA-13).
    InvokePermission {
        /// Name of the function.
        function: String,
        /// The alias that the API calls.
        qualifier: String,
        /// Id of the statement; one of that name is replaced.
        statement: String,
        /// Which methods of which API.
        source_arn: String,
    },
    /// Make methods of our API open, with the function behind them (AG-08).
    ApiMethods {
        /// Id of the API.
        api: String,
        /// URI of the integration.
        integration: String,
        /// Paths of the resources.
        paths: Vec<String>,
        /// Names of the methods.
        methods: Vec<String>,
    },
    /// Deploy our API as it is (AG-04).
    ApiDeployment {
        /// Id of the API.
        api: String,
        /// Name of the stage.
        stage: String,
    },
    /// Delete derived images.
    DeleteDerived {
        /// The bucket.
        bucket: String,
        /// Their keys.
        keys: Vec<String>,
    },
    /// Delete the stack.
    DeleteStack {
        /// Its name.
        name: String,
    },
    /// Delete all that is in a bucket that `up` made.
    EmptyBucket {
        /// The bucket.
        bucket: String,
        /// What was in it when the plan was made.
        contents: Contents,
    },
    /// Delete a bucket that `up` made. S3 does that only while it is empty.
    DeleteBucket {
        /// The bucket.
        bucket: String,
    },
}

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
            actions: Vec::new(),
            journal: JournalStep::Keep,
            notes: Vec::new(),
            refusals: Vec::new(),
            unseen: Vec::new(),
        }
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

//! What a check is, and what it finds.

use imgdeploy_model::shell::Command;
use serde::Serialize;

pub use crate::skip::{Skip, need, need_or_absent};
use crate::snapshot::Snapshot;

/// How bad a finding is. `Ord`: worse is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Works, but not as it should, or not for everybody.
    Warning,
    /// Viewers get no image.
    Error,
    /// Others may do harm, whether images are served or not.
    Critical,
}

impl Severity {
    /// As it is written in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

/// Where in the chain a check looks; reports are grouped by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hop {
    /// Regions and partitions of everything.
    Region,
    /// The distribution.
    CloudFront,
    /// The bucket: website, policy, objects.
    Bucket,
    /// The REST API.
    Api,
    /// The function and its role.
    Function,
    /// The live walk.
    Walk,
}

impl Hop {
    /// As it is written in reports.
    pub fn title(self) -> &'static str {
        match self {
            Self::Region => "Regions",
            Self::CloudFront => "CloudFront",
            Self::Bucket => "S3 bucket",
            Self::Api => "API Gateway",
            Self::Function => "Lambda function",
            Self::Walk => "Live requests",
        }
    }
}

/// A part of the snapshot that a check reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// The caller's account and region.
    Caller,
    /// The bucket's own settings.
    Bucket,
    /// Its website configuration.
    Website,
    /// Its policy.
    Policy,
    /// Its public access block and the account's.
    PublicAccessBlock,
    /// Some of its objects.
    Objects,
    /// The artifacts bucket.
    Artifacts,
    /// The stack's outputs.
    Stack,
    /// The REST API.
    Api,
    /// The function's configuration.
    Function,
    /// The function's resource policy.
    FunctionPolicy,
    /// The function's role.
    Role,
    /// The function's zip.
    Code,
    /// The distribution.
    Distribution,
    /// The live walks.
    Walk,
    /// The function's log.
    Log,
}

/// What `doctor --fix` can do about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fix {
    /// Put our part of policy, website configuration, public access block and distribution in place, as `attach` does.
    Documents,
    /// Make the distribution forget what it cached under the derived prefix.
    Invalidate,
    /// Let the API call the function.
    Permission,
    /// Deploy the API as it is configured (`CreateDeployment`).
    Redeploy,
    /// Make the methods of our API open again, and deploy it.
    Methods,
    /// Set the function's environment, timeout and memory, publish, and point the alias at that version.
    Configuration,
    /// Point the alias at the newest version that is there.
    Alias,
}

/// One fault found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is wrong, in one sentence without a full stop.
    pub what: String,
    /// The resource and its field, such as `s3://pictures website RoutingRules[1] HostName`.
    pub place: String,
    /// What stands there now.
    pub value: Option<String>,
    /// The command that mends it, ready to be pasted, or what to do where there is no command; may have several lines.
    pub cure: Command,
    /// What `--fix` does about it; `None`: nothing.
    pub fix: Option<Fix>,
}

impl Finding {
    /// A finding without a value and without an automatic fix.
    pub fn new(what: impl Into<String>, place: impl Into<String>, cure: impl Into<Command>) -> Self {
        Self { what: what.into(), place: place.into(), value: None, cure: cure.into(), fix: None }
    }

    /// With what stands there now.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// With the tool's own fix where its stack is there; else the cure stays.
    #[must_use]
    pub(crate) fn by_tool(self, snapshot: &Snapshot, fix: Fix) -> Self {
        if !snapshot.is_attached() {
            return self;
        }
        Self { cure: snapshot.fix_command(), ..self }.fix(fix)
    }

    /// With what `--fix` does about it.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}

/// Empty: it is as it should be.
pub type Verdict = Result<Vec<Finding>, Skip>;

/// Of which findings those of a check are mere effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectOf {
    /// Of those of these checks, by code.
    Codes(&'static [&'static str]),
    /// Of any error in the configuration: what a walk shows.
    AnyError,
    /// Of any error in the configuration, or else of the findings of these checks.
    AnyErrorOr(&'static [&'static str]),
}

/// One check. The texts end up in `doctor --explain`.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// `IMG0xx`; stable, never used again for something else.
    pub code: &'static str,
    /// A few words, lower case, such as `routing rule without the stage`.
    pub title: &'static str,
    /// Where it looks.
    pub hop: Hop,
    /// How bad its findings are.
    pub severity: Severity,
    /// What it reads.
    pub inputs: &'static [Input],
    /// What the user sees, and why: one or two sentences.
    pub symptom: &'static str,
    /// The story for `--explain`: how it comes about, how AWS behaves, with the ids of the facts.
    pub story: &'static str,
    /// The AWS page to read.
    pub page: &'static str,
    /// What mends it in general; a finding has the ready command.
    pub cure: &'static str,
    /// Its findings are effects when these are found too.
    pub effect_of: EffectOf,
    /// The check itself.
    pub run: fn(&Snapshot) -> Verdict,
}

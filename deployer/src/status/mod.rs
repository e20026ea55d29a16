//! Where everything is: what `status` shows, as plain data built from what was seen. Pure, but for [`read`].

pub mod cost;
pub mod drift;
pub mod read;

use imgdeploy_model::region;
use serde::Serialize;

use crate::aws::metrics::Sums;
use crate::aws::stack::drift::StackTimes;
use crate::journal::{Journal, State};
use crate::observe::Observed;
use crate::stack::{self, StackSeen};
use cost::Cost;
use drift::{Document, Finding};
use imgdeploy_world::{AwsFailure, Fact};
use read::{DAYS, Live};

/// Whether imgdeploy is attached to the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Attached {
    /// There is a stack of ours.
    Yes,
    /// There is neither a stack of ours nor a journal.
    No,
    /// A journal says so, but the stack is gone; or the last run was cut off.
    Half,
    /// Nobody could look.
    Unknown,
}

/// The stack, as `status` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// CloudFormation's status.
    pub status: String,
    /// Why, where CloudFormation says so.
    pub reason: Option<String>,
    /// Version of the tool that wrote it last.
    pub tool: Option<String>,
    /// Version of the function that it published last.
    pub published: Option<String>,
    /// Base64 SHA-256 of the code that it was given last.
    pub code_sha256: Option<String>,
    /// Base URL of the API, stage included, without trailing slash.
    pub api_url: Option<String>,
    /// Where the function logs.
    pub log_group: Option<String>,
    /// Hosts of the direct route, as they were given; empty: there is none.
    pub sources: String,
}

/// The distribution in front.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Distribution {
    /// Its id.
    pub id: String,
    /// Domain and deployment status.
    pub state: Fact<DistributionState>,
}

/// Domain and deployment status of a distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DistributionState {
    /// `d….cloudfront.net`.
    pub domain: String,
    /// `Deployed` or `InProgress` (CF-15).
    pub status: String,
}

/// Differences between what was set up and what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// Whether something of ours is not as `attach` left it; `null`: not everything could be looked at.
    pub ours: Option<bool>,
    /// The documents that `attach` edited.
    pub documents: Vec<Document>,
    /// Whether the live code is other than what the stack was given last (CN-09); `null`: not known.
    pub code: Option<bool>,
    /// What CloudFormation says of its own resources.
    pub cloudformation: Fact<StackTimes>,
}

/// Everything that `status` shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// The bucket.
    pub bucket: String,
    /// Its account.
    pub account: String,
    /// Its region, and that of everything of ours.
    pub region: String,
    /// Whether imgdeploy is attached.
    pub attached: Attached,
    /// How images are delivered: `website`; `null` where nothing is attached.
    pub delivery: Option<&'static str>,
    /// Prefix of derived keys, where the journal or the stack says it.
    pub prefix: Option<String>,
    /// Where viewers ask: what the function redirects to.
    pub url: Option<String>,
    /// Our stack.
    pub stack: Fact<Stack>,
    /// The code that answers.
    pub function: Fact<Live>,
    /// The distribution in front; `null`: none was set up.
    pub distribution: Option<Distribution>,
    /// The journal: how far the last run came.
    pub last_run: Fact<State>,
    /// The newest of the stack's times and the live version's, RFC 3339.
    pub last_change: Option<String>,
    /// What is not as it was left.
    pub drift: Drift,
    /// What the calls of the last days cost.
    pub cost: Fact<Cost>,
}

/// Everything that was seen.
#[derive(Debug)]
pub struct Seen<'a> {
    /// Bucket, stack, journal, distribution.
    pub observed: &'a Observed,
    /// The live version.
    pub function: Fact<Live>,
    /// The stack's times and drift.
    pub times: Fact<StackTimes>,
    /// Metrics.
    pub month: Fact<Sums>,
}

/// Puts together what was seen.
pub fn status(seen: &Seen<'_>) -> Status {
    let Seen { observed, function, times, month } = seen;
    let journal = match &observed.artifacts.journal {
        Fact::Known((journal, _)) => Some(journal),
        Fact::Absent | Fact::Unknown(_) => None,
    };
    let ours = our_stack(observed);
    let stack = match &ours {
        Fact::Known(found) => Fact::Known(stack_of(observed, found)),
        Fact::Absent => Fact::Absent,
        Fact::Unknown(why) => Fact::Unknown(why.clone()),
    };
    let attached = attached(&ours, &observed.artifacts.journal);
    Status {
        bucket: observed.bucket.clone(),
        account: observed.caller.account.clone(),
        region: observed.region.clone(),
        attached,
        delivery: matches!(attached, Attached::Yes | Attached::Half).then_some("website"),
        prefix: journal
            .map(|journal| journal.prefix.clone())
            .or_else(|| ours.known().and_then(|found| found.parameters.get("Prefix").cloned())),
        url: ours.known().and_then(|found| found.parameters.get("Url").cloned()),
        drift: drift_of(observed, journal, stack.known(), function, times),
        stack,
        function: function.clone(),
        distribution: observed.edge.as_ref().map(|edge| Distribution {
            id: edge.id.clone(),
            state: edge
                .state
                .clone()
                .map(|state| DistributionState { domain: state.domain, status: state.status }),
        }),
        last_run: observed.artifacts.journal.clone().map(|(journal, _)| journal.state),
        last_change: last_change(function, times),
        cost: cost_of(month, function, &observed.region),
    }
}

/// The stack, unless it is somebody else's with the same name.
fn our_stack(observed: &Observed) -> Fact<StackSeen> {
    match &observed.stack {
        Fact::Known(found) if !found.is_ours(&observed.bucket) => Fact::Absent,
        fact => fact.clone(),
    }
}

fn attached(stack: &Fact<StackSeen>, journal: &Fact<(Journal, String)>) -> Attached {
    match (stack, journal) {
        (Fact::Known(_), Fact::Known((journal, _))) if journal.state == State::Running => Attached::Half,
        (Fact::Known(_), _) => Attached::Yes,
        (Fact::Absent, Fact::Known(_)) => Attached::Half,
        (Fact::Absent, Fact::Absent) => Attached::No,
        (Fact::Unknown(_), _) | (Fact::Absent, Fact::Unknown(_)) => Attached::Unknown,
    }
}

fn stack_of(observed: &Observed, found: &StackSeen) -> Stack {
    let output = |name: &str| found.outputs.get(name).cloned();
    Stack {
        name: stack::stack_name(&observed.bucket),
        status: found.status.clone(),
        reason: found.status_reason.clone(),
        tool: found.tags.get(stack::TAG_VERSION).cloned(),
        published: output("FunctionVersion"),
        code_sha256: output("CodeSha256"),
        api_url: match (output("ApiHost"), output("StageName")) {
            (Some(host), Some(stage)) => Some(format!("https://{host}/{stage}")),
            _ => None,
        },
        log_group: output("LogGroupName"),
        sources: found.parameters.get("Sources").cloned().unwrap_or_default(),
    }
}

fn drift_of(
    observed: &Observed,
    journal: Option<&Journal>,
    stack: Option<&Stack>,
    function: &Fact<Live>,
    times: &Fact<StackTimes>,
) -> Drift {
    let documents = journal.map(|journal| drift::documents(observed, journal)).unwrap_or_default();
    let looked = journal.is_some() && documents.iter().all(|one| one.finding != Finding::Unknown);
    let drifted = documents.iter().any(|one| one.finding.is_drift());
    let given = stack.and_then(|stack| stack.code_sha256.as_deref());
    let live = function.known().and_then(|live| live.code_sha256.as_deref());
    Drift {
        ours: (looked || drifted).then_some(drifted),
        documents,
        code: given.zip(live).map(|(given, live)| given != live),
        cloudformation: times.clone(),
    }
}

/// RFC 3339 in UTC sorts as text, but for what is within one second.
fn last_change(function: &Fact<Live>, times: &Fact<StackTimes>) -> Option<String> {
    let times = times.known();
    let stack = times.and_then(|times| times.updated.clone().or_else(|| times.created.clone()));
    let code = function.known().and_then(|live| live.modified.clone());
    stack.max(code)
}

fn cost_of(month: &Fact<Sums>, function: &Fact<Live>, region: &str) -> Fact<Cost> {
    let sums = match month {
        Fact::Known(sums) => *sums,
        Fact::Absent => return Fact::Absent,
        Fact::Unknown(why) => return Fact::Unknown(why.clone()),
    };
    match function {
        Fact::Known(Live { memory_mb: Some(memory), architecture: Some(architecture), .. }) => {
            Fact::Known(cost::cost(sums, DAYS, *memory, architecture, region))
        }
        Fact::Unknown(why) => Fact::Unknown(why.clone()),
        Fact::Known(_) | Fact::Absent => Fact::Unknown(AwsFailure::local(
            "imgdeploy",
            "calls were counted, but the function's memory is not known",
        )),
    }
}

/// Address of the bucket's website, for those without a distribution.
pub fn website_url(status: &Status) -> String {
    format!("http://{}", region::website_host(&status.bucket, &status.region))
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use fixtures::fixtures;

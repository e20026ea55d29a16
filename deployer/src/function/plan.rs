//! What is to be done for a function to run other code. Pure.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::observe::Seen;
use super::{HANDLER, RUNTIME};
use crate::approval::Proposal;
use crate::aws::AwsFailure;
use imgdeploy_world::Fact;

/// Largest zip that is sent with the call itself, in bytes (LA-07).
const DIRECT_BYTES: u64 = 50 * 1024 * 1024;

/// A share of the calls for the new version, for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Canary {
    /// 1 to 99.
    pub percent: u8,
    /// How long errors are watched.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub time: Duration,
}

fn seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(time.as_secs())
}

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Base64 SHA-256 of the zip.
    pub code_sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// What it was built for.
    pub architecture: String,
    /// The alias to move.
    pub alias: String,
    /// Bucket and key to put the zip under first; none for sending it with the call.
    pub artifacts: Option<(String, String)>,
    /// Whether the alias stays where it is.
    pub stage_only: bool,
    /// Whether only a share of the calls goes to the new version at first.
    pub canary: Option<Canary>,
    /// How many versions to keep, if old ones are to go.
    pub keep: Option<usize>,
    /// Whether the new version is tried before viewers get it.
    pub check: bool,
}

/// One step, in the order of the plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    /// The present code is published, to have a way back to it.
    KeepPresent,
    /// The zip goes to the artifacts bucket.
    Upload {
        /// Bucket.
        bucket: String,
        /// Key, which is the zip's hash.
        key: String,
    },
    /// Runtime and handler change (LA-12).
    Runtime {
        /// Runtime now.
        before: String,
        /// Handler now.
        handler: String,
    },
    /// The code is replaced and published.
    UpdateCode {
        /// Processor now.
        architecture: String,
        /// Bytes to send with the call, 0 when it comes from the artifacts bucket.
        bytes: u64,
    },
    /// The unpublished code is the wanted one already, from a run that was cut off: it is published.
    Publish,
    /// The new version is asked for an image.
    Check,
    /// A share of the calls goes to the new version.
    Canary(Canary),
    /// The alias moves to the new version.
    MoveAlias {
        /// The alias.
        alias: String,
        /// The version that it points to now.
        from: String,
    },
    /// Versions that nothing names go, but for so many.
    Prune {
        /// How many stay.
        keep: usize,
    },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeepPresent => f.write_str("publish the present code, as the way back"),
            Self::Upload { bucket, key } => write!(f, "put the zip into {bucket}/{key}"),
            Self::Runtime { before, handler } => {
                write!(
                    f,
                    "change the runtime from {before} (handler {handler}) to {RUNTIME} (handler {HANDLER})"
                )
            }
            Self::UpdateCode { .. } => f.write_str("replace the code and publish it as a version"),
            Self::Publish => f.write_str("publish the code, which is there already, as a version"),
            Self::Check => f.write_str("ask the new version for an image and look at it"),
            Self::Canary(Canary { percent, time }) => {
                write!(
                    f,
                    "send {percent} % of the calls to it for {} s, and watch its errors",
                    time.as_secs()
                )
            }
            Self::MoveAlias { alias, from } => write!(f, "move the alias {alias} from version {from} to it"),
            Self::Prune { keep } => {
                write!(f, "delete versions that no alias names, all but the {keep} newest")
            }
        }
    }
}

/// What would be done, and why it may not be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodePlan {
    /// The function's name.
    pub function: String,
    /// Its region.
    pub region: String,
    /// Version and hash that viewers reach now; `$LATEST` where there is no alias.
    pub live: (String, String),
    /// Hash of the wanted code.
    pub code_sha256: String,
    /// Size of its zip in bytes.
    pub size: u64,
    /// What it was built for.
    pub architecture: String,
    /// The steps.
    pub steps: Vec<Step>,
    /// Worth knowing.
    pub notes: Vec<String>,
    /// Reasons against, each with what to do.
    pub refusals: Vec<(String, String)>,
    /// Reads that failed and that the plan can't do without.
    pub unseen: Vec<AwsFailure>,
}

impl Proposal for CodePlan {
    fn is_refused(&self) -> bool {
        !(self.refusals.is_empty() && self.unseen.is_empty())
    }
}

/// The plan for the wanted code.
pub fn plan(seen: &Seen, region: &str, wanted: &Wanted) -> CodePlan {
    let latest = &seen.latest;
    let live = match (&seen.alias, seen.live()) {
        (Fact::Known(alias), live) => {
            (alias.version.clone(), live.map(|live| live.code_sha256.clone()).unwrap_or_default())
        }
        _ => ("$LATEST".to_owned(), latest.code_sha256.clone()),
    };
    let mut plan = CodePlan {
        function: latest.name.clone(),
        region: region.to_owned(),
        live,
        code_sha256: wanted.code_sha256.clone(),
        size: wanted.size,
        architecture: wanted.architecture.clone(),
        steps: Vec::new(),
        notes: Vec::new(),
        refusals: Vec::new(),
        unseen: Vec::new(),
    };
    refuse(&mut plan, seen, wanted);
    code(&mut plan, seen, wanted);
    if wanted.check {
        plan.steps.push(Step::Check);
    }
    switch(&mut plan, seen, wanted);
    if let Some(keep) = wanted.keep {
        plan.unseen.extend(seen.aliases.unknown().cloned());
        plan.unseen.extend(seen.versions.unknown().cloned());
        plan.steps.push(Step::Prune { keep });
    }
    plan
}

fn refuse(plan: &mut CodePlan, seen: &Seen, wanted: &Wanted) {
    let mut refuse = |text: String, hint: &str| plan.refusals.push((text, hint.to_owned()));
    if !seen.latest.is_zip {
        refuse(
            "the function is a container image, which takes no zip".to_owned(),
            "make a new function with `imgdeploy attach`",
        );
    }
    if wanted.artifacts.is_none() && wanted.size > DIRECT_BYTES {
        refuse(
            format!("the zip has {} bytes, more than the {DIRECT_BYTES} that a call takes", wanted.size),
            "make it smaller: `imgdeploy build` makes one of 6 MB",
        );
    }
    if seen.alias == Fact::Absent && (wanted.stage_only || wanted.canary.is_some()) {
        refuse(
            format!("there is no alias {}, so new code would be live at once, for all calls", wanted.alias),
            "leave `--stage-only` and `--canary` out, or name the alias that is called with `--alias`",
        );
    }
    plan.unseen.extend(seen.alias.unknown().cloned());
}

/// The steps until the code is published.
fn code(plan: &mut CodePlan, seen: &Seen, wanted: &Wanted) {
    let latest = &seen.latest;
    let runtime = latest.runtime.clone().unwrap_or_default();
    let other_runtime = latest.is_zip && runtime != RUNTIME;
    let there = latest.code_sha256 == wanted.code_sha256 && latest.architecture == wanted.architecture;
    if there && !other_runtime {
        plan.steps.push(Step::Publish);
        return;
    }
    if seen.alias == Fact::Absent {
        plan.steps.push(Step::KeepPresent);
        plan.notes.push(format!(
            "there is no alias {}: calls reach the unpublished code, so the new code is live as soon as it is there; \
             if the check fails, the present code is put back",
            wanted.alias
        ));
    }
    if let Some((bucket, key)) = &wanted.artifacts {
        plan.steps.push(Step::Upload { bucket: bucket.clone(), key: key.clone() });
    }
    if other_runtime {
        let handler = latest.handler.clone().unwrap_or_default();
        plan.steps.push(Step::Runtime { before: runtime, handler });
        if seen.alias == Fact::Absent {
            plan.notes
                .push("between the runtime's change and the code's, calls fail for some seconds".to_owned());
        }
    }
    let bytes = if wanted.artifacts.is_some() { 0 } else { wanted.size };
    plan.steps.push(Step::UpdateCode { architecture: latest.architecture.clone(), bytes });
}

/// The steps that bring it to viewers.
fn switch(plan: &mut CodePlan, seen: &Seen, wanted: &Wanted) {
    let Fact::Known(alias) = &seen.alias else { return };
    if !alias.weights.is_empty() {
        let shares: Vec<String> = alias
            .weights
            .iter()
            .map(|(version, share)| format!("{:.0} % to version {version}", share * 100.0))
            .collect();
        plan.notes.push(format!("the alias sends {}; that ends with this", shares.join(", ")));
    }
    if wanted.stage_only {
        plan.notes.push(format!("the alias {} stays at version {}", alias.name, alias.version));
        return;
    }
    plan.steps.extend(wanted.canary.map(Step::Canary));
    plan.steps.push(Step::MoveAlias { alias: alias.name.clone(), from: alias.version.clone() });
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;

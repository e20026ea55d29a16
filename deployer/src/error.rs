//! The edge of the program: every failure becomes a sentence, a hint and a documented exit code.

mod code;
mod identity;
mod message;
mod purge;

use crate::apply::{ApplyError, Cause};
use crate::artifact::ArtifactError;
use crate::aws::{AwsFailure, FailureKind, network};
use crate::doctor::look::Lost;
use crate::function;
use crate::function::plan::CodePlan;
use crate::observe::ObserveError;
use crate::plan::{Plan, Refusal, RefusalKind};
use crate::resize::ResizeError;
use crate::sdk_files::NotPlain;
use crate::settings::SettingsError;
use crate::stack::StackError;

pub use message::Message;

/// What stands before every reason but the first.
pub(crate) const AND: &str = "  and: ";

/// What kind of end a run has come to. The numbers are the exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// Something that should not happen.
    Unexpected = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// The plan has changes (`--dry-run --exit-code`); see also [`Exit::SOME_FAILED`].
    Changes = 3,
    /// Refused: something would be lost or become public, or it was not approved.
    Refused = 4,
    /// AWS said no.
    Denied = 5,
    /// Stopped half-way.
    HalfWay = 6,
}

impl Exit {
    /// Some images could not be made, the others were (`resize`, which has no plan).
    pub const SOME_FAILED: Self = Self::Changes;
    /// AWS would refuse the zip, or fail to start it (`build`).
    pub const UNUSABLE: Self = Self::Changes;
    /// Something is wrong with the chain (`doctor`).
    pub const FINDINGS: Self = Self::Changes;
}

/// A failed run, ready to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Exit code.
    pub exit: Exit,
    /// What failed, where and why.
    pub message: Message,
    /// What to do next.
    pub hints: Vec<String>,
}

impl Failure {
    /// A failure with one hint.
    pub fn new(exit: Exit, message: impl Into<Message>, hint: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hints: vec![hint.into()] }
    }

    /// Not approved.
    pub fn not_approved(why: &str, hint: &str) -> Self {
        Self::new(Exit::Refused, why, hint)
    }

    /// Reads without which nothing may be decided.
    pub fn unseen(failures: &[AwsFailure]) -> Self {
        unseen(failures)
    }

    /// A plan for a function's code that was stopped.
    pub fn of_code(failed: &function::apply::ApplyFailed, plan: &CodePlan) -> Self {
        code::failure(failed, plan)
    }

    /// What stands against a plan for a function: what could not be looked at, and refusals with a hint each.
    ///
    /// # Errors
    /// If something does.
    pub fn against(unseen: &[AwsFailure], refusals: &[(String, String)]) -> Result<(), Self> {
        if !unseen.is_empty() {
            return Err(Self::unseen(unseen));
        }
        if refusals.is_empty() {
            return Ok(());
        }
        let texts: Vec<&str> = refusals.iter().map(|(text, _)| text.as_str()).collect();
        let hints = refusals.iter().map(|(_, hint)| hint.clone()).collect();
        let message = Message::listed(texts, AND).behind("refused: ");
        Err(Self { exit: Exit::Refused, message, hints })
    }

    /// What stands against a plan that is only shown: that a flag is missing for carrying it out does not.
    pub fn of_shown_plan(plan: &Plan) -> Option<Self> {
        let stands = |refusal: &Refusal| refusal.kind != RefusalKind::Consent;
        let against = plan.unseen.is_empty() && !plan.refusals.iter().any(stands);
        if against { None } else { Self::of_plan(plan) }
    }

    /// What stands against a plan; `None` if nothing does.
    pub fn of_plan(plan: &Plan) -> Option<Self> {
        if !plan.unseen.is_empty() {
            return Some(unseen(&plan.unseen));
        }
        if plan.refusals.is_empty() {
            return None;
        }
        let usage = plan.refusals.iter().any(|refusal| refusal.kind == RefusalKind::Usage);
        let exit = if usage { Exit::Usage } else { Exit::Refused };
        let texts = plan.refusals.iter().map(|refusal| refusal.text.clone());
        let message = Message::listed(texts, AND).behind("refused: ");
        let mut hints: Vec<String> = plan.refusals.iter().map(|refusal| refusal.hint.clone()).collect();
        hints.dedup();
        Some(Self { exit, message, hints })
    }
}

/// Reads without which nothing may be decided.
fn unseen(failures: &[AwsFailure]) -> Failure {
    let denied: Vec<&AwsFailure> = failures.iter().filter(|one| one.kind == FailureKind::Denied).collect();
    let first = denied.first().copied().or(failures.first());
    let exit = match first.map(|failure| failure.kind) {
        Some(FailureKind::Denied | FailureKind::Credentials) => Exit::Denied,
        _ => Exit::Unexpected,
    };
    let list = Message::listed(failures.iter().map(ToString::to_string), AND);
    let hint = if exit == Exit::Denied {
        let actions: Vec<&str> = denied.iter().map(|one| one.operation.as_str()).collect();
        format!("have these allowed to you, then run this again: {}", actions.join(", "))
    } else {
        "nothing was changed; run this again".to_owned()
    };
    Failure::new(exit, list.behind("could not look at everything that matters: "), hint)
}

impl From<AwsFailure> for Failure {
    fn from(failure: AwsFailure) -> Self {
        let message = failure.to_string();
        match failure.kind {
            FailureKind::Credentials => {
                Self::new(Exit::Denied, format!("no usable AWS credentials: {message}"), identity::hint())
            }
            FailureKind::Denied => Self::new(
                Exit::Denied,
                message,
                format!("have `{}` allowed to you, then run this again", failure.operation),
            ),
            FailureKind::Conflict => {
                Self::new(Exit::Refused, message, "somebody else is changing it: run this again")
            }
            FailureKind::Busy => Self::new(
                Exit::Unexpected,
                message,
                "AWS is still at work there: run this again in some minutes",
            ),
            FailureKind::Unreachable => Self::new(
                Exit::Unexpected,
                format!("AWS could not be reached: {message}"),
                match network::proxy() {
                    Some(proxy) => format!(
                        "check the network, the proxy of {proxy}, `--endpoint-url` and `--region`, then run this again"
                    ),
                    None => {
                        "check the network, `--endpoint-url` and `--region`, then run this again".to_owned()
                    }
                },
            ),
            FailureKind::Missing | FailureKind::WrongRegion | FailureKind::Other => {
                Self::new(Exit::Unexpected, message, "run this again; `-v` shows more")
            }
        }
    }
}

impl From<NotPlain> for Failure {
    fn from(error: NotPlain) -> Self {
        let hint = match error.by() {
            Some(by) => format!("have {by} name a plain file; `/dev/null` stands for none"),
            None => "move it away: AWS's tools keep a plain file there, or none".to_owned(),
        };
        Self::new(Exit::Usage, error.to_string(), hint)
    }
}

impl From<ObserveError> for Failure {
    fn from(error: ObserveError) -> Self {
        let message = error.to_string();
        match error {
            ObserveError::Aws(failure) => failure.into(),
            ObserveError::NoBucket(_) => Self::new(
                Exit::Usage,
                message,
                "`aws s3 ls` lists your buckets; check `--bucket` and `--profile`",
            ),
            ObserveError::ForeignBucket { .. } => Self::new(
                Exit::Denied,
                message,
                "run this with a profile of the account that owns the bucket (`--profile`)",
            ),
            ObserveError::NotAllowed { .. } => Self::new(
                Exit::Denied,
                message,
                "have `s3:ListBucket` and the reads of templates/attach-policy.json allowed to you on it, and see that no statement of its \
                 policy denies them; then run this again",
            ),
            ObserveError::NotAllowedOrForeign { .. } => Self::new(
                Exit::Denied,
                message,
                "have `s3:ListBucket` and the reads of templates/attach-policy.json allowed to you on it, or run this with a profile of \
                 the account that owns it (`--profile`)",
            ),
        }
    }
}

impl From<Lost> for Failure {
    fn from(lost: Lost) -> Self {
        let message = lost.to_string();
        match lost {
            Lost::Aws(failure) => failure.into(),
            Lost::NoBucket(_) => Self::new(
                Exit::Usage,
                message,
                "`aws s3 ls` lists your buckets; check `--bucket` and `--profile`",
            ),
            Lost::NoFunction { .. } => {
                Self::new(Exit::Usage, message, "check `--function` and `--region`; its ARN says both")
            }
            Lost::NoBucketBehind(_) => Self::new(
                Exit::Usage,
                message,
                "name the bucket with the originals: `imgdeploy doctor URL --bucket NAME`",
            ),
        }
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self {
            exit: Exit::Usage,
            message: Message::of(error.lines()),
            hints: error.hint().map(ToOwned::to_owned).into_iter().collect(),
        }
    }
}

impl From<ArtifactError> for Failure {
    fn from(error: ArtifactError) -> Self {
        let message = error.to_string();
        match error {
            ArtifactError::Read { .. } => Self::new(Exit::Usage, message, "check the path"),
            ArtifactError::Unusable { hint, .. }
            | ArtifactError::Build { hint, .. }
            | ArtifactError::Embedded { hint, .. } => Self::new(Exit::Usage, message, hint),
            ArtifactError::Nowhere { .. } => Self::new(
                Exit::Usage,
                message,
                "give a ready zip with `--zip FILE`, or run this inside of imgdeploy's source tree, or use an \
                 imgdeploy that carries the code (`make dist`)",
            ),
        }
    }
}

impl From<StackError> for Failure {
    fn from(error: StackError) -> Self {
        match error {
            StackError::Aws { .. } => error.into_failure().into(),
            StackError::Conflict { .. } => {
                Self::new(Exit::Refused, error.to_string(), "run this again later")
            }
            other => Self::new(Exit::Unexpected, other.to_string(), "run this again"),
        }
    }
}

impl From<ApplyError> for Failure {
    fn from(error: ApplyError) -> Self {
        let message = error.to_string();
        if error.cause.is_conflict() {
            return Self {
                exit: Exit::Refused,
                message: with_done(&message, &error.done),
                hints: vec!["run this again: it looks anew and shows what is left to do".to_owned()],
            };
        }
        if error.done.is_empty() && error.cause.is_denied() {
            return match error.cause {
                Cause::Aws(failure) => failure.into(),
                Cause::Stack(error) => error.into(),
                _ => Self::new(Exit::Denied, message, "run this again"),
            };
        }
        let again = "run the same command again: it goes on where this stopped".to_owned();
        let mut hints = vec![again];
        if error.cause.is_denied() {
            hints.insert(0, "AWS did not allow this step: have it allowed to you first".to_owned());
        }
        Self { exit: Exit::HalfWay, message: with_done(&message, &error.done), hints }
    }
}

impl From<ResizeError> for Failure {
    fn from(error: ResizeError) -> Self {
        let exit = if matches!(error, ResizeError::SameFile { .. }) { Exit::Refused } else { Exit::Usage };
        Self::new(exit, error.to_string(), error.hint())
    }
}

fn with_done(message: &str, done: &[String]) -> Message {
    let message = Message::from(message);
    if done.is_empty() {
        return message.with("  nothing had been changed before that");
    }
    message.with(format!("  done before that: {}", done.join("; ")))
}

//! New code for a function that did not come to its end.

use super::{Exit, Failure, with_done};
use crate::aws::FailureKind;
use crate::function::apply::{ApplyFailed, Cause};
use crate::function::plan::CodePlan;
use crate::logs::explain::explain;

/// Viewers are told of first: whether they notice anything.
pub(super) fn failure(failed: &ApplyFailed, plan: &CodePlan) -> Failure {
    let (live, _) = &plan.live;
    let message = with_done(&failed.to_string(), &failed.done);
    let again = "run the same command again: it goes on where this stopped".to_owned();
    let viewers = format!("viewers still get version {live}");
    match &failed.cause {
        Cause::Conflict(_) => Failure {
            exit: Exit::Refused,
            message,
            hints: vec!["run this again: it looks anew and shows what is left to do".to_owned()],
        },
        Cause::Aws(failure)
            if failed.done.is_empty()
                && matches!(failure.kind, FailureKind::Denied | FailureKind::Credentials) =>
        {
            failure.clone().into()
        }
        Cause::Check(check) => {
            let mut message = message;
            for (at, line) in check.log.lines().enumerate() {
                if at == 0 {
                    message = message.with("  its log:");
                }
                message = message.with(format!("    {line}"));
            }
            let mut hints: Vec<String> =
                check.cause.iter().map(|cause| format!("probably {cause}")).collect();
            hints.push(match (&failed.version, live.as_str()) {
                (_, "$LATEST") => {
                    "the present code was put back; mend the new one and run this again".to_owned()
                }
                (Some(version), _) => format!(
                    "{viewers}; version {version} stays for looking at; mend the code and run this again"
                ),
                (None, _) => viewers,
            });
            Failure { exit: Exit::HalfWay, message, hints }
        }
        Cause::Failed(why) => {
            let mut hints: Vec<String> = explain(&[why])
                .map(|explained| format!("probably {}", explained.cause))
                .into_iter()
                .collect();
            hints.push(again);
            Failure { exit: Exit::HalfWay, message, hints }
        }
        Cause::Canary(_) => Failure::new(Exit::HalfWay, message, "mend the code and run this again"),
        Cause::NoWayBack(_) => Failure::new(
            Exit::Refused,
            message,
            "make an alias for the function and let its callers use that: then there is a way back without it",
        ),
        Cause::Aws(failure) => {
            let mut hints = vec![again];
            if failure.kind == FailureKind::Denied {
                hints.insert(0, format!("have `{}` allowed to you first", failure.operation));
            }
            Failure { exit: Exit::HalfWay, message, hints }
        }
    }
}

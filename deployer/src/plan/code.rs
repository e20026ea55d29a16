//! The live code stays when it is newer than what the stack knows (CN-09).

use super::{Plan, Refusal};
use crate::desired::Desired;
use crate::desired::code::Code;
use crate::observe::Observed;
use crate::stack::{self, DesiredStack, StackPlan};
use imgdeploy_world::Fact;

/// Says what stays, and whether that is all: then the stack keeps its own idea of the code. If the stack changes for another
/// reason, the live code goes through it once more, and has to be in the artifacts bucket for that. `wanted`: the stack
/// with other code.
pub(super) fn stays(
    plan: &mut Plan,
    desired: &Desired,
    seen: &Observed,
    step: &StackPlan,
    wanted: impl Fn(&Code) -> DesiredStack,
) -> bool {
    if let (Fact::Known(_), Fact::Unknown(why)) = (&seen.stack, &seen.function) {
        plan.unseen.push(why.clone());
    }
    let Some(version) = &desired.code.kept else { return false };
    plan.note(format!(
        "version {version} of the function is live, and the function had the code given here before: the live code stays; \
         `imgdeploy rollback --to N` goes back to an older version"
    ));
    let Some(stack) = seen.stack.known() else { return false };
    let parameter = |name: &str| stack.parameters.get(name).cloned().unwrap_or_default();
    let own = Code {
        key: parameter("CodeKey"),
        code_sha256: parameter("CodeSha256"),
        architecture: parameter("Architecture"),
        kept: None,
    };
    if stack::plan(&wanted(&own), Some(stack)).is_nothing() {
        return true;
    }
    let changes = matches!(step, StackPlan::Update(_) | StackPlan::ContinueRollbackThenUpdate { .. });
    if changes && !matches!(seen.artifacts.live_code, Fact::Known(())) {
        plan.refusals.push(Refusal::protect(
            format!(
                "the stack would change, and bring older code back: that of version {version} is not in {}",
                seen.artifacts.bucket
            ),
            "put that code in with `imgdeploy update-code --zip FILE`, which keeps it there, or give other code here",
        ));
    }
    false
}

//! `tune --apply`: the memory of a stack's function, and nothing else.

use super::{Action, Plan, Refusal};
use crate::desired::code::Code;
use crate::observe::Observed;
use crate::plan::action;
use crate::settings::value::SecurityKey;
use crate::stack::{self, StackPlan};
use imgdeploy_world::Fact;

/// Plans that the stack of `seen` gives its function so much memory (MB). The code that is live stays live (CN-09): `seen` has
/// to know whether the artifacts bucket has it ([`crate::observe::Query::code_sha256`]).
pub fn memory(seen: &Observed, key: Option<&SecurityKey>, memory: u32) -> Plan {
    let mut plan = Plan::new(&seen.bucket, &seen.caller.account, &seen.region).by(&seen.caller);
    plan.unseen.extend(seen.stack.unknown().cloned());
    plan.unseen.extend(seen.function.unknown().cloned());
    let (Fact::Known(found), Fact::Known(live)) = (&seen.stack, &seen.function) else {
        if plan.unseen.is_empty() {
            plan.refusals.push(Refusal::protect(
                format!("there is no stack for {} whose function has an alias", seen.bucket),
                format!("`imgdeploy attach --bucket {} --memory {memory}` sets all of it up", seen.bucket),
            ));
        }
        return plan;
    };
    let command = if found.has_bucket() { "up" } else { "attach" };
    let by_hand = format!(
        "`imgdeploy {command} --bucket {} --memory {memory}`, with the other flags as when it was last run, does it",
        seen.bucket
    );
    let moved = found.parameters.get("CodeSha256") != Some(&live.code_sha256);
    if moved && !matches!(seen.artifacts.code, Fact::Known(())) {
        plan.refusals.push(Refusal::protect(
            format!(
                "the stack would bring older code back: that of version {} is not in {}",
                live.version, seen.artifacts.bucket
            ),
            "put that code in with `imgdeploy update-code --zip FILE`, which keeps it there",
        ));
        return plan;
    }
    let code = moved.then(|| Code {
        key: live.key(),
        code_sha256: live.code_sha256.clone(),
        architecture: live.architecture.clone(),
        kept: None,
    });
    let name = stack::stack_name(&seen.bucket);
    let version = env!("CARGO_PKG_VERSION");
    let Some(desired) = stack::with_memory(found, &name, key, code.as_ref(), memory, version) else {
        plan.refusals.push(Refusal::protect(
            "the stack was made by another version of imgdeploy, or has a security key that was not given here, so that \
             its one parameter can't be changed alone",
            by_hand,
        ));
        return plan;
    };
    let step = stack::plan(&desired, Some(found));
    match &step {
        StackPlan::Nothing => {}
        StackPlan::Update(_) => {
            plan.note(format!(
                "a later `imgdeploy {command}` sets the memory that it is told: write `memory: {memory}` into imgdeploy.yaml, \
                 or give `--memory {memory}`"
            ));
            plan.actions.push(Action::Stack(action::Stack { desired: Box::new(desired), plan: step }));
        }
        _ => plan.refusals.push(Refusal::protect(
            format!("the stack {name} is {}, so its one parameter can't be changed now", found.status),
            by_hand,
        )),
    }
    plan
}

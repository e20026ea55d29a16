//! IMG032

use super::call::{CAUSES, Standing, call};
use super::command::qualifier;
use crate::check::{Check, Hop, Input, Severity, Skip, Verdict};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG032",
    title: "the permission is on the function, but an alias is called",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Caller, Input::Website, Input::Api, Input::Function, Input::FunctionPolicy],
    symptom: "Viewers get 500 with `{\"message\":\"Internal server error\"}`, although the function's permissions show the API.",
    story: "Every alias and version has a resource policy of its own. A permission that was added to the function without a qualifier \
            counts only for calls without one; a call of an alias asks the alias's policy and is refused (AG-05, LA-13). This happens \
            when an integration is switched from the function to an alias, and `aws lambda add-permission` is not repeated with \
            `--qualifier`.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html",
    cure: "imgdeploy doctor --fix, or aws lambda add-permission with --qualifier",
    effect_of: CAUSES,
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let call = call(snapshot)?;
    let Some(qualifier) = qualifier(call.function) else { return Err(Skip::Nothing) };
    match &call.standing {
        Standing::Unqualified => {
            let name = &call.function.name;
            let what = format!("the API {} may call {name}, but it calls {name}:{qualifier}", call.api);
            Ok(vec![call.finding(snapshot, what).value(format!("a permission on {name} without qualifier"))])
        }
        Standing::Fine => Ok(Vec::new()),
        // Found by IMG030 or IMG031; whether it is this instead could not be seen.
        _ => call.unqualified.map_or(Ok(Vec::new()), Err),
    }
}

//! IMG030

use super::call::{CAUSES, Standing, call};
use crate::check::{Check, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG030",
    title: "API Gateway may not call the function",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Caller, Input::Website, Input::Api, Input::Function, Input::FunctionPolicy],
    symptom: "Viewers get 500 with `{\"message\":\"Internal server error\"}`, and the function logs nothing, since it is never called.",
    story: "A function has a resource policy that says who may call it. API Gateway needs a statement there that names the API, its \
            stage, its method and its resource (LA-13). Without one it answers 500, and only its own execution log says `Invalid \
            permissions on Lambda function` (AG-05). It gets lost when a function is made again under the same name, or was never \
            written where the integration was set by a script and not in the console.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html",
    cure: "imgdeploy doctor --fix, or aws lambda add-permission with the ARN of the API as source",
    effect_of: CAUSES,
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let call = call(snapshot)?;
    let Standing::Missing { near } = &call.standing else { return Ok(Vec::new()) };
    let what = if near.is_empty() {
        format!("nothing lets the API {} call {}", call.api, call.called())
    } else {
        format!("what the API {} may call of {} is not what viewers' requests need", call.api, call.called())
    };
    let finding = call.finding(snapshot, what);
    Ok(vec![if near.is_empty() { finding } else { finding.value(near.join(", ")) }])
}

//! IMG031

use super::call::{CAUSES, Standing, call};
use crate::check::{Check, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG031",
    title: "the function lets another API call it",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Caller, Input::Website, Input::Api, Input::Function, Input::FunctionPolicy],
    symptom: "Viewers get 500 with `{\"message\":\"Internal server error\"}`, although the function has a permission for API Gateway.",
    story: "The permission names the API by its id. An API that is deleted and made again gets a new id, and the old permission stays \
            behind without any use: it even looks right in the console (AG-05, LA-13). The function is never called and logs nothing.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html",
    cure: "imgdeploy doctor --fix, or aws lambda add-permission with the ARN of the API that is called now",
    effect_of: CAUSES,
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let call = call(snapshot)?;
    let Standing::OtherApi { ids } = &call.standing else { return Ok(Vec::new()) };
    let ids = ids.join(", ");
    let what = format!(
        "{} may be called by the API {ids}, but requests come from the API {}",
        call.called(),
        call.api
    );
    Ok(vec![call.finding(snapshot, what).value(ids)])
}

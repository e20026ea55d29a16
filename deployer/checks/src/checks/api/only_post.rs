//! IMG013

use super::get_missing::{is_only_post, without_get};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

/// The resource has POST where GET is needed.
pub const CHECK: Check = Check {
    code: "IMG013",
    title: "only POST on the resource",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Api],
    symptom: "Requests for a new size end at API Gateway with 403 `{\"message\":\"Missing Authentication Token\"}`, while a test with \
              POST works.",
    story: "API Gateway calls a Lambda function with POST, whatever the viewer's method is (AG-08). That is the integration's method, \
            and it is easily mistaken for the resource's: the resource needs GET, as browsers ask with GET (AG-02 b), and behind it an \
            integration that uses POST.",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html",
    cure: "make a GET method whose integration uses POST, and deploy the API",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    without_get(snapshot, is_only_post, |resource, _| {
        format!("{resource} has only POST; POST belongs to the integration, viewers need GET")
    })
}

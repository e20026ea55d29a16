//! IMG005

use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::checks::api::gone;
use crate::snapshot::Snapshot;

/// A routing rule leads to an API in a region where it is not.
pub const CHECK: Check = Check {
    code: "IMG005",
    title: "routing rule names an API in the wrong region",
    hop: Hop::Region,
    severity: Severity::Error,
    inputs: &[Input::Bucket, Input::Website, Input::Api],
    symptom: "Requests for a new size are redirected to a host that does not resolve, or that answers 403 \
              `{\"message\":\"Forbidden\"}`; the API and the function are never called.",
    story: "The region is part of an API's host, `API.execute-api.REGION.amazonaws.com` (AG-01), and an API exists in one region only. \
            The rule names a region that is not the bucket's, and AWS knows no such API there. It happens when a rule is \
            copied from a site in another region and only the id is changed.",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html",
    cure: "set the rule's HostName to the host of the API that is there",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let home = &snapshot.bucket()?.region;
    gone::findings(snapshot, |region| region != home)
}

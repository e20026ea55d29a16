//! IMG024

use super::gone;
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

/// A routing rule leads to an API that does not exist any more.
pub const CHECK: Check = Check {
    code: "IMG024",
    title: "routing rule names an API that is gone",
    hop: Hop::Api,
    severity: Severity::Error,
    inputs: &[Input::Bucket, Input::Website, Input::Api],
    symptom: "Requests for a new size are redirected to a host that does not resolve, or that answers 403 `{\"message\":\"Forbidden\"}`.",
    story: "An API's id is part of its host (AG-01), and an API that is made again gets a new id, as does a stack that is deleted and made \
            again. The routing rules in the bucket still lead to the old one. The function's permission names an API by its id \
            as well (AG-05), so that both have to follow.",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html",
    cure: "set the rules' HostName to the host of the API that is there",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let home = &snapshot.bucket()?.region;
    gone::findings(snapshot, |region| region == home)
}

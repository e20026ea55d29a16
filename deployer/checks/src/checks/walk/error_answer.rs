//! IMG094

use super::answer;
use super::fault::{Fault, findings, is_right_without_image, place};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::{End, Snapshot};

pub const CHECK: Check = Check {
    code: "IMG094",
    title: "an error instead of an image",
    hop: Hop::Walk,
    severity: Severity::Error,
    inputs: &[Input::Walk],
    symptom: "The browser shows a broken image; its address opened by itself shows the error.",
    story: "Who answered, with which status and in which form, tells where to look. XML comes from S3's REST endpoint and HTML from the \
            website endpoint (S3-03). API Gateway answers in JSON, and its header `x-amzn-errortype` tells the kinds of 403 apart \
            (AG-02, AG-03). 500, 502 and 504 have the same body and different causes: not allowed to call, failed, too late (AG-05, \
            AG-06, AG-09).",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html",
    cure: "follow the finding's advice, which goes by who answered and how",
    effect_of: EffectOf::AnyErrorOr(&["IMG095"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    findings(snapshot, |walk| {
        if walk.end != End::Answer || is_right_without_image(snapshot, walk) {
            return None;
        }
        let last = walk.hops.last().filter(|hop| hop.status >= 400)?;
        let told = answer::read(snapshot, walk, last);
        let body: String = last.body.trim().chars().take(200).collect();
        Some(Fault {
            what: format!("{} answers {}: {}", last.service.title(), last.status, told.cause),
            place: place(last),
            value: if body.is_empty() { None } else { Some(body) },
            cure: told.cure,
        })
    })
}

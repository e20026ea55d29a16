//! IMG085

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict};
use crate::shared::part::Part;
use crate::shared::site::list;
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG085",
    title: "error pages with status 200 hide missing images",
    hop: Hop::CloudFront,
    severity: Severity::Warning,
    inputs: &[Input::Distribution],
    symptom: "A derived image that can't be served shows as a broken image although curl says 200: the body is an HTML page.",
    story: "CustomErrorResponses count for the whole distribution, images included (CF-10). Applications of one page often turn 404 \
            and 403 into /index.html with status 200. A missing derived image is a 307 and not concerned; but where rules or rights \
            fail, the error that would tell why never shows.",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html",
    cure: "let error pages keep their status, or have a CloudFront function answer the application's own paths instead",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    let errors = &part.distribution.errors;
    let hiding: Vec<_> = errors
        .iter()
        .filter(|error| matches!(error.status, 403 | 404) && error.page.is_some())
        .filter(|error| error.shown_as.is_some_and(|status| status < 400))
        .collect();
    let Some(first) = hiding.first() else {
        return Ok(Vec::new());
    };
    let page = first.page.as_deref().unwrap_or_default();
    let statuses = list(hiding.iter().map(|error| error.status));
    let shown = first.shown_as.unwrap_or(200);
    Ok(vec![
        Finding::new(
            format!("errors {statuses} are shown as {page} with status {shown}, also for images"),
            part.place("CustomErrorResponses"),
            part.edit(&format!("in CustomErrorResponses set ResponseCode of {statuses} to the error's own status, or take the \
             entries out")),
        )
        .value(format!("{statuses} -> {shown} {page}")),
    ])
}

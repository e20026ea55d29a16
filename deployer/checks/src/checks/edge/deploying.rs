//! IMG087

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict, need};
use crate::shared::part::Part;
use crate::snapshot::Snapshot;
use imgdeploy_model::command;

pub const CHECK: Check = Check {
    code: "IMG087",
    title: "distribution is still being deployed",
    hop: Hop::CloudFront,
    severity: Severity::Info,
    inputs: &[Input::Distribution],
    symptom: "For some minutes after a change, the same URL works from one place and not from another.",
    story: "A change of a distribution reaches the edge locations one after the other; until all have it, its Status is InProgress \
            (CF-15). What is seen meanwhile may come from the old configuration, so that live requests can contradict what is \
            configured.",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowToUpdateDistribution.html",
    cure: "wait until it is deployed and look again",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    if need(&part.edge.status)? != "InProgress" {
        return Ok(Vec::new());
    }
    let id = &part.edge.id;
    Ok(vec![
        Finding::new(
            format!("distribution {id} is still being deployed: some places have its former configuration"),
            part.place("Status"),
            command!("aws cloudfront wait distribution-deployed --id {id}", id = id),
        )
        .value("InProgress"),
    ])
}

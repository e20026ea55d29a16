//! IMG055

use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Verdict, need_or_absent};
use crate::snapshot::Snapshot;
use imgdeploy_model::command;

pub const CHECK: Check = Check {
    code: "IMG055",
    title: "static website of the bucket is off",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Stack],
    symptom: "Every request ends with 404 and NoSuchWebsiteConfiguration: without a website there are no routing rules, so that \
              nothing leads a request for a missing image to the resizer.",
    story: "Routing rules are a part of the bucket's website configuration and run on the website endpoint only (S3-03). A bucket \
            has no such configuration until somebody writes one, and deleting it takes all rules with it (S3-06, S3-07). A bucket \
            that nothing was ever attached to looks just like that.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/EnableWebsiteHosting.html",
    cure: "run `imgdeploy attach`, or turn static website hosting on and add the routing rules",
    effect_of: EffectOf::Codes(&["IMG081"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    if need_or_absent(&bucket.website)?.is_some() {
        return Ok(Vec::new());
    }
    let name = &bucket.name;
    let place = format!("bucket {name}, website configuration");
    let attach = command!("imgdeploy attach --bucket {name}", name = name);
    let what = if snapshot.is_meant() {
        format!("the static website of bucket {name} is off, so that no routing rule leads to the resizer")
    } else if snapshot.stack.is_absent() {
        format!(
            "nothing is attached to bucket {name}: its static website is off, and no stack, API or function is known for it"
        )
    } else {
        format!("the static website of bucket {name} is off, and nothing that resizes images is known for it")
    };
    let finding = Finding::new(what, place, attach).value("no website configuration");
    Ok(vec![finding.by_tool(snapshot, Fix::Documents)])
}

//! IMG090

use super::fault::{Fault, findings, place};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::{End, Service, Snapshot, Walk};
use imgdeploy_model::command;
use imgdeploy_model::shell::{Command, Quoted};

pub const CHECK: Check = Check {
    code: "IMG090",
    title: "an image comes where none can be",
    hop: Hop::Walk,
    severity: Severity::Error,
    inputs: &[Input::Walk],
    symptom: "Every address shows the same image, also that of an original that does not exist; images that are really missing are never \
              noticed.",
    story: "An original that does not exist has no images, and a size that nobody asked for before can come from the function alone. An \
            image all the same is another one: a routing rule with ReplaceKeyWith sends every request to one object (S3-11), an error \
            page of CloudFront that is an image is sent with 200 (CF-10), or a rule in front of ours answers.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html",
    cure: "in the routing rule use ReplaceKeyPrefixWith, and take error pages that are images out",
    effect_of: EffectOf::AnyError,
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    findings(snapshot, |walk| {
        let End::Image { .. } = walk.end else { return None };
        let what = if walk.absent {
            "an image is answered for an original that does not exist"
        } else if walk.fresh && !by_function(walk) {
            "an image is answered for a size that was never made, and the function was not asked"
        } else {
            return None;
        };
        let last = walk.hops.last();
        Some(Fault {
            what: what.to_owned(),
            place: last.map_or_else(|| walk.url.clone(), place),
            value: last.map(|hop| format!("{} by {}", hop.status, hop.service.title())),
            cure: cure(snapshot, walk),
        })
    })
}

/// Whether the function was asked on the way. With an image as its answer it can't be told from API Gateway.
fn by_function(walk: &Walk) -> bool {
    walk.hops.iter().any(|hop| matches!(hop.service, Service::Function | Service::ApiGateway))
}

fn cure(snapshot: &Snapshot, walk: &Walk) -> Command {
    match &snapshot.bucket {
        Some(_) if snapshot.is_attached() => command!("imgdeploy attach {}", snapshot.flags()),
        Some(bucket) => {
            command!("aws s3api get-bucket-website --bucket {} --region {}", bucket.name, bucket.region)
        }
        None => command!("curl -sIL {}", Quoted(&walk.url)),
    }
}

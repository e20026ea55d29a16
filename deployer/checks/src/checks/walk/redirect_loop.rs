//! IMG092

use super::fault::{Fault, findings, header, place};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::{End, Hop as Answer, Service, Snapshot, Walk};
use imgdeploy_model::command;
use imgdeploy_model::shell::Quoted;

pub const CHECK: Check = Check {
    code: "IMG092",
    title: "requests go in a circle",
    hop: Hop::Walk,
    severity: Severity::Error,
    inputs: &[Input::Walk],
    symptom: "The browser shows `ERR_TOO_MANY_REDIRECTS`, and every lap calls the function and costs money.",
    story: "The chain works by redirects: to the function, and back to where the image now is. If it is not there, the same redirect comes \
            again. Either CloudFront kept the first redirect and goes on to answer with it (CF-02, CF-07), or the function stores the \
            image under another key than the one that is asked for, or a rule or a base URL leads back without reaching it (CF-08, \
            CF-09, S3-05).",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html",
    cure: "compare the addresses of each lap: curl -sIL --max-redirs 6 shows them",
    effect_of: EffectOf::AnyError,
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    findings(snapshot, |walk| {
        let End::Loop { url } = &walk.end else { return None };
        Some(fault(snapshot, walk, url))
    })
}

fn fault(snapshot: &Snapshot, walk: &Walk, url: &str) -> Fault {
    let by = |service| walk.hops.iter().rev().find(move |hop: &&Answer| hop.service == service);
    let cached = walk.hops.iter().find(|hop| {
        (300..400).contains(&hop.status) && header(hop, "x-cache").to_ascii_lowercase().starts_with("hit")
    });
    let show = command!("curl -sIL --max-redirs 6 {}", Quoted(&walk.url));
    let (what, hop, cure) = if let Some(hop) = cached {
        let cure = match &snapshot.edge {
            Some(edge) => command!(
                "aws cloudfront create-invalidation --distribution-id {} --paths {}",
                edge.id,
                format!("/{}*", snapshot.prefix())
            ),
            None => show,
        };
        ("the request goes in a circle: CloudFront answers with a redirect that it has kept", Some(hop), cure)
    } else if let Some(hop) = by(Service::Function) {
        let what = "the request goes in a circle: the function says that it made the image and redirects back, but the image is not \
                    there: it stores it under another key or in another bucket than viewers are sent to";
        (what, Some(hop), show)
    } else {
        let what = "the request goes in a circle that the function is no part of: a routing rule leads back to the site";
        (what, walk.hops.last(), show)
    };
    Fault {
        what: what.to_owned(),
        place: hop.map_or_else(|| walk.url.clone(), place),
        value: Some(format!("came back to {url}")),
        cure,
    }
}

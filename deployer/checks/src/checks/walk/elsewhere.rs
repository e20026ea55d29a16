//! IMG093

use super::fault::{Fault, findings, host, place};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::{End, Service, Snapshot, Walk};
use imgdeploy_model::command;
use imgdeploy_model::shell::Command;

pub const CHECK: Check = Check {
    code: "IMG093",
    title: "a redirect leads out of the chain",
    hop: Hop::Walk,
    severity: Severity::Error,
    inputs: &[Input::Walk],
    symptom: "The browser shows `ERR_NAME_NOT_RESOLVED`, or a page of another site, instead of the image.",
    story: "Two places in the chain write addresses: the routing rule, whose HostName has to be the API's (S3-11), and the function's \
            variable `URL`, which has to be the distribution's or the website's address (CF-19). A host that was mistyped, or whose \
            API or domain is gone, sends viewers away for good.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html",
    cure: "correct the host in the routing rule or in the function's variable URL, whichever wrote the redirect",
    effect_of: EffectOf::AnyError,
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    findings(snapshot, |walk| match &walk.end {
        End::Elsewhere { location } => {
            let what = if location.contains("://") || location.starts_with('/') {
                format!("a redirect leads to {}, which is no part of the chain", host(location))
            } else {
                format!("a redirect leads to `{location}`, which is no address")
            };
            Some(fault(snapshot, walk, what, location))
        }
        End::NoAnswer { url, unresolved: true, .. } => Some(fault(
            snapshot,
            walk,
            format!("the host {} does not exist: its name does not resolve", host(url)),
            url,
        )),
        _ => None,
    })
}

fn fault(snapshot: &Snapshot, walk: &Walk, what: String, target: &str) -> Fault {
    let last = walk.hops.last();
    let (what, cure) = match last.map(|hop| hop.service) {
        None => (what, command!("check the address: nslookup {}", host(target))),
        Some(service) => {
            (format!("{what}; {} sends viewers there", service.title()), cure(snapshot, service))
        }
    };
    Fault {
        what,
        place: last.map_or_else(|| walk.url.clone(), |hop| format!("{}, Location", place(hop))),
        value: Some(target.to_owned()),
        cure,
    }
}

/// Who writes the redirect has to be set right.
fn cure(snapshot: &Snapshot, service: Service) -> Command {
    if snapshot.is_attached() {
        return command!("imgdeploy attach {}", snapshot.flags());
    }
    match (service, &snapshot.function, &snapshot.bucket) {
        (Service::Function, Some(function), _) => command!(
            "correct URL: aws lambda get-function-configuration --function-name {} --region {} --query Environment.Variables.URL",
            function.name,
            function.region
        ),
        (_, _, Some(bucket)) => command!(
            "correct HostName in the rule: aws s3api get-bucket-website --bucket {} --region {}",
            bucket.name,
            bucket.region
        ),
        _ => "correct the redirect where it is written".into(),
    }
}

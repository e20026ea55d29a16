//! IMG097

use super::fault::{Fault, findings, host, place};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::{End, Snapshot};
use imgdeploy_model::command;
use imgdeploy_model::shell::Quoted;

pub const CHECK: Check = Check {
    code: "IMG097",
    title: "nobody answers",
    hop: Hop::Walk,
    severity: Severity::Error,
    inputs: &[Input::Walk],
    symptom: "The browser waits and then shows `ERR_CONNECTION_REFUSED`, `ERR_TIMED_OUT` or `ERR_EMPTY_RESPONSE`.",
    story: "The host name leads somewhere, but nothing that speaks HTTP answers there. Website endpoints do not listen on port 443, so that \
            an https address of one hangs or is refused (S3-02). Certificates that do not fit the name, and proxies or firewalls \
            between here and AWS, look the same.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html",
    cure: "ask for the address with curl -sv, which shows how far it comes",
    effect_of: EffectOf::AnyError,
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    findings(snapshot, |walk| {
        let End::NoAnswer { url, why, unresolved: false } = &walk.end else { return None };
        let secure_website = url.starts_with("https://") && host(url).contains(".s3-website");
        let what = if secure_website {
            format!("nobody answers at {}: website endpoints have no HTTPS", host(url))
        } else {
            format!("nobody answers at {}: {why}", host(url))
        };
        Some(Fault {
            what,
            place: walk.hops.last().map_or_else(|| url.clone(), |hop| format!("{url}, after {}", place(hop))),
            value: Some(url.clone()),
            cure: command!("curl -sv -o /dev/null {url}", url = Quoted(url)),
        })
    })
}

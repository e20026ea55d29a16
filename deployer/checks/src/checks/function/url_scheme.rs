//! IMG041

use super::setting::{UrlFault, base_url, refused, url_fault, variable, wrong};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Skip, Verdict};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG041",
    title: "the base URL has no https:// or http://",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function],
    symptom: "Viewers get 500, or are redirected to an address of the API such as `/prod/images.example.com/…` and get \
              `{\"message\":\"Missing Authentication Token\"}`.",
    story: "A redirect to `images.example.com/key` is a relative one: the browser puts it behind the address that it has just asked, \
            which is the API's, where no such resource is (AG-02). The function of imgdeploy refuses such a `URL` and answers 500 \
            with the code `misconfigured`.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
    cure: "imgdeploy doctor --fix, or set URL to an address that begins with https:// or http://",
    effect_of: EffectOf::Codes(&["IMG021"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let (function, url) = variable(snapshot, "URL")?;
    if url.is_empty() {
        // Without a bucket there is nowhere to redirect to: the direct route needs no URL.
        let has_bucket = variable(snapshot, "BUCKET").is_ok_and(|(_, bucket)| !bucket.is_empty());
        if !has_bucket {
            return Err(Skip::Nothing);
        }
        let what = format!("URL is empty: {}", refused(snapshot, function));
        return Ok(vec![wrong(snapshot, function, what, "URL", "", &base_url(snapshot))]);
    }
    if url_fault(url) != Some(UrlFault::NoScheme) {
        return Ok(Vec::new());
    }
    let what = format!("URL is `{url}`, without https:// or http://: {}", refused(snapshot, function));
    // Website endpoints have no HTTPS (S3-02).
    let scheme = if url.contains(".s3-website") { "http" } else { "https" };
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest).trim_matches('/');
    let right = format!("{scheme}://{rest}");
    Ok(vec![wrong(snapshot, function, what, "URL", url, &right)])
}

//! IMG057

use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Skip, Verdict};
use crate::shared::site::{describe, edit_website};
use crate::snapshot::Snapshot;
use imgdeploy_model::command;
use imgdeploy_world::Fact;

pub const CHECK: Check = Check {
    code: "IMG057",
    title: "no routing rule leads to the resizer",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Stack, Input::Api],
    symptom: "A derived image that is not there yet ends with the website's own 404 (NoSuchKey) or 403, and no image is ever made.",
    story: "The website endpoint asks its routing rules what to do about a missing key; without one that leads to the API, the \
            error page is all there is (S3-09). PutBucketWebsite replaces the whole configuration (S3-06), so that any tool which \
            writes a website configuration of its own takes the rules away without a word. A rule for another prefix does not help \
            either.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html",
    cure: "run `imgdeploy attach`, or add the routing rules for 404 and 403 that lead to the API",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    let website = snapshot.website()?;
    if website.redirect_all.is_some() {
        return Err(Skip::Nothing);
    }
    let key = snapshot.sample_key();
    let prefix = snapshot.prefix();
    let rules = snapshot.image_rules()?;
    let fits = |prefix: &Option<String>| key.starts_with(prefix.as_deref().unwrap_or_default());
    if rules.iter().any(|rule| fits(&rule.rule.condition.key_prefix)) {
        return Ok(Vec::new());
    }
    let name = &bucket.name;
    let (what, value) = if let Some(other) = rules.first() {
        let theirs = other.rule.condition.key_prefix.clone().unwrap_or_default();
        (
            format!(
                "the routing rules that lead to the API are for keys under {theirs}, derived images are under {prefix}"
            ),
            describe(&other.rule),
        )
    } else {
        let taken = [404, 403].iter().find_map(|status| website.rule_for(&key, Some(*status)));
        if let Some((_, rule)) = taken
            && let Some(host) = &rule.redirect.host
        {
            may_be_custom_domain(snapshot, host)?;
        }
        let what = match taken {
            Some((at, rule)) => format!(
                "no routing rule of bucket {name} leads to an API; routing rule {} takes requests for missing images ({})",
                at + 1,
                describe(rule)
            ),
            None => format!("no routing rule of bucket {name} leads to an API"),
        };
        (what, format!("{} routing rules", website.rules.len()))
    };
    let cure = if snapshot.is_meant() && !snapshot.is_attached() {
        edit_website(
            bucket,
            "add to RoutingRules, as the first ones, rules for 404 and 403 that lead to your API (HostName, Protocol https, \
             HttpRedirectCode 307)",
        )
    } else {
        command!("imgdeploy attach --bucket {name}", name = name)
    };
    let finding =
        Finding::new(what, format!("bucket {name}, website configuration, RoutingRules"), cure).value(value);
    Ok(vec![finding.by_tool(snapshot, Fix::Documents)])
}

/// A rule's host may be a custom domain name of an API that was not found, or whose domain names could not be listed.
fn may_be_custom_domain(snapshot: &Snapshot, host: &str) -> Result<(), Skip> {
    let bucket = snapshot.bucket()?;
    let aws = ["amazonaws.", "cloudfront."].iter().any(|part| host.contains(part));
    if aws || host.contains(bucket.name.as_str()) {
        return Ok(());
    }
    for seen in &snapshot.apis {
        if let Fact::Unknown(why) = &seen.api {
            return Err(Skip::Unseen(why.clone()));
        }
    }
    // Nothing but this host tells whether there is a resizer: the walks show where it leads.
    if snapshot.apis.is_empty() && snapshot.function.is_some() { Err(Skip::Nothing) } else { Ok(()) }
}

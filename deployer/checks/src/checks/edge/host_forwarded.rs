//! IMG083

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict};
use crate::shared::part::Part;
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG083",
    title: "viewer's Host header goes to the website",
    hop: Hop::CloudFront,
    severity: Severity::Error,
    inputs: &[Input::Distribution],
    symptom: "Every image ends with 404 and Code: NoSuchBucket, naming your own domain as the bucket.",
    story: "The website endpoint knows the bucket by the Host header. If the behaviour hands the viewer's Host on, S3 looks for a \
            bucket that is called like your domain (CF-06, S3-16). Besides Host in the list of headers, all headers (*), the \
            request policy AllViewer and the cache policy UseOriginCacheControlHeaders do so (CF-05).",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html",
    cure: "leave Host out of what the behaviour forwards",
    effect_of: EffectOf::Codes(&["IMG075", "IMG076"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    part.website_origin()?;
    let behavior = part.behavior();
    let policy = if behavior.forwards_host { None } else { Some(part.policy(behavior)?) };
    let by_policy =
        policy.filter(|policy| policy.headers.iter().any(|name| name.eq_ignore_ascii_case("host")));
    let by = match &by_policy {
        Some(policy) => format!(", by its cache policy {}", policy.name),
        None if behavior.forwards_host => String::new(),
        None => return Ok(Vec::new()),
    };
    let pattern = &behavior.pattern;
    let change = format!(
        "in behaviour {pattern} take Host (or *) out of ForwardedValues, Headers; or replace its CachePolicyId or \
         OriginRequestPolicyId by a policy without Host"
    );
    let finding = Finding::new(
        format!("behaviour {pattern} hands the viewer's Host header to the bucket's website{by}"),
        part.behavior_place("headers"),
        part.edit(&change),
    )
    .value("Host");
    Ok(vec![part.by_tool(finding)])
}

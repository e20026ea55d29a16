//! IMG079

use imgdeploy_model::chain::cloudfront::Caching;
use imgdeploy_model::command;
use imgdeploy_model::shell::Command;

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict};
use crate::shared::part::Part;
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG079",
    title: "cache policy keeps redirects",
    hop: Hop::CloudFront,
    severity: Severity::Error,
    inputs: &[Input::Distribution],
    symptom: "A new image works for the first visitor at most; after that the browser ends with ERR_TOO_MANY_REDIRECTS until the \
              cached 307 has expired.",
    story: "A behaviour with a cache policy takes its times from there. AWS's CachingOptimized, which the console suggests, keeps \
            an answer without Cache-Control for a day, and S3's 307 is one (CF-02, CF-05). Needed is a policy with minimum 0, \
            default 0 and a large maximum; CachingDisabled stops the loop as well, but then caches no image either.",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html",
    cure: "give the behaviour a cache policy with MinTTL 0, DefaultTTL 0 and MaxTTL 31536000, and invalidate the prefix",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    let behavior = part.behavior();
    let Caching::Policy(id) = &behavior.caching else {
        return Err(Skip::Nothing);
    };
    if !part.is_own() || part.is_rest() {
        return Err(Skip::Nothing);
    }
    let policy = part.policy(behavior)?;
    let seconds = part.keeps_redirects(behavior)?;
    if seconds == 0 {
        return Ok(Vec::new());
    }
    let pattern = &behavior.pattern;
    let create = r#"aws cloudfront create-cache-policy --query CachePolicy.Id --output text --cache-policy-config '{"Name":"derived-images","MinTTL":0,"DefaultTTL":0,"MaxTTL":31536000}'"#;
    let change = format!("in behaviour {pattern} set CachePolicyId to the id that the first command printed");
    let finding = Finding::new(
        format!("behaviour {pattern} keeps redirects to the resizer for {seconds} seconds: so says its cache policy {}", policy.name),
        part.behavior_place("CachePolicyId"),
        command!("{create}\n{}", part.edit_and_forget(&change), create = Command::from(create)),
    )
    .value(format!("{} ({id})", policy.name));
    Ok(vec![part.by_tool(finding)])
}

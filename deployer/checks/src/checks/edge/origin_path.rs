//! IMG084

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict};
use crate::shared::part::Part;
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG084",
    title: "origin path becomes part of the key",
    hop: Hop::CloudFront,
    severity: Severity::Error,
    inputs: &[Input::Distribution],
    symptom: "No routing rule fires (404 NoSuchKey under a longer key), or the folder is in the address twice after the way back.",
    story: "CloudFront puts OriginPath in front of every path before it asks the origin, so that the website looks for \
            folder/resized/... and not for resized/...: a rule for the prefix does not fit, and one without a prefix sends the \
            longer key to the API, which leads back to a path that gets the folder once more (CF-09).",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html",
    cure: "send the behaviour for derived images to a website origin without an origin path",
    effect_of: EffectOf::Codes(&["IMG075", "IMG076"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    let origin = part.website_origin()?;
    if origin.path.is_empty() {
        return Ok(Vec::new());
    }
    // A chain that was made with the path in mind has it in its rules.
    let inside = format!("{}/", origin.path.trim_start_matches('/'));
    let rules = match snapshot.image_rules() {
        Ok(rules) => rules,
        Err(Skip::Nothing) => Vec::new(),
        Err(unseen) => return Err(unseen),
    };
    let meant = |prefix: &Option<String>| prefix.as_ref().is_some_and(|prefix| prefix.starts_with(&inside));
    if !rules.is_empty()
        && rules.iter().all(|rule| meant(&rule.rule.condition.key_prefix))
        && !snapshot.is_attached()
    {
        return Ok(Vec::new());
    }
    let (path, key) = (origin.path.as_str(), snapshot.sample_key());
    let finding = Finding::new(
        format!(
            "origin {} has origin path {path}: the website is asked for {}/{key} instead of {key}",
            origin.id,
            path.trim_start_matches('/')
        ),
        part.place(&format!("origin {}, OriginPath", origin.id)),
        part.edit(&format!(
            "add a copy of origin {} with another Id and \"OriginPath\": \"\", and make it TargetOriginId of behaviour {}",
            origin.id,
            part.behavior().pattern
        )),
    )
    .value(path);
    Ok(vec![part.by_tool(finding)])
}

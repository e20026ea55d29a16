//! What the user should know beside the changes themselves.

use std::collections::BTreeMap;

use super::{Plan, Refusal};
use crate::desired::Desired;
use crate::fact::Fact;
use crate::observe::Observed;

/// Adds everything worth knowing about the surroundings.
pub fn add(plan: &mut Plan, desired: &Desired, seen: &Observed) {
    if seen.home_region != desired.region {
        plan.note(format!(
            "the bucket is in {}, your profile in {}: function, API and stack go to {}, where the bucket is",
            desired.region, seen.home_region, desired.region
        ));
    }
    if desired.site.allowed_dimensions.allows_all() {
        plan.note(
            "every size may be asked for, and each is stored; `--allowed-dimensions 300x200,800x` limits that",
        );
    }
    if desired.site.prefix.is_empty() {
        plan.warn("the prefix is empty: every missing page of the website is sent to the resizer");
        plan.warn("the prefix is empty: our statement lets everyone read every object, the originals too");
    }
    if seen.requester_pays.known() == Some(&true) {
        plan.refusals.push(Refusal::protect(
            format!(
                "{} is a Requester Pays bucket: its website answers everyone with 403",
                desired.site.bucket
            ),
            "switch Requester Pays off, or use another bucket for the site",
        ));
    }
    if seen.encryption.known().is_some_and(|algorithm| algorithm.starts_with("aws:kms")) {
        plan.warn(
            "the bucket encrypts new objects with KMS: its website endpoint cannot serve those, and the function may \
             not read originals under such a key (S3-27); derived images are stored with S3's own keys (SSE-S3)",
        );
    }
    overlap(plan, desired, seen);
    if let Fact::Known(tags) = &seen.tags {
        owner_note(plan, &format!("the bucket {}", desired.site.bucket), tags);
    }
    if let Some(edge) = &seen.edge
        && let Fact::Known(tags) = &edge.tags
    {
        owner_note(plan, &format!("the distribution {}", edge.id), tags);
    }
}

/// Objects under the derived prefix that don't look derived: they were there before us.
fn overlap(plan: &mut Plan, desired: &Desired, seen: &Observed) {
    if desired.site.prefix.is_empty() {
        return;
    }
    let foreign = seen.derived.known().into_iter().flatten().find(|object| {
        !object.key.ends_with('/') && !looks_derived(&object.key, desired.site.prefix.as_str())
    });
    if let Some(object) = foreign {
        plan.refusals.push(Refusal::protect(
            format!(
                "`{}` is under the derived prefix `{}` but was not made by imgdeploy: it would become public \
                 and could be overwritten",
                object.key, desired.site.prefix
            ),
            "choose another `--prefix`, or move these objects",
        ));
    }
}

/// Whether a key has the shape `{prefix}{spec}/{original}`.
pub fn looks_derived(key: &str, prefix: &str) -> bool {
    let Some((spec, original)) = key.strip_prefix(prefix).and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    let Some((width, height)) = spec.split_once('x') else { return false };
    let side = |text: &str| text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit());
    !original.is_empty() && side(width) && side(height) && !(width.is_empty() && height.is_empty())
}

/// Tags that say who else deploys this: their next deployment may undo our edits.
fn owner_note(plan: &mut Plan, what: &str, tags: &BTreeMap<String, String>) {
    if let Some(stack) = tags.get("aws:cloudformation:stack-name") {
        plan.warn(format!(
            "{what} belongs to the CloudFormation stack {stack}: its next update may undo these edits; \
             run `imgdeploy attach` after it"
        ));
    }
    let terraform = tags.iter().find(|(key, value)| {
        let (key, value) = (key.to_lowercase(), value.to_lowercase());
        key.contains("terraform") || (key.contains("managed") && value.contains("terraform"))
    });
    if let Some((key, value)) = terraform {
        plan.warn(format!(
            "{what} is tagged as Terraform's ({key}={value}): its next apply may undo these edits; \
             run `imgdeploy attach` after it"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_keys_are_recognised_by_their_shape() {
        for (key, derived) in [
            ("resized/300x200/a.jpg", true),
            ("resized/300x/pics/a.jpg", true),
            ("resized/x200/a", true),
            ("resized/x/a", false),
            ("resized/300x200/", false),
            ("resized/logo.png", false),
            ("resized/old/300x200/a.jpg", false),
            ("other/300x200/a.jpg", false),
        ] {
            assert_eq!(looks_derived(key, "resized/"), derived, "{key}");
        }
    }
}

//! What the user should know beside the changes themselves.

use super::{Plan, Refusal};
use crate::desired::Desired;
use crate::observe::{Observed, Taken};
use imgdeploy_keys::Scheme;
use imgdeploy_world::Fact;
use std::collections::BTreeMap;

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
             not read originals under such a key; derived images are stored with S3's own keys (SSE-S3)",
        );
    }
    overlap(plan, desired, seen);
    if let Some(text) = taken(desired.site.prefix.as_str(), &seen.taken) {
        plan.warn(text);
    }
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
    // Those of the last run count, too: their images are still there.
    let before = seen.stack.known().and_then(|stack| stack.parameters.get("Presets"));
    let lists = [Some(desired.site.presets.as_str()), before.map(String::as_str)];
    let scheme = Scheme::of_lists(desired.site.prefix.as_str(), lists.into_iter().flatten());
    let mut listed = seen.derived.known().into_iter().flatten();
    let foreign = listed.find(|object| !object.key.ends_with('/') && !scheme.has_form(&object.key));
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

/// Keys that are named.
const NAMED: usize = 3;

/// What is said of objects that stand where derived images go. Nothing would happen to them, but to who asks for them.
fn taken(prefix: &str, taken: &Fact<Taken>) -> Option<String> {
    let place = if prefix.is_empty() {
        "with keys of derived images (`{size}/{original}`)".to_owned()
    } else {
        format!("under `{prefix}` with keys of derived images")
    };
    let taken = match taken {
        Fact::Known(taken) => taken,
        Fact::Absent => return None,
        Fact::Unknown(why) => {
            return Some(format!(
                "whether there are objects {place} that imgdeploy did not make is not known: {why}; if there are, it \
                 leaves them as they are"
            ));
        }
    };
    let count = taken.keys.len();
    if count == 0 {
        return None;
    }
    let named: Vec<String> = taken.keys.iter().take(NAMED).map(|key| format!("`{key}`")).collect();
    let least = if taken.more { "at least " } else { "" };
    let (objects, were, them) =
        if count == 1 { ("object", "was", "it") } else { ("objects", "were", "them") };
    let others = if count > NAMED || taken.more { ", …" } else { "" };
    let of = if taken.more {
        format!(" (of {} that were looked at; there are more)", taken.looked_at)
    } else {
        String::new()
    };
    Some(format!(
        "{least}{count} {objects} {place} {were} not made by imgdeploy{of}: {}{others}; it never writes over {them}: where a \
         size cannot be stored because of that, the request for it gets 409, until {} moved, renamed or deleted",
        named.join(", "),
        if count == 1 { "it is" } else { "they are" },
    ))
}

/// Tags that say who else deploys this: their next deployment may undo our edits.
fn owner_note(plan: &mut Plan, what: &str, tags: &BTreeMap<String, String>) {
    // Our own: `up` made the bucket.
    let other = |stack: &&String| **stack != crate::stack::stack_name(&plan.bucket);
    if let Some(stack) = tags.get("aws:cloudformation:stack-name").filter(other) {
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
    use crate::aws::AwsFailure;

    fn found(keys: &[&str], more: bool) -> Fact<Taken> {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        Fact::Known(Taken { looked_at: keys.len() + 1, keys, more })
    }

    #[test]
    fn what_stands_in_the_way_is_counted_and_named() {
        assert_eq!(taken("resized/", &Fact::Absent), None);
        assert_eq!(taken("resized/", &found(&[], true)), None);
        assert_eq!(
            taken("", &found(&["300x200/banner.jpg"], false)).as_deref(),
            Some(
                "1 object with keys of derived images (`{size}/{original}`) was not made by imgdeploy: `300x200/banner.jpg`; it \
                 never writes over it: where a size cannot be stored because of that, the request for it gets 409, until it is \
                 moved, renamed or deleted"
            )
        );
        let many = taken("resized/", &found(&["a", "b", "c", "d"], true)).unwrap_or_default();
        assert!(
            many.starts_with(
                "at least 4 objects under `resized/` with keys of derived images were not made by imgdeploy (of 5 that were \
                 looked at; there are more): `a`, `b`, `c`, …; it never writes over them"
            ),
            "{many}"
        );
        let unknown = Fact::Unknown(AwsFailure::local("s3:ListBucket", "AccessDenied"));
        let text = taken("", &unknown).unwrap_or_default();
        assert!(text.contains("is not known: s3:ListBucket failed: AccessDenied"), "{text}");
    }
}

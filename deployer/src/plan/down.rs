//! `down`: takes away what `up` made. The bucket goes only if it is empty, or if its name was said for that very purpose.
//!
//! The routing rules go first, while the stack still says which ones are ours; then the stack, and with it the policy that
//! makes derived images public; the bucket last. What is left of the bucket's being ours by then is a tag on it.

use crate::plan::action;
use imgdeploy_model::document::{Stripped, website as website_document};

use super::{Action, Plan, Refusal, website};
use crate::aws::read::Contents;
use crate::observe::Observed;
use crate::stack::{self, StackSeen, TAG_BUCKET_MADE_BY, UP};
use imgdeploy_world::Fact;

/// Plans a `down`. `contents`: what is in the bucket; `with_objects`: it may go with all that.
pub fn down(seen: &Observed, contents: &Fact<Contents>, with_objects: bool) -> Plan {
    let mut plan = Plan::new(&seen.bucket, &seen.caller.account, &seen.region).by(&seen.caller);
    let name = &seen.bucket;
    let stack = match &seen.stack {
        Fact::Known(stack) => Some(stack),
        Fact::Absent => None,
        Fact::Unknown(why) => {
            plan.unseen.push(why.clone());
            return plan;
        }
    };
    let here = match &seen.owned {
        Fact::Known(()) => true,
        Fact::Absent => false,
        Fact::Unknown(why) => {
            plan.unseen.push(why.clone());
            return plan;
        }
    };
    let tagged = match &seen.tags {
        Fact::Known(tags) => tags.get(TAG_BUCKET_MADE_BY).is_some_and(|by| by == UP),
        Fact::Absent => false,
        Fact::Unknown(why) => {
            plan.unseen.push(why.clone());
            return plan;
        }
    };
    if let Some(stack) = stack {
        // The shell that an `up` leaves which was cut off at once may show no tags. It holds nothing (CN-03).
        let shell = stack.tags.is_empty() && stack.is_ours(name) && !here;
        if !stack.has_bucket() && !shell {
            let detach = stack.is_ours(name);
            plan.refusals.push(Refusal::protect(
                format!("the stack {} was not made by `imgdeploy up`", stack::stack_name(name)),
                if detach {
                    format!("`imgdeploy detach --bucket {name}` takes out what `imgdeploy attach` put in")
                } else {
                    "look at that stack in CloudFormation".to_owned()
                },
            ));
            return plan;
        }
    } else if here && !tagged {
        plan.refusals.push(Refusal::protect(
            format!("the bucket {name} was not made by `imgdeploy up` (it has no tag {TAG_BUCKET_MADE_BY})"),
            format!("`imgdeploy detach --bucket {name}` takes out what `imgdeploy attach` put in"),
        ));
        return plan;
    }
    if stack.is_none() && !here {
        plan.note(format!(
            "there is neither a bucket {name} nor a stack {} in {}; for another region give `--region`",
            stack::stack_name(name),
            seen.region
        ));
        return plan;
    }

    if let Some(stack) = stack {
        if here {
            take_rules(&mut plan, seen);
        }
        take_stack(&mut plan, seen, stack);
    }
    if here {
        take_bucket(&mut plan, seen, contents, tagged, with_objects);
    }
    if !plan.is_empty() {
        plan.note(format!(
            "the artifacts bucket {} stays: other buckets of this account and region may use it",
            seen.artifacts.bucket
        ));
    }
    plan
}

/// In a bucket that stays they would point to an API that is no longer ours.
fn take_rules(plan: &mut Plan, seen: &Observed) {
    let current = match &seen.website {
        Fact::Known(xml) => xml,
        Fact::Absent => return,
        Fact::Unknown(why) => return plan.unseen.push(why.clone()),
    };
    let our_hosts = website::our_hosts(seen, None);
    let after = match website_document::strip(current, &our_hosts) {
        Ok(Stripped::Unchanged) => return,
        Ok(Stripped::Nothing) => None,
        // The website was switched on by us: unless somebody made more of it since, it goes.
        Ok(Stripped::Document(text)) if website_document::is_bare(&text).unwrap_or(false) => None,
        Ok(Stripped::Document(text)) => Some(text),
        Err(error) => {
            return plan.warn(format!("the website configuration can't be read and stays as it is: {error}"));
        }
    };
    plan.actions.push(Action::Website(action::Website {
        bucket: seen.bucket.clone(),
        before: Some(current.clone()),
        after,
        our_hosts,
        unknown_api_host: None,
    }));
}

fn take_stack(plan: &mut Plan, seen: &Observed, stack: &StackSeen) {
    plan.actions.push(Action::DeleteStack(action::DeleteStack { name: stack::stack_name(&seen.bucket) }));
    let prefix = stack.parameters.get("Prefix").map_or("", String::as_str);
    plan.note(format!(
        "the bucket policy goes with the stack: objects under `{prefix}` are readable by everyone no longer"
    ));
    if stack.has_cdn() {
        let id = seen.edge.as_ref().map_or_else(String::new, |edge| format!(" {}", edge.id));
        plan.note(format!(
            "the CloudFront distribution{id} goes with the stack: CloudFormation switches it off first, which takes \
             some minutes"
        ));
    }
}

fn take_bucket(
    plan: &mut Plan,
    seen: &Observed,
    contents: &Fact<Contents>,
    tagged: bool,
    with_objects: bool,
) {
    let bucket = seen.bucket.clone();
    let contents = match contents {
        Fact::Known(contents) => contents,
        // It went away between the two looks.
        Fact::Absent => return,
        Fact::Unknown(why) => return plan.unseen.push(why.clone()),
    };
    if !tagged {
        return plan.warn(format!(
            "the bucket {bucket} stays: it has no tag {TAG_BUCKET_MADE_BY}, so it can't be told that `imgdeploy up` made it"
        ));
    }
    if !contents.is_empty() {
        if !with_objects {
            return plan.note(format!(
                "the bucket {bucket} stays, as it is not empty ({}); to delete it with all that is in it: \
                 `imgdeploy down --bucket {bucket} --delete-bucket-with-objects {bucket}`",
                contents.in_words()
            ));
        }
        plan.warn(format!("all that is in {bucket} is deleted for good: {}", contents.in_words()));
        plan.actions.push(Action::EmptyBucket(action::EmptyBucket {
            bucket: bucket.clone(),
            contents: contents.clone(),
        }));
    }
    plan.actions.push(Action::DeleteBucket(action::DeleteBucket { bucket }));
}

//! Public access: the two flags that stand against a public derived prefix, and nothing else (S3-21).

use crate::plan::action;
use imgdeploy_model::chain::access::{Anonymous, Policy};

use super::{Action, Plan, Refusal};
use crate::aws::read::PublicAccessBlock;
use crate::desired::Desired;
use crate::observe::Observed;
use imgdeploy_world::Fact;

/// The flags with the two that must go switched off; the ACL flags stay.
fn opened(block: PublicAccessBlock) -> PublicAccessBlock {
    PublicAccessBlock { block_public_policy: false, restrict_public_buckets: false, ..block }
}

/// Plans the flags, and asks for `--allow-public` where something would become public.
pub fn plan(plan: &mut Plan, desired: &Desired, seen: &Observed) {
    account_level(plan, desired, seen);
    let block = match &seen.public_access_block {
        Fact::Known(block) => Some(*block),
        Fact::Absent => None,
        Fact::Unknown(why) => {
            plan.unseen.push(why.clone());
            return;
        }
    };
    let after = block.map(opened);
    if let (Some(before), Some(after)) = (block, after)
        && before != after
    {
        plan.actions.push(Action::PublicAccessBlock(action::PublicAccessBlock {
            bucket: desired.site.bucket.to_string(),
            before: Some(before),
            after,
        }));
    }
    let public_already = block == after && already_public(desired, seen);
    if !public_already && !desired.allow_public {
        plan.refusals.push(Refusal::consent(
            if desired.access().is_whole_bucket() {
                format!(
                    "without a prefix every object in {}, the originals too, would become readable by everyone, \
                     and that was not allowed",
                    desired.site.bucket
                )
            } else {
                format!(
                    "objects under `{}` in {} would become readable by everyone (the originals would not), \
                     and that was not allowed",
                    desired.site.prefix, desired.site.bucket
                )
            },
            "look at the plan, then run the same command with `--allow-public`",
        ));
    }
}

fn account_level(plan: &mut Plan, desired: &Desired, seen: &Observed) {
    match &seen.account_public_access_block {
        Fact::Known(block) if block.block_public_policy || block.restrict_public_buckets => {
            let which: Vec<&str> = [
                (block.block_public_policy, "BlockPublicPolicy"),
                (block.restrict_public_buckets, "RestrictPublicBuckets"),
            ]
            .into_iter()
            .filter_map(|(on, name)| on.then_some(name))
            .collect();
            plan.refusals.push(Refusal::protect(
                format!(
                    "the account {} blocks public buckets as a whole ({}), so the website of {} can serve \
                     nobody; imgdeploy never changes account settings",
                    desired.account,
                    which.join(", "),
                    desired.site.bucket
                ),
                "ask the account's owner to switch these off: \
                 `aws s3control get-public-access-block --account-id ACCOUNT` shows them",
            ));
        }
        Fact::Known(_) | Fact::Absent => {}
        Fact::Unknown(why) => plan.warn(format!(
            "the account's own public access block could not be read ({}); if it is on, viewers get 403",
            why.reason()
        )),
    }
}

/// Whether the bucket policy lets everyone read the derived prefix today.
fn already_public(desired: &Desired, seen: &Observed) -> bool {
    let arn = format!("{}probe", desired.access().resource().trim_end_matches('*'));
    seen.policy.known().and_then(|text| Policy::parse(text).ok()).is_some_and(|policy| {
        let nobody = Anonymous::default();
        policy.anonymous("s3:GetObject", &arn, &nobody, Default::default()).is_allowed()
    })
}

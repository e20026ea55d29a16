//! `up`: the stack with a bucket of its own, for those who start from nothing.
//!
//! CloudFormation makes and changes everything. What it does not notice is that somebody changed bucket or distribution
//! behind its back (CN-09): while the stack is as wanted, their documents are compared as `attach` does, and put right.

use crate::plan::action;
use imgdeploy_model::chain::cloudfront::Distribution;
use imgdeploy_model::document::{Stripped, policy as policy_document, website as website_document};
use imgdeploy_model::region::Partition;

use super::our_stack::stack_inputs;
use super::predict::{self, Planned};
use super::{Action, Plan, Refusal, artifacts, code, edge, notes, policy, public_access, website};
use crate::aws::read::PublicAccessBlock;
use crate::desired::code::Code;
use crate::desired::{Desired, unknown_api_host};
use crate::observe::Observed;
use crate::settings::DistributionChoice;
use crate::stack::{self, DesiredStack, OwnBucket, Rewritten, StackPlan, StackSeen, TAG_BUCKET_MADE_BY, UP};
use imgdeploy_world::Fact;

/// The bucket's own public access block, as the template has it.
const BLOCK: PublicAccessBlock = PublicAccessBlock {
    block_public_acls: true,
    ignore_public_acls: true,
    block_public_policy: false,
    restrict_public_buckets: false,
};

/// Plans an `up`. `with_cdn`: a distribution was asked for; one that is there stays in any case. Applying is allowed only
/// while `refusals` and `unseen` are empty.
pub fn up(desired: &Desired, with_cdn: bool, seen: &Observed) -> Plan {
    let mut plan =
        Plan::new(desired.site.bucket.as_str(), &desired.account, &desired.region).by(&seen.caller);
    let there = match &seen.stack {
        Fact::Known(stack) => Some(stack),
        Fact::Absent => None,
        Fact::Unknown(why) => {
            plan.unseen.push(why.clone());
            return plan;
        }
    };
    let with_cdn = with_cdn || there.is_some_and(StackSeen::has_cdn);
    usage(&mut plan, desired, with_cdn);
    let own = OwnBucket { website_host: desired.website_host(), with_cdn };
    let with_code = |code: &Code| {
        let inputs = stack_inputs(desired, code, &seen.artifacts.bucket);
        let role = desired.site.access.stack_role.as_ref();
        own.desired(&inputs, env!("CARGO_PKG_VERSION")).by(role.map(ToString::to_string))
    };
    let wanted = with_code(&desired.code);
    let mut step = stack::plan(&wanted, there);
    if code::stays(&mut plan, desired, seen, &step, with_code) {
        step = StackPlan::Nothing;
    }
    bucket(&mut plan, seen, &step);
    if !plan.refusals.is_empty() || !plan.unseen.is_empty() {
        return plan;
    }

    let upload = desired.code.kept.is_none().then_some(&desired.artifact);
    artifacts::plan(&mut plan, desired, &seen.artifacts, upload);
    public_access::plan(&mut plan, desired, seen);
    match &step {
        StackPlan::Nothing => put_right(&mut plan, desired, seen),
        StackPlan::Refused { why } => plan.refusals.push(Refusal::protect(
            format!("the stack {}: {why}", wanted.name),
            "rename or delete that stack, or use another bucket",
        )),
        StackPlan::Wait { status } => plan.refusals.push(Refusal::protect(
            format!("the stack {} is {status}: somebody is working on it right now", wanted.name),
            "run this again when that has ended",
        )),
        StackPlan::Create
        | StackPlan::CreateInShell { .. }
        | StackPlan::Update(_)
        | StackPlan::DeleteThenCreate { .. }
        | StackPlan::ContinueRollbackThenUpdate { .. } => {
            said(&mut plan, desired, seen, with_cdn, there);
            loses(&mut plan, seen, &wanted, there);
            plan.actions.push(Action::Stack(action::Stack { desired: Box::new(wanted), plan: step }));
        }
    }
    predicted(&mut plan, desired, seen);
    notes::add(&mut plan, desired, seen);
    plan
}

/// Settings that don't go with a bucket of one's own.
fn usage(plan: &mut Plan, desired: &Desired, with_cdn: bool) {
    let mut refuse = |text: String, hint: &str| plan.refusals.push(Refusal::usage(text, hint));
    if desired.site.prefix.is_empty() {
        refuse(
            "with an empty prefix every object of the bucket, the originals too, would be readable by everyone"
                .to_owned(),
            "leave out `--prefix`, or give one that ends with a slash",
        );
    }
    if let DistributionChoice::Id(id) = &desired.site.distribution {
        refuse(
            format!(
                "the setting `distribution` names {id}, but `up` can only make a distribution of its own"
            ),
            "take the setting out and give `--with-cdn`, or use `imgdeploy attach` with a bucket that exists",
        );
    }
    if with_cdn && let Some(url) = &desired.site.url {
        refuse(
            format!(
                "the distribution of `up` has no other domain than its own, so that it does not answer at {url}"
            ),
            "leave out `--url`; for a domain of your own use `imgdeploy attach` with your bucket and distribution",
        );
    }
    // PA-02, PA-03
    if with_cdn && matches!(desired.partition, Partition::AwsUsGov | Partition::AwsCn) {
        refuse(
            format!("CloudFront can't serve images from {} by a domain of its own", desired.region),
            "leave out `--with-cdn`",
        );
    }
}

/// Bucket and stack have to be there both, or neither.
fn bucket(plan: &mut Plan, seen: &Observed, step: &StackPlan) {
    let name = seen.bucket.clone();
    let here = match &seen.owned {
        Fact::Known(()) => true,
        Fact::Absent => false,
        Fact::Unknown(why) => return plan.unseen.push(why.clone()),
    };
    let stack = seen.stack.known();
    let mut refuse = |text: String, hint: String| plan.refusals.push(Refusal::protect(text, hint));
    if let Some(stack) = stack.filter(|stack| stack.is_ours(&name) && !stack.has_bucket())
        && !stack.tags.is_empty()
    {
        return if here {
            refuse(
                format!(
                    "the bucket {name} was there before, and `imgdeploy attach` put images in front of it"
                ),
                format!("run `imgdeploy attach --bucket {name}`"),
            )
        } else {
            refuse(
                format!("there is no bucket {name}, but a stack that `imgdeploy attach` made for it"),
                format!(
                    "delete that first: `aws cloudformation delete-stack --stack-name {}`",
                    stack::stack_name(&name)
                ),
            )
        };
    }
    let makes = matches!(
        step,
        StackPlan::Create | StackPlan::CreateInShell { .. } | StackPlan::DeleteThenCreate { .. }
    );
    if here && makes {
        let tags = seen.tags.known();
        let kept = tags.and_then(|tags| tags.get(TAG_BUCKET_MADE_BY)).is_some_and(|by| by == UP);
        if kept {
            refuse(
                format!(
                    "the bucket {name} is there already, without its stack: an earlier `imgdeploy up` made it, and \
                     `imgdeploy down` or a failed creation left it"
                ),
                format!(
                    "`imgdeploy down --bucket {name}` deletes it if it is empty; \
                     `imgdeploy attach --bucket {name}` takes it as it is"
                ),
            );
        } else {
            refuse(
                format!("the bucket {name} exists already, and `up` makes a new one"),
                format!(
                    "`imgdeploy attach --bucket {name}` puts images in front of it; or give another `--bucket`"
                ),
            );
        }
    }
    if !here && !makes && stack.is_some_and(StackSeen::has_bucket) {
        refuse(
            format!(
                "the stack {} is there, but somebody has deleted its bucket {name}",
                stack::stack_name(&name)
            ),
            format!("run `imgdeploy down --bucket {name}`, then this again"),
        );
    }
}

/// What the parameters of the stack don't say.
fn said(plan: &mut Plan, desired: &Desired, seen: &Observed, with_cdn: bool, there: Option<&StackSeen>) {
    let (name, prefix) = (&desired.site.bucket, &desired.site.prefix);
    if seen.owned == Fact::Absent {
        plan.note(format!(
            "the bucket {name} is made in {}; `imgdeploy down` takes it away again, but never with objects in it \
             unless told to",
            desired.region
        ));
    }
    plan.note(format!(
        "objects under `{prefix}` are readable by everyone, all others only by your account and the resizer"
    ));
    if with_cdn && !there.is_some_and(StackSeen::has_cdn) {
        plan.note("a CloudFront distribution is made in front of the bucket, which takes some minutes");
    }
    if !with_cdn && there.is_none() {
        plan.note(
            "without `--with-cdn` images are served by the website endpoint, which speaks plain HTTP only",
        );
    }
}

/// CloudFormation writes documents as a whole: what others put into one would be lost with an update that touches it.
fn loses(plan: &mut Plan, seen: &Observed, wanted: &DesiredStack, there: Option<&StackSeen>) {
    let Some(there) = there else { return };
    for part in Rewritten::ALL.into_iter().filter(|part| part.by(wanted, there)) {
        let (what, foreign) = match part {
            Rewritten::Policy => ("the bucket policy", has_foreign_statements(seen)),
            Rewritten::Website => ("the website configuration", has_foreign_rules(seen)),
            Rewritten::Distribution => ("the distribution", has_foreign_parts(seen)),
        };
        if foreign {
            plan.refusals.push(Refusal::protect(
                format!(
                    "this update has CloudFormation write {what} anew, and what others put in there would be lost"
                ),
                "take that out first and put it in again afterwards, or leave the settings as they are",
            ));
        }
    }
}

fn has_foreign_statements(seen: &Observed) -> bool {
    let current = seen.policy.known();
    current.is_some_and(|text| !matches!(policy_document::strip(text), Ok(Stripped::Nothing)))
}

fn has_foreign_rules(seen: &Observed) -> bool {
    let hosts = website::our_hosts(seen, None);
    seen.website.known().is_some_and(|text| match website_document::strip(text, &hosts) {
        Ok(Stripped::Nothing) => false,
        Ok(Stripped::Document(left)) => !website_document::is_bare(&left).unwrap_or(false),
        Ok(Stripped::Unchanged) => !website_document::is_bare(text).unwrap_or(false),
        Err(_) => true,
    })
}

/// Names, origins and behaviours, which people add. Other fields are not looked at.
fn has_foreign_parts(seen: &Observed) -> bool {
    let document = seen.edge.as_ref().and_then(|edge| edge.document.known());
    document.is_some_and(|document| {
        Distribution::parse(&document.xml).map_or(true, |parsed| {
            !parsed.aliases.is_empty() || parsed.origins.len() > 1 || parsed.behaviors.len() > 1
        })
    })
}

/// The stack is as wanted: so have to be the documents that it wrote.
fn put_right(plan: &mut Plan, desired: &Desired, seen: &Observed) {
    let before = plan.actions.len();
    let _ = policy::plan(plan, desired, seen);
    let _ = edge::plan(plan, desired, seen, None);
    let _ = website::plan(plan, desired, seen, None, true);
    let invalid = plan.actions.iter().find_map(|action| match action {
        Action::Distribution(action::Distribution { id, .. }) => Some(id.clone()),
        _ => None,
    });
    if let Some(id) = invalid {
        plan.actions.push(Action::Invalidate(action::Invalidate { id, path: edge::invalidated(desired) }));
    }
    if plan.actions.len() > before {
        plan.warn(
            "bucket or distribution were changed by somebody else since the last run and are put right again",
        );
    }
}

/// Walks the chain on paper as it will be, where nothing in it is unknown yet.
fn predicted(plan: &mut Plan, desired: &Desired, seen: &Observed) {
    let host = website::api_host(seen).unwrap_or_else(|| unknown_api_host(&desired.region));
    let current = seen.website.known().map(String::as_str);
    let policy = policy_document::merge(seen.policy.known().map(String::as_str), &desired.access());
    let website = website_document::merge(current, &desired.rules(&host, std::slice::from_ref(&host)));
    let document = seen.edge.as_ref().and_then(|edge| edge.document.known());
    if let (Ok(policy), Ok(website)) = (policy, website) {
        let planned = Planned {
            policy: Some(policy.as_str()),
            website: Some(website.document.as_str()),
            distribution: document.map(|document| document.xml.as_str()),
            block: BLOCK,
            api_host: &host,
        };
        predict::predict(plan, desired, seen, &planned);
    }
}

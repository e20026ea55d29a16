//! What the function's role may do (IA-01, IA-02).

use imgdeploy_keys::ImageKind;
use imgdeploy_model::chain::identity::{Allowed, allows};
use imgdeploy_model::command;
use imgdeploy_model::shell::Command;
use serde_json::{Value, json};

use super::command::place;
use crate::check::{Finding, Skip, need, need_or_absent};
use crate::shared::statement::one_or_list;
use crate::snapshot::derive::SPEC;
use crate::snapshot::{Bucket, Function, Role, Snapshot};

/// Few keys tell as much as many: patterns of roles are about folders.
const KEYS: usize = 50;

/// What the role may do with images.
#[derive(Debug)]
pub(super) struct Images<'a> {
    pub(super) function: &'a Function,
    pub(super) role: &'a Role,
    pub(super) bucket: &'a Bucket,
    /// `s3:GetObject` on originals.
    pub(super) get: Allowed,
    /// `s3:PutObject` on derived images.
    pub(super) put: Allowed,
}

/// The role that is there. None that exists is for IMG038 to say, no function for IMG052.
pub(super) fn role(snapshot: &Snapshot) -> Result<(&Function, &Role), Skip> {
    let function = snapshot.function()?;
    if function.latest.is_absent() {
        return Err(Skip::Nothing);
    }
    Ok((function, need(&function.role)?))
}

/// Looks at the role's policies, and at the bucket's where those are not enough.
pub(super) fn images(snapshot: &Snapshot) -> Result<Images<'_>, Skip> {
    let (function, role) = role(snapshot)?;
    let bucket = snapshot.bucket()?;
    let (originals, derived) = (originals(snapshot, bucket), derived(snapshot, bucket));
    let get = match may(snapshot, role, bucket, "s3:GetObject", &originals)? {
        // Objects that everyone may read by their ACL are readable for the role as well; ACLs are not in the snapshot.
        Allowed::No if acls_count(bucket)? => Allowed::Unknown,
        verdict => verdict,
    };
    let put = may(snapshot, role, bucket, "s3:PutObject", &derived)?;
    Ok(Images { function, role, bucket, get, put })
}

/// Whether the role may do this to one of these keys at least: a role that is for a folder only is as its owner wants it.
fn may(
    snapshot: &Snapshot,
    role: &Role,
    bucket: &Bucket,
    action: &str,
    keys: &[String],
) -> Result<Allowed, Skip> {
    let account = account(snapshot)?;
    let own: Vec<&str> = role.policies.values().map(String::as_str).collect();
    let verdict = on_any(&own, action, snapshot, bucket, keys, &account);
    if verdict != Allowed::No {
        return Ok(verdict);
    }
    // In the same account a bucket policy is as good as the role's own.
    let arn = snapshot.configuration()?.role.clone();
    let granted = need_or_absent(&bucket.policy)?.and_then(|policy| grants_to(policy, &arn, &role.name));
    let Some(granted) = granted else { return Ok(Allowed::No) };
    let all: Vec<&str> = own.into_iter().chain([granted.as_str()]).collect();
    Ok(on_any(&all, action, snapshot, bucket, keys, &account))
}

fn on_any(
    documents: &[&str],
    action: &str,
    snapshot: &Snapshot,
    bucket: &Bucket,
    keys: &[String],
    account: &str,
) -> Allowed {
    let verdicts: Vec<Allowed> = keys
        .iter()
        .map(|key| {
            let arn = snapshot.object_arn(bucket, key);
            // What is no policy can't have been stored as one, so nothing is known.
            allows(documents.iter().copied(), action, &arn, account).unwrap_or(Allowed::Unknown)
        })
        .collect();
    let has = |wanted: &Allowed| verdicts.contains(wanted);
    [Allowed::Yes, Allowed::Unknown].into_iter().find(has).unwrap_or(Allowed::No)
}

/// The statements of a bucket policy that let this role do something, or everyone.
fn grants_to(policy: &str, arn: &str, name: &str) -> Option<String> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let session = format!(":assumed-role/{name}/");
    let meant = |who: &str| who == "*" || who == arn || who.contains(&session);
    let grants: Vec<&Value> = one_or_list(policy.get("Statement"))
        .iter()
        .filter(|statement| {
            let principal = match statement.get("Principal") {
                Some(Value::Object(kinds)) => kinds.get("AWS"),
                other => other,
            };
            let named = one_or_list(principal).iter().filter_map(Value::as_str).any(meant);
            named && statement.get("Effect").and_then(Value::as_str) == Some("Allow")
        })
        .collect();
    Some(json!({ "Statement": grants }).to_string())
}

/// Whether an ACL can make an object readable (S3-26).
fn acls_count(bucket: &Bucket) -> Result<bool, Skip> {
    if need_or_absent(&bucket.ownership)?.is_some_and(|ownership| ownership == "BucketOwnerEnforced") {
        return Ok(false);
    }
    let ignored = [&bucket.block, &bucket.account_block]
        .into_iter()
        .any(|block| block.known().is_some_and(|block| block.ignore_public_acls));
    Ok(!ignored)
}

fn originals(snapshot: &Snapshot, bucket: &Bucket) -> Vec<String> {
    let scheme = snapshot.scheme();
    let heads = bucket.original_heads.known().into_iter().flatten().map(|head| head.key.clone());
    let listed = bucket.objects.known().into_iter().flatten().map(|object| object.key.clone());
    let mut keys = vec!["imgdeploy-sample.jpg".to_owned()];
    keys.extend(
        heads
            .chain(listed)
            .filter(|key| scheme.is_original(key) && ImageKind::of_name(key).is_some())
            .take(KEYS),
    );
    keys
}

fn derived(snapshot: &Snapshot, bucket: &Bucket) -> Vec<String> {
    let prefix = snapshot.prefix();
    let listed = bucket.derived.known().into_iter().flatten().map(|object| object.key.clone());
    let made = originals(snapshot, bucket).into_iter().map(|key| format!("{prefix}{SPEC}/{key}"));
    let mut keys = vec![snapshot.sample_key()];
    keys.extend(listed.take(KEYS).chain(made));
    keys
}

/// Account of the function, else of the caller.
pub(super) fn account(snapshot: &Snapshot) -> Result<String, Skip> {
    match &snapshot.function()?.account {
        Some(account) => Ok(account.clone()),
        None => Ok(need(&snapshot.caller)?.account.clone()),
    }
}

/// A finding about the role's policies, with the command that adds these statements.
pub(super) fn lacking(
    function: &Function,
    role: &Role,
    what: String,
    name: &str,
    statements: &[Value],
) -> Finding {
    Finding::new(
        what,
        place(function, &format!("role {}, policies", role.name)),
        put_policy(&role.name, name, statements),
    )
}

/// `aws iam put-role-policy …`.
pub(super) fn put_policy(role: &str, name: &str, statements: &[Value]) -> Command {
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    command!(
        "aws iam put-role-policy --role-name {role} --policy-name {name} --policy-document {document}",
        role = role,
        name = name,
        document = document.to_string()
    )
}

/// A statement that allows this.
pub(super) fn allow(action: &[&str], resource: &str) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

/// What reading originals takes.
pub(super) fn reading(snapshot: &Snapshot, bucket: &Bucket) -> [Value; 2] {
    let arn = format!("{}s3:::{}", snapshot.partition().arn_prefix(), bucket.name);
    // With ListBucket S3 tells an absent original (404) from a forbidden one (403).
    [allow(&["s3:GetObject"], &snapshot.object_arn(bucket, "*")), allow(&["s3:ListBucket"], &arn)]
}

/// What writing derived images takes.
pub(super) fn writing(snapshot: &Snapshot, bucket: &Bucket) -> Value {
    allow(&["s3:PutObject"], &snapshot.object_arn(bucket, &format!("{}*", snapshot.prefix())))
}

/// What writing a log takes.
pub(super) fn logging(group: &str) -> Value {
    allow(&["logs:CreateLogStream", "logs:PutLogEvents"], &format!("{group}:*"))
}

/// ARN of the function's log group.
pub(super) fn log_group(snapshot: &Snapshot) -> Result<String, Skip> {
    let function = snapshot.function()?;
    let told = &snapshot.configuration()?.log_group;
    let name = if told.is_empty() { format!("/aws/lambda/{}", function.name) } else { told.clone() };
    let partition = imgdeploy_model::region::Partition::of_region(&function.region).arn_prefix();
    Ok(format!("{partition}logs:{}:{}:log-group:{name}", function.region, account(snapshot)?))
}

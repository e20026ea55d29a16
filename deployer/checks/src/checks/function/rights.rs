//! What the function's role may do (IA-01, IA-02).

use imgdeploy_keys::ImageKind;
use imgdeploy_model::chain::identity::Allowed;
use imgdeploy_model::chain::rights::{self, Judged, Why};
use imgdeploy_model::command;
use imgdeploy_model::shell::Command;
use serde_json::{Value, json};

use super::command::place;
use crate::check::{Finding, Skip, need, need_or_absent};
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
    pub(super) get: Judged,
    /// `s3:PutObject` on derived images.
    pub(super) put: Judged,
}

/// The role that is there. None that exists is for IMG038 to say, no function for IMG052.
pub(super) fn role(snapshot: &Snapshot) -> Result<(&Function, &Role), Skip> {
    let function = snapshot.function()?;
    if function.latest.is_absent() {
        return Err(Skip::Nothing);
    }
    Ok((function, need(&function.role)?))
}

/// What the role's policies, its boundary and the bucket's policy come to.
pub(super) fn images(snapshot: &Snapshot) -> Result<Images<'_>, Skip> {
    let (function, role) = role(snapshot)?;
    let bucket = snapshot.bucket()?;
    let (originals, derived) = (originals(snapshot, bucket), derived(snapshot, bucket));
    let asks = Asks::new(snapshot, function, role, bucket)?;
    let mut get = asks.best("s3:GetObject", &originals);
    // Objects that everyone may read by their ACL are readable for the role as well; ACLs are not in the snapshot.
    if lacks(&get) && acls_count(bucket)? {
        get = Judged { allowed: Allowed::Unknown, why: None };
    }
    let put = asks.best("s3:PutObject", &derived);
    Ok(Images { function, role, bucket, get, put })
}

/// Whether nothing grants it: a grant more is the cure then, and of no use where something denies it.
pub(super) fn lacks(judged: &Judged) -> bool {
    judged.allowed == Allowed::No && judged.why == Some(Why::NotGranted)
}

/// What is asked for every key.
struct Asks<'a> {
    snapshot: &'a Snapshot,
    bucket: &'a Bucket,
    caller: rights::Role<'a>,
    policy: Option<&'a str>,
    account: String,
    ours: bool,
    in_network: bool,
}

impl<'a> Asks<'a> {
    fn new(
        snapshot: &'a Snapshot,
        function: &'a Function,
        role: &'a Role,
        bucket: &'a Bucket,
    ) -> Result<Self, Skip> {
        let caller = rights::Role {
            arn: &snapshot.configuration()?.role,
            policies: &role.policies,
            boundary: need_or_absent(&role.boundary)?.map(String::as_str),
            tags: Some(&role.tags),
            session: Some(&function.name),
        };
        let policy = need_or_absent(&bucket.policy)?.map(String::as_str);
        let account = account(snapshot)?;
        let in_network = snapshot.configuration()?.vpc.is_some();
        Ok(Self { snapshot, bucket, caller, policy, account, ours: snapshot.is_ours(function), in_network })
    }

    /// The best verdict for one of these keys: a role that is for a folder only is as its owner wants it.
    fn best(&self, action: &str, keys: &[String]) -> Judged {
        let mut verdicts: Vec<Judged> = keys.iter().map(|key| self.one(action, key)).collect();
        verdicts.sort_by_key(|judged| match judged.allowed {
            Allowed::Yes => 0,
            Allowed::Unknown => 1,
            Allowed::No => 2,
        });
        verdicts.into_iter().next().unwrap_or(Judged { allowed: Allowed::Unknown, why: None })
    }

    fn one(&self, action: &str, key: &str) -> Judged {
        let arn = self.snapshot.object_arn(self.bucket, key);
        // What a function of others sends is not known.
        let context = if self.ours {
            rights::of_our_function(action, self.in_network)
        } else {
            rights::of_network(self.in_network)
        };
        let request = rights::Request { action, resource: &arn, account: &self.account, context: &context };
        // What is no policy can't have been stored as one, so nothing is known.
        rights::judge(&rights::Caller::Role(self.caller), self.policy, &request)
            .unwrap_or(Judged { allowed: Allowed::Unknown, why: None })
    }
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

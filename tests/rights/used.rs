//! Policies against calls: every call is covered, and every right is used by a call, by CloudFormation, or for a reason.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws;
use crate::policy::{self, Statement};
use crate::recorded::{self, Call};

/// IAM's action for an operation where that has another name.
const OTHER_NAMES: [(&str, &str); 18] = [
    ("cloudfront:CreateDistributionWithTags", "cloudfront:CreateDistribution"),
    ("lambda:Invoke", "lambda:InvokeFunction"),
    ("lambda:UpdateFunctionCode(DryRun)", "lambda:UpdateFunctionCode"),
    ("s3:DeleteObjects", "s3:DeleteObject"),
    ("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ("s3:GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    ("s3:GetBucketNotificationConfiguration", "s3:GetBucketNotification"),
    ("s3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    ("s3:HeadBucket", "s3:ListBucket"),
    ("s3:HeadObject", "s3:GetObject"),
    ("s3:ListBuckets", "s3:ListAllMyBuckets"),
    ("s3:ListMultipartUploads", "s3:ListBucketMultipartUploads"),
    ("s3:ListObjectVersions", "s3:ListBucketVersions"),
    ("s3:ListObjectsV2", "s3:ListBucket"),
    ("s3:PutBucketEncryption", "s3:PutEncryptionConfiguration"),
    ("s3:PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration"),
    ("s3:PutBucketNotificationConfiguration", "s3:PutBucketNotification"),
    ("s3:PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
];

/// The same where the batch form has a name of its own.
const BATCHES: [(&str, &str); 3] = [
    ("s3control:GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock"),
    ("sqs:DeleteMessageBatch", "sqs:DeleteMessage"),
    ("sqs:SendMessageBatch", "sqs:SendMessage"),
];

/// Operations that need no right: who one is, and requests of viewers.
const FREE: [&str; 2] = ["sts:GetCallerIdentity", "execute-api:Invoke"];

/// The policies with which each command gets along.
const COMMANDS: [(&str, &[&str]); 20] = [
    ("attach", &["attach-policy.json"]),
    ("attach--batch", &["attach-policy.json", "attach-batch-policy.json"]),
    ("attach--on-upload", &["attach-policy.json", "attach-batch-policy.json"]),
    ("attach--stack-role", &["attach-stack-role-policy.json"]),
    ("batch", &["batch-policy.json"]),
    ("detach", &["attach-policy.json"]),
    ("detach--delete-derived", &["attach-policy.json"]),
    ("doctor", &["doctor-policy.json"]),
    ("init", &["attach-policy.json"]),
    ("doctor--fix", &["doctor-policy.json", "attach-policy.json"]),
    ("down", &["attach-policy.json", "up-policy.json"]),
    ("logs", &["status-policy.json"]),
    ("purge", &["purge-policy.json"]),
    ("rollback", &["update-code-policy.json"]),
    ("status", &["status-policy.json"]),
    ("status--detect-drift", &["status-policy.json"]),
    ("tune", &["tune-policy.json"]),
    ("tune--apply", &["tune-policy.json", "attach-policy.json"]),
    ("up", &["attach-policy.json", "up-policy.json"]),
    ("update-code", &["update-code-policy.json"]),
];

/// Commands without a policy of their own, and why.
const WITHOUT: [(&str, &str); 3] = [
    ("dev", "a look at a chain for whoever develops it"),
    ("cost", "asks AWS for nothing without a bucket, and otherwise as status does"),
    ("batch--local", "reads and writes the bucket of whoever runs it"),
];

/// Calls of commands that the policies are not for, and why.
const BESIDE: [(&str, &str, &str); 6] = [
    (
        "attach",
        "apigateway:GET -",
        "at an emulator the probe walks a model of the chain, at AWS it asks for an image",
    ),
    ("attach", "lambda:GetPolicy -", "the same"),
    ("up", "apigateway:GET -", "the same"),
    ("up", "lambda:GetPolicy -", "the same"),
    ("batch", "s3:GetObject BUCKET/x", "an S3 Inventory, which may be in any bucket: README says so"),
    (
        "purge",
        "s3:GetObject BUCKET/x",
        "another prefix than `resized/`, here none: README says to put it into the policy",
    ),
];

/// Policies that are for the same commands as another one, and so are held against its calls.
const VARIANTS: [(&str, &str); 2] = [
    ("attach-boundary-policy.json", "attach-policy.json"),
    // What the tool itself calls is the same, whoever's rights CloudFormation has.
    ("attach-stack-role-policy.json", "attach-policy.json"),
];

/// What CloudFormation calls with the rights of a policy: the template that it works on.
const BY_CLOUDFORMATION: [(&str, &str); 6] = [
    ("attach-policy.json", "stack.yaml"),
    ("attach-boundary-policy.json", "stack.yaml"),
    ("attach-batch-policy.json", "stack.yaml"),
    ("stack-role-policy.json", "stack.yaml"),
    ("up-policy.json", "up/bucket.yaml"),
    ("status-policy.json", "stack.yaml"),
];

/// Rights that no recorded call uses, of any policy or of one, and why they are there all the same.
const REASONS: &[(&str, &str)] = &[
    ("cloudformation:ContinueUpdateRollback", "a rollback that got stuck, which no emulator does"),
    ("cloudformation:DescribeEvents", "what CloudFormation's own checks say, which no emulator has"),
    ("cloudformation:DetectStackResourceDrift", "CloudFormation asks for it to detect drift of a stack"),
    ("cloudformation:RollbackStack", "a failed update that was not rolled back"),
    ("cloudformation:TagResource", "CreateChangeSet with tags"),
    ("cloudformation:UntagResource", "CreateChangeSet with fewer tags"),
    ("cloudfront:GetCachePolicy", "a behaviour with a cache policy, which the emulator's have not"),
    ("iam:GetPolicy", "managed policies of a role that was made by hand"),
    ("iam:GetPolicyVersion", "the same"),
    ("iam:PassRole", "the function's role, or the stack's, which is no call of its own"),
    ("lambda:GetFunctionConcurrency", "a batch that does not go on, which the recorded one did"),
    ("lambda:ListEventSourceMappings", "the same"),
    ("s3:DeleteObjectVersion", "DeleteObjects with versions has the name of the call for objects"),
    ("update-code-policy.json: s3:GetObject", "Lambda reads a zip in S3 with the rights of whoever names it"),
];

fn action(operation: &str) -> String {
    let other = OTHER_NAMES.iter().chain(&BATCHES).find(|(name, _)| *name == operation);
    other.map_or(operation, |(_, action)| action).to_owned()
}

/// The ARN of what an S3 call is about.
fn arn(call: &Call) -> Option<String> {
    let place = call
        .place
        .strip_prefix("ARTIFACTS")
        .map_or_else(|| call.place.clone(), |rest| format!("imgdeploy-{}-eu-west-1{rest}", policy::ACCOUNT));
    // The right to delete is asked for on each object that the body names: derived ones, or all.
    let keys = if call.operation == "s3:DeleteObjects" { "/resized/x" } else { "" };
    (place != "-").then(|| format!("arn:aws:s3:::{place}{keys}"))
}

fn covers(statements: &[Statement], call: &Call) -> bool {
    let action = action(&call.operation);
    let arn = arn(call);
    statements.iter().filter(|it| it.actions.contains(&action)).any(|it| match &arn {
        // The right to list is asked for on the bucket.
        Some(arn) if it.resources != ["*"] => it.covers(arn),
        _ => true,
    })
}

fn documents(files: &[&str]) -> Vec<Statement> {
    files.iter().flat_map(|file| policy::read(file)).collect()
}

/// The other policies that are for the same commands as this one.
fn alike(file: &str) -> Vec<&'static str> {
    VARIANTS.iter().filter(|(_, like)| *like == file).map(|(other, _)| *other).collect()
}

/// Whether a call is one of [`BESIDE`].
fn beside(command: &str, call: &Call) -> bool {
    let named = format!("{} {}", action(&call.operation), call.place);
    BESIDE.iter().any(|(by, what, _)| command.starts_with(by) && *what == named)
}

#[test]
fn every_call_is_covered_by_the_policies_of_its_command() {
    let mut missing = BTreeSet::new();
    let commands: BTreeMap<&str, &[&str]> = COMMANDS.into_iter().collect();
    for (command, calls) in recorded::calls() {
        let Some(files) = commands.get(command.as_str()) else {
            assert!(WITHOUT.iter().any(|(name, _)| *name == command), "no policy for {command}");
            continue;
        };
        // Its mending is done by the tool itself.
        let fits = |other: &&str| command != "doctor--fix" || *other != "attach-stack-role-policy.json";
        let others = files.iter().flat_map(|file| alike(file)).filter(fits).map(|other| {
            files.iter().map(|file| if *file == "attach-policy.json" { other } else { *file }).collect()
        });
        let sets: Vec<Vec<&str>> = others.chain([files.to_vec()]).collect();
        for (files, call) in sets.iter().flat_map(|set| calls.iter().map(move |call| (set, call))) {
            if FREE.contains(&call.operation.as_str()) || beside(&command, call) {
                continue;
            }
            let statements = documents(files);
            assert!(!call.operation.ends_with('?'), "{command}: the proxy does not know a call");
            if !covers(&statements, call) {
                let action = action(&call.operation);
                missing.insert(format!("{command} with {files:?}: {action} on {}", call.place));
            }
        }
    }
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn every_right_is_used() {
    let calls = recorded::calls();
    let mut reasons: BTreeSet<&str> = BTreeSet::new();
    let mut unused = BTreeSet::new();
    for file in policy::files().iter().filter(|file| *file != "boundary-policy.json") {
        let like =
            VARIANTS.iter().find(|(variant, _)| variant == file).map_or(file.as_str(), |(_, like)| like);
        let commands = COMMANDS.iter().filter(|(_, files)| files.contains(&like)).map(|(name, _)| *name);
        let called: BTreeSet<String> = commands
            .filter_map(|command| calls.get(command))
            .flatten()
            .map(|call| action(&call.operation))
            .collect();
        let templates = BY_CLOUDFORMATION.iter().filter(|(policy, _)| policy == file);
        let handled: BTreeSet<String> =
            templates.flat_map(|(_, template)| aws::stack(template).into_values().flatten()).collect();
        for action in policy::read(file).into_iter().flat_map(|it| it.actions) {
            if called.contains(&action) || handled.contains(&action) {
                continue;
            }
            match REASONS.iter().find(|(name, _)| *name == action || *name == format!("{file}: {action}")) {
                Some((name, _)) => drop(reasons.insert(name)),
                None => drop(unused.insert(format!("{file}: {action}"))),
            }
        }
    }
    assert_eq!(unused, BTreeSet::new());
    let idle: Vec<&str> = REASONS.iter().map(|(name, _)| *name).filter(|it| !reasons.contains(it)).collect();
    assert_eq!(idle, Vec::<&str>::new(), "reasons that nothing needs");
}

#[test]
fn each_policy_is_somebodys() {
    let named: BTreeSet<&str> = COMMANDS.iter().flat_map(|(_, files)| files.iter().copied()).collect();
    for file in policy::files() {
        let others = ["boundary-policy.json", "stack-role-policy.json"];
        let variant = VARIANTS.iter().any(|(name, _)| *name == file);
        assert!(named.contains(file.as_str()) || others.contains(&file.as_str()) || variant, "{file}");
    }
}

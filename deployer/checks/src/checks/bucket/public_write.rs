//! IMG067

use imgdeploy_model::chain::access::Policy;
use imgdeploy_model::document::policy::{PublicWrite, public_writes};
use serde_json::{Value, json};

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict, need};
use crate::shared::site::{edit_policy, list};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG067",
    title: "everyone may write to the bucket or delete from it",
    hop: Hop::Bucket,
    severity: Severity::Critical,
    inputs: &[Input::Policy],
    symptom: "Nothing looks broken, but anyone on the internet may replace, delete or add objects, at your cost and under your name.",
    story: "Older tutorials make a site public with Principal \"*\" and Action \"s3:*\", which is not only reading: it allows \
            everyone to overwrite and delete images and to change who may (S3-24). Images need no more than s3:GetObject for \
            everyone; the function writes with its own role.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    cure: "leave s3:GetObject in the statement and nothing else",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    let text = need(&bucket.policy)?;
    let mut writes = public_writes(text).map_err(|_| Skip::Nothing)?;
    writes.retain(|write| !write.conditional || is_open(text, write.index));
    let Some(first) = writes.first() else {
        return Ok(Vec::new());
    };
    let names: Vec<String> = writes.iter().map(name_of).collect();
    let named = format!("{} {}", if names.len() == 1 { "statement" } else { "statements" }, list(&names));
    let under = if first.conditional { " under a condition that anyone can meet" } else { "" };
    Ok(vec![
        Finding::new(
            format!(
                "{named} in the policy of bucket {} {} everyone write or delete ({}){under}",
                bucket.name,
                if names.len() == 1 { "lets" } else { "let" },
                first.actions.join(", ")
            ),
            format!("bucket {}, policy, {named}", bucket.name),
            edit_policy(bucket, &format!("in {named} set \"Action\": \"s3:GetObject\"")),
        )
        .value(first.actions.join(", ")),
    ])
}

fn name_of(write: &PublicWrite) -> String {
    write.sid.clone().unwrap_or_else(|| (write.index + 1).to_string())
}

/// Whether a statement with conditions is still public in S3's own reading: not pinned to addresses, accounts and the like (S3-23).
fn is_open(policy: &str, index: usize) -> bool {
    let value: Value = serde_json::from_str(policy).unwrap_or_default();
    let statement = match value.get("Statement") {
        Some(Value::Array(list)) => list.get(index),
        one => one,
    };
    let alone = json!({ "Statement": [statement] }).to_string();
    Policy::parse(&alone).is_ok_and(|policy| policy.is_public())
}

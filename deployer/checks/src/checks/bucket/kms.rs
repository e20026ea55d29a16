//! IMG068

use imgdeploy_model::chain::identity::{Allowed, allows};
use imgdeploy_model::command;
use imgdeploy_model::shell::Quoted;
use serde_json::Value;

use super::derived::of_list;
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict, need};
use crate::shared::site::{by_website, keys_named, remove, was_served};
use crate::snapshot::{Bucket, Head, Role, Snapshot};

pub const CHECK: Check = Check {
    code: "IMG068",
    title: "objects are encrypted with KMS",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::Objects, Input::Role],
    symptom: "Derived images under KMS end with 403 AccessDenied through the website; originals under KMS make the function answer \
              500.",
    story: "To read an object that is encrypted with KMS, a caller needs a right to its key, and the anonymous readers of a website \
            endpoint have none (S3-27). So derived images need S3's own encryption (AES256), whatever the bucket's default is. The \
            function may read originals under KMS if its role has kms:Decrypt (IA-01), or if the key's own policy lets it: AWS's \
            own key aws/s3 does, and that can't be seen in the role.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    cure: "write derived images with AES256 (the tool's function does); give the role kms:Decrypt for the key of the originals",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let (derived, originals) = (derived(snapshot), originals(snapshot));
    match (derived, originals) {
        (Ok(derived), Ok(originals)) => Ok(derived.or(originals).into_iter().collect()),
        (Ok(Some(found)), _) | (_, Ok(Some(found))) => Ok(vec![found]),
        (Err(Skip::Unseen(why)), _) | (_, Err(Skip::Unseen(why))) => Err(Skip::Unseen(why)),
        (Err(Skip::Nothing), Err(Skip::Nothing)) => Err(Skip::Nothing),
        (Ok(None), _) | (_, Ok(None)) => Ok(Vec::new()),
    }
}

fn is_kms(head: &Head) -> bool {
    head.encryption.as_deref().is_some_and(|kind| kind.starts_with("aws:kms"))
}

fn derived(snapshot: &Snapshot) -> Result<Option<Finding>, Skip> {
    let bucket = by_website(snapshot)?;
    let heads = of_list(snapshot, &bucket.derived_heads, |head| &head.key)?;
    let keys: Vec<&str> =
        heads.into_iter().filter(|head| is_kms(head)).map(|head| head.key.as_str()).collect();
    if keys.is_empty() {
        return Ok(None);
    }
    let Bucket { name, region, .. } = bucket;
    let aes = r#"{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}"#;
    let cure = command!(
        "# unless the function asks for AES256 itself: the default of the bucket, which then counts for originals as well\n\
         aws s3api put-bucket-encryption --bucket {name} --region {region} --server-side-encryption-configuration {aes}\n{}",
        remove(snapshot, bucket, &keys),
        name = name,
        region = region,
        aes = aes
    );
    let what = format!(
        "derived images are encrypted with KMS ({}), which the website can't serve",
        keys_named(&keys)
    );
    Ok(Some(Finding::new(what, format!("s3://{name}/{}, encryption", keys[0]), cure).value("aws:kms")))
}

fn originals(snapshot: &Snapshot) -> Result<Option<Finding>, Skip> {
    let bucket = snapshot.bucket()?;
    if !snapshot.is_meant() {
        return Err(Skip::Nothing);
    }
    let heads = need(&bucket.original_heads)?;
    let keys: Vec<&str> = heads.iter().filter(|head| is_kms(head)).map(|head| head.key.as_str()).collect();
    if keys.is_empty() || keys.iter().any(|key| was_served(snapshot, key, true)) {
        return Ok(None);
    }
    let role = need(&snapshot.function()?.role)?;
    if may_decrypt(role) {
        return Ok(None);
    }
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Decrypt","Resource":"KEY_ARN"}]}"#;
    let cure = command!(
        "# KEY_ARN is the SSEKMSKeyId that the first command shows; nothing is to be done if it is the key aws/s3 of AWS itself\n\
         aws s3api head-object --bucket {} --region {} --key {}\n\
         aws iam put-role-policy --role-name {} --policy-name read-kms-originals --policy-document {policy}",
        bucket.name,
        bucket.region,
        Quoted(keys[0]),
        role.name,
        policy = policy
    );
    let what = format!(
        "originals are encrypted with KMS ({}), and role {} has no kms:Decrypt; only a key whose own policy lets the role in, such \
         as aws/s3, works like that",
        keys_named(&keys),
        role.name
    );
    Ok(Some(Finding::new(what, format!("role {}, policies", role.name), cure).value("no kms:Decrypt")))
}

/// Whether the role may decrypt with any key: each resource that its policies name stands for the key, which is not known.
fn may_decrypt(role: &Role) -> bool {
    let documents = || role.policies.values().map(String::as_str);
    let mut resources: Vec<String> = Vec::new();
    for document in documents() {
        let Ok(value) = serde_json::from_str::<Value>(document) else {
            return true;
        };
        texts(&value, &mut resources);
    }
    // `*` fits the pattern `*` alone; the others fit themselves.
    resources.iter().any(|resource| {
        let account = resource.split(':').nth(4).unwrap_or_default();
        !matches!(allows(documents(), "kms:Decrypt", resource, account), Ok(Allowed::No))
    })
}

/// Every string below `Resource` and `NotResource`: the latter can't be turned round, so that a made-up key stands for it.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                match (name.as_str(), inner) {
                    ("Resource", Value::String(one)) => found.push(one.clone()),
                    ("Resource", Value::Array(list)) => {
                        found.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    ("NotResource", _) => found.push("arn:aws:kms:us-east-1:000000000000:key/any".to_owned()),
                    (_, inner) => texts(inner, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| texts(inner, found)),
        _ => {}
    }
}

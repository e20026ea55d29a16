//! The artifacts bucket and the code in it.

use serde_json::{Value, json};

use super::{Action, Plan, Protection};
use crate::artifact::Artifact;
use crate::aws::AwsFailure;
use crate::aws::read::PublicAccessBlock;
use crate::desired::Desired;
use crate::names;
use crate::observe::Artifacts;
use crate::plan::action;
use imgdeploy_world::Fact;

/// Begins the ids of our lifecycle rules.
const RULE: &str = "imgdeploy-";

/// Plans the bucket, then the upload of code that it lacks, if any is to go there.
pub fn plan(plan: &mut Plan, desired: &Desired, seen: &Artifacts, artifact: Option<&Artifact>) {
    let create = match &seen.owned {
        Fact::Known(()) => false,
        Fact::Absent => true,
        Fact::Unknown(why) => {
            // 403 also when the name is another account's: names are global and ours are easy to guess.
            let operation = format!("{} on {}", why.operation, seen.bucket);
            plan.unseen.push(AwsFailure { operation, ..why.clone() });
            return;
        }
    };
    let missing = if create {
        let mut all = vec![Protection::PublicAccessBlock, Protection::Encryption, Protection::Versioning];
        all.extend(desired.by_tls().then_some(Protection::TlsOnly));
        all.push(Protection::Lifecycle);
        all
    } else {
        let mut missing = missing(plan, seen);
        missing.extend(documents(plan, seen, desired.by_tls()));
        missing
    };
    if create || !missing.is_empty() {
        plan.actions.push(Action::ArtifactsBucket(action::ArtifactsBucket {
            bucket: seen.bucket.clone(),
            create,
            missing,
        }));
    }
    let Some(artifact) = artifact else { return };
    match &seen.code {
        Fact::Known(()) => {}
        // A missing object is 403 to a caller that may not list: then the upload is simply repeated.
        Fact::Absent | Fact::Unknown(_) => plan.actions.push(Action::UploadCode(action::UploadCode {
            bucket: seen.bucket.clone(),
            key: names::code_key(&artifact.sha256),
            size: artifact.size,
            sha256: artifact.sha256.clone(),
        })),
    }
}

fn missing(plan: &mut Plan, seen: &Artifacts) -> Vec<Protection> {
    let mut missing = Vec::new();
    match &seen.public_access_block {
        Fact::Known(block) if *block == PublicAccessBlock::PRIVATE => {}
        Fact::Known(_) | Fact::Absent => missing.push(Protection::PublicAccessBlock),
        Fact::Unknown(why) => plan.unseen.push(why.clone()),
    }
    match &seen.encryption {
        Fact::Known(_) => {}
        Fact::Absent => missing.push(Protection::Encryption),
        Fact::Unknown(why) => plan.unseen.push(why.clone()),
    }
    match &seen.versioned {
        Fact::Known(true) => {}
        Fact::Known(false) | Fact::Absent => missing.push(Protection::Versioning),
        Fact::Unknown(why) => plan.unseen.push(why.clone()),
    }
    missing
}

/// Policy and lifecycle: what somebody else has put there is left alone, since each is replaced as a whole. Where AWS is
/// not reached by TLS (`tls`), a policy that wants it would shut out everyone, ourselves too.
fn documents(plan: &mut Plan, seen: &Artifacts, tls: bool) -> Vec<Protection> {
    let mut missing = Vec::new();
    match &seen.policy {
        _ if !tls => {}
        Fact::Known(policy) if denies_plain_http(policy) => {}
        Fact::Known(_) => plan.note(format!(
            "the bucket {} has a policy that lets requests without TLS pass; it is not ours and stays as it is",
            seen.bucket
        )),
        Fact::Absent => missing.push(Protection::TlsOnly),
        Fact::Unknown(why) => plan.unseen.push(why.clone()),
    }
    match &seen.lifecycle {
        Fact::Known(rules) if rules.iter().any(|id| id.starts_with(RULE)) => {}
        Fact::Known(_) => plan.note(format!(
            "the bucket {} has lifecycle rules of its own, which stay: see that they spare `journal/`, `code/` and `batch/`",
            seen.bucket
        )),
        Fact::Absent => missing.push(Protection::Lifecycle),
        Fact::Unknown(why) => plan.unseen.push(why.clone()),
    }
    missing
}

/// Whether a statement denies requests without TLS to everyone, as ours does.
fn denies_plain_http(policy: &str) -> bool {
    let Ok(policy) = serde_json::from_str::<Value>(policy) else { return false };
    let statements = match policy.get("Statement") {
        Some(Value::Array(many)) => many.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    statements.iter().any(|statement| {
        let off = statement.pointer("/Condition/Bool/aws:SecureTransport");
        let everyone = matches!(statement.get("Principal"), Some(who) if *who == "*" || who["AWS"] == "*");
        statement["Effect"] == "Deny"
            && everyone
            && statement["Action"] == "s3:*"
            && off.is_some_and(|value| *value == "false" || *value == false)
    })
}

/// The bucket policy that denies requests without TLS. `resources`: ARNs of the bucket and of its objects.
pub(crate) fn tls_only(resources: &[&str]) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "ImgdeployTlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": resources,
            "Condition": { "Bool": { "aws:SecureTransport": "false" } },
        }],
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_a_denial_for_everyone_counts() {
        assert!(denies_plain_http(&tls_only(&["arn:aws:s3:::a", "arn:aws:s3:::a/*"])));
        let with = |change: &dyn Fn(&mut Value)| {
            let mut policy: Value = serde_json::from_str(&tls_only(&["arn:aws:s3:::a"])).unwrap();
            change(&mut policy["Statement"][0]);
            denies_plain_http(&policy.to_string())
        };
        assert!(with(&|it| it["Condition"]["Bool"]["aws:SecureTransport"] = json!(false)));
        assert!(with(&|it| it["Principal"] = json!({ "AWS": "*" })));
        assert!(!with(&|it| it["Effect"] = json!("Allow")));
        assert!(!with(&|it| it["Principal"] = json!({ "AWS": "arn:aws:iam::111122223333:user/ann" })));
        assert!(!with(&|it| it["Action"] = json!("s3:PutObject")));
        assert!(!with(&|it| it["Condition"] = json!({})));
        assert!(!denies_plain_http("no policy"));
    }
}

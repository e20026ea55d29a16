//! The artifacts bucket and the code in it.

use super::{Action, Plan, Protection};
use crate::artifact::Artifact;
use crate::aws::AwsFailure;
use crate::aws::read::PublicAccessBlock;
use crate::fact::Fact;
use crate::names;
use crate::observe::Artifacts;

/// Plans the bucket, then the upload of code that it lacks, if any is to go there.
pub fn plan(plan: &mut Plan, seen: &Artifacts, artifact: Option<&Artifact>) {
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
        vec![Protection::PublicAccessBlock, Protection::Encryption, Protection::Versioning]
    } else {
        missing(plan, seen)
    };
    if create || !missing.is_empty() {
        plan.actions.push(Action::ArtifactsBucket { bucket: seen.bucket.clone(), create, missing });
    }
    let Some(artifact) = artifact else { return };
    match &seen.code {
        Fact::Known(()) => {}
        // A missing object is 403 to a caller that may not list: then the upload is simply repeated.
        Fact::Absent | Fact::Unknown(_) => plan.actions.push(Action::UploadCode {
            bucket: seen.bucket.clone(),
            key: names::code_key(&artifact.sha256),
            size: artifact.size,
            sha256: artifact.sha256.clone(),
        }),
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

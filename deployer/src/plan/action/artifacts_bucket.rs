//! Create the artifacts bucket, or complete its protection.

use serde::Serialize;

use super::{Describe, Need, Place};

/// A property that the artifacts bucket must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// All four public access block flags.
    PublicAccessBlock,
    /// Default encryption.
    Encryption,
    /// Versioning.
    Versioning,
    /// A bucket policy that denies whatever comes without TLS.
    TlsOnly,
    /// Unfinished uploads and replaced code go after a while.
    Lifecycle,
}

/// Create the artifacts bucket, or complete its protection.
#[derive(Debug, Clone, Serialize)]
pub struct ArtifactsBucket {
    /// Bucket name.
    pub bucket: String,
    /// Whether it has to be created.
    pub create: bool,
    /// What it lacks.
    pub missing: Vec<Protection>,
}

impl Describe for ArtifactsBucket {
    fn title(&self) -> String {
        let what = if self.create { "create" } else { "protect" };
        format!("{what} the artifacts bucket {}", self.bucket)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        let mut actions = vec![
            "s3:PutBucketPublicAccessBlock",
            "s3:PutEncryptionConfiguration",
            "s3:PutBucketVersioning",
            "s3:PutLifecycleConfiguration",
        ];
        if self.missing.contains(&Protection::TlsOnly) {
            actions.push("s3:PutBucketPolicy");
        }
        if self.create {
            actions.insert(0, "s3:CreateBucket");
        }
        vec![Need::new(place.bucket_arn(&self.bucket), &actions)]
    }

    fn details(&self) -> Vec<String> {
        self.missing.iter().map(|one| format!("+ {one:?}")).collect()
    }
}

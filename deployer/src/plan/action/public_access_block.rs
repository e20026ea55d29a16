//! Change the bucket's public access block.

use serde::Serialize;

use super::{Describe, Need, Place};
use crate::aws::read;

/// Change the bucket's public access block.
#[derive(Debug, Clone, Serialize)]
pub struct PublicAccessBlock {
    /// The bucket.
    pub bucket: String,
    /// `null`: there is none.
    pub before: Option<read::PublicAccessBlock>,
    /// The flags afterwards.
    pub after: read::PublicAccessBlock,
}

impl Describe for PublicAccessBlock {
    fn title(&self) -> String {
        format!("change the public access block of {}", self.bucket)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        vec![Need::new(place.bucket_arn(&self.bucket), &["s3:PutBucketPublicAccessBlock"])]
    }

    fn details(&self) -> Vec<String> {
        let (before, after) = (self.before.unwrap_or_default(), self.after);
        [
            ("BlockPublicAcls", before.block_public_acls, after.block_public_acls),
            ("IgnorePublicAcls", before.ignore_public_acls, after.ignore_public_acls),
            ("BlockPublicPolicy", before.block_public_policy, after.block_public_policy),
            ("RestrictPublicBuckets", before.restrict_public_buckets, after.restrict_public_buckets),
        ]
        .into_iter()
        .flat_map(|(name, old, new)| {
            if old == new {
                vec![format!("  {name}: {old}")]
            } else {
                vec![format!("- {name}: {old}"), format!("+ {name}: {new}")]
            }
        })
        .collect()
    }
}

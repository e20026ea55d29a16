//! Delete a bucket that `up` made. S3 does that only while it is empty.

use serde::Serialize;

use super::{Describe, Need, Place};

/// Delete a bucket that `up` made. S3 does that only while it is empty.
#[derive(Debug, Clone, Serialize)]
pub struct DeleteBucket {
    /// The bucket.
    pub bucket: String,
}

impl Describe for DeleteBucket {
    fn title(&self) -> String {
        format!("delete the bucket {}", self.bucket)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        vec![Need::new(place.bucket_arn(&self.bucket), &["s3:DeleteBucket"])]
    }
}

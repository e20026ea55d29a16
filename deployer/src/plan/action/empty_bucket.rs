//! Delete all that is in a bucket that `up` made.

use serde::Serialize;

use super::{Describe, Need, Place};
use crate::aws::read::Contents;

/// Delete all that is in a bucket that `up` made.
#[derive(Debug, Clone, Serialize)]
pub struct EmptyBucket {
    /// The bucket.
    pub bucket: String,
    /// What was in it when the plan was made.
    pub contents: Contents,
}

impl Describe for EmptyBucket {
    fn title(&self) -> String {
        format!("delete everything in the bucket {}", self.bucket)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        let actions = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"];
        vec![Need::new(place.object(&self.bucket, "*"), &actions)]
    }

    fn details(&self) -> Vec<String> {
        vec![format!("- {}", self.contents.in_words())]
    }

    fn question(&self) -> Option<String> {
        let contents = self.contents.in_words();
        Some(format!("Delete the bucket {} with all that is in it for good ({contents})?", self.bucket))
    }
}

//! Change the bucket's notification configuration.

use serde::Serialize;

use super::{Describe, Need, Place, nothing_lost};
use crate::plan::diff;
use imgdeploy_model::document::Ours;

/// Change the bucket's notification configuration.
#[derive(Debug, Clone, Serialize)]
pub struct Notification {
    /// The bucket.
    pub bucket: String,
    /// `null`: there is none.
    pub before: Option<String>,
    /// What it will be. S3 has no way to delete it: an empty one is written.
    pub after: String,
    /// What in `after` stands for the ARN of our queue, until the stack has made it.
    pub unknown_queue: Option<String>,
}

impl Notification {
    /// The same, once the stack has said our queue; `None` while that is not known and would be needed.
    pub fn known(&self, queue: Option<&str>) -> Option<Self> {
        let Some(unknown) = &self.unknown_queue else { return Some(self.clone()) };
        Some(Self { after: self.after.replace(unknown, queue?), ..self.clone() })
    }
}

impl Describe for Notification {
    fn title(&self) -> String {
        format!("change the notifications of {}", self.bucket)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        vec![Need::new(place.bucket_arn(&self.bucket), &["s3:PutBucketNotification"])]
    }

    fn details(&self) -> Vec<String> {
        diff::signed(self.before.as_deref(), Some(&self.after))
    }

    fn guard(&self, _: &Place<'_>) -> Result<(), Vec<String>> {
        nothing_lost(Ours::Notification, self.before.as_deref(), Some(&self.after))
    }
}

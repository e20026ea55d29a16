//! Change the bucket policy.

use serde::Serialize;

use super::{Describe, Need, Place, nothing_lost};
use crate::plan::diff;
use imgdeploy_model::document::Ours;

/// Change the bucket policy.
#[derive(Debug, Clone, Serialize)]
pub struct Policy {
    /// The bucket.
    pub bucket: String,
    /// `null`: there is none.
    pub before: Option<String>,
    /// `null`: it is deleted.
    pub after: Option<String>,
}

impl Describe for Policy {
    fn title(&self) -> String {
        let what = if self.after.is_some() { "change" } else { "remove" };
        format!("{what} the policy of {}", self.bucket)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        let action = if self.after.is_some() { "s3:PutBucketPolicy" } else { "s3:DeleteBucketPolicy" };
        vec![Need::new(place.bucket_arn(&self.bucket), &[action])]
    }

    fn details(&self) -> Vec<String> {
        diff::signed(self.before.as_deref(), self.after.as_deref())
    }

    fn guard(&self, _: &Place<'_>) -> Result<(), Vec<String>> {
        nothing_lost(Ours::Policy, self.before.as_deref(), self.after.as_deref())
    }
}

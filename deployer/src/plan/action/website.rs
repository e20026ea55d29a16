//! Change the bucket's website configuration.

use serde::Serialize;

use super::{Describe, Need, Place, nothing_lost};
use crate::plan::diff;
use imgdeploy_model::document::Ours;

/// Change the bucket's website configuration.
#[derive(Debug, Clone, Serialize)]
pub struct Website {
    /// The bucket.
    pub bucket: String,
    /// `null`: there is none.
    pub before: Option<String>,
    /// `null`: it is deleted.
    pub after: Option<String>,
    /// Hosts that make a routing rule ours, the present one first.
    pub our_hosts: Vec<String>,
    /// The one of them (and in `after`) that stands for the API's, until the stack has made it.
    pub unknown_api_host: Option<String>,
}

impl Website {
    /// The same, once the stack has said the API's host; `None` while that is not known and would be needed.
    pub fn known(&self, host: Option<&str>) -> Option<Self> {
        let mut known = self.clone();
        if let (Some(text), Some(unknown)) = (&self.after, &self.unknown_api_host) {
            known.after = Some(text.replace(unknown, host?));
        }
        known.our_hosts.extend(host.map(str::to_owned));
        Some(known)
    }
}

impl Describe for Website {
    fn title(&self) -> String {
        match (&self.before, &self.after) {
            (_, None) => format!("switch the website of {} off", self.bucket),
            (None, Some(_)) => format!("switch the website of {} on", self.bucket),
            (Some(_), Some(_)) => format!("change the website of {}", self.bucket),
        }
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        let action = if self.after.is_some() { "s3:PutBucketWebsite" } else { "s3:DeleteBucketWebsite" };
        vec![Need::new(place.bucket_arn(&self.bucket), &[action])]
    }

    fn details(&self) -> Vec<String> {
        diff::signed(self.before.as_deref(), self.after.as_deref())
    }

    fn guard(&self, _: &Place<'_>) -> Result<(), Vec<String>> {
        nothing_lost(Ours::Website(&self.our_hosts), self.before.as_deref(), self.after.as_deref())
    }
}

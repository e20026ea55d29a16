//! Delete derived images.

use serde::Serialize;

use super::{Describe, Need, Place};

/// Delete derived images.
#[derive(Debug, Clone, Serialize)]
pub struct DeleteDerived {
    /// The bucket.
    pub bucket: String,
    /// Their keys.
    pub keys: Vec<String>,
}

impl Describe for DeleteDerived {
    fn title(&self) -> String {
        format!("delete {} derived images from {}", self.keys.len(), self.bucket)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        vec![Need::new(place.object(&self.bucket, "*"), &["s3:DeleteObject"])]
    }

    fn details(&self) -> Vec<String> {
        let mut shown: Vec<String> = self.keys.iter().take(5).map(|key| format!("- {key}")).collect();
        if self.keys.len() > 5 {
            shown.push(format!("- … and {} more", self.keys.len() - 5));
        }
        shown
    }

    fn question(&self) -> Option<String> {
        (!self.keys.is_empty())
            .then(|| format!("Delete {} derived images of {} as well?", self.keys.len(), self.bucket))
    }
}

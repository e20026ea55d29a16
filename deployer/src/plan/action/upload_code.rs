//! Store the function's zip in the artifacts bucket.

use serde::Serialize;

use super::{Describe, Need, Place};

/// Store the function's zip in the artifacts bucket.
#[derive(Debug, Clone, Serialize)]
pub struct UploadCode {
    /// Artifacts bucket.
    pub bucket: String,
    /// Key, by content hash.
    pub key: String,
    /// Bytes of the zip.
    pub size: u64,
    /// SHA-256 of the zip in hexadecimal.
    pub sha256: String,
}

impl Describe for UploadCode {
    fn title(&self) -> String {
        format!("upload the function's code as {}", self.key)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        vec![Need::new(place.object(&self.bucket, &self.key), &["s3:PutObject"])]
    }

    fn details(&self) -> Vec<String> {
        vec![format!("+ {} bytes to {}, SHA-256 {}", self.size, self.bucket, self.sha256)]
    }
}

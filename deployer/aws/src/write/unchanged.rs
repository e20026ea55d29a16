//! Deleting objects that are still those that were looked at.

use aws_sdk_s3::types as s3;

use super::BucketWrite;
use crate::AwsFailure;

/// An object that S3 would not delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its key.
    pub key: String,
    /// What S3 says.
    pub failure: AwsFailure,
}

impl BucketWrite {
    /// Deletes up to 1,000 objects, given by key and ETag, each only if it still has that ETag. One that is gone is fine.
    ///
    /// # Errors
    /// The failed call; the objects that S3 would not delete are the result.
    pub async fn delete_unchanged(&self, objects: &[(&str, &str)]) -> Result<Vec<Kept>, AwsFailure> {
        let operation = "s3:DeleteObject";
        let identified = objects.iter().map(|(key, etag)| {
            // Without an ETag there is nothing to compare.
            let etag = (!etag.is_empty()).then(|| (*etag).to_owned());
            s3::ObjectIdentifier::builder().key(*key).set_e_tag(etag)
        });
        let refused = self.delete_identified(operation, identified).await?;
        let kept = refused.into_iter().map(|one| Kept { key: one.item.key, failure: one.failure });
        Ok(kept.filter(|kept| kept.failure.code.as_deref() != Some("NoSuchKey")).collect())
    }
}

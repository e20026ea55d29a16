//! Objects: page by page, and one by one.

use std::collections::BTreeMap;

use super::{BucketRead, summary};
use crate::aws::AwsFailure;
use crate::aws::read::ObjectSummary;
use crate::fact::Fact;

/// One page of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Objects.
    pub objects: Vec<ObjectSummary>,
    /// With a delimiter: what keys have in common up to it.
    pub prefixes: Vec<String>,
    /// How to ask for the next page, if there is one.
    pub next: Option<String>,
}

/// An object without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// ETag, as `If-Match` wants it.
    pub etag: String,
    /// Size in bytes.
    pub size: u64,
    /// User metadata, names in lower case.
    pub metadata: BTreeMap<String, String>,
}

/// Whether a bucket keeps what is deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Versioning {
    /// It does not.
    #[default]
    Off,
    /// It does.
    Enabled,
    /// It does not any more, but has older versions.
    Suspended,
}

impl BucketRead {
    /// A page of the objects under `prefix`, at most 1,000. `token` is that of the page before.
    ///
    /// # Errors
    /// The failed call.
    pub async fn page(
        &self,
        prefix: &str,
        delimiter: Option<&str>,
        token: Option<String>,
    ) -> Result<Page, AwsFailure> {
        let seen = self
            .s3
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .set_delimiter(delimiter.map(str::to_owned))
            .set_continuation_token(token)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:ListBucket", &error))?;
        let next = seen.next_continuation_token().filter(|_| seen.is_truncated() == Some(true));
        Ok(Page {
            objects: seen.contents().iter().filter_map(summary).collect(),
            prefixes: seen
                .common_prefixes()
                .iter()
                .filter_map(|common| common.prefix().map(str::to_owned))
                .collect(),
            next: next.map(str::to_owned),
        })
    }

    /// One object, without its bytes.
    pub async fn head(&self, key: &str) -> Fact<Head> {
        let result = self
            .s3
            .head_object()
            .bucket(&self.bucket)
            .key(key)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:GetObject", &error));
        Fact::of(result).map(|seen| Head {
            etag: seen.e_tag().unwrap_or_default().to_owned(),
            size: seen.content_length().and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
            metadata: seen
                .metadata()
                .map(|all| all.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect())
                .unwrap_or_default(),
        })
    }

    /// Whether the bucket keeps what is deleted.
    pub async fn versioning(&self) -> Fact<Versioning> {
        use aws_sdk_s3::types::BucketVersioningStatus as Status;
        let result = self
            .s3
            .get_bucket_versioning()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:GetBucketVersioning", &error));
        Fact::of(result).map(|seen| match seen.status() {
            Some(Status::Enabled) => Versioning::Enabled,
            Some(Status::Suspended) => Versioning::Suspended,
            _ => Versioning::Off,
        })
    }
}

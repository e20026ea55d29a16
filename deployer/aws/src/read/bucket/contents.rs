//! All that is in a bucket, as far as it stands against deleting the bucket: versions, delete markers, begun uploads.

use aws_sdk_s3::types::EncodingType;
use serde::Serialize;

use super::{BucketRead, stored};
use crate::AwsFailure;
use crate::failure::Answered;
use crate::paging::Paging;
use imgdeploy_world::Fact;

const VERSIONS: &str = "s3:ListBucketVersions";
const UPLOADS: &str = "s3:ListBucketMultipartUploads";
/// Pages of 1,000 that are counted; beyond that it is "more than".
const PAGES: usize = 100;
/// Keys that are named.
const NAMED: usize = 3;

/// What is in a bucket, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Contents {
    /// Objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Earlier versions of objects, also of deleted ones.
    pub old_versions: u64,
    /// Marks that an object was deleted.
    pub delete_markers: u64,
    /// Uploads in parts that were begun and neither completed nor aborted.
    pub uploads: u64,
    /// Whether there is more than was counted.
    pub more: bool,
    /// The first few keys.
    pub first: Vec<String>,
}

impl Contents {
    /// Whether S3 would delete the bucket.
    pub fn is_empty(&self) -> bool {
        let Self { objects, bytes: _, old_versions, delete_markers, uploads, more, first: _ } = self;
        [objects, old_versions, delete_markers, uploads] == [&0; 4] && !more
    }
}

impl Contents {
    /// Such as `2 objects (1400 bytes), 1 old version: a.jpg, b.jpg`; `nothing`.
    pub fn in_words(&self) -> String {
        let count =
            |n: u64, one: &str| (n > 0).then(|| format!("{n} {one}{}", if n == 1 { "" } else { "s" }));
        let objects = count(self.objects, "object").map(|text| format!("{text} ({} bytes)", self.bytes));
        let parts: Vec<String> = [
            objects,
            count(self.old_versions, "old version"),
            count(self.delete_markers, "delete marker"),
            count(self.uploads, "unfinished upload"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if parts.is_empty() {
            return "nothing".to_owned();
        }
        let named = u64::try_from(self.first.len()).unwrap_or(u64::MAX);
        let dots = if self.more || self.objects > named { ", …" } else { "" };
        let first =
            if self.first.is_empty() { String::new() } else { format!(": {}{dots}", self.first.join(", ")) };
        format!("{}{}{first}", if self.more { "more than " } else { "" }, parts.join(", "))
    }
}

/// One version of an object, or a delete marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Key.
    pub key: String,
    /// Version id; `null` where versioning was never on.
    pub id: String,
}

/// An upload in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Key.
    pub key: String,
    /// Upload id.
    pub id: String,
}

impl BucketRead {
    /// What is in the bucket.
    pub async fn contents(&self) -> Fact<Contents> {
        Fact::of(self.count().await)
    }

    async fn count(&self) -> Result<Contents, AwsFailure> {
        let mut found = Contents::default();
        let mut paging = Paging::new(VERSIONS);
        let mut from = (None, None);
        for page in 1..=PAGES {
            let seen = self.list_versions(from.0, from.1).await?;
            let encoding = seen.encoding_type();
            for version in seen.versions() {
                if version.is_latest().unwrap_or(true) {
                    found.objects += 1;
                    found.bytes += u64::try_from(version.size().unwrap_or(0)).unwrap_or(0);
                    if found.first.len() < NAMED
                        && let Some(key) = version.key()
                    {
                        found.first.push(stored(VERSIONS, key, encoding)?);
                    }
                } else {
                    found.old_versions += 1;
                }
            }
            found.delete_markers += u64::try_from(seen.delete_markers().len()).unwrap_or(u64::MAX);
            if seen.is_truncated() != Some(true) {
                break;
            }
            found.more |= page == PAGES;
            let key = seen.next_key_marker().map(|key| stored(VERSIONS, key, encoding)).transpose()?;
            from = (key, seen.next_version_id_marker().map(ToOwned::to_owned));
            paging.once(&from)?;
        }
        let uploads = self.list_uploads().await?;
        found.uploads = u64::try_from(uploads.uploads().len()).unwrap_or(u64::MAX);
        found.more |= uploads.is_truncated() == Some(true);
        Ok(found)
    }

    /// The first 1,000 versions and delete markers.
    ///
    /// # Errors
    /// The failed call.
    pub async fn first_versions(&self) -> Result<Vec<Version>, AwsFailure> {
        let seen = self.list_versions(None, None).await?;
        let named = |key: Option<&str>, id: Option<&str>| {
            let key = stored(VERSIONS, key?, seen.encoding_type());
            Some(key.map(|key| Version { key, id: id.unwrap_or("null").to_owned() }))
        };
        let versions = seen.versions().iter().filter_map(|one| named(one.key(), one.version_id()));
        let markers = seen.delete_markers().iter().filter_map(|one| named(one.key(), one.version_id()));
        versions.chain(markers).collect()
    }

    /// The first 1,000 uploads in parts.
    ///
    /// # Errors
    /// The failed call.
    pub async fn first_uploads(&self) -> Result<Vec<Upload>, AwsFailure> {
        let seen = self.list_uploads().await?;
        let named = |one: &aws_sdk_s3::types::MultipartUpload| {
            let (key, id) = (stored(UPLOADS, one.key()?, seen.encoding_type()), one.upload_id()?);
            Some(key.map(|key| Upload { key, id: id.to_owned() }))
        };
        seen.uploads().iter().filter_map(named).collect()
    }

    async fn list_versions(
        &self,
        key: Option<String>,
        version: Option<String>,
    ) -> Result<aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput, AwsFailure> {
        self.s3
            .list_object_versions()
            .bucket(&self.bucket)
            .set_key_marker(key)
            .set_version_id_marker(version)
            .encoding_type(EncodingType::Url)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk(VERSIONS, &error))
    }

    async fn list_uploads(
        &self,
    ) -> Result<aws_sdk_s3::operation::list_multipart_uploads::ListMultipartUploadsOutput, AwsFailure> {
        self.s3
            .list_multipart_uploads()
            .bucket(&self.bucket)
            .encoding_type(EncodingType::Url)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk(UPLOADS, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_said_in_words() {
        let none = Contents::default();
        assert_eq!((none.is_empty(), none.in_words().as_str()), (true, "nothing"));
        let one = Contents { objects: 1, bytes: 7, first: vec!["a".to_owned()], ..Contents::default() };
        assert_eq!(one.in_words(), "1 object (7 bytes): a");
        let many = Contents { objects: 9, old_versions: 2, delete_markers: 1, more: true, ..one };
        assert_eq!(many.in_words(), "more than 9 objects (7 bytes), 2 old versions, 1 delete marker: a, …");
        for left in [
            Contents { old_versions: 1, ..Contents::default() },
            Contents { delete_markers: 1, ..Contents::default() },
            Contents { uploads: 1, ..Contents::default() },
        ] {
            assert!(!left.is_empty() && left.in_words() != "nothing", "{left:?}");
        }
    }
}

//! Reads on one bucket.

mod contents;
mod objects;
mod owner;

use std::collections::BTreeMap;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::types::Payer;

use super::object::ObjectData;
use super::{Object, PublicAccessBlock, block_of, raw_text};
use crate::failure::Answered;
use crate::raw::CaptureBody;
use crate::{AwsFailure, Clients, body};
use imgdeploy_world::Fact;

pub use contents::{Contents, Upload, Version};
pub(crate) use objects::stored;
pub use objects::{Head, Page, Versioning};

const GET: &str = "s3:GetObject";

/// Reads on one bucket, each naming the owner that the bucket must have.
#[derive(Debug, Clone)]
pub struct BucketRead {
    s3: aws_sdk_s3::Client,
    bucket: String,
    owner: String,
}

impl BucketRead {
    /// `owner` is the 12-digit account that must own `bucket`.
    pub fn new(clients: &Clients, region: &str, bucket: &str, owner: &str) -> Self {
        Self { s3: clients.s3(region), bucket: bucket.to_owned(), owner: owner.to_owned() }
    }

    /// Whether the bucket exists and is the owner's.
    pub async fn owned(&self) -> Fact<()> {
        Fact::of(
            self.s3
                .head_bucket()
                .bucket(&self.bucket)
                .expected_bucket_owner(&self.owner)
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsFailure::from_sdk("s3:ListBucket", &error)),
        )
    }

    /// The bucket policy as AWS hands it out.
    pub async fn policy(&self) -> Fact<String> {
        let result = self
            .s3
            .get_bucket_policy()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:GetBucketPolicy", &error));
        match Fact::of(result) {
            Fact::Known(seen) => seen.policy().map_or(Fact::Absent, |text| Fact::Known(text.to_owned())),
            Fact::Absent => Fact::Absent,
            Fact::Unknown(why) => Fact::Unknown(why),
        }
    }

    /// The raw `WebsiteConfiguration`.
    pub async fn website(&self) -> Fact<String> {
        let capture = CaptureBody::default();
        let result = self
            .s3
            .get_bucket_website()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .customize()
            .interceptor(capture.clone())
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:GetBucketWebsite", &error))
            .and_then(|_| raw_text(&capture, "s3:GetBucketWebsite"));
        Fact::of(result)
    }

    /// The raw `NotificationConfiguration`. S3 hands out an empty one where nothing was ever set.
    pub async fn notification(&self) -> Fact<String> {
        // As IAM spells it.
        const OPERATION: &str = "s3:GetBucketNotification";
        let capture = CaptureBody::default();
        let result = self
            .s3
            .get_bucket_notification_configuration()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .customize()
            .interceptor(capture.clone())
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk(OPERATION, &error))
            .and_then(|_| raw_text(&capture, OPERATION));
        Fact::of(result)
    }

    /// The bucket's own public access block.
    pub async fn public_access_block(&self) -> Fact<PublicAccessBlock> {
        let result = self
            .s3
            .get_public_access_block()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:GetBucketPublicAccessBlock", &error));
        Fact::of(result).map(|seen| {
            let block = seen.public_access_block_configuration();
            block_of([
                block.and_then(|b| b.block_public_acls()),
                block.and_then(|b| b.ignore_public_acls()),
                block.and_then(|b| b.block_public_policy()),
                block.and_then(|b| b.restrict_public_buckets()),
            ])
        })
    }

    /// Tags by key.
    pub async fn tags(&self) -> Fact<BTreeMap<String, String>> {
        let result = self
            .s3
            .get_bucket_tagging()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:GetBucketTagging", &error));
        Fact::of(result).map(|seen| {
            seen.tag_set().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
        })
    }

    /// Whether the requester pays (S3-17).
    pub async fn requester_pays(&self) -> Fact<bool> {
        let result = self
            .s3
            .get_bucket_request_payment()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:GetBucketRequestPayment", &error));
        Fact::of(result).map(|seen| seen.payer() == Some(&Payer::Requester))
    }

    /// The default encryption algorithm, e.g. `AES256` or `aws:kms` (S3-27).
    pub async fn encryption(&self) -> Fact<String> {
        let result = self
            .s3
            .get_bucket_encryption()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:GetEncryptionConfiguration", &error));
        let missing = |failure: &AwsFailure| {
            failure.code.as_deref() == Some("ServerSideEncryptionConfigurationNotFoundError")
        };
        match result {
            Err(failure) if missing(&failure) => Fact::Absent,
            other => Fact::of(other).map(|seen| {
                seen.server_side_encryption_configuration()
                    .and_then(|config| config.rules().first())
                    .and_then(|rule| rule.apply_server_side_encryption_by_default())
                    .map_or_else(|| "AES256".to_owned(), |by| by.sse_algorithm().as_str().to_owned())
            }),
        }
    }

    /// Ids of the lifecycle rules.
    pub async fn lifecycle_rules(&self) -> Fact<Vec<String>> {
        let call = self
            .s3
            .get_bucket_lifecycle_configuration()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner);
        let result = call.send().await;
        Fact::of(result.map_err(|error| AwsFailure::from_sdk("s3:GetLifecycleConfiguration", &error)))
            .map(|seen| seen.rules().iter().map(|rule| rule.id().unwrap_or_default().to_owned()).collect())
    }

    /// Whether versioning is on.
    pub async fn versioned(&self) -> Fact<bool> {
        self.versioning().await.map(|now| now == Versioning::Enabled)
    }

    /// The first page (at most 1,000) of objects under `prefix`.
    pub async fn first_objects(&self, prefix: &str) -> Fact<Vec<Object>> {
        Fact::of(self.page(prefix, None, None).await).map(|page| page.objects)
    }

    /// Every object under `prefix`.
    ///
    /// # Errors
    /// The first page that fails.
    pub async fn all_objects(&self, prefix: &str) -> Result<Vec<Object>, AwsFailure> {
        let mut objects = Vec::new();
        self.each_page(prefix, usize::MAX, |page| objects.extend(page)).await?;
        Ok(objects)
    }

    /// The user metadata of one object.
    pub async fn metadata(&self, key: &str) -> Fact<BTreeMap<String, String>> {
        self.head(key).await.map(|head| head.metadata)
    }

    /// An object as a viewer would get it, or only its headers.
    pub async fn served(&self, key: &str, with_body: bool) -> Fact<ObjectData> {
        super::object::read(&self.s3, &self.bucket, &self.owner, key, with_body).await
    }

    async fn object(&self, key: &str) -> Fact<GetObjectOutput> {
        let call = self.s3.get_object().bucket(&self.bucket).key(key).expected_bucket_owner(&self.owner);
        Fact::of(call.send().await.map_err(|error| AwsFailure::from_sdk(GET, &error)))
    }

    /// An object with at most `most` bytes.
    pub async fn bytes(&self, key: &str, most: u64) -> Fact<Vec<u8>> {
        let seen = match self.object(key).await {
            Fact::Known(seen) => seen,
            Fact::Absent => return Fact::Absent,
            Fact::Unknown(why) => return Fact::Unknown(why),
        };
        match body::whole(GET, seen.content_length, seen.body, most).await {
            Ok(bytes) => Fact::Known(bytes),
            Err(failure) => {
                Fact::Unknown(AwsFailure { message: format!("{key}: {}", failure.message), ..failure })
            }
        }
    }

    /// A small text object and its ETag.
    pub async fn text(&self, key: &str) -> Fact<(String, String)> {
        let seen = match self.object(key).await {
            Fact::Known(seen) => seen,
            Fact::Absent => return Fact::Absent,
            Fact::Unknown(why) => return Fact::Unknown(why),
        };
        let etag = seen.e_tag().unwrap_or_default().to_owned();
        match body::whole(GET, seen.content_length, seen.body, body::OWN).await {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Fact::Known((text, etag)),
                Err(_) => Fact::Unknown(AwsFailure::local(GET, "the object is not UTF-8 text")),
            },
            Err(failure) => Fact::Unknown(failure),
        }
    }
}

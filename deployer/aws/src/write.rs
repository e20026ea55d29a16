//! Calls that change buckets and distributions.

mod edge;
mod empty;
mod lifecycle;
mod notification;
mod unchanged;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types as s3;
use aws_sdk_s3::types::builders::ObjectIdentifierBuilder;

use super::again::{Refused, again, items_again};
use super::approval::Permit;
use super::raw::ReplaceBody;
use super::read::PublicAccessBlock;
use super::{AwsFailure, Clients};
use crate::failure::Answered;

pub use edge::DistributionWrite;
pub use unchanged::Kept;

/// On which condition an object may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Only if there is none yet (`If-None-Match: *`, S3-32).
    Absent,
    /// Only if it still has this ETag (`If-Match`).
    Unchanged(String),
    /// In any case.
    Always,
}

/// Writes on one bucket, each naming the owner that the bucket must have.
#[derive(Debug, Clone)]
pub struct BucketWrite {
    s3: aws_sdk_s3::Client,
    region: String,
    bucket: String,
    owner: String,
}

impl BucketWrite {
    /// `owner` is the 12-digit account that must own `bucket`.
    pub fn new(clients: &Clients, region: &str, bucket: &str, owner: &str, _: Permit) -> Self {
        Self {
            s3: clients.s3(region),
            region: region.to_owned(),
            bucket: bucket.to_owned(),
            owner: owner.to_owned(),
        }
    }

    /// Creates the bucket; one that is already the caller's is fine.
    ///
    /// # Errors
    /// `Conflict` when the name belongs to another account.
    pub async fn create(&self) -> Result<(), AwsFailure> {
        let location = (self.region != "us-east-1").then(|| {
            s3::CreateBucketConfiguration::builder()
                .location_constraint(s3::BucketLocationConstraint::from(self.region.as_str()))
                .build()
        });
        let call = self.s3.create_bucket().bucket(&self.bucket).set_create_bucket_configuration(location);
        let create = async || {
            let sent = call.clone().send().await;
            sent.map(drop).map_err(|error| AwsFailure::from_sdk("s3:CreateBucket", &error))
        };
        match again(create).await {
            Err(failure) if failure.code.as_deref() == Some("BucketAlreadyOwnedByYou") => Ok(()),
            done => done,
        }
    }

    /// Sets the bucket's public access block. Tried once, as all that replaces a document: whoever calls it looks again before
    /// another try.
    ///
    /// # Errors
    /// The failed call.
    pub async fn put_public_access_block(&self, block: PublicAccessBlock) -> Result<(), AwsFailure> {
        let config = s3::PublicAccessBlockConfiguration::builder()
            .block_public_acls(block.block_public_acls)
            .ignore_public_acls(block.ignore_public_acls)
            .block_public_policy(block.block_public_policy)
            .restrict_public_buckets(block.restrict_public_buckets)
            .build();
        self.s3
            .put_public_access_block()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .public_access_block_configuration(config)
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsFailure::from_sdk("s3:PutBucketPublicAccessBlock", &error))
    }

    /// Default encryption with S3's own keys. Tried once.
    ///
    /// # Errors
    /// The failed call.
    pub async fn put_encryption(&self) -> Result<(), AwsFailure> {
        let operation = "s3:PutEncryptionConfiguration";
        let by_default = s3::ServerSideEncryptionByDefault::builder()
            .sse_algorithm(s3::ServerSideEncryption::Aes256)
            .build()
            .map_err(|error| unbuildable(operation, &error))?;
        let rule = s3::ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(by_default)
            .build();
        let config = s3::ServerSideEncryptionConfiguration::builder()
            .rules(rule)
            .build()
            .map_err(|error| unbuildable(operation, &error))?;
        self.s3
            .put_bucket_encryption()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .server_side_encryption_configuration(config)
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsFailure::from_sdk(operation, &error))
    }

    /// Switches versioning on. Tried once.
    ///
    /// # Errors
    /// The failed call.
    pub async fn enable_versioning(&self) -> Result<(), AwsFailure> {
        let config =
            s3::VersioningConfiguration::builder().status(s3::BucketVersioningStatus::Enabled).build();
        self.s3
            .put_bucket_versioning()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .versioning_configuration(config)
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsFailure::from_sdk("s3:PutBucketVersioning", &error))
    }

    /// Stores an object, returning its ETag.
    ///
    /// # Errors
    /// `Conflict` when the condition does not hold.
    pub async fn put_object(
        &self,
        key: &str,
        content_type: &str,
        body: impl Into<bytes::Bytes>,
        condition: &Condition,
    ) -> Result<String, AwsFailure> {
        let body = body.into();
        let put = async || {
            let request = self
                .s3
                .put_object()
                .bucket(&self.bucket)
                .key(key)
                .expected_bucket_owner(&self.owner)
                .content_type(content_type)
                .body(ByteStream::from(body.clone()));
            let request = match condition {
                Condition::Absent => request.if_none_match("*"),
                Condition::Unchanged(etag) => request.if_match(etag),
                Condition::Always => request,
            };
            let sent = request.send().await;
            sent.map_err(|error| AwsFailure::from_sdk("s3:PutObject", &error))
        };
        let stored = again(put).await?;
        Ok(stored.e_tag().unwrap_or_default().to_owned())
    }

    /// Deletes one object.
    ///
    /// # Errors
    /// The failed call.
    pub async fn delete_object(&self, key: &str) -> Result<(), AwsFailure> {
        let call = self.s3.delete_object().bucket(&self.bucket).key(key).expected_bucket_owner(&self.owner);
        let delete = async || {
            let sent = call.clone().send().await;
            sent.map(drop).map_err(|error| AwsFailure::from_sdk("s3:DeleteObject", &error))
        };
        again(delete).await
    }

    /// Deletes up to 1,000 objects in one call.
    ///
    /// # Errors
    /// The failed call, or the first object that S3 would not delete.
    pub async fn delete_objects(&self, keys: &[String]) -> Result<(), AwsFailure> {
        let identified = keys.iter().map(|key| s3::ObjectIdentifier::builder().key(key));
        none_refused(self.delete_identified("s3:DeleteObject", identified).await?)
    }

    /// One call for up to 1,000 objects or versions, and others for those that S3 could not delete just then; those that it would
    /// not.
    async fn delete_identified(
        &self,
        operation: &str,
        identified: impl Iterator<Item = ObjectIdentifierBuilder>,
    ) -> Result<Vec<Refused<s3::ObjectIdentifier>>, AwsFailure> {
        let objects = identified.map(|object| object.build()).collect::<Result<Vec<_>, _>>();
        let objects = objects.map_err(|error| unbuildable(operation, &error))?;
        items_again(objects, async |objects| {
            let delete = s3::Delete::builder().quiet(true).set_objects(Some(objects.clone())).build();
            let delete = delete.map_err(|error| unbuildable(operation, &error))?;
            let call = self.s3.delete_objects().bucket(&self.bucket).expected_bucket_owner(&self.owner);
            let call = call.delete(delete);
            let delete = async || {
                let sent = call.clone().send().await;
                sent.map_err(|error| AwsFailure::from_sdk(operation, &error))
            };
            let errors = again(delete).await?.errors.unwrap_or_default();
            Ok(errors.into_iter().filter_map(|error| refused(operation, &objects, error)).collect())
        })
        .await
    }

    /// Replaces the bucket policy by `document`; `None` deletes it. Tried once.
    ///
    /// # Errors
    /// The failed call; `Denied` also while a public access block still refuses public policies (S3-21).
    pub async fn put_policy(&self, document: Option<&str>) -> Result<(), AwsFailure> {
        match document {
            Some(text) => self
                .s3
                .put_bucket_policy()
                .bucket(&self.bucket)
                .expected_bucket_owner(&self.owner)
                .policy(text)
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsFailure::from_sdk("s3:PutBucketPolicy", &error)),
            None => self
                .s3
                .delete_bucket_policy()
                .bucket(&self.bucket)
                .expected_bucket_owner(&self.owner)
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsFailure::from_sdk("s3:DeleteBucketPolicy", &error)),
        }
    }

    /// Replaces the website configuration by the raw XML `document`; `None` deletes it. Tried once.
    ///
    /// # Errors
    /// The failed call.
    pub async fn put_website(&self, document: Option<&str>) -> Result<(), AwsFailure> {
        match document {
            Some(text) => self
                .s3
                .put_bucket_website()
                .bucket(&self.bucket)
                .expected_bucket_owner(&self.owner)
                .website_configuration(s3::WebsiteConfiguration::builder().build())
                .customize()
                .interceptor(ReplaceBody::new(text))
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsFailure::from_sdk("s3:PutBucketWebsite", &error)),
            None => self
                .s3
                .delete_bucket_website()
                .bucket(&self.bucket)
                .expected_bucket_owner(&self.owner)
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsFailure::from_sdk("s3:DeleteBucketWebsite", &error)),
        }
    }
}

/// The object that an error is about, and why it stays.
fn refused(
    operation: &str,
    objects: &[s3::ObjectIdentifier],
    error: s3::Error,
) -> Option<Refused<s3::ObjectIdentifier>> {
    let key = error.key.unwrap_or_default();
    let named = |one: &&s3::ObjectIdentifier| one.key == key && one.version_id == error.version_id;
    // S3 names what it was asked for; if it does not, that something stays must not get lost.
    let object = objects.iter().find(named).or(objects.first())?.clone();
    let failure = AwsFailure::of_code(operation, error.code, error.message.unwrap_or_default(), None);
    Some(Refused::of(object, failure))
}

/// Fails with the first of them.
fn none_refused(refused: Vec<Refused<s3::ObjectIdentifier>>) -> Result<(), AwsFailure> {
    let Some(Refused { item, failure, .. }) = refused.into_iter().next() else { return Ok(()) };
    Err(AwsFailure { operation: format!("{} on {}", failure.operation, item.key), ..failure })
}

fn unbuildable(operation: &str, error: &dyn std::error::Error) -> AwsFailure {
    AwsFailure::local(operation, error.to_string())
}

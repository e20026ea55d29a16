//! Calls that change something. Only `apply` names this module.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types as s3;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::raw::ReplaceBody;
use super::read::PublicAccessBlock;
use super::{AwsFailure, Clients, FailureKind};

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
    pub fn new(clients: &Clients, region: &str, bucket: &str, owner: &str) -> Self {
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
        let result = self
            .s3
            .create_bucket()
            .bucket(&self.bucket)
            .set_create_bucket_configuration(location)
            .send()
            .await;
        match result {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => Ok(()),
            Err(error) => Err(AwsFailure::from_sdk("s3:CreateBucket", &error)),
        }
    }

    /// Sets the bucket's public access block.
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

    /// Default encryption with S3's own keys.
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

    /// Switches versioning on.
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
        body: Vec<u8>,
        condition: &Condition,
    ) -> Result<String, AwsFailure> {
        let request = self
            .s3
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .expected_bucket_owner(&self.owner)
            .content_type(content_type)
            .body(ByteStream::from(body));
        let request = match condition {
            Condition::Absent => request.if_none_match("*"),
            Condition::Unchanged(etag) => request.if_match(etag),
            Condition::Always => request,
        };
        let stored = request.send().await.map_err(|error| AwsFailure::from_sdk("s3:PutObject", &error))?;
        Ok(stored.e_tag().unwrap_or_default().to_owned())
    }

    /// Deletes one object.
    ///
    /// # Errors
    /// The failed call.
    pub async fn delete_object(&self, key: &str) -> Result<(), AwsFailure> {
        self.s3
            .delete_object()
            .bucket(&self.bucket)
            .key(key)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsFailure::from_sdk("s3:DeleteObject", &error))
    }

    /// Deletes up to 1,000 objects in one call.
    ///
    /// # Errors
    /// The failed call, or the first object that S3 would not delete.
    pub async fn delete_objects(&self, keys: &[String]) -> Result<(), AwsFailure> {
        let operation = "s3:DeleteObject";
        let mut delete = s3::Delete::builder().quiet(true);
        for key in keys {
            let object = s3::ObjectIdentifier::builder()
                .key(key)
                .build()
                .map_err(|error| unbuildable(operation, &error))?;
            delete = delete.objects(object);
        }
        let delete = delete.build().map_err(|error| unbuildable(operation, &error))?;
        let done = self
            .s3
            .delete_objects()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .delete(delete)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk(operation, &error))?;
        match done.errors().first() {
            None => Ok(()),
            Some(error) => Err(AwsFailure {
                operation: format!("{operation} on {}", error.key().unwrap_or("an object")),
                code: error.code().map(ToOwned::to_owned),
                message: error.message().unwrap_or_default().to_owned(),
                status: None,
                kind: FailureKind::Other,
            }),
        }
    }

    /// Replaces the bucket policy by `document`; `None` deletes it.
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

    /// Replaces the website configuration by the raw XML `document`; `None` deletes it.
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

/// Replaces a distribution's configuration by the raw XML `document`, if it still has `etag` (CF-13).
///
/// # Errors
/// `Conflict` when somebody else changed it.
pub async fn update_distribution(
    clients: &Clients,
    id: &str,
    etag: &str,
    document: &str,
) -> Result<(), AwsFailure> {
    let operation = "cloudfront:UpdateDistribution";
    // The typed input only names the operation; the bytes that are sent are `document`.
    let placeholder = placeholder_config().map_err(|error| unbuildable(operation, &error))?;
    clients
        .cloudfront()
        .update_distribution()
        .id(id)
        .if_match(etag)
        .distribution_config(placeholder)
        .customize()
        .interceptor(ReplaceBody::new(document))
        .send()
        .await
        .map(drop)
        .map_err(|error| AwsFailure::from_sdk(operation, &error))
}

fn placeholder_config()
-> Result<aws_sdk_cloudfront::types::DistributionConfig, aws_smithy_types::error::operation::BuildError> {
    use aws_sdk_cloudfront::types as cf;
    let origin = cf::Origin::builder().id("-").domain_name("-").build()?;
    let behavior = cf::DefaultCacheBehavior::builder()
        .target_origin_id("-")
        .viewer_protocol_policy(cf::ViewerProtocolPolicy::AllowAll)
        .build()?;
    cf::DistributionConfig::builder()
        .caller_reference("-")
        .comment("-")
        .enabled(true)
        .origins(cf::Origins::builder().quantity(1).items(origin).build()?)
        .default_cache_behavior(behavior)
        .build()
}

/// Starts an invalidation, returning its id. `reference` must be new for each one (CF-16).
///
/// # Errors
/// The failed call.
pub async fn create_invalidation(
    clients: &Clients,
    id: &str,
    path: &str,
    reference: &str,
) -> Result<String, AwsFailure> {
    use aws_sdk_cloudfront::types as cf;
    let operation = "cloudfront:CreateInvalidation";
    let paths = cf::Paths::builder()
        .quantity(1)
        .items(path)
        .build()
        .map_err(|error| unbuildable(operation, &error))?;
    let batch = cf::InvalidationBatch::builder()
        .paths(paths)
        .caller_reference(reference)
        .build()
        .map_err(|error| unbuildable(operation, &error))?;
    let made = clients
        .cloudfront()
        .create_invalidation()
        .distribution_id(id)
        .invalidation_batch(batch)
        .send()
        .await
        .map_err(|error| AwsFailure::from_sdk(operation, &error))?;
    Ok(made.invalidation().map(|made| made.id().to_owned()).unwrap_or_default())
}

fn unbuildable(operation: &str, error: &dyn std::error::Error) -> AwsFailure {
    AwsFailure {
        operation: operation.to_owned(),
        code: None,
        message: error.to_string(),
        status: None,
        kind: FailureKind::Other,
    }
}

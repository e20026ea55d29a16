//! Read-only calls: SDK types in, our own plain types out.

use std::collections::BTreeMap;

use aws_sdk_s3::types::Payer;
use serde::{Deserialize, Serialize};

use super::raw::CaptureBody;
use super::{AwsFailure, Clients, FailureKind};
use crate::fact::Fact;

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Caller {
    /// 12-digit account id.
    pub account: String,
    /// ARN of the caller as STS gives it.
    pub arn: String,
    /// Partition of that ARN, e.g. `aws` (PA-01).
    pub partition: String,
}

/// The four switches of a public access block (S3-20).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PublicAccessBlock {
    /// Refuse new public ACLs.
    pub block_public_acls: bool,
    /// Ignore public ACLs.
    pub ignore_public_acls: bool,
    /// Refuse public bucket policies.
    pub block_public_policy: bool,
    /// Cut off anonymous access that a public policy grants.
    pub restrict_public_buckets: bool,
}

/// One object of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectSummary {
    /// Key, as stored.
    pub key: String,
    /// Size in bytes.
    pub size: u64,
}

/// STS: who am I.
///
/// # Errors
/// Whatever STS answered; bad or expired credentials show here first.
pub async fn caller(clients: &Clients) -> Result<Caller, AwsFailure> {
    let seen = clients
        .sts()
        .get_caller_identity()
        .send()
        .await
        .map_err(|error| AwsFailure::from_sdk("sts:GetCallerIdentity", &error))?;
    let arn = seen.arn().unwrap_or_default().to_owned();
    let partition = arn.split(':').nth(1).unwrap_or("aws").to_owned();
    Ok(Caller { account: seen.account().unwrap_or_default().to_owned(), arn, partition })
}

/// The bucket's region by HeadBucket, which names it from any region, even beside a 301 or 403 (S3-29).
///
/// # Errors
/// `Missing` when there is no such bucket; `Denied` when AWS answers 403 without naming a region.
pub async fn bucket_region(clients: &Clients, bucket: &str) -> Result<String, AwsFailure> {
    let s3 = clients.s3(&clients.home_region());
    match s3.head_bucket().bucket(bucket).send().await {
        Ok(seen) => Ok(seen.bucket_region().map_or_else(|| clients.home_region(), str::to_owned)),
        Err(error) => {
            let failure = AwsFailure::from_sdk("s3:HeadBucket", &error);
            let named = error
                .raw_response()
                .and_then(|raw| raw.headers().get("x-amz-bucket-region"))
                .map(ToOwned::to_owned);
            match (named, failure.kind) {
                (Some(region), kind) if kind != FailureKind::Missing => Ok(region),
                _ => Err(failure),
            }
        }
    }
}

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
            let flag = |value: Option<bool>| value.unwrap_or(false);
            PublicAccessBlock {
                block_public_acls: flag(block.and_then(|b| b.block_public_acls())),
                ignore_public_acls: flag(block.and_then(|b| b.ignore_public_acls())),
                block_public_policy: flag(block.and_then(|b| b.block_public_policy())),
                restrict_public_buckets: flag(block.and_then(|b| b.restrict_public_buckets())),
            }
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

    /// Whether versioning is on.
    pub async fn versioned(&self) -> Fact<bool> {
        let result = self
            .s3
            .get_bucket_versioning()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:GetBucketVersioning", &error));
        Fact::of(result)
            .map(|seen| seen.status() == Some(&aws_sdk_s3::types::BucketVersioningStatus::Enabled))
    }

    /// The first page (at most 1,000) of objects under `prefix`.
    pub async fn first_objects(&self, prefix: &str) -> Fact<Vec<ObjectSummary>> {
        let result = self
            .s3
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:ListBucket", &error));
        Fact::of(result).map(|seen| seen.contents().iter().filter_map(summary).collect())
    }

    /// Every object under `prefix`.
    ///
    /// # Errors
    /// The first page that fails.
    pub async fn all_objects(&self, prefix: &str) -> Result<Vec<ObjectSummary>, AwsFailure> {
        let mut pages = self
            .s3
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .expected_bucket_owner(&self.owner)
            .into_paginator()
            .send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsFailure::from_sdk("s3:ListBucket", &error))?;
            objects.extend(page.contents().iter().filter_map(summary));
        }
        Ok(objects)
    }

    /// The user metadata of one object.
    pub async fn metadata(&self, key: &str) -> Fact<BTreeMap<String, String>> {
        let result = self
            .s3
            .head_object()
            .bucket(&self.bucket)
            .key(key)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:GetObject", &error));
        Fact::of(result).map(|seen| {
            seen.metadata()
                .map(|all| all.iter().map(|(k, v)| (k.clone(), v.clone())).collect())
                .unwrap_or_default()
        })
    }

    /// A small text object and its ETag.
    pub async fn text(&self, key: &str) -> Fact<(String, String)> {
        let operation = "s3:GetObject";
        let sent = self
            .s3
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk(operation, &error));
        let seen = match Fact::of(sent) {
            Fact::Known(seen) => seen,
            Fact::Absent => return Fact::Absent,
            Fact::Unknown(why) => return Fact::Unknown(why),
        };
        let etag = seen.e_tag().unwrap_or_default().to_owned();
        match seen.body.collect().await {
            Ok(body) => match String::from_utf8(body.to_vec()) {
                Ok(text) => Fact::Known((text, etag)),
                Err(_) => Fact::Unknown(odd_answer(operation, "the object is not UTF-8 text")),
            },
            Err(error) => Fact::Unknown(odd_answer(operation, &error.to_string())),
        }
    }
}

/// The account-level public access block (S3-20).
pub async fn account_public_access_block(
    clients: &Clients,
    region: &str,
    account: &str,
) -> Fact<PublicAccessBlock> {
    let result = clients
        .s3control(region)
        .get_public_access_block()
        .account_id(account)
        .send()
        .await
        .map_err(|error| AwsFailure::from_sdk("s3:GetAccountPublicAccessBlock", &error));
    Fact::of(result).map(|seen| {
        let block = seen.public_access_block_configuration();
        let flag = |value: Option<bool>| value.unwrap_or(false);
        PublicAccessBlock {
            block_public_acls: flag(block.and_then(|b| b.block_public_acls())),
            ignore_public_acls: flag(block.and_then(|b| b.ignore_public_acls())),
            block_public_policy: flag(block.and_then(|b| b.block_public_policy())),
            restrict_public_buckets: flag(block.and_then(|b| b.restrict_public_buckets())),
        }
    })
}

fn summary(object: &aws_sdk_s3::types::Object) -> Option<ObjectSummary> {
    let size = u64::try_from(object.size().unwrap_or(0)).unwrap_or(0);
    object.key().map(|key| ObjectSummary { key: key.to_owned(), size })
}

/// The captured raw body, or why there is none.
pub(super) fn raw_text(capture: &CaptureBody, operation: &str) -> Result<String, AwsFailure> {
    capture.text().ok_or_else(|| odd_answer(operation, "the answer is not UTF-8 text"))
}

fn odd_answer(operation: &str, message: &str) -> AwsFailure {
    AwsFailure {
        operation: operation.to_owned(),
        code: None,
        message: message.to_owned(),
        status: None,
        kind: FailureKind::Other,
    }
}

/// Names of all buckets of the account.
///
/// # Errors
/// The first page that fails.
pub async fn bucket_names(clients: &Clients) -> Result<Vec<String>, AwsFailure> {
    let mut pages = clients.s3(&clients.home_region()).list_buckets().into_paginator().send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| AwsFailure::from_sdk("s3:ListAllMyBuckets", &error))?;
        names.extend(page.buckets().iter().filter_map(|bucket| bucket.name().map(ToOwned::to_owned)));
    }
    Ok(names)
}

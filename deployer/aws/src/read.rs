//! Read-only calls: SDK types in, our own plain types out.

mod bucket;
mod object;

use super::paging::{Next, each};
use super::raw::CaptureBody;
use super::{AwsFailure, Clients, FailureKind};
use crate::failure::Answered;
pub use imgdeploy_model::chain::access::PublicAccessBlock;
use imgdeploy_world::Fact;
pub use imgdeploy_world::{Caller, bucket::Object};

pub(crate) use bucket::stored;
pub use bucket::{BucketRead, Contents, Head, Page, Upload, Version, Versioning};
pub use object::{ObjectData, in_parts};

/// From the four flags in their usual order; one that AWS leaves out is off.
fn block_of(flags: [Option<bool>; 4]) -> PublicAccessBlock {
    let [acls, ignored, policy, buckets] = flags.map(Option::unwrap_or_default);
    PublicAccessBlock {
        block_public_acls: acls,
        ignore_public_acls: ignored,
        block_public_policy: policy,
        restrict_public_buckets: buckets,
    }
}

/// The beginning of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Its first bytes.
    pub bytes: Vec<u8>,
    /// How it is encrypted, such as `AES256` or `aws:kms`.
    pub encryption: Option<String>,
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
    let (account, by) = (seen.account().unwrap_or_default().to_owned(), clients.source().to_string());
    Ok(Caller { account, arn, partition, by })
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
        block_of([
            block.and_then(|b| b.block_public_acls()),
            block.and_then(|b| b.ignore_public_acls()),
            block.and_then(|b| b.block_public_policy()),
            block.and_then(|b| b.restrict_public_buckets()),
        ])
    })
}

/// The captured raw body, or why there is none.
pub(crate) fn raw_text(capture: &CaptureBody, operation: &str) -> Result<String, AwsFailure> {
    capture.text().ok_or_else(|| AwsFailure::local(operation, "the answer is not UTF-8 text"))
}

/// Names of all buckets of the account.
///
/// # Errors
/// The first page that fails.
pub async fn bucket_names(clients: &Clients) -> Result<Vec<String>, AwsFailure> {
    const CALL: &str = "s3:ListAllMyBuckets";
    let s3 = clients.s3(&clients.home_region());
    let mut names = Vec::new();
    let page = async |token| {
        let sent = s3.list_buckets().set_continuation_token(token).send().await;
        sent.map_err(|error| AwsFailure::from_sdk(CALL, &error))
    };
    each(CALL, page, |page| {
        names.extend(page.buckets().iter().filter_map(|bucket| bucket.name().map(ToOwned::to_owned)));
        Next::token(page.continuation_token)
    })
    .await?;
    Ok(names)
}

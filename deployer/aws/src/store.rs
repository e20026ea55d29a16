//! Objects of one bucket as a store: records of batches, and images that are made here.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{EncodingType, ServerSideEncryption};
use bytes::Bytes;
use imgdeploy_batch::Listed;

use super::again::again;
use super::failure::Answered;
use super::paging::{Next, each};
use super::read::stored;
use super::write::Condition;
use super::{AwsFailure, Clients, FailureKind, body};

const GET: &str = "s3:GetObject";
const PUT: &str = "s3:PutObject";
const LIST: &str = "s3:ListBucket";

/// The store in one bucket; each call names the owner that the bucket must have.
#[derive(Debug, Clone)]
pub struct ObjectStore {
    s3: Client,
    bucket: String,
    owner: String,
}

/// What is stored beside the bytes of an object.
#[derive(Debug, Clone, Default)]
pub struct About<'a> {
    /// `Content-Type`.
    pub content_type: &'a str,
    /// `Cache-Control`.
    pub cache_control: Option<&'a str>,
    /// Whether it is encrypted with S3's own keys, whatever the bucket's default is.
    pub by_s3_keys: bool,
    /// User metadata.
    pub metadata: Vec<(&'a str, String)>,
}

impl ObjectStore {
    /// `owner` is the 12-digit account that must own `bucket`.
    pub fn new(clients: &Clients, region: &str, bucket: &str, owner: &str) -> Self {
        Self { s3: clients.s3(region), bucket: bucket.to_owned(), owner: owner.to_owned() }
    }

    /// An object with at most `most` bytes, and its ETag without quotes; none if it still has the ETag `unless`.
    ///
    /// # Errors
    /// The failed call; there is no such object.
    pub async fn get(
        &self,
        key: &str,
        most: u64,
        unless: Option<&str>,
    ) -> Result<Option<(Vec<u8>, String)>, AwsFailure> {
        let call = self.s3.get_object().bucket(&self.bucket).key(key).expected_bucket_owner(&self.owner);
        let call = call.set_if_none_match(unless.map(|etag| format!("\"{etag}\"")));
        let found = match call.send().await.map_err(|error| AwsFailure::from_sdk(GET, &error)) {
            Err(failure) if failure.status == Some(304) => return Ok(None),
            found => found?,
        };
        let etag = found.e_tag.unwrap_or_default().trim_matches('"').to_owned();
        Ok(Some((body::whole(GET, found.content_length, found.body, most).await?, etag)))
    }

    /// Stores an object; `false` where the condition did not hold.
    ///
    /// # Errors
    /// The failed call.
    pub async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        about: &About<'_>,
        condition: &Condition,
    ) -> Result<bool, AwsFailure> {
        let put = || {
            let call = self.s3.put_object().bucket(&self.bucket).key(key).expected_bucket_owner(&self.owner);
            let call = match condition {
                Condition::Always => call,
                Condition::Absent => call.if_none_match("*"),
                Condition::Unchanged(etag) => call.if_match(format!("\"{etag}\"")),
            };
            let call = call.content_type(about.content_type);
            let call = call.set_cache_control(about.cache_control.map(str::to_owned));
            let encryption = about.by_s3_keys.then_some(ServerSideEncryption::Aes256);
            let call = about
                .metadata
                .iter()
                .fold(call.set_server_side_encryption(encryption), |call, (name, value)| {
                    call.metadata(*name, value)
                })
                .body(ByteStream::from(bytes.clone()));
            async move { call.send().await.map_err(|error| AwsFailure::from_sdk(PUT, &error)) }
        };
        match (again(put).await, condition) {
            (Ok(_), _) => Ok(true),
            (Err(failure), Condition::Absent | Condition::Unchanged(_))
                if failure.kind == FailureKind::Conflict =>
            {
                Ok(false)
            }
            // It is gone.
            (Err(failure), Condition::Unchanged(_)) if failure.kind == FailureKind::Missing => Ok(false),
            (Err(failure), _) => Err(failure),
        }
    }

    /// Lists up to 1,000 keys behind `after`.
    ///
    /// # Errors
    /// The failed call.
    pub async fn list(&self, prefix: &str, after: Option<&str>) -> Result<Listed, AwsFailure> {
        let call = self.s3.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let call = call.expected_bucket_owner(&self.owner).encoding_type(EncodingType::Url);
        let found = call.set_start_after(after.map(str::to_owned)).send().await;
        let found = found.map_err(|error| AwsFailure::from_sdk(LIST, &error))?;
        let encoded = found.encoding_type() == Some(&EncodingType::Url);
        let keys = found.contents().iter().filter_map(|one| one.key());
        Listed::of_answer(keys, encoded, found.is_truncated() == Some(true), after)
            .map_err(|error| AwsFailure::local(LIST, error.to_string()))
    }

    /// Names of what is below `prefix`, up to and with the next slash.
    ///
    /// # Errors
    /// The failed call.
    pub async fn folders(&self, prefix: &str) -> Result<Vec<String>, AwsFailure> {
        let mut folders = Vec::new();
        let page = async |token| {
            let call = self.s3.list_objects_v2().bucket(&self.bucket).prefix(prefix).delimiter("/");
            let call = call.expected_bucket_owner(&self.owner).encoding_type(EncodingType::Url);
            let sent = call.set_continuation_token(token).send().await;
            sent.map_err(|error| AwsFailure::from_sdk(LIST, &error))
        };
        each(LIST, page, |page| {
            let encoding = page.encoding_type();
            let prefixes = page.common_prefixes().iter().filter_map(|one| one.prefix());
            folders.extend(prefixes.map(|one| stored(LIST, one, encoding)));
            Next::if_truncated(page.is_truncated() == Some(true), page.next_continuation_token)
        })
        .await?;
        folders.into_iter().collect()
    }
}

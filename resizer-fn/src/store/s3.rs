//! The store on S3.

use super::{Derived, Only, Original, Put, Stamp, Store, StoreError};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use imgdeploy_batch::{META_JOB, META_SEAL, META_SOURCE_ETAG, META_SPEC, etag_of, seal, stamped};
use std::collections::HashMap;
use std::time::Duration;

/// Bytes that show what a file is.
const BEGINNING: usize = 4096;

/// Time for them to come: S3 sends them along with the size.
const BEGINS_WITHIN: Duration = Duration::from_millis(500);

/// The bucket on S3. Retries are the SDK's own.
#[derive(Clone, Debug)]
pub struct S3Store {
    client: Client,
    bucket: String,
    owner: Option<String>,
}

impl S3Store {
    /// A store on `bucket`; with `owner`, S3 refuses the bucket of any other account.
    pub const fn new(client: Client, bucket: String, owner: Option<String>) -> Self {
        Self { client, bucket, owner }
    }
}

impl Store for S3Store {
    async fn get(&self, key: &str, max_bytes: u64) -> Result<Original, StoreError> {
        let found = self.get_unless(key, max_bytes, None).await?;
        found.ok_or_else(|| StoreError::Busy { detail: "S3 answered 304 to a plain request".to_owned() })
    }

    async fn get_unless(
        &self,
        key: &str,
        max_bytes: u64,
        etag: Option<&str>,
    ) -> Result<Option<Original>, StoreError> {
        let found = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .set_if_none_match(etag.map(|etag| format!("\"{etag}\"")))
            .set_expected_bucket_owner(self.owner.clone())
            .send()
            .await;
        let found = match found {
            Err(error) if status(&error) == Some(304) => return Ok(None),
            found => found.map_err(|error| refused("read", &error))?,
        };
        let busy = |detail: String| StoreError::Busy { detail };
        // Without a size (S3 always sends it) nothing would bound the download.
        let size = found.content_length().and_then(|size| u64::try_from(size).ok());
        let size = size.ok_or_else(|| busy("the answer has no Content-Length".to_owned()))?;
        if size > max_bytes {
            let image = begins_like_an_image(found.body).await;
            return Err(StoreError::TooLarge { bytes: size, limit: max_bytes, image });
        }
        let etag = found.e_tag().map(bare);
        let content_type = found.content_type().map(str::to_owned);
        let mut body = found.body;
        // Once and whole: collecting pieces and then joining them would need the memory twice.
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|error| busy(DisplayErrorContext(&error).to_string()))?;
            if (bytes.len() + piece.len()) as u64 > size {
                return Err(busy(format!("more than the announced {size} bytes arrived")));
            }
            bytes.extend_from_slice(&piece);
        }
        if bytes.len() as u64 != size {
            return Err(busy(format!("{} of {size} bytes arrived", bytes.len())));
        }
        Ok(Some(Original { bytes, etag, content_type }))
    }

    async fn stamp(&self, key: &str) -> Result<Option<Stamp>, StoreError> {
        let call = self.client.head_object().bucket(&self.bucket).key(key);
        let found = match call.set_expected_bucket_owner(self.owner.clone()).send().await {
            // An answer to HEAD has no body that could name the error.
            Err(error) if status(&error) == Some(404) => return Ok(None),
            found => found.map_err(|error| refused("read", &error))?,
        };
        let etag = bare(found.e_tag.as_deref().unwrap_or_default());
        let mut metadata = found.metadata.unwrap_or_default();
        Ok(Some(Stamp {
            source_etag: metadata.remove(META_SOURCE_ETAG),
            spec: metadata.remove(META_SPEC),
            job: metadata.remove(META_JOB),
            seal: metadata.remove(META_SEAL),
            etag,
        }))
    }

    async fn put(&self, key: &str, derived: &Derived, only: &Only) -> Result<Put, StoreError> {
        let call = self.client.put_object().bucket(&self.bucket).key(key);
        let call = match only {
            Only::IfAbsent => call.if_none_match("*"),
            Only::IfMatch(etag) => call.if_match(format!("\"{etag}\"")),
        };
        let put = call
            .set_expected_bucket_owner(self.owner.clone())
            .content_type(derived.content_type)
            .cache_control(&derived.cache_control)
            // Named even where it is the default: a bucket whose default is KMS could not serve the image
            // from its website (S3-27), and policies that insist on encryption look for the header.
            .server_side_encryption(ServerSideEncryption::Aes256)
            .set_metadata(Some(metadata(key, derived)))
            .body(ByteStream::from(derived.bytes.clone()))
            .send()
            .await;
        match put {
            Ok(_) => Ok(Put::Stored),
            Err(error) => unmet(only, &error).ok_or_else(|| refused("write", &error)),
        }
    }
}

/// What is written beside an image.
fn metadata(key: &str, derived: &Derived) -> HashMap<String, String> {
    let own = [
        (META_SPEC.to_owned(), stamped(&derived.spec)),
        (META_SEAL.to_owned(), seal(key, &etag_of(&derived.bytes))),
    ];
    let source = derived.source_etag.iter().map(|etag| (META_SOURCE_ETAG.to_owned(), etag.clone()));
    let job = derived.job.iter().map(|job| (META_JOB.to_owned(), job.clone()));
    own.into_iter().chain(source).chain(job).collect()
}

fn bare(etag: &str) -> String {
    etag.trim_matches('"').to_owned()
}

/// What was not met, if that is why the write failed ("Conditional write behavior" in the user guide of S3): something else
/// is there (412), nothing is (404), or another write was under way (409).
fn unmet<E>(only: &Only, error: &SdkError<E, HttpResponse>) -> Option<Put>
where
    E: ProvideErrorMetadata,
{
    match (error.code(), status(error)) {
        (Some("ConditionalRequestConflict"), _) => Some(Put::Conflict),
        (Some("PreconditionFailed"), _) | (None, Some(412)) => Some(Put::Unmet),
        (Some("NoSuchKey"), _) if *only != Only::IfAbsent => Some(Put::Unmet),
        _ => None,
    }
}

/// Whether the first bytes are those of an image. Where none come, nobody can say that they are not.
async fn begins_like_an_image(mut body: ByteStream) -> bool {
    let mut begin = Vec::new();
    while begin.len() < BEGINNING {
        match tokio::time::timeout(BEGINS_WITHIN, body.next()).await {
            Ok(Some(Ok(part))) => begin.extend(part.iter().take(BEGINNING)),
            Ok(None) => break,
            _ => return true,
        }
    }
    resizer_core::sniff::sniff(&begin).is_some()
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// What a refusal means. S3 gives the reason as a code; where it has none, the status decides.
pub(crate) fn refused<E>(action: &'static str, error: &SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let detail = DisplayErrorContext(error).to_string();
    match (error.code(), status(error)) {
        (Some("NoSuchKey"), _) => StoreError::NotFound,
        (Some("InvalidObjectState"), _) => StoreError::Archived,
        (Some("AccessDenied"), _) | (None, Some(403)) => StoreError::Denied { action, detail },
        // Encrypted with a key that is the customer's, or that KMS does not let be used: there is such an object.
        (Some(code), _) if action == "read" && (code == "InvalidRequest" || code.starts_with("KMS.")) => {
            StoreError::Denied { action, detail }
        }
        (
            Some(
                "SlowDown"
                | "ServiceUnavailable"
                | "InternalError"
                | "RequestTimeout"
                | "RequestTimeTooSkewed"
                | "OperationAborted",
            ),
            _,
        )
        | (_, Some(429 | 500..=599)) => StoreError::Busy { detail },
        // Nothing came back: out of reach, timed out, cut off. What can't even be sent for lack of
        // a signature or a host is not that.
        (None, _) if !matches!(error, SdkError::ConstructionFailure(_)) => StoreError::Busy { detail },
        _ => StoreError::Other { action, detail },
    }
}

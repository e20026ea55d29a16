//! The desk on AWS: objects in the artifacts bucket, queues of SQS.

use super::body::within;
use super::sqs::Sqs;
use super::{BatchSettings, Desk, DeskError};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::EncodingType;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use imgdeploy_batch::{Failed, Job, Listed, Note, Page, Paths, ResultBody, Sent, begun, page_number};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::{SystemTime, UNIX_EPOCH};

/// Most bytes of an object that this or the tool wrote: a page of 1,000 keys of 1,024 bytes each, six for each where JSON
/// escapes them.
const LARGEST: usize = 8 * 1024 * 1024;

/// The desk on AWS.
#[derive(Debug)]
pub struct AwsDesk {
    /// Client of S3.
    pub s3: Client,
    /// Sender to SQS.
    pub sqs: Sqs,
    /// Where things are.
    pub settings: BatchSettings,
    /// The bucket of the originals.
    pub originals: String,
    /// The account that has to own both buckets.
    pub owner: Option<String>,
}

fn failed<E>(call: &'static str, error: &SdkError<E, HttpResponse>) -> DeskError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    DeskError { call, detail: DisplayErrorContext(error).to_string() }
}

fn unreadable(call: &'static str, error: &dyn std::error::Error) -> DeskError {
    DeskError { call, detail: error.to_string() }
}

impl AwsDesk {
    /// Lists up to 1,000 keys of a bucket behind `after`.
    async fn listed(&self, bucket: &str, prefix: &str, after: Option<&str>) -> Result<Listed, DeskError> {
        const CALL: &str = "s3:ListBucket";
        let call = self.s3.list_objects_v2().bucket(bucket).prefix(prefix);
        let call =
            call.set_start_after(after.map(str::to_owned)).set_expected_bucket_owner(self.owner.clone());
        let call = call.encoding_type(EncodingType::Url);
        let found = call.send().await.map_err(|error| failed(CALL, &error))?;
        let encoded = found.encoding_type() == Some(&EncodingType::Url);
        let keys = found.contents().iter().filter_map(|one| one.key());
        Listed::of_answer(keys, encoded, found.is_truncated() == Some(true), after)
            .map_err(|error| unreadable(CALL, &error))
    }

    fn paths(&self, job: &str) -> Paths {
        Paths::new(&self.originals, job)
    }

    /// Reads an object; none if there is no such one.
    async fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, DeskError> {
        const CALL: &str = "s3:GetObject";
        let call = self.s3.get_object().bucket(&self.settings.bucket).key(key);
        let found = match call.set_expected_bucket_owner(self.owner.clone()).send().await {
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            found => found.map_err(|error| failed(CALL, &error))?,
        };
        let bytes = within(found.body, LARGEST).await.map_err(|detail| DeskError { call: CALL, detail })?;
        serde_json::from_slice(&bytes).map(Some).map_err(|error| unreadable(CALL, &error))
    }

    /// Writes an object; with `new` only if there is none. Whether it was written.
    async fn write(&self, key: &str, value: &(impl Serialize + Sync), new: bool) -> Result<bool, DeskError> {
        const CALL: &str = "s3:PutObject";
        let bytes = serde_json::to_vec(value).map_err(|error| unreadable(CALL, &error))?;
        let call =
            self.s3.put_object().bucket(&self.settings.bucket).key(key).content_type("application/json");
        let call = call.set_if_none_match(new.then(|| "*".to_owned())).body(ByteStream::from(bytes));
        match call.set_expected_bucket_owner(self.owner.clone()).send().await {
            // 409: another writer is at it this moment; what it writes is as good.
            Err(error)
                if new && matches!(error.raw_response().map(|r| r.status().as_u16()), Some(409 | 412)) =>
            {
                Ok(false)
            }
            written => written.map(|_| true).map_err(|error| failed(CALL, &error)),
        }
    }
}

impl Desk for AwsDesk {
    async fn job(&self, id: &str) -> Result<Option<Job>, DeskError> {
        self.read(&self.paths(id).job()).await
    }

    async fn result(&self, job: &str, name: &str, body: &ResultBody) -> Result<(), DeskError> {
        let key = format!("{}{name}", self.paths(job).results());
        self.write(&key, body, false).await.map(drop)
    }

    async fn tell(&self, failed: &[Failed]) -> Result<(), DeskError> {
        let bodies = failed.iter().filter_map(|one| serde_json::to_string(one).ok());
        self.sqs.send(&self.settings.errors_url, bodies.collect()).await
    }

    async fn send(&self, bodies: Vec<String>) -> Result<(), DeskError> {
        self.sqs.send(&self.settings.queue_url, bodies).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<Listed, DeskError> {
        self.listed(&self.originals, prefix, after).await
    }

    async fn last_page(&self, job: &str) -> Result<Option<u64>, DeskError> {
        let pages = self.paths(job).pages();
        let (mut last, mut after) = (None, None);
        loop {
            let found = self.listed(&self.settings.bucket, &pages, after.as_deref()).await?;
            last = found.keys.last().and_then(|key| page_number(key)).or(last);
            after = found.next;
            if after.is_none() {
                return Ok(last);
            }
        }
    }

    async fn page(&self, job: &str, number: u64) -> Result<Page, DeskError> {
        let page = self.read(&self.paths(job).page(number)).await?;
        page.ok_or_else(|| DeskError {
            call: "s3:GetObject",
            detail: format!("page {number} of {job} is gone"),
        })
    }

    async fn keep(&self, job: &str, number: u64, page: Page) -> Result<Page, DeskError> {
        let key = self.paths(job).page(number);
        if self.write(&key, &page, true).await? { Ok(page) } else { self.page(job, number).await }
    }

    async fn finish(&self, job: &str, sent: Sent) -> Result<(), DeskError> {
        self.write(&self.paths(job).sent(), &sent, false).await.map(drop)
    }

    async fn noted(&self, message: &str) -> Result<Option<Note>, DeskError> {
        self.read(&begun(&self.originals, message)).await
    }

    async fn note(&self, message: &str, note: Note) -> Result<(), DeskError> {
        self.write(&begun(&self.originals, message), &note, false).await.map(drop)
    }

    fn millis(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
    }
}

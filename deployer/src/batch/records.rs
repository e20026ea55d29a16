//! Jobs, pages and results in the artifacts bucket.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::EncodingType;
use imgdeploy_batch::{BEGUN, Counts, Job, Listed, Page, Paths, ResultBody, Sent, page_number, root};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aws::again::again;
use crate::aws::paging::{Next, each};
use crate::aws::read::stored;
use crate::aws::{AwsFailure, FailureKind};

/// The records of one bucket's jobs.
#[derive(Debug, Clone)]
pub struct Records {
    s3: Client,
    artifacts: String,
    bucket: String,
    account: String,
}

const GET: &str = "s3:GetObject";
const PUT: &str = "s3:PutObject";
const LIST: &str = "s3:ListBucket";

impl Records {
    /// In the bucket `artifacts` of `account`, for the jobs on `bucket`.
    pub const fn new(s3: Client, artifacts: String, bucket: String, account: String) -> Self {
        Self { s3, artifacts, bucket, account }
    }

    /// Names of the objects of a job.
    pub fn paths(&self, job: &str) -> Paths {
        Paths::new(&self.bucket, job)
    }

    async fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, AwsFailure> {
        let call = self.s3.get_object().bucket(&self.artifacts).key(key).expected_bucket_owner(&self.account);
        let found = match call.send().await.map_err(|error| AwsFailure::from_sdk(GET, &error)) {
            Err(failure) if failure.kind == FailureKind::Missing => return Ok(None),
            found => found?,
        };
        let body = found.body.collect().await.map_err(|error| AwsFailure::of_body(GET, &error))?;
        let read = serde_json::from_slice(&body.into_bytes());
        read.map(Some).map_err(|error| AwsFailure::local(GET, format!("{key}: {error}")))
    }

    async fn write(&self, key: &str, value: &(impl Serialize + Sync), new: bool) -> Result<bool, AwsFailure> {
        let bytes = serde_json::to_vec(value).map_err(|error| AwsFailure::local(PUT, error.to_string()))?;
        let bytes = bytes::Bytes::from(bytes);
        let put = || {
            let call = self.s3.put_object().bucket(&self.artifacts).key(key);
            let call = call.expected_bucket_owner(&self.account).content_type("application/json");
            let call = call.set_if_none_match(new.then(|| "*".to_owned()));
            let call = call.body(ByteStream::from(bytes.clone()));
            async move { call.send().await.map_err(|error| AwsFailure::from_sdk(PUT, &error)) }
        };
        match again(put).await {
            Err(failure) if new && failure.kind == FailureKind::Conflict => Ok(false),
            written => written.map(|_| true),
        }
    }

    /// A job; none if there is no such one.
    ///
    /// # Errors
    /// The failed call.
    pub async fn job(&self, id: &str) -> Result<Option<Job>, AwsFailure> {
        self.read(&self.paths(id).job()).await
    }

    /// Stores a job.
    ///
    /// # Errors
    /// The failed call.
    pub async fn put_job(&self, job: &Job) -> Result<(), AwsFailure> {
        self.write(&self.paths(&job.id).job(), job, false).await.map(drop)
    }

    /// Ids of all jobs, oldest first.
    ///
    /// # Errors
    /// The failed call.
    pub async fn jobs(&self) -> Result<Vec<String>, AwsFailure> {
        let root = root(&self.bucket);
        let mut found = Vec::new();
        let mut folders = Vec::new();
        let page = async |token| {
            let call = self.s3.list_objects_v2().bucket(&self.artifacts).prefix(&root).delimiter("/");
            let call = call.expected_bucket_owner(&self.account).encoding_type(EncodingType::Url);
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
        for folder in folders {
            let folder = folder?;
            found.extend(folder.strip_prefix(root.as_str()).and_then(|name| {
                let name = name.trim_end_matches('/');
                (name != BEGUN).then(|| name.to_owned())
            }));
        }
        found.sort();
        Ok(found)
    }

    /// What was sent, once everything was.
    ///
    /// # Errors
    /// The failed call.
    pub async fn sent(&self, job: &str) -> Result<Option<Sent>, AwsFailure> {
        self.read(&self.paths(job).sent()).await
    }

    /// Notes that everything was sent.
    ///
    /// # Errors
    /// The failed call.
    pub async fn finish(&self, job: &str, sent: Sent) -> Result<(), AwsFailure> {
        self.write(&self.paths(job).sent(), &sent, false).await.map(drop)
    }

    /// The final counts, once they were noted.
    ///
    /// # Errors
    /// The failed call.
    pub async fn done(&self, job: &str) -> Result<Option<Counts>, AwsFailure> {
        self.read(&self.paths(job).done()).await
    }

    /// Notes the final counts.
    ///
    /// # Errors
    /// The failed call.
    pub async fn put_done(&self, job: &str, counts: Counts) -> Result<(), AwsFailure> {
        self.write(&self.paths(job).done(), &counts, false).await.map(drop)
    }

    /// Number of the last stored page.
    ///
    /// # Errors
    /// The failed call.
    pub async fn last_page(&self, job: &str) -> Result<Option<u64>, AwsFailure> {
        let mut last = None;
        let mut keys = Keys::new(self, self.paths(job).pages(), None);
        while let Some(page) = keys.next().await? {
            last = page.last().and_then(|key| page_number(key)).or(last);
        }
        Ok(last)
    }

    /// A stored page.
    ///
    /// # Errors
    /// The failed call; it is gone.
    pub async fn page(&self, job: &str, number: u64) -> Result<Page, AwsFailure> {
        let page = self.read(&self.paths(job).page(number)).await?;
        page.ok_or_else(|| AwsFailure::local(GET, format!("page {number} of the batch {job} is gone")))
    }

    /// Stores a page unless there is one; the one there is.
    ///
    /// # Errors
    /// The failed call.
    pub async fn keep(&self, job: &str, number: u64, page: Page) -> Result<Page, AwsFailure> {
        if self.write(&self.paths(job).page(number), &page, true).await? {
            Ok(page)
        } else {
            self.page(job, number).await
        }
    }

    /// Stores a result that the function could not.
    ///
    /// # Errors
    /// The failed call.
    pub async fn put_result(&self, job: &str, name: &str, body: &ResultBody) -> Result<(), AwsFailure> {
        self.write(&format!("{}{name}", self.paths(job).results()), body, false).await.map(drop)
    }

    /// The body of a result.
    ///
    /// # Errors
    /// The failed call.
    pub async fn result(&self, key: &str) -> Result<ResultBody, AwsFailure> {
        Ok(self.read(key).await?.unwrap_or_default())
    }

    /// Keys of results behind `after` (`{milliseconds}` of their names), a listing at a time.
    pub fn results(&self, job: &str, after: u64) -> Keys<'_> {
        let results = self.paths(job).results();
        let after = (after > 0).then(|| format!("{results}{after:013}"));
        Keys::new(self, results, after)
    }

    /// Lists up to 1,000 originals.
    ///
    /// # Errors
    /// The failed call.
    pub async fn originals(&self, prefix: &str, after: Option<&str>) -> Result<Listed, AwsFailure> {
        list(&self.s3, &self.bucket, &self.account, prefix, after).await
    }
}

/// A listing of keys, a thousand at a time.
#[derive(Debug)]
pub struct Keys<'a> {
    records: &'a Records,
    prefix: String,
    after: Option<String>,
    ended: bool,
}

impl<'a> Keys<'a> {
    const fn new(records: &'a Records, prefix: String, after: Option<String>) -> Self {
        Self { records, prefix, after, ended: false }
    }

    /// The next keys; none at the end.
    ///
    /// # Errors
    /// The failed call.
    pub async fn next(&mut self) -> Result<Option<Vec<String>>, AwsFailure> {
        if self.ended {
            return Ok(None);
        }
        let records = self.records;
        let Listed { keys, next } =
            list(&records.s3, &records.artifacts, &records.account, &self.prefix, self.after.as_deref())
                .await?;
        self.ended = next.is_none();
        self.after = next;
        Ok(Some(keys))
    }
}

/// Lists up to 1,000 keys of a bucket behind `after`.
///
/// # Errors
/// The failed call.
pub(super) async fn list(
    s3: &Client,
    bucket: &str,
    owner: &str,
    prefix: &str,
    after: Option<&str>,
) -> Result<Listed, AwsFailure> {
    let call = s3.list_objects_v2().bucket(bucket).prefix(prefix).expected_bucket_owner(owner);
    let call = call.encoding_type(EncodingType::Url);
    let found = call.set_start_after(after.map(str::to_owned)).send().await;
    let found = found.map_err(|error| AwsFailure::from_sdk(LIST, &error))?;
    let encoded = found.encoding_type() == Some(&EncodingType::Url);
    let keys = found.contents().iter().filter_map(|one| one.key());
    Listed::of_answer(keys, encoded, found.is_truncated() == Some(true), after)
        .map_err(|error| AwsFailure::local(LIST, error.to_string()))
}

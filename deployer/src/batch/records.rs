//! Jobs, pages and results in the artifacts bucket.

use crate::aws::store::{About, ObjectStore};
use crate::aws::write::Condition;
use crate::aws::{AwsFailure, Clients, FailureKind, body};
use imgdeploy_batch::{BEGUN, Counts, Job, Listed, Page, Paths, ResultBody, Sent, page_number, root};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The records of one bucket's jobs.
#[derive(Debug, Clone)]
pub struct Records {
    artifacts: ObjectStore,
    originals: ObjectStore,
    bucket: String,
}

const GET: &str = "s3:GetObject";
const PUT: &str = "s3:PutObject";

impl Records {
    /// In the bucket `artifacts` of `account`, for the jobs on `bucket`.
    pub fn new(clients: &Clients, region: &str, artifacts: &str, bucket: &str, account: &str) -> Self {
        Self {
            artifacts: ObjectStore::new(clients, region, artifacts, account),
            originals: ObjectStore::new(clients, region, bucket, account),
            bucket: bucket.to_owned(),
        }
    }

    /// Names of the objects of a job.
    pub fn paths(&self, job: &str) -> Paths {
        Paths::new(&self.bucket, job)
    }

    async fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, AwsFailure> {
        let found = match self.artifacts.get(key, body::OWN, None).await {
            Err(failure) if failure.kind == FailureKind::Missing => return Ok(None),
            found => found?,
        };
        let Some((bytes, _)) = found else { return Ok(None) };
        let read = serde_json::from_slice(&bytes);
        read.map(Some).map_err(|error| AwsFailure::local(GET, format!("{key}: {error}")))
    }

    async fn write(&self, key: &str, value: &(impl Serialize + Sync), new: bool) -> Result<bool, AwsFailure> {
        let bytes = serde_json::to_vec(value).map_err(|error| AwsFailure::local(PUT, error.to_string()))?;
        let about = About { content_type: "application/json", ..About::default() };
        let condition = if new { Condition::Absent } else { Condition::Always };
        self.artifacts.put(key, bytes.into(), &about, &condition).await
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
        let folders = self.artifacts.folders(&root).await?;
        let mut found: Vec<String> = folders
            .iter()
            .filter_map(|folder| Some(folder.strip_prefix(root.as_str())?.trim_end_matches('/')))
            .filter(|name| *name != BEGUN)
            .map(str::to_owned)
            .collect();
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
        self.originals.list(prefix, after).await
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
        let Listed { keys, next } = records.artifacts.list(&self.prefix, self.after.as_deref()).await?;
        self.ended = next.is_none();
        self.after = next;
        Ok(Some(keys))
    }
}

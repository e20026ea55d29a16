//! The objects of a job.

use serde::{Deserialize, Serialize};

/// Where the originals' keys come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Every key of the bucket that begins with this and is not itself a derived one; empty for all.
    Prefix(String),
    /// A list that somebody had: its digest, so that the same list is known again.
    List(String),
    /// What failed in another job.
    RetryOf(String),
}

/// One order for many images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Name, such as `20261122-004455-3f9a`: sorts by time.
    pub id: String,
    /// The originals' bucket.
    pub bucket: String,
    /// Where the keys come from.
    pub source: Source,
    /// What is made of each, in the URL grammar or a preset's name.
    pub specs: Vec<String>,
    /// Whether also what is up to date is made again.
    #[serde(default)]
    pub force: bool,
    /// Seconds since 1970.
    pub created: u64,
    /// Whether nothing more is to be made.
    #[serde(default)]
    pub cancelled: bool,
    /// Whether the function does the rest of listing and sending.
    #[serde(default)]
    pub handed_over: bool,
}

impl Job {
    /// Whether both order the same.
    pub fn orders_like(&self, other: &Self) -> bool {
        (&self.bucket, &self.source, &self.specs, self.force)
            == (&other.bucket, &other.source, &other.specs, other.force)
    }
}

/// Up to [`crate::PAGE_KEYS`] keys, as they were listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Number of the first item; the others follow.
    pub first: u64,
    /// The keys.
    pub keys: Vec<String>,
    /// The key behind which the listing goes on; none if this was the last page.
    pub next: Option<String>,
}

impl Page {
    /// Its keys with their numbers.
    pub fn items(&self) -> impl Iterator<Item = (u64, &str)> {
        (self.first..).zip(self.keys.iter().map(String::as_str))
    }

    /// Number of the first item behind it.
    pub fn end(&self) -> u64 {
        self.first + self.keys.len() as u64
    }
}

/// Written when every message was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Pages there are.
    pub pages: u64,
    /// Keys on them.
    pub items: u64,
}

/// An image that was not made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// The job.
    pub job: String,
    /// Number of the item.
    pub n: u64,
    /// Key of the original.
    pub key: String,
    /// What was asked of it.
    pub spec: String,
    /// The failure's short name, as in the function's log; stable.
    pub code: String,
    /// What happened and what to do about it.
    pub reason: String,
    /// Lambda's id of the request, to find it in the log; empty where there was none.
    pub request_id: String,
}

/// What is in a result object: its name has the outcomes already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultBody {
    /// What was not made.
    pub failed: Vec<Failed>,
}

//! Names of a job's objects in the artifacts bucket.

/// What the jobs of a bucket begin with.
pub fn root(bucket: &str) -> String {
    format!("batch/{bucket}/")
}

/// Folder beside those of the jobs, in which notes are.
pub const BEGUN: &str = "begun";

/// Name of the [`crate::Note`] beside a message of the queue.
pub fn begun(bucket: &str, message: &str) -> String {
    format!("{}{BEGUN}/{message}.json", root(bucket))
}

/// The number of a page from its object's name.
pub fn page_number(key: &str) -> Option<u64> {
    key.rsplit('/').next()?.strip_suffix(".json")?.parse().ok()
}

/// Names of one job's objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    folder: String,
}

impl Paths {
    /// Those of `job`, which works on `bucket`.
    pub fn new(bucket: &str, job: &str) -> Self {
        Self { folder: format!("{}{job}/", root(bucket)) }
    }

    /// The order itself.
    pub fn job(&self) -> String {
        format!("{}job.json", self.folder)
    }

    /// A page of keys, numbered from 0.
    pub fn page(&self, number: u64) -> String {
        format!("{}{number:07}.json", self.pages())
    }

    /// What pages begin with.
    pub fn pages(&self) -> String {
        format!("{}pages/", self.folder)
    }

    /// That every message was sent.
    pub fn sent(&self) -> String {
        format!("{}sent.json", self.folder)
    }

    /// The final counts.
    pub fn done(&self) -> String {
        format!("{}done.json", self.folder)
    }

    /// What results begin with.
    pub fn results(&self) -> String {
        format!("{}results/", self.folder)
    }
}

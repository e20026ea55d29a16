//! What each edited document was before and after: the memory that `detach` restores from.
//!
//! One JSON object per bucket in the artifacts bucket. It is written before the first edit of a run and
//! once more at its end, each time on the condition that nobody else wrote it since (`If-Match`), so it
//! is also what keeps two runs on one bucket apart.

use serde::{Deserialize, Serialize};

use crate::aws::read::PublicAccessBlock;

/// Version of the journal's format.
pub const FORMAT: u32 = 1;

/// A document before and after our edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit<T> {
    /// Without our part; `None`: there was no such document.
    pub before: Option<T>,
    /// With our part.
    pub after: T,
}

/// Our edit of a distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistributionEdit {
    /// Distribution id.
    pub id: String,
    /// Path pattern of the behaviour that is ours.
    pub path_pattern: String,
    /// The documents.
    pub edit: Edit<String>,
}

/// What a distribution is still to forget: whether it has can't be seen in the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stale {
    /// Distribution id.
    pub id: String,
    /// Paths, with a trailing `*`.
    pub paths: Vec<String>,
}

/// How far the run that wrote the journal has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Claimed; edits may or may not have been made.
    Running,
    /// Everything that was planned has been done.
    Done,
}

/// The journal of one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// [`FORMAT`].
    pub format: u32,
    /// Version of the tool that wrote it.
    pub tool: String,
    /// Random id of the run that wrote it last.
    pub run: String,
    /// How far that run came.
    pub state: State,
    /// The bucket.
    pub bucket: String,
    /// Prefix of derived keys, with trailing slash.
    pub prefix: String,
    /// Every API host that our routing rules ever named; the newest first.
    #[serde(default)]
    pub api_hosts: Vec<String>,
    /// The bucket's public access block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_access_block: Option<Edit<PublicAccessBlock>>,
    /// The bucket policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Edit<String>>,
    /// The website configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<Edit<String>>,
    /// The notification configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification: Option<Edit<String>>,
    /// The distribution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<DistributionEdit>,
    /// What a run that has not come to its end was to have forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale: Option<Stale>,
}

impl Journal {
    /// A journal without edits.
    pub fn new(bucket: &str, prefix: &str) -> Self {
        Self {
            format: FORMAT,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            run: String::new(),
            state: State::Running,
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            api_hosts: Vec::new(),
            public_access_block: None,
            policy: None,
            website: None,
            notification: None,
            distribution: None,
            stale: None,
        }
    }

    /// Reads a journal.
    ///
    /// # Errors
    /// A sentence naming what is wrong: not JSON, a newer format, another bucket's journal.
    pub fn parse(text: &str, bucket: &str) -> Result<Self, String> {
        let journal: Self = serde_json::from_str(text).map_err(|error| format!("not a journal: {error}"))?;
        if journal.format > FORMAT {
            return Err(format!(
                "written by imgdeploy {} in format {}, newer than this version reads",
                journal.tool, journal.format
            ));
        }
        if journal.bucket != bucket {
            return Err(format!("it is about the bucket {}", journal.bucket));
        }
        Ok(journal)
    }

    /// The text that is stored.
    pub fn text(&self) -> String {
        // Plain strings and numbers always serialise.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Everything that was planned has been done.
    pub fn close(&mut self) {
        self.state = State::Done;
        self.stale = None;
    }

    /// Same contents, whoever wrote it and however far they came.
    pub fn same_contents(&self, other: &Self) -> bool {
        let bare = |journal: &Self| Self {
            run: String::new(),
            tool: String::new(),
            state: State::Done,
            stale: None,
            ..journal.clone()
        };
        bare(self) == bare(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let mut journal = Journal::new("b", "resized/");
        journal.policy = Some(Edit { before: None, after: "{ }".into() });
        assert_eq!(Journal::parse(&journal.text(), "b").as_ref(), Ok(&journal));
    }

    #[test]
    fn another_buckets_and_newer_journals_are_refused() {
        let mut journal = Journal::new("b", "resized/");
        assert!(Journal::parse(&journal.text(), "c").is_err());
        journal.format = FORMAT + 1;
        assert!(Journal::parse(&journal.text(), "b").is_err());
        assert!(Journal::parse("<xml/>", "b").is_err());
    }
}

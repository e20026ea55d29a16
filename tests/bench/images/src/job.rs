//! What goes in and out, as JSON.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One input and the outputs that are made of it.
#[derive(Debug, Deserialize)]
pub struct Job {
    /// The encoded image. Read before the clock starts. Without one nothing is done: the answer
    /// then tells the memory of the idle process.
    #[serde(default)]
    pub input: Option<PathBuf>,
    /// One output each, in the path grammar: `300x/filters:quality(80)`.
    #[serde(default)]
    pub specs: Vec<String>,
    /// Where to write each output, after the clock has stopped; nowhere if there is none.
    #[serde(default)]
    pub out: Vec<Option<PathBuf>>,
}

/// What a job cost.
#[derive(Debug, Default, Serialize)]
pub struct Answer {
    /// User and system time of the whole process during the job, in microseconds.
    pub cpu_us: u64,
    /// Length of each output, in bytes.
    pub bytes: Vec<usize>,
    /// Most resident memory during the job, the input's bytes included, in KiB.
    pub peak_rss_kb: Option<u64>,
    /// Why there is no output.
    pub error: Option<String>,
}

impl Answer {
    /// An answer that holds nothing but the reason.
    pub fn failed(error: String) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}

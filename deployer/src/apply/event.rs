//! What happens during an apply, for whoever shows it.

use serde::Serialize;

/// One thing that happened.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A step begins.
    Step {
        /// Counted from 1.
        number: usize,
        /// How many there are.
        total: usize,
        /// What it does.
        text: String,
    },
    /// Something to see while a step runs.
    Progress {
        /// One line.
        text: String,
    },
    /// The step is done.
    Done,
}

//! The checks of `imgdeploy doctor`: a [`Snapshot`] of what was observed in, a [`Diagnosis`] out. Pure.
//!
//! [`table::CHECKS`] lists every check once. A check is a file of its own under `checks/`, with its code, its story and a function
//! over the snapshot. [`diagnose`] runs them all and folds what is only the effect of something else under its cause, so that one
//! fault gives one headline.

pub mod check;
mod checks;
mod diagnosis;
mod fold;
mod shared;
mod skip;
pub mod snapshot;
pub mod table;

#[cfg(test)]
mod tests;

pub use check::{Check, Finding, Fix, Severity, Skip, Verdict};
pub use diagnosis::{Diagnosis, Headline, NotChecked, Selection, Unseen, diagnose};
pub use snapshot::Snapshot;

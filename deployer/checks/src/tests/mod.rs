//! Tests over snapshots: a healthy one, and what is found after one thing in it is changed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code: a panic is the report")]

mod api;
mod bucket;
mod edge;
mod fixture;
mod function;
mod laws;
mod region;
mod variants;
mod walk;

pub(crate) use fixture::*;

use crate::diagnosis::{Diagnosis, Selection, diagnose};
use crate::snapshot::Snapshot;

/// The diagnosis of the healthy snapshot after a change.
pub(crate) fn after(change: impl FnOnce(&mut Snapshot)) -> Diagnosis {
    let mut snapshot = healthy();
    change(&mut snapshot);
    diagnose(&snapshot, &Selection::default())
}

/// The codes of all headlines after a change.
pub(crate) fn headlines(change: impl FnOnce(&mut Snapshot)) -> Vec<&'static str> {
    after(change).headlines.iter().map(|headline| headline.code).collect()
}

//! Tests over snapshots: a healthy one, and what is found after one thing in it is changed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code: a panic is the report")]

mod api;
mod bucket;
mod edge;
mod fixture;
mod function;
mod hostile;
mod laws;
mod region;
mod variants;
mod walk;

pub(crate) use fixture::*;

use crate::check::{Finding, Fix};
use crate::diagnosis::{Diagnosis, Selection, diagnose};
use crate::snapshot::Snapshot;
use imgdeploy_world::{AwsFailure, Fact, FailureKind};

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

/// The finding of the only headline, which has to have this code.
pub(crate) fn only(diagnosis: &Diagnosis, code: &str, fault: &str) -> Finding {
    let codes: Vec<&str> = diagnosis.headlines.iter().map(|headline| headline.code).collect();
    assert_eq!(codes, [code], "{fault}: {:#?}", diagnosis.headlines);
    diagnosis.headlines[0].finding.clone()
}

/// One fault of a chain that the tool set up: one headline, and the tool's way out where it has one.
pub(crate) fn has_one_headline(
    code: &str,
    fault: &str,
    fix: Option<Fix>,
    change: impl FnOnce(&mut Snapshot),
) {
    let finding = only(&after(change), code, fault);
    assert_eq!(finding.fix, fix, "{fault}");
    assert_eq!(
        finding.cure.contains("doctor --fix --bucket shop-pictures"),
        fix.is_some(),
        "{fault}: {}",
        finding.cure
    );
    assert!(!finding.what.ends_with('.') && finding.value.is_some(), "{fault}: {finding:?}");
}

/// The codes that could not be checked for want of this action; nothing may be found.
pub(crate) fn not_checked(action: &str, change: impl FnOnce(&mut Snapshot)) -> Vec<&'static str> {
    let diagnosis = after(change);
    assert_eq!(diagnosis.headlines, [], "{action}");
    diagnosis
        .not_checked
        .into_iter()
        .filter(|it| it.unseen.action == action)
        .flat_map(|it| it.codes)
        .collect()
}

/// What a caller without the right is told.
pub(crate) fn denied(action: &str, why: &str) -> AwsFailure {
    AwsFailure::of_kind(FailureKind::Denied, action, why)
}

/// Faults are put into what is known.
pub(crate) trait KnownMut<T> {
    /// The value to change, if it is known.
    fn known_mut(&mut self) -> Option<&mut T>;
}

impl<T> KnownMut<T> for Fact<T> {
    fn known_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Unknown(_) => None,
        }
    }
}

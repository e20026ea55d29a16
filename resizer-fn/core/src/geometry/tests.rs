//! Sizes and places for each way of fitting, and what holds for all.
#![allow(clippy::unwrap_used)]

mod placing;
mod properties;
mod sizes;

use super::*;

/// Lays out for the text of a spec, with nothing found.
fn lay(source: Size, spec: &str) -> Layout {
    lay_found(source, spec, &Found::default())
}

fn lay_found(source: Size, spec: &str, found: &Found) -> Layout {
    layout(source, &spec.parse().unwrap(), found)
}

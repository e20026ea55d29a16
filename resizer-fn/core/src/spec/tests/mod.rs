//! Tests of the whole grammar.
#![allow(clippy::unwrap_used)]

pub(crate) mod any;
mod errors;
mod parts;
mod properties;
mod split;

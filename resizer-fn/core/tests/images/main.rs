//! The corpus under `tests/images/corpus`: files of every kind, compared with what other decoders
//! make of them, whole and damaged.
#![allow(clippy::unwrap_used)]
// Tests read files and watch the clock; the core does not.
#![allow(clippy::disallowed_methods)]

mod corpus;
mod damage;
mod product;
mod references;

//! The front over real HTTP on loopback, in front of a world in memory.
#![allow(clippy::unwrap_used)]

mod chain;
mod fake;
mod ports;

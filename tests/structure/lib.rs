//! Reads the sources of this workspace and says what depends on what. Its tests hold what ARCHITECTURE.md says of the structure.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "test code: a panic is the report")]

mod graph;
mod source;
mod tests;

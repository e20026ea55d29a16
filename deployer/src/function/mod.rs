//! The life of a function's code: observe, plan (pure), apply. `update-code` and `rollback` are its users.
//!
//! The alias is what viewers reach. New code is published as a version, checked there, and only then does the alias
//! move: whatever fails before, viewers notice nothing, and running again goes on from what is there. Every write names
//! the revision that the plan was made from, so two people at once end with one refusal, not with a mixture.

pub mod apply;
pub mod canary;
pub mod check;
mod code;
pub mod observe;
pub mod plan;
pub mod rollback;
mod run;
pub mod target;
mod versions;

/// The alias that the API of an attached bucket calls.
pub const LIVE: &str = "Live";

/// The runtime that the function is built for (LA-10).
pub const RUNTIME: &str = "provided.al2023";
/// What such a runtime starts.
pub const HANDLER: &str = "bootstrap";

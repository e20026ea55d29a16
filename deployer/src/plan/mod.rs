//! Plans: pure comparisons of what is wanted with what was seen. Nothing here reads or writes anything.

pub mod action;
pub(crate) mod artifacts;
pub mod attach;
mod before;
mod code;
pub mod detach;
mod diff;
pub mod down;
mod edge;
mod function_rights;
mod journal;
pub mod memory;
pub mod mend;
mod notes;
mod notification;
mod our_stack;
mod policy;
mod predict;
mod proposal;
mod public_access;
pub mod up;
mod website;

pub use action::{Action, Protection};
pub use edge::{in_front, owned_patterns};
pub use proposal::{JournalStep, Note, Plan, Refusal, RefusalKind};
pub use website::our_hosts;

#[cfg(test)]
mod tests;

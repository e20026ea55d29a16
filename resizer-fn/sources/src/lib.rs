//! Which hosts images may be fetched from: the list of them, and the addresses that are never connected to. Pure.
//!
//! The function decides by it; the tool checks settings by it, so that neither takes what the other refuses.

pub mod address;
pub mod source;
mod special;

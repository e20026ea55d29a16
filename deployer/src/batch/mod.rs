//! `batch`: derived images of many originals at once.
//!
//! What is said between tool and function is in the crate `imgdeploy-batch`. Effects: `records` (objects in the artifacts
//! bucket), `first_tier` (listing and sending), `dead` (messages that the function died on), `watch` (counting until all is
//! known), `lists` (keys from files and inventories), `local` (the same on this machine). Pure: `inventory` (formats of
//! lists), `progress` (what is shown).

pub mod cancel;
pub mod dead;
pub mod first_tier;
pub mod inventory;
pub mod lists;
pub mod local;
pub mod place;
pub mod progress;
pub mod records;
pub mod stall;
pub mod watch;

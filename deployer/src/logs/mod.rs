//! What the function logs: events of CloudWatch Logs, understood line by line and joined to one entry a request.
//!
//! [`parse`], [`join`] and [`explain`] are pure; [`follow`] looks again and again. The events come from [`crate::aws::logs`].

pub mod explain;
pub mod follow;
pub mod join;
pub mod parse;
pub mod since;

pub use imgdeploy_world::log::Event;
pub use join::{Entry, Joiner, PlatformError, Request, Text};
pub use since::Since;

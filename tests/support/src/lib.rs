//! What the integration tests share: an AWS of their own, faults between it and the tool, a bucket that is
//! already in use, and the built tool itself.
//!
//! Everything here blocks, so that a test is a plain `#[test]`; sockets are served by one runtime in the
//! background. Several instances side by side are fine: each has its own port and its own folder.
//!
//! ```no_run
//! use test_support::{ministack::MiniStack, proxy::Proxy, scenario::Scenario, tool::Tool};
//!
//! let aws = MiniStack::start();
//! let scenario = Scenario::used_bucket(&aws, "eu-west-1", "photos");
//! let before = scenario.snapshot();
//! let proxy = Proxy::start(&aws);
//! let run = Tool::new("target/debug/imgdeploy").endpoint(&proxy.url()).run(["doctor"]);
//! assert_eq!(run.code, 0, "{run}");
//! before.assert_equal(&scenario.snapshot());
//! assert_eq!(proxy.writes(), []);
//! ```

#![allow(clippy::unwrap_used, reason = "test code: a panic is the report")]

pub mod aws;
pub mod elf;
pub mod http_client;
pub mod iam;
pub mod jpeg;
pub mod ministack;
pub mod photos;
pub mod proxy;
pub mod scenario;
pub mod snapshot;
pub mod tool;
pub mod workspace;
pub mod zip_file;

//! `imgdeploy`: on-demand image resizing for the S3 bucket you already have.
//!
//! One way: cli -> command -> observe -> plan -> apply -> verify -> report. The stages share plain data.

pub mod apply;
pub mod artifact;
pub use imgdeploy_aws as aws;
pub use imgdeploy_aws::approval;
pub mod batch;
pub mod cli;
pub mod command;
pub mod cost;
pub mod desired;
pub mod dev;
pub mod doctor;
pub mod error;
pub mod function;
pub mod input;
pub mod journal;
pub mod logs;
pub mod names;
pub mod observe;
pub mod output;
pub mod permissions;
pub mod plan;
pub mod price;
pub mod probe;
pub mod purge;
pub(crate) mod random;
pub mod report;
pub mod resize;
pub(crate) mod sample;
pub mod sdk_files;
pub mod settings;
pub mod stack;
pub mod status;
pub mod time;
pub mod tune;

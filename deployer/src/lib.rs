//! `imgdeploy`: on-demand image resizing for the S3 bucket you already have.
//!
//! One way: cli -> command -> observe -> plan -> apply -> verify -> report. The stages share plain data.

pub mod aws;
pub mod fact;
pub mod journal;
pub mod names;

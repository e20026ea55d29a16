//! `doctor` against an attached bucket with one thing wrong.

mod api_faults;
mod bucket_faults;
mod covered;
mod edge_faults;
mod fault;
mod function_faults;
mod healthy;
mod looks;
mod schema;
mod ward;

pub use ward::Ward;

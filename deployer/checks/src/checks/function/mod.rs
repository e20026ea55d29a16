//! The function, what calls it, what it may do, what it is told, and its code.

mod call;
mod command;
mod rights;
mod setting;
mod zip;

pub mod alias_gone;
pub mod architecture;
pub mod bucket_variable;
pub mod function_gone;
pub mod log_permission;
pub mod memory;
pub mod other_code_problem;
pub mod permission_missing;
pub mod permission_other_api;
pub mod permission_unqualified;
pub mod reserved_concurrency;
pub mod role_boundary;
pub mod role_denied;
pub mod role_get;
pub mod role_neither;
pub mod role_put;
pub mod runtime;
pub mod state;
pub mod timeout;
pub mod trust;
pub mod update_in_progress;
pub mod url_of_api;
pub mod url_scheme;
pub mod url_slash;
pub mod zip_folder;
pub mod zip_mode;

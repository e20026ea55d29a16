//! Every check once, by code.

use crate::check::Check;
use crate::checks::function;
use crate::checks::region;
use crate::checks::walk;

/// All checks. Codes are stable; a check that goes leaves its number behind.
pub const CHECKS: &[&Check] = &[
    &region::profile_region::CHECK,
    &function::permission_missing::CHECK,
    &function::permission_other_api::CHECK,
    &function::permission_unqualified::CHECK,
    &function::alias_gone::CHECK,
    &function::role_put::CHECK,
    &function::role_get::CHECK,
    &function::role_neither::CHECK,
    &function::log_permission::CHECK,
    &function::trust::CHECK,
    &function::bucket_variable::CHECK,
    &function::url_slash::CHECK,
    &function::url_scheme::CHECK,
    &function::url_of_api::CHECK,
    &function::timeout::CHECK,
    &function::memory::CHECK,
    &function::reserved_concurrency::CHECK,
    &function::architecture::CHECK,
    &function::zip_mode::CHECK,
    &function::zip_folder::CHECK,
    &function::runtime::CHECK,
    &function::state::CHECK,
    &function::update_in_progress::CHECK,
    &function::function_gone::CHECK,
    &function::other_code_problem::CHECK,
    &walk::redirect_loop::CHECK,
    &walk::elsewhere::CHECK,
    &walk::error_answer::CHECK,
    &walk::log::CHECK,
    &walk::no_image::CHECK,
    &walk::no_answer::CHECK,
];

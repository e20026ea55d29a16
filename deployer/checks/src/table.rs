//! Every check once, by code.

use crate::check::Check;
use crate::checks::region;

/// All checks. Codes are stable; a check that goes leaves its number behind.
pub const CHECKS: &[&Check] = &[&region::profile_region::CHECK];

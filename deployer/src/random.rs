//! Names that no other run has.

use std::hash::{BuildHasher, Hasher};

/// 16 hexadecimal digits that no other run has. The standard library seeds its hashers from the system's
/// random numbers.
pub(crate) fn random_id() -> String {
    let seed = std::collections::hash_map::RandomState::new();
    let mut hasher = seed.build_hasher();
    hasher.write_u32(std::process::id());
    format!("{:016x}", hasher.finish())
}

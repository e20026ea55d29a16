//! `doctor`: what is wrong with a chain, from its configuration and from live requests.
//!
//! `look` reads everything into a snapshot (effects), `walk` makes the live requests (effects), `imgdeploy_checks` judges
//! (pure), `fix` turns findings into a plan (pure).

pub mod fix;
pub mod look;
pub mod walk;

/// How many seconds a whole run may take unless `--timeout` says otherwise.
pub const TIMEOUT_S: u64 = 60;

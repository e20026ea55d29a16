//! The way out of a check that can find neither good nor bad.

use imgdeploy_world::{AwsFailure, Fact};

/// Why a check found neither good nor bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// Somebody could not look: the check is "not checked".
    Unseen(AwsFailure),
    /// There is nothing that the check is about (no distribution, no website): it has nothing to say.
    Nothing,
}

/// What is known, or the way out of a check: absent is [`Skip::Nothing`], as another check speaks of that.
///
/// # Errors
/// [`Skip`].
pub fn need<T>(seen: &Fact<T>) -> Result<&T, Skip> {
    match seen {
        Fact::Known(value) => Ok(value),
        Fact::Absent => Err(Skip::Nothing),
        Fact::Unknown(why) => Err(Skip::Unseen(why.clone())),
    }
}

/// The same where absence is an answer: `None`.
///
/// # Errors
/// [`Skip::Unseen`].
pub fn need_or_absent<T>(seen: &Fact<T>) -> Result<Option<&T>, Skip> {
    match seen {
        Fact::Known(value) => Ok(Some(value)),
        Fact::Absent => Ok(None),
        Fact::Unknown(why) => Err(Skip::Unseen(why.clone())),
    }
}

//! The one place where images are stored: over nothing, or over what the function itself made.
//!
//! ```text
//! nothing known -> PUT If-None-Match: *  -> stored
//!                                        -> something is there -> HEAD: ours    -> PUT If-Match: its ETag -> …
//!                                                                       foreign -> Taken, nothing was changed
//! ```

use super::{Derived, Only, Put, Stamp, Store, StoreError};
use std::time::Duration;

/// Most writes that are tried: whoever else writes to this key makes the same image, and is done after one.
const TRIES: u32 = 5;
/// Wait after a conflict with another write; doubled for each further one.
const PAUSE: Duration = Duration::from_millis(20);

/// What is known of a key before an image is stored there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nobody looked.
    Unknown,
    /// There is nothing.
    Absent,
    /// There is an image of ours, with this ETag.
    Ours(String),
}

impl Found {
    /// From what the object under `key` says of itself.
    ///
    /// # Errors
    /// [`StoreError::Taken`], if it is not ours.
    pub fn of(key: &str, stamp: Option<&Stamp>) -> Result<Self, StoreError> {
        match stamp {
            None => Ok(Self::Absent),
            Some(stamp) if stamp.is_ours(key) => Ok(Self::Ours(stamp.etag.clone())),
            Some(_) => Err(StoreError::Taken),
        }
    }
}

/// Stores a derived image under `key`, unless what is there is not ours.
///
/// # Errors
/// [`StoreError::Taken`]; whatever the store refuses with; [`StoreError::Busy`] if others kept on writing there.
pub async fn keep(
    store: &impl Store,
    key: &str,
    derived: &Derived,
    mut found: Found,
) -> Result<(), StoreError> {
    let mut pause = PAUSE;
    for _ in 0..TRIES {
        let only = match &found {
            Found::Unknown | Found::Absent => Only::IfAbsent,
            Found::Ours(etag) => Only::IfMatch(etag.clone()),
        };
        match store.put(key, derived, &only).await? {
            Put::Stored => return Ok(()),
            Put::Unmet => {}
            Put::Conflict => {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
        }
        let stamp = store.stamp(key).await?;
        let seen = Found::of(key, stamp.as_ref())?;
        // Ours, and not what was there before: another instance made the same image meanwhile.
        if found != Found::Unknown && seen != found && stamp.is_some_and(|stamp| stamp.is_like(derived)) {
            return Ok(());
        }
        found = seen;
    }
    Err(StoreError::Busy { detail: format!("others kept on writing to `{key}`") })
}

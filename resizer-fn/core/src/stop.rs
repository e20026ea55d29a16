//! The word to stop work that nobody waits for any more.

use crate::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A word to stop, from whoever waits for images to whoever makes them. The core has no clock: its caller has, and
/// says the word when the time is up; the work ends between two rows, frames or filters. Clones are one and the same.
#[derive(Clone, Debug)]
pub struct Stop(Option<Arc<AtomicBool>>);

/// For callers that wait however long it takes.
pub static NEVER: Stop = Stop(None);

impl Default for Stop {
    fn default() -> Self {
        Self(Some(Arc::default()))
    }
}

impl Stop {
    /// Says the word. To [`NEVER`] it can't be said.
    pub fn stop(&self) {
        if let Self(Some(flag)) = self {
            flag.store(true, Ordering::Relaxed);
        }
    }

    /// Whether the word was said.
    pub fn is_said(&self) -> bool {
        self.0.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// To be asked between rows, frames and filters.
    ///
    /// # Errors
    /// [`Error::Stopped`], once the word was said.
    pub fn check(&self) -> Result<(), Error> {
        if self.is_said() { Err(Error::Stopped) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_hear_the_same_word() {
        let stop = Stop::default();
        let heard = stop.clone();
        assert_eq!(heard.check(), Ok(()));
        stop.stop();
        assert_eq!(heard.check(), Err(Error::Stopped));
        NEVER.stop();
        assert_eq!(NEVER.check(), Ok(()));
    }
}

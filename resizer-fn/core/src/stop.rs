//! The word to stop work that nobody waits for any more.

use crate::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A word to stop, from whoever waits for images to whoever makes them. The core has no clock: its caller has, and
/// says the word when the time is up; the work ends between two rows, frames or filters. Clones are one and the same.
#[derive(Clone, Debug)]
pub struct Stop(Option<Arc<Word>>);

#[derive(Debug, Default)]
struct Word {
    said: AtomicBool,
    count: Option<Count>,
}

/// How often it was asked, and from which time on the answer is yes.
#[derive(Debug)]
struct Count {
    asked: AtomicU64,
    after: u64,
}

/// For callers that wait however long it takes.
pub static NEVER: Stop = Stop(None);

impl Default for Stop {
    fn default() -> Self {
        Self(Some(Arc::default()))
    }
}

impl Stop {
    /// One whose word counts as said once it was asked for `asks` times: for tests, which need no clock then.
    pub fn after(asks: u64) -> Self {
        let count = Count { asked: AtomicU64::new(0), after: asks };
        Self(Some(Arc::new(Word { said: AtomicBool::new(false), count: Some(count) })))
    }

    /// How often one made by [`Stop::after`] was asked; 0 for all others, which do not count.
    pub fn asked(&self) -> u64 {
        let count = self.0.as_ref().and_then(|word| word.count.as_ref());
        count.map_or(0, |count| count.asked.load(Ordering::Relaxed))
    }

    /// Says the word. To [`NEVER`] it can't be said.
    pub fn stop(&self) {
        if let Self(Some(word)) = self {
            word.said.store(true, Ordering::Relaxed);
        }
    }

    /// Whether the word was said.
    pub fn is_said(&self) -> bool {
        let Self(Some(word)) = self else { return false };
        let over = |count: &Count| count.asked.fetch_add(1, Ordering::Relaxed) >= count.after;
        word.said.load(Ordering::Relaxed) || word.count.as_ref().is_some_and(over)
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

    #[test]
    fn one_that_counts_says_it_by_itself() {
        let stop = Stop::after(2);
        assert_eq!(
            [stop.is_said(), stop.is_said(), stop.is_said(), stop.is_said()],
            [false, false, true, true]
        );
        assert_eq!((stop.asked(), NEVER.asked()), (4, 0));
    }
}

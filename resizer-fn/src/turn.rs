//! One image is worked on at a time, by live requests and batches alike, and only while somebody waits for it.

use crate::failure::Failure;
use resizer_core::Stop;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// The time that a request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// When nobody waits any more.
    pub until: Instant,
    /// All the time there was when it began.
    pub whole: Duration,
}

impl Time {
    /// From now on.
    pub fn of(whole: Duration) -> Self {
        Self { until: Instant::now() + whole, whole }
    }

    /// What is left of it.
    pub fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }
}

/// Where one takes one's turn: an instance has the memory for one image, and a processor or less.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

/// The right to work on an image. Whoever works on a thread of its own takes it there, so that it is given back when
/// that thread has ended, and not when nobody waits for it any more.
#[derive(Debug)]
pub struct Turn {
    _permit: OwnedSemaphorePermit,
    /// The time that its holder has.
    pub time: Time,
}

impl Turns {
    /// Waits for one's turn.
    ///
    /// # Errors
    /// [`Failure::busy`], when the time is up before.
    pub async fn take(&self, time: Time) -> Result<Turn, Failure> {
        let permit = tokio::time::timeout_at(time.until, Arc::clone(&self.0).acquire_owned()).await;
        match permit {
            Ok(Ok(permit)) => Ok(Turn { _permit: permit, time }),
            _ => Err(Failure::busy()),
        }
    }
}

/// Says the word to stop when it is dropped: when the request is answered, ran out of time, or was given up.
#[derive(Debug, Default)]
pub struct Waiting(Stop);

impl Waiting {
    /// The word, for whoever works.
    pub fn stop(&self) -> Stop {
        self.0.clone()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.stop();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_and_nobody_waits_longer_than_they_have() {
        let turns = Turns::default();
        let first = turns.take(Time::of(Duration::from_secs(9))).await.unwrap();
        let second = turns.take(Time::of(Duration::from_millis(5))).await;
        assert_eq!(second.unwrap_err().code, "busy");
        drop(first);
        let third = turns.take(Time::of(Duration::from_secs(3))).await.unwrap();
        assert!(third.time.left() <= Duration::from_secs(3));
    }

    #[test]
    fn who_waits_no_more_says_so() {
        let waiting = Waiting::default();
        let stop = waiting.stop();
        assert!(!stop.is_said());
        drop(waiting);
        assert!(stop.is_said());
    }
}

//! How far a batch is: plain data for the report.

use std::collections::VecDeque;
use std::time::Duration;

use imgdeploy_batch::{Counts, Sent};
use serde::Serialize;

/// How far a batch is. All numbers count images: keys times specs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Progress {
    /// Asked for; none until everything was listed.
    pub asked: Option<u64>,
    /// Made.
    pub done: u64,
    /// Were up to date.
    pub skipped: u64,
    /// Not made.
    pub failed: u64,
    /// Images per second, of late; none until that is known.
    pub per_second: Option<f64>,
    /// Seconds that the rest takes at that speed.
    pub seconds_left: Option<u64>,
}

impl Progress {
    /// From what was counted.
    pub fn new(sent: Option<Sent>, specs: usize, counts: Counts, per_second: Option<f64>) -> Self {
        let asked = sent.map(|sent| sent.items * specs as u64);
        let left = asked.map(|asked| asked.saturating_sub(counts.total()));
        let seconds_left = match (left, per_second) {
            (Some(left), Some(speed)) if speed > 0.0 => Some((left as f64 / speed).ceil() as u64),
            _ => None,
        };
        let Counts { done, skipped, failed } = counts;
        Self { asked, done, skipped, failed, per_second, seconds_left }
    }

    /// All that something is known of.
    pub fn known(&self) -> u64 {
        self.done + self.skipped + self.failed
    }
}

/// Time that speed is an average over.
const WINDOW: Duration = Duration::from_secs(20);

/// Measures the speed.
#[derive(Debug, Clone, Default)]
pub struct Speed {
    seen: VecDeque<(Duration, u64)>,
}

impl Speed {
    /// Images per second of late, `known` being all that is known after `elapsed`.
    pub fn of(&mut self, elapsed: Duration, known: u64) -> Option<f64> {
        self.seen.push_back((elapsed, known));
        while self.seen.len() > 2 && self.seen.front().is_some_and(|(at, _)| *at + WINDOW < elapsed) {
            self.seen.pop_front();
        }
        let (at, before) = *self.seen.front()?;
        let seconds = elapsed.checked_sub(at)?.as_secs_f64();
        (seconds > 0.5).then(|| ((known.saturating_sub(before)) as f64 / seconds * 10.0).round() / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_takes_as_long_as_its_speed_says() {
        let sent = Some(Sent { pages: 1, items: 50 });
        let counts = Counts { done: 20, skipped: 5, failed: 5 };
        let progress = Progress::new(sent, 2, counts, Some(20.0));
        assert_eq!((progress.asked, progress.known(), progress.seconds_left), (Some(100), 30, Some(4)));
        assert_eq!(Progress::new(None, 2, counts, Some(20.0)).seconds_left, None);
        assert_eq!(Progress::new(sent, 2, counts, Some(0.0)).seconds_left, None);
    }

    #[test]
    fn speed_is_that_of_late() {
        let mut speed = Speed::default();
        let at = Duration::from_secs;
        assert_eq!(speed.of(at(0), 0), None);
        assert_eq!(speed.of(at(10), 100), Some(10.0));
        assert_eq!(speed.of(at(20), 100), Some(5.0));
        assert_eq!(speed.of(at(40), 100), Some(0.0));
        assert_eq!(speed.of(at(60), 500), Some(20.0));
    }
}

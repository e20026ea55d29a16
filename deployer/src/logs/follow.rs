//! A log group, looked at again and again.

use std::collections::HashMap;
use std::time::Duration;

use super::Event;
use crate::aws::failure::Answered;
use crate::aws::{AwsFailure, Clients, logs};

/// Time between two looks. CloudWatch Logs allows some five of them a second in an account and region.
const PAUSE: Duration = Duration::from_millis(1_500);
/// Longest time between two looks, where AWS has too many calls.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// An event may be shown up to this many milliseconds after later ones of other streams [unverified]: so much is read
/// again at each look, and known by its id.
const OVERLAP: i64 = 60_000;

/// A log group and what was seen of it.
#[derive(Debug)]
pub struct Follower<'a> {
    clients: &'a Clients,
    region: &'a str,
    log_group: &'a str,
    seen: Seen,
    pause: Duration,
}

/// Which events were given out.
#[derive(Debug)]
struct Seen {
    /// Where the next look begins, in milliseconds since 1970; never before the first look's beginning.
    start: i64,
    /// Ids and times of events that the next look may bring again.
    ids: HashMap<String, i64>,
}

impl Seen {
    /// Those that are new, and moves the beginning of the next look on.
    fn new_of(&mut self, events: Vec<Event>) -> Vec<Event> {
        let fresh: Vec<Event> = events
            .into_iter()
            .filter(|event| self.ids.insert(event.id.clone(), event.time).is_none())
            .collect();
        let newest = self.ids.values().max().copied().unwrap_or(self.start);
        self.start = self.start.max(newest - OVERLAP);
        let start = self.start;
        self.ids.retain(|_, time| *time >= start);
        fresh
    }
}

impl<'a> Follower<'a> {
    /// Follows `log_group` from a moment on, in milliseconds since 1970.
    pub fn new(clients: &'a Clients, region: &'a str, log_group: &'a str, start: i64) -> Self {
        let seen = Seen { start, ids: HashMap::new() };
        Self { clients, region, log_group, seen, pause: PAUSE }
    }

    /// Events that no earlier look has given out.
    ///
    /// # Errors
    /// What stays wrong. Throttling and missing answers come as `Ok(Err(…))`: the next look may work, and comes later.
    pub async fn look(&mut self) -> Result<Result<Vec<Event>, AwsFailure>, AwsFailure> {
        match logs::recent(self.clients, self.region, self.log_group, self.seen.start).await {
            Ok(events) => {
                self.pause = PAUSE;
                Ok(Ok(self.seen.new_of(events)))
            }
            Err(failure) if failure.is_passing() => {
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                Ok(Err(failure))
            }
            Err(failure) => Err(failure),
        }
    }

    /// Waits until it is time for the next look.
    pub async fn wait(&self) {
        crate::aws::pace::pause(self.pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, time: i64) -> Event {
        Event { id: id.to_owned(), time, stream: String::new(), message: String::new() }
    }

    fn ids(events: &[Event]) -> Vec<&str> {
        events.iter().map(|event| event.id.as_str()).collect()
    }

    #[test]
    fn each_event_is_given_out_once_also_when_it_comes_late() {
        let mut seen = Seen { start: 1_000, ids: HashMap::new() };
        assert_eq!(ids(&seen.new_of(vec![event("a", 1_500), event("b", 100_000)])), ["a", "b"]);
        assert_eq!(seen.start, 40_000);
        // A late one of another stream, and one seen before.
        assert_eq!(ids(&seen.new_of(vec![event("c", 99_000), event("b", 100_000)])), ["c"]);
        assert_eq!(
            ids(&seen.new_of(vec![event("c", 99_000), event("b", 100_000), event("d", 200_000)])),
            ["d"]
        );
        assert_eq!(seen.start, 140_000);
        assert_eq!(seen.ids.len(), 1, "what no look can bring again is forgotten");
    }

    #[test]
    fn nothing_before_the_beginning_is_asked_for() {
        let mut seen = Seen { start: 1_000, ids: HashMap::new() };
        assert_eq!(ids(&seen.new_of(vec![event("a", 1_500)])), ["a"]);
        assert_eq!(seen.start, 1_000);
        assert_eq!(ids(&seen.new_of(Vec::new())), [""; 0]);
    }
}

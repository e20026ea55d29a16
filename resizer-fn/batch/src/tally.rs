//! Counting by item, so that what was delivered twice counts once.

use crate::outcome::{ItemOutcome, Outcome, read_name};
use serde::{Deserialize, Serialize};

/// Images by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Made.
    pub done: u64,
    /// Were up to date.
    pub skipped: u64,
    /// Not made.
    pub failed: u64,
}

impl Counts {
    /// All of them.
    pub fn total(self) -> u64 {
        self.done + self.skipped + self.failed
    }
}

/// What is known of every item of a job. One byte for each image.
#[derive(Clone, Debug)]
pub struct Tally {
    specs: usize,
    /// 0 for nothing known, else an [`Outcome`]; `specs` bytes for each item.
    images: Vec<u8>,
    counts: Counts,
    known: u64,
    newest: u64,
}

impl Tally {
    /// For a job with that many specs.
    pub fn new(specs: usize) -> Self {
        Self { specs, images: Vec::new(), counts: Counts::default(), known: 0, newest: 0 }
    }

    /// Takes in the key of a result object. Whether it was one of this job's shape; what has failed by it is returned so
    /// that its body can be read.
    pub fn add_key(&mut self, key: &str) -> Option<Vec<ItemOutcome>> {
        let (millis, items) = read_name(key)?;
        if items.iter().any(|item| item.images.len() != self.specs) {
            return None;
        }
        self.newest = self.newest.max(millis);
        for item in &items {
            self.add(item);
        }
        Some(items)
    }

    fn add(&mut self, item: &ItemOutcome) {
        let Some(start) = usize::try_from(item.n).ok().and_then(|n| n.checked_mul(self.specs)) else {
            return;
        };
        let end = start + self.specs;
        if self.images.len() < end {
            self.images.resize(end, 0);
        }
        for (known, new) in self.images.iter_mut().skip(start).zip(&item.images) {
            if *known == 0 {
                self.known += 1;
            } else {
                // A success that is known never becomes a failure again: the image is there.
                if *known >= *new as u8 {
                    continue;
                }
                *count(&mut self.counts, *known) -= 1;
            }
            *known = *new as u8;
            *count(&mut self.counts, *known) += 1;
        }
    }

    /// The counts so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// When the newest result was written, in milliseconds since 1970.
    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// Whether something is known of every image of `items` items.
    pub fn is_complete(&self, items: u64) -> bool {
        self.known == items * self.specs as u64 && self.images.len() as u64 == items * self.specs as u64
    }

    /// Whether the image of item `n` for the spec at that place failed, as far as is known.
    pub fn failed(&self, n: u64, spec: usize) -> bool {
        let place = usize::try_from(n).ok().and_then(|n| n.checked_mul(self.specs));
        let place = place.and_then(|start| start.checked_add(spec)).filter(|_| spec < self.specs);
        place.and_then(|place| self.images.get(place)).is_some_and(|image| *image == Outcome::Failed as u8)
    }

    /// Whether there is a result for item `n`.
    pub fn knows(&self, n: u64) -> bool {
        let start = usize::try_from(n).ok().and_then(|n| n.checked_mul(self.specs));
        let known = start.and_then(|start| self.images.get(start..start + self.specs));
        known.is_some_and(|images| images.iter().all(|image| *image != 0))
    }
}

fn count(counts: &mut Counts, outcome: u8) -> &mut u64 {
    match outcome {
        done if done == Outcome::Done as u8 => &mut counts.done,
        skipped if skipped == Outcome::Skipped as u8 => &mut counts.skipped,
        _ => &mut counts.failed,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::outcome::result_name;
    use proptest::prelude::*;

    fn key(millis: u64, items: &[(u64, &[Outcome])]) -> String {
        let items: Vec<ItemOutcome> =
            items.iter().map(|(n, images)| ItemOutcome { n: *n, images: images.to_vec() }).collect();
        format!("batch/b/j/results/{}", result_name(millis, "r", &items))
    }

    #[test]
    fn a_job_is_complete_when_every_image_is_known() {
        use Outcome::{Done, Failed, Skipped};
        let mut tally = Tally::new(2);
        assert!(tally.is_complete(0) && !tally.is_complete(2));
        assert!(tally.add_key(&key(5, &[(1, &[Done, Failed])])).is_some());
        assert!(!tally.is_complete(2) && tally.knows(1) && !tally.knows(0));
        assert!(tally.add_key(&key(3, &[(0, &[Skipped, Done])])).is_some());
        assert!(tally.is_complete(2) && !tally.is_complete(1) && !tally.is_complete(3));
        assert_eq!((tally.counts(), tally.newest()), (Counts { done: 2, skipped: 1, failed: 1 }, 5));
        // Not of this job's shape.
        assert_eq!(tally.add_key(&key(9, &[(2, &[Done])])), None);
        assert_eq!(tally.add_key("batch/b/j/results/other"), None);
        assert_eq!(tally.counts().total(), 4);
    }

    proptest! {
        /// However often and in whatever order results come: each image counts once, and success stays.
        #[test]
        fn nothing_counts_twice(
            results in prop::collection::vec((0..20u64, prop::sample::select(vec![1u8, 2, 3])), 1..60),
            again in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        ) {
            let outcome = |code: u8| match code { 1 => Outcome::Failed, 2 => Outcome::Skipped, _ => Outcome::Done };
            let mut order: Vec<(u64, u8)> = results.clone();
            order.extend(again.iter().map(|index| *index.get(&results)));
            let mut tally = Tally::new(1);
            for (n, code) in &order {
                prop_assert!(tally.add_key(&key(1, &[(*n, &[outcome(*code)])])).is_some());
            }
            let mut best = std::collections::BTreeMap::new();
            for (n, code) in &results {
                let seen = best.entry(*n).or_insert(*code);
                *seen = (*seen).max(*code);
            }
            let of = |wanted: u8| best.values().filter(|code| **code == wanted).count() as u64;
            let counts = Counts { done: of(3), skipped: of(2), failed: of(1) };
            prop_assert_eq!(tally.counts(), counts);
            prop_assert_eq!(counts.total(), best.len() as u64);
        }
    }
}

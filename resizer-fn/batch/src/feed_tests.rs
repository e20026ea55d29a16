#![allow(clippy::unwrap_used)]
use super::*;
use crate::message::Received;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Mutex;

#[derive(Debug, PartialEq, Eq)]
struct Cut;

/// A bucket in memory, in which every call may fail.
#[derive(Default)]
struct Memory {
    bucket: Mutex<Vec<String>>,
    per_list: usize,
    pages: Mutex<BTreeMap<u64, Page>>,
    sent: Mutex<Vec<(u64, String)>>,
    finished: Mutex<Option<Sent>>,
    calls: Mutex<usize>,
    cut_at: Mutex<Option<usize>>,
}

impl Memory {
    fn new(keys: usize, per_list: usize) -> Self {
        let bucket = (0..keys).map(|n| format!("k{n:05}")).collect();
        Self { bucket: Mutex::new(bucket), per_list, ..Self::default() }
    }

    fn call(&self) -> Result<(), Cut> {
        let mut calls = self.calls.lock().unwrap();
        *calls += 1;
        if *self.cut_at.lock().unwrap() == Some(*calls) { Err(Cut) } else { Ok(()) }
    }
}

impl Feed for Memory {
    type Error = Cut;

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<Listed, Cut> {
        self.call()?;
        let bucket = self.bucket.lock().unwrap();
        let behind =
            |key: &&String| key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after);
        let mut found = bucket.iter().filter(behind).cloned().collect::<Vec<_>>();
        let more = found.len() > self.per_list;
        found.truncate(self.per_list);
        let next = more.then(|| found.last().unwrap().clone());
        found.retain(|key| !key.ends_with("derived"));
        Ok(Listed { keys: found, next })
    }

    async fn last_page(&self) -> Result<Option<u64>, Cut> {
        self.call()?;
        Ok(self.pages.lock().unwrap().keys().next_back().copied())
    }

    async fn page(&self, number: u64) -> Result<Page, Cut> {
        self.call()?;
        Ok(self.pages.lock().unwrap().get(&number).unwrap().clone())
    }

    async fn keep(&self, number: u64, page: Page) -> Result<Page, Cut> {
        self.call()?;
        Ok(self.pages.lock().unwrap().entry(number).or_insert(page).clone())
    }

    async fn send(&self, bodies: Vec<String>) -> Result<(), Cut> {
        let fails = self.call();
        // A call that is cut off may have sent a part.
        let all = bodies.len();
        for body in bodies.into_iter().take(if fails.is_ok() { all } else { all / 2 }) {
            let Received::Ours(Message::Work(item)) = Received::of(&body) else { panic!("{body}") };
            self.sent.lock().unwrap().push((item.n, item.key));
        }
        fails
    }

    async fn finish(&self, sent: Sent) -> Result<(), Cut> {
        self.call()?;
        *self.finished.lock().unwrap() = Some(sent);
        Ok(())
    }
}

fn job(source: Source) -> Job {
    let specs = vec!["10x10".to_owned()];
    Job {
        id: "j".to_owned(),
        bucket: "b".to_owned(),
        source,
        specs,
        force: false,
        created: 0,
        cancelled: false,
        handed_over: false,
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn every_key_is_sent_once_and_numbered() {
    let memory = Memory::new(25, 10);
    let fed = run(feed(&memory, &job(Source::Prefix(String::new())), None, |_| true)).unwrap();
    assert_eq!(fed, Fed::All(Sent { pages: 3, items: 25 }));
    let sent = memory.sent.lock().unwrap();
    let wanted: Vec<(u64, String)> = (0..25).map(|n| (n, format!("k{n:05}"))).collect();
    assert_eq!(*sent, wanted);
}

#[test]
fn nothing_to_send_is_finished_at_once() {
    let memory = Memory::new(0, 10);
    let fed = run(feed(&memory, &job(Source::Prefix("k".to_owned())), None, |_| true)).unwrap();
    assert_eq!(fed, Fed::All(Sent { pages: 1, items: 0 }));
    assert!(memory.sent.lock().unwrap().is_empty());
}

#[test]
fn pages_of_nothing_but_derived_images_are_passed_over() {
    let memory = Memory::new(3, 2);
    memory.bucket.lock().unwrap().extend((0..9).map(|n| format!("l{n}derived")));
    memory.bucket.lock().unwrap().push("z".to_owned());
    let fed = run(feed(&memory, &job(Source::Prefix(String::new())), None, |_| true)).unwrap();
    assert!(matches!(fed, Fed::All(Sent { items: 4, .. })), "{fed:?}");
}

#[test]
fn a_list_has_its_pages_beforehand() {
    let memory = Memory::new(0, 10);
    for (number, next) in [(0, Some("more")), (1, None)] {
        let page = Page {
            first: number * 2,
            keys: vec!["a".to_owned(), "b".to_owned()],
            next: next.map(str::to_owned),
        };
        memory.pages.lock().unwrap().insert(number, page);
    }
    let job = job(Source::List("digest".to_owned()));
    let stopped = run(feed(&memory, &job, None, |_| false)).unwrap();
    assert_eq!(stopped, Fed::Stopped(At { pages: 1, items: 2 }));
    let fed = run(feed(&memory, &job, Some(1), |_| true)).unwrap();
    assert_eq!(fed, Fed::All(Sent { pages: 2, items: 4 }));
    let numbers: Vec<u64> = memory.sent.lock().unwrap().iter().map(|(n, _)| *n).collect();
    assert_eq!(numbers, [0, 1, 2, 3]);
}

proptest! {
    /// Cut off at any call, and with keys coming and going meanwhile: the next run ends with every number naming one
    /// key, every key of the pages sent, and as few sent twice as fit on one page.
    #[test]
    fn a_run_that_was_cut_off_is_finished_by_the_next(
        keys in 0..60usize, per_list in 1..12usize, cut in 1..40usize, added in prop::collection::vec(0..60u32, 0..5),
    ) {
        let memory = Memory::new(keys, per_list);
        *memory.cut_at.lock().unwrap() = Some(cut);
        let job = job(Source::Prefix(String::new()));
        let first = run(feed(&memory, &job, None, |_| true));
        {
            let mut bucket = memory.bucket.lock().unwrap();
            bucket.extend(added.iter().map(|n| format!("k{n:05}b")));
            bucket.sort();
            bucket.dedup();
        }
        let sent = match first {
            Ok(Fed::All(sent)) => sent,
            _ => match run(feed(&memory, &job, None, |_| true)).unwrap() {
                Fed::All(sent) => sent,
                Fed::Stopped(at) => return Err(TestCaseError::fail(format!("{at:?}"))),
            },
        };
        let all = memory.sent.lock().unwrap();
        let by_number: BTreeMap<u64, &String> = all.iter().map(|(n, key)| (*n, key)).collect();
        prop_assert!(all.iter().all(|(n, key)| by_number[n] == key));
        prop_assert_eq!(by_number.len() as u64, sent.items);
        prop_assert_eq!(by_number.keys().copied().collect::<Vec<_>>(), (0..sent.items).collect::<Vec<_>>());
        let distinct: std::collections::BTreeSet<_> = by_number.values().collect();
        prop_assert_eq!(distinct.len() as u64, sent.items, "a key has two numbers");
        prop_assert!(all.len() as u64 <= sent.items + per_list as u64);
        prop_assert!(sent.items as usize >= keys);
    }
}

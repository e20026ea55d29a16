//! A desk in memory, for tests.

use super::{Desk, DeskError};
use imgdeploy_batch::{Failed, Job, Listed, Note, Page, ResultBody, Sent};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A desk in memory.
#[derive(Debug, Default)]
pub struct MemoryDesk {
    /// Jobs by id.
    pub jobs: Mutex<BTreeMap<String, Job>>,
    /// Results: job, name, body.
    pub results: Mutex<Vec<(String, String, ResultBody)>>,
    /// What was told.
    pub told: Mutex<Vec<Failed>>,
    /// What was sent.
    pub sent: Mutex<Vec<String>>,
    /// Keys of the bucket, sorted.
    pub keys: Mutex<Vec<String>>,
    /// Pages by number.
    pub pages: Mutex<BTreeMap<u64, Page>>,
    /// What was finished.
    pub finished: Mutex<Option<Sent>>,
    /// What is noted beside messages.
    pub notes: Mutex<BTreeMap<String, Note>>,
    /// The next calls that fail, by name.
    pub fail: Mutex<Vec<&'static str>>,
    /// How many notes can be written before how many can't.
    failing_notes: Mutex<(u32, u32)>,
    /// Notes of this kind that can't be written from now on.
    pub fail_note: Mutex<Option<Note>>,
    /// The call that gets no answer from now on, by name.
    pub hang: Mutex<Option<&'static str>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MemoryDesk {
    /// Has the next `skip` notes be written, and the `fail` after them not.
    pub fn skip_then_fail_notes(&self, skip: u32, fail: u32) {
        *lock(&self.failing_notes) = (skip, fail);
    }

    async fn call(&self, call: &'static str) -> Result<(), DeskError> {
        if *lock(&self.hang) == Some(call) {
            return std::future::pending().await;
        }
        let mut fail = lock(&self.fail);
        match fail.iter().position(|failing| *failing == call) {
            Some(place) => {
                fail.remove(place);
                Err(DeskError { call, detail: "told to fail".to_owned() })
            }
            None => Ok(()),
        }
    }
}

impl Desk for MemoryDesk {
    async fn job(&self, id: &str) -> Result<Option<Job>, DeskError> {
        self.call("job").await?;
        Ok(lock(&self.jobs).get(id).cloned())
    }

    async fn result(&self, job: &str, name: &str, body: &ResultBody) -> Result<(), DeskError> {
        self.call("result").await?;
        lock(&self.results).push((job.to_owned(), name.to_owned(), body.clone()));
        Ok(())
    }

    async fn tell(&self, failed: &[Failed]) -> Result<(), DeskError> {
        self.call("tell").await?;
        lock(&self.told).extend(failed.iter().cloned());
        Ok(())
    }

    async fn send(&self, bodies: Vec<String>) -> Result<(), DeskError> {
        self.call("send").await?;
        lock(&self.sent).extend(bodies);
        Ok(())
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<Listed, DeskError> {
        self.call("list").await?;
        let keys = lock(&self.keys);
        let behind =
            |key: &&String| key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after);
        let mut found: Vec<String> = keys.iter().filter(behind).take(3).cloned().collect();
        let next = if found.len() > 2 { found.pop().and(found.last().cloned()) } else { None };
        Ok(Listed { keys: found, next })
    }

    async fn last_page(&self, _: &str) -> Result<Option<u64>, DeskError> {
        self.call("last_page").await?;
        Ok(lock(&self.pages).keys().next_back().copied())
    }

    async fn page(&self, _: &str, number: u64) -> Result<Page, DeskError> {
        self.call("page").await?;
        let page = lock(&self.pages).get(&number).cloned();
        page.ok_or_else(|| DeskError { call: "page", detail: format!("there is no page {number}") })
    }

    async fn keep(&self, _: &str, number: u64, page: Page) -> Result<Page, DeskError> {
        self.call("keep").await?;
        Ok(lock(&self.pages).entry(number).or_insert(page).clone())
    }

    async fn finish(&self, _: &str, sent: Sent) -> Result<(), DeskError> {
        self.call("finish").await?;
        *lock(&self.finished) = Some(sent);
        Ok(())
    }

    async fn noted(&self, message: &str) -> Result<Option<Note>, DeskError> {
        self.call("noted").await?;
        Ok(lock(&self.notes).get(message).copied())
    }

    async fn note(&self, message: &str, note: Note) -> Result<(), DeskError> {
        self.call("note").await?;
        let counted = {
            let mut left = lock(&self.failing_notes);
            let fails = left.0 == 0 && left.1 > 0;
            if left.0 > 0 {
                left.0 -= 1;
            } else {
                left.1 = left.1.saturating_sub(1);
            }
            fails
        };
        if counted || *lock(&self.fail_note) == Some(note) {
            return Err(DeskError { call: "note", detail: "told to fail".to_owned() });
        }
        lock(&self.notes).insert(message.to_owned(), note);
        Ok(())
    }

    fn millis(&self) -> u64 {
        1
    }
}

//! A store in memory, for tests and local use: conditions hold as they do on S3.

use super::{Derived, Only, Original, Put, Stamp, Store, StoreError};
use imgdeploy_batch::{etag_of, seal, stamped};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// An object: its content, and what is written beside it.
#[derive(Clone, Debug)]
struct Object {
    bytes: Vec<u8>,
    stamp: Option<Stamp>,
    derived: Option<Derived>,
}

impl Object {
    fn etag(&self) -> String {
        etag_of(&self.bytes)
    }
}

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    objects: Mutex<BTreeMap<String, Object>>,
    fail_get: Mutex<Option<StoreError>>,
    fail_put: Mutex<Option<StoreError>>,
    meanwhile: Mutex<Vec<(String, Derived)>>,
    conflicts: AtomicU32,
    stalled: AtomicBool,
    asked: Mutex<Vec<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere leaves the maps usable: each change is one insert.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MemoryStore {
    /// Puts an object as anybody could: over whatever is there, without metadata.
    pub fn insert(&self, key: &str, bytes: Vec<u8>) {
        lock(&self.objects).insert(key.to_owned(), Object { bytes, stamp: None, derived: None });
    }

    /// Changes the content of an object and keeps its metadata, as some tools do.
    pub fn edit(&self, key: &str, bytes: Vec<u8>) {
        if let Some(object) = lock(&self.objects).get_mut(key) {
            object.bytes = bytes;
        }
    }

    /// Copies an object with its metadata, as `aws s3 cp` does.
    pub fn copy(&self, from: &str, to: &str) {
        let mut objects = lock(&self.objects);
        if let Some(object) = objects.get(from).cloned() {
            objects.insert(to.to_owned(), object);
        }
    }

    /// Takes the seal off an object: so were images stored before there were seals.
    pub fn unseal(&self, key: &str) {
        if let Some(stamp) = lock(&self.objects).get_mut(key).and_then(|object| object.stamp.as_mut()) {
            stamp.seal = None;
        }
    }

    /// All that was put by the function, by key.
    pub fn derived(&self) -> BTreeMap<String, Derived> {
        let objects = lock(&self.objects);
        let derived = objects.iter().filter_map(|(key, object)| Some((key.clone(), object.derived.clone()?)));
        derived.collect()
    }

    /// The contents of all objects, by key.
    pub fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        lock(&self.objects).iter().map(|(key, object)| (key.clone(), object.bytes.clone())).collect()
    }

    /// Has another instance store an image right before the next write.
    pub fn meanwhile(&self, key: &str, derived: Derived) {
        lock(&self.meanwhile).push((key.to_owned(), derived));
    }

    /// Makes as many writes from now on meet another one that is under way.
    pub fn conflict(&self, times: u32) {
        self.conflicts.store(times, Ordering::Relaxed);
    }

    /// The keys of every `get` since the last time that this was asked.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.asked))
    }

    /// Makes every `get` from now on fail like that.
    pub fn fail_get(&self, error: StoreError) {
        *lock(&self.fail_get) = Some(error);
    }

    /// Makes every `get` from now on wait for ever.
    pub fn stall(&self) {
        self.stalled.store(true, Ordering::Relaxed);
    }

    /// Makes every `put` from now on fail like that.
    pub fn fail_put(&self, error: StoreError) {
        *lock(&self.fail_put) = Some(error);
    }

    fn write(&self, key: &str, derived: &Derived) {
        let bytes = derived.bytes.to_vec();
        let etag = etag_of(&bytes);
        let stamp = Stamp {
            source_etag: derived.source_etag.clone(),
            spec: Some(stamped(&derived.spec)),
            job: derived.job.clone(),
            seal: Some(seal(key, &etag)),
            etag,
        };
        let object = Object { bytes, stamp: Some(stamp), derived: Some(derived.clone()) };
        lock(&self.objects).insert(key.to_owned(), object);
    }
}

impl Store for MemoryStore {
    async fn get(&self, key: &str, max_bytes: u64) -> Result<Original, StoreError> {
        lock(&self.asked).push(key.to_owned());
        if self.stalled.load(Ordering::Relaxed) {
            return std::future::pending().await;
        }
        if let Some(error) = lock(&self.fail_get).clone() {
            return Err(error);
        }
        let object = lock(&self.objects).get(key).cloned().ok_or(StoreError::NotFound)?;
        let bytes = object.bytes.len() as u64;
        if bytes > max_bytes {
            let image = resizer_core::sniff::sniff(&object.bytes).is_some();
            return Err(StoreError::TooLarge { bytes, limit: max_bytes, image });
        }
        Ok(Original { etag: Some(object.etag()), bytes: object.bytes, content_type: None })
    }

    async fn get_unless(
        &self,
        key: &str,
        max_bytes: u64,
        etag: Option<&str>,
    ) -> Result<Option<Original>, StoreError> {
        let original = self.get(key, max_bytes).await?;
        Ok((etag.is_none() || original.etag.as_deref() != etag).then_some(original))
    }

    async fn stamp(&self, key: &str) -> Result<Option<Stamp>, StoreError> {
        Ok(lock(&self.objects)
            .get(key)
            .map(|object| Stamp { etag: object.etag(), ..object.stamp.clone().unwrap_or_default() }))
    }

    async fn put(&self, key: &str, derived: &Derived, only: &Only) -> Result<Put, StoreError> {
        if let Some(error) = lock(&self.fail_put).clone() {
            return Err(error);
        }
        let others: Vec<(String, Derived)> = lock(&self.meanwhile).drain(..).collect();
        others.iter().for_each(|(key, derived)| self.write(key, derived));
        let left = |times: u32| times.checked_sub(1);
        if self.conflicts.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_ok() {
            return Ok(Put::Conflict);
        }
        let there = lock(&self.objects).get(key).map(Object::etag);
        let met = match only {
            Only::IfAbsent => there.is_none(),
            Only::IfMatch(etag) => there.as_ref() == Some(etag),
        };
        if !met {
            return Ok(Put::Unmet);
        }
        self.write(key, derived);
        Ok(Put::Stored)
    }
}

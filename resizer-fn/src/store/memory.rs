//! A store in memory, for tests and local use.

use super::{Derived, Original, Stamp, Store, StoreError};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A store in memory. Derived images are kept apart from originals.
#[derive(Debug, Default)]
pub struct MemoryStore {
    originals: Mutex<BTreeMap<String, Original>>,
    derived: Mutex<BTreeMap<String, Derived>>,
    fail_get: Mutex<Option<StoreError>>,
    fail_put: Mutex<Option<StoreError>>,
    stalled: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere leaves the maps usable: each change is one insert.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MemoryStore {
    /// Adds an original.
    pub fn insert(&self, key: &str, bytes: Vec<u8>) {
        let etag = Some(format!("etag-of-{}-bytes", bytes.len()));
        let original = Original { bytes, etag, content_type: None };
        lock(&self.originals).insert(key.to_owned(), original);
    }

    /// All that was put, by key.
    pub fn derived(&self) -> BTreeMap<String, Derived> {
        lock(&self.derived).clone()
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
}

impl Store for MemoryStore {
    async fn get(&self, key: &str, max_bytes: u64) -> Result<Original, StoreError> {
        if self.stalled.load(Ordering::Relaxed) {
            return std::future::pending().await;
        }
        if let Some(error) = lock(&self.fail_get).clone() {
            return Err(error);
        }
        let original = lock(&self.originals).get(key).cloned().ok_or(StoreError::NotFound)?;
        let bytes = original.bytes.len() as u64;
        if bytes > max_bytes {
            let image = resizer_core::sniff::sniff(&original.bytes).is_some();
            return Err(StoreError::TooLarge { bytes, limit: max_bytes, image });
        }
        Ok(original)
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
        Ok(lock(&self.derived).get(key).map(|derived| Stamp {
            source_etag: derived.source_etag.clone(),
            spec: Some(imgdeploy_batch::stamped(&derived.spec)),
            job: derived.job.clone(),
        }))
    }

    async fn put(&self, key: &str, derived: Derived) -> Result<(), StoreError> {
        if let Some(error) = lock(&self.fail_put).clone() {
            return Err(error);
        }
        lock(&self.derived).insert(key.to_owned(), derived);
        Ok(())
    }
}

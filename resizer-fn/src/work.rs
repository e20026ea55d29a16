//! What all routes have in common: one original and its watermarks in, images out, within the memory and the time there are.

use crate::direct::fetch::Fetch;
use crate::failure::Failure;
use crate::handler::Handler;
use crate::image::{self, Assets};
use crate::record::{Record, ms_since};
use crate::store::{Original, Store, StoreError};
use crate::turn::{Time, Turn, Waiting};
use resizer_core::{Defaults, Error, Output, Spec, sniff};
use std::time::{Duration, Instant};

/// Most watermarks on one image: each is a file of its own to get.
const MAX_WATERMARKS: usize = 4;

/// How many times the work that there is time for, by the core's estimate, is begun. The estimate is coarse, and what was
/// begun in vain is stopped when the time is up: so better begin too much than refuse what could have been done.
const SLACK: f64 = 3.0;

/// Bodies of unknown length are gathered in memory that grows by doubling: old and new are there at the same time.
const GROWTH: u64 = 3;

/// What is to be made of one original.
#[derive(Debug)]
pub(crate) struct Work {
    /// The original.
    pub(crate) bytes: Vec<u8>,
    /// What it becomes.
    pub(crate) specs: Vec<Spec>,
    /// Its watermarks.
    pub(crate) assets: Assets,
    /// Memory that others hold meanwhile, in bytes.
    pub(crate) beside: u64,
}

impl<S: Store, F: Fetch> Handler<S, F> {
    /// Makes the image, with the watermarks it needs from the bucket.
    pub(crate) async fn make(
        &self,
        bytes: Vec<u8>,
        spec: Spec,
        turn: Turn,
        record: &mut Record,
    ) -> Result<Output, Failure> {
        record.bytes_in = Some(bytes.len());
        let mut assets = Assets::new();
        self.assets(&spec, &mut assets, self.room().saturating_sub(bytes.len() as u64)).await?;
        let start = Instant::now();
        let work = Work { bytes, specs: vec![spec], assets, beside: 0 };
        let made = self.work(work, turn).await;
        record.ms_resize = Some(ms_since(start));
        let made = made?.0.pop().unwrap_or_else(|| Err(Failure::internal("nothing was made")))?;
        record.bytes_out = Some(made.bytes.len());
        Ok(made)
    }

    /// Makes images. The turn comes back for whoever has large results to store before others may begin.
    pub(crate) async fn work(
        &self,
        work: Work,
        turn: Turn,
    ) -> Result<(Vec<Result<Output, Failure>>, Turn), Failure> {
        let time = turn.time;
        let mut limits = self.settings.limits;
        limits.max_memory = limits.max_memory.saturating_sub(work.beside);
        limits.max_work = limits.max_work.min(self.most_work(time.left()));
        let defaults = Defaults { quality: self.settings.quality };
        let waiting = Waiting::default();
        let stop = waiting.stop();
        // On a thread of its own, so that the time limit can strike meanwhile. The turn goes there too: it is given back
        // when the work has ended, even if nobody waits for it any more.
        let made = tokio::task::spawn_blocking(move || {
            let Work { bytes, specs, assets, .. } = work;
            (image::make_all(&bytes, &specs, &assets, &defaults, &limits, &stop), turn)
        });
        let made = tokio::time::timeout_at(time.until, made).await.map_err(|_| Failure::timeout())?;
        let (made, turn) = made.map_err(|error| Failure::internal(error.to_string()))?;
        let failure = |error| self.judged(error, time);
        let made = made.map_err(failure)?;
        Ok((made.into_iter().map(|one| one.map_err(failure)).collect(), turn))
    }

    /// What could be done with more time than was left is worth another try.
    fn judged(&self, error: Error, time: Time) -> Failure {
        match error {
            Error::TooMuchWork { work, .. } => match self.most_work(time.whole) {
                limit if work <= limit => Failure::timeout(),
                limit => Error::TooMuchWork { work, limit }.into(),
            },
            error => error.into(),
        }
    }

    /// Most work, in microseconds of one processor, that is begun with so much time.
    fn most_work(&self, time: Duration) -> u64 {
        (time.as_micros() as f64 * self.settings.processor() * SLACK) as u64
    }

    /// Most bytes of files that are held for one image: what the core needs besides is its own matter.
    pub(crate) fn room(&self) -> u64 {
        self.settings.limits.max_memory
    }

    /// Most bytes of a file of unknown length.
    pub(crate) fn most_fetched(&self) -> u64 {
        self.settings.limits.max_bytes.min(self.room() / GROWTH)
    }

    /// Gets a file of the bucket, if there is room for it; unless its ETag is `etag`.
    pub(crate) async fn file(
        &self,
        key: &str,
        etag: Option<&str>,
        room: u64,
    ) -> Result<Option<Original>, StoreError> {
        let max_bytes = self.settings.limits.max_bytes;
        match self.store().get_unless(key, max_bytes.min(room), etag).await {
            Err(StoreError::TooLarge { bytes, image, .. }) if bytes <= max_bytes => {
                Err(StoreError::NoRoom { bytes, limit: room, image })
            }
            Err(StoreError::TooLarge { bytes, image, .. }) => {
                Err(StoreError::TooLarge { bytes, limit: max_bytes, image })
            }
            found => found,
        }
    }

    /// Adds the watermarks that `spec` puts on the image to `assets`, which have `room` together.
    pub(crate) async fn assets(&self, spec: &Spec, assets: &mut Assets, room: u64) -> Result<(), Failure> {
        let keys = image::watermarks(spec);
        if keys.len() > MAX_WATERMARKS {
            return Err(Failure::watermark(
                400,
                format!("more than {MAX_WATERMARKS} watermarks are asked for"),
            ));
        }
        for key in keys {
            if assets.contains_key(key) {
                continue;
            }
            if self.settings.bucket.is_none() {
                return Err(Failure::watermark(
                    400,
                    "watermarks come from a bucket, and there is none".to_owned(),
                ));
            }
            if self.settings.scheme.is_derived(key) {
                return Err(Failure::watermark(
                    400,
                    format!("the watermark `{key}` is itself a resized image"),
                ));
            }
            let held: u64 = assets.values().map(|bytes| bytes.len() as u64).sum();
            let found = self.file(key, None, room.saturating_sub(held)).await;
            let found = found.map_err(Failure::from).and_then(|found| match &found {
                Some(file) if sniff::sniff(&file.bytes).is_none() => Err(Failure::not_an_image()),
                _ => Ok(found),
            });
            let found = found.map_err(|failure| Failure::no_watermark(key, failure))?;
            assets.extend(found.map(|found| (key.to_owned(), found.bytes)));
        }
        Ok(())
    }
}

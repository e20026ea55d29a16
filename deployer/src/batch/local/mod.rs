//! The same on this machine: for buckets that have nothing but originals, and for folders.

mod bucket;
mod folder;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use futures::{StreamExt as _, stream};
use imgdeploy_batch::Counts;
use resizer_core::{Assets, Defaults, Limits, Options, Output, Spec};
use tokio::sync::Semaphore;

pub use bucket::BucketStore;
pub use folder::FolderStore;

/// What is made of each original.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// As they stand in keys.
    pub texts: Vec<String>,
    /// What they mean.
    pub specs: Vec<Spec>,
    /// Quality of lossy formats.
    pub quality: u8,
    /// Limits of originals and images.
    pub limits: Limits,
    /// Whether also what is up to date is made again.
    pub force: bool,
}

/// An original, and which of its images are up to date already.
#[derive(Debug)]
pub struct Loaded {
    /// The file; none if nothing has to be made.
    pub bytes: Option<Vec<u8>>,
    /// What its images are marked with.
    pub etag: String,
    /// For each spec.
    pub up_to_date: Vec<bool>,
}

/// An image that was not made.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unmade {
    /// Key of the original.
    pub key: String,
    /// What was asked of it.
    pub spec: String,
    /// Why not.
    pub reason: String,
}

/// One of what there is to make images of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// An original.
    Key(String),
    /// Something that can't be one. It fails, and the others go on.
    Unusable {
        /// Its name, escaped where it is no text.
        name: String,
        /// Why.
        reason: String,
    },
}

/// Where originals come from and images go to.
pub trait Store: Send + Sync {
    /// Gets an original, unless all its images are up to date.
    fn load(&self, key: &str, wanted: &Wanted) -> impl Future<Output = Result<Loaded, String>> + Send;

    /// Stores an image of it.
    fn put(
        &self,
        key: &str,
        text: &str,
        spec: &Spec,
        etag: &str,
        output: Output,
    ) -> impl Future<Output = Result<(), String>> + Send;

    /// A watermark of at most `most` bytes; none if it is not there.
    fn asset(&self, key: &str, most: u64) -> impl Future<Output = Result<Option<Vec<u8>>, String>> + Send;
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalEnd {
    /// How many.
    pub counts: Counts,
    /// What was not made.
    pub failed: Vec<Unmade>,
}

/// Makes the images of all originals. Files are read and stored for two originals more than there are processors; each
/// processor decodes one. `tell` gets the counts after each original.
pub async fn run<S: Store>(
    store: &S,
    keys: impl futures::Stream<Item = Result<Found, String>> + Send,
    wanted: &Wanted,
    mut tell: impl FnMut(Counts),
) -> Result<LocalEnd, String> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let turns = Arc::new(Semaphore::new(cores));
    let mut done = Box::pin(
        keys.map(|key| {
            let turns = Arc::clone(&turns);
            async move {
                Ok::<_, String>(match key? {
                    Found::Key(key) => {
                        let images = one(store, &key, wanted, &turns).await;
                        (key, images)
                    }
                    Found::Unusable { name, reason } => {
                        (name, wanted.specs.iter().map(|_| Err(reason.clone())).collect())
                    }
                })
            }
        })
        .buffer_unordered(cores + 2),
    );
    let mut end = LocalEnd::default();
    while let Some(one) = done.next().await {
        let (key, images) = one?;
        for (text, image) in wanted.texts.iter().zip(images) {
            match image {
                Ok(true) => end.counts.done += 1,
                Ok(false) => end.counts.skipped += 1,
                Err(reason) => {
                    end.counts.failed += 1;
                    end.failed.push(Unmade { key: key.clone(), spec: text.clone(), reason });
                }
            }
        }
        tell(end.counts);
    }
    end.failed.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(end)
}

/// For each spec whether it was made, or was up to date.
async fn one<S: Store>(
    store: &S,
    key: &str,
    wanted: &Wanted,
    turns: &Arc<Semaphore>,
) -> Vec<Result<bool, String>> {
    let all = |reason: String| wanted.specs.iter().map(|_| Err(reason.clone())).collect();
    let loaded = match store.load(key, wanted).await {
        Ok(loaded) => loaded,
        Err(reason) => return all(reason),
    };
    let Some(bytes) = loaded.bytes else { return wanted.specs.iter().map(|_| Ok(false)).collect() };
    let open = wanted.specs.iter().zip(&loaded.up_to_date).filter(|(_, current)| !**current);
    let specs: Vec<Spec> = open.map(|(spec, _)| spec.clone()).collect();
    let outputs = match make(store, bytes, specs, wanted, turns).await {
        Ok(outputs) => outputs,
        Err(reason) => return all(reason),
    };
    let mut outputs = outputs.into_iter();
    let puts =
        wanted.specs.iter().zip(&wanted.texts).zip(&loaded.up_to_date).map(|((spec, text), current)| {
            let output = if *current { None } else { outputs.next() };
            let etag = loaded.etag.as_str();
            async move {
                match output {
                    None => Ok(false),
                    Some(Err(reason)) => Err(reason),
                    Some(Ok(output)) => store.put(key, text, spec, etag, output).await.map(|()| true),
                }
            }
        });
    futures::future::join_all(puts).await
}

async fn make<S: Store>(
    store: &S,
    bytes: Vec<u8>,
    specs: Vec<Spec>,
    wanted: &Wanted,
    turns: &Arc<Semaphore>,
) -> Result<Vec<Result<Output, String>>, String> {
    let assets = marks(store, &specs, &wanted.limits, bytes.len() as u64).await?;
    let (limits, defaults) = (wanted.limits, Defaults { quality: wanted.quality });
    let turn = Arc::clone(turns).acquire_owned().await.map_err(|error| error.to_string())?;
    let made = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let options = Options {
            defaults: &defaults,
            limits: &limits,
            assets: &assets,
            stop: &resizer_core::stop::NEVER,
        };
        resizer_core::resize_all(&bytes, &specs, &options)
    });
    let made = made.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    Ok(made.into_iter().map(|one| one.map_err(|error| error.to_string())).collect())
}

/// The watermarks of `specs`, beside an original of so many bytes: each within the limit for files, as in the function, and all
/// together within the memory.
async fn marks<S: Store>(
    store: &S,
    specs: &[Spec],
    limits: &Limits,
    original: u64,
) -> Result<Assets, String> {
    let mut assets = Assets::new();
    let mut room = limits.max_memory.saturating_sub(original);
    for key in specs.iter().flat_map(crate::resize::watermarks) {
        if assets.contains_key(key) {
            continue;
        }
        let found = store.asset(key, limits.max_bytes.min(room)).await;
        if let Some(bytes) = found.map_err(|why| format!("the watermark {key}: {why}"))? {
            room = room.saturating_sub(bytes.len() as u64);
            assets.insert(key.to_owned(), bytes);
        }
    }
    Ok(assets)
}

/// Whether images that go below `images` could take the place of originals, as `folder` lies there itself.
pub fn are_among_images(folder: &std::path::Path, images: &std::path::Path) -> bool {
    folder::is_among_images(folder, images)
}

/// Paths below `folder`, as keys with slashes, but for those below `images`.
pub fn files(folder: PathBuf, images: PathBuf) -> impl futures::Stream<Item = Result<Found, String>> + Send {
    stream::iter(folder::Walk::new(folder, images))
}

//! Where originals come from and derived images go to.

mod keep;
pub mod memory;
pub mod s3;

pub use keep::{Found, keep};

use bytes::Bytes;
use std::future::Future;

/// An original, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its ETag without quotes, if it has one.
    pub etag: Option<String>,
    /// The type it was stored with. Not trusted: the bytes decide.
    pub content_type: Option<String>,
}

/// A derived image, ready to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    /// The file.
    pub bytes: Bytes,
    /// Its real type.
    pub content_type: &'static str,
    /// How long it may be cached.
    pub cache_control: String,
    /// [`Original::etag`], kept as metadata so that stale images can be found.
    pub source_etag: Option<String>,
    /// The text of the size, kept as metadata.
    pub spec: String,
    /// The batch job that made it, if it was one, kept as metadata.
    pub job: Option<String>,
}

/// What a stored derived image says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// [`Derived::source_etag`].
    pub source_etag: Option<String>,
    /// [`Derived::spec`], as metadata can carry it: see [`imgdeploy_batch::stamped`].
    pub spec: Option<String>,
    /// [`Derived::job`].
    pub job: Option<String>,
    /// The ETag of what is stored there, without quotes.
    pub etag: String,
    /// What it was sealed with: see [`imgdeploy_batch::seal`].
    pub seal: Option<String>,
}

impl Stamp {
    /// Whether the object under `key`, which says this of itself, is one that the function made.
    pub fn is_ours(&self, key: &str) -> bool {
        imgdeploy_batch::is_made(key, &self.etag, self.spec.as_deref(), self.seal.as_deref())
    }

    /// Whether it is an image of the same original by the same spec as `derived`.
    fn is_like(&self, derived: &Derived) -> bool {
        self.source_etag == derived.source_etag
            && self.spec.as_deref() == Some(&imgdeploy_batch::stamped(&derived.spec))
    }
}

/// What a write stands or falls with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    /// Nothing is there.
    IfAbsent,
    /// What is there has this ETag.
    IfMatch(String),
}

/// How a write ended that was not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is stored.
    Stored,
    /// It is not: something else is there than it stood or fell with.
    Unmet,
    /// It is not: another write to this key was under way.
    Conflict,
}

/// Why the store did not do as told. `detail` is for the log only; what viewers are told is `failure`'s matter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no such original.
    #[error("there is no such original; upload it or correct the key")]
    NotFound,
    /// The original is larger than allowed; no more than its beginning was downloaded.
    #[error("the original has {bytes} bytes, more than the {limit} allowed")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
        /// Whether it begins like an image, as far as that could be seen.
        image: bool,
    },
    /// The file is within the limit, but there is no memory for it.
    #[error("the file has {bytes} bytes, for which there is no memory")]
    NoRoom {
        /// Its size.
        bytes: u64,
        /// The memory there is for it, in bytes.
        limit: u64,
        /// Whether it begins like an image.
        image: bool,
    },
    /// Reading or writing was forbidden. For reading this is also S3's answer to a missing
    /// original when the role may not list the bucket (S3-04).
    #[error(
        "the function's role may not {action} this object; grant it (and the KMS key, if any), and \
         s3:ListBucket so that missing originals can be told apart"
    )]
    Denied {
        /// `read` or `write`.
        action: &'static str,
        /// What S3 said.
        detail: String,
    },
    /// Where the image would be stored lies an object that the function did not make, or that was changed since.
    #[error(
        "an object that the resizer did not make lies where the image would be stored; nothing was changed: move that \
         object elsewhere, or set another prefix for resized images"
    )]
    Taken,
    /// The original is in an archive class.
    #[error("the original is archived and can't be read; restore it first")]
    Archived,
    /// S3 is throttling, failing or out of reach, even after retries.
    #[error("S3 is busy or out of reach; try again")]
    Busy {
        /// What it said.
        detail: String,
    },
    /// Anything else.
    #[error("S3 refused to {action} the object; the function's log has the reason")]
    Other {
        /// `read` or `write`.
        action: &'static str,
        /// What it said.
        detail: String,
    },
}

/// Where originals come from and derived images go to.
pub trait Store: Send + Sync + 'static {
    /// Gets an original of at most `max_bytes` bytes; of a larger one only the beginning is looked at.
    fn get(&self, key: &str, max_bytes: u64) -> impl Future<Output = Result<Original, StoreError>> + Send;

    /// The same, unless its ETag is `etag`: then nothing is downloaded, and there is none.
    fn get_unless(
        &self,
        key: &str,
        max_bytes: u64,
        etag: Option<&str>,
    ) -> impl Future<Output = Result<Option<Original>, StoreError>> + Send;

    /// What the object under `key` says of itself, if there is one.
    fn stamp(&self, key: &str) -> impl Future<Output = Result<Option<Stamp>, StoreError>> + Send;

    /// Stores a derived image under `key`, if what is there is as told. To be called by [`keep`] alone.
    fn put(
        &self,
        key: &str,
        derived: &Derived,
        only: &Only,
    ) -> impl Future<Output = Result<Put, StoreError>> + Send;
}

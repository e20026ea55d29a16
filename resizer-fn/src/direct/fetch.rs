//! Getting an image from a URL: what it may cost, what comes of it, and what can go wrong.

use super::caching::Freshness;
use super::source::{Sources, UrlError};
use std::future::Future;
use std::time::Duration;
use url::Url;

/// What a fetch may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchLimits {
    /// Time for a connection to stand, TLS included.
    pub connect: Duration,
    /// Time for everything: names, redirects, the whole body.
    pub total: Duration,
    /// Largest body in bytes.
    pub max_bytes: u64,
}

/// An image that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The body, whole.
    pub bytes: Vec<u8>,
    /// How long the upstream lets it be cached.
    pub freshness: Freshness,
}

/// Why an image was not fetched. `detail` is for the log only; what viewers are told is `failure`'s matter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The URL itself, or one that a redirect leads to.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The host has an address that is not public.
    #[error("{host} has an address that is not public, so it is not fetched from")]
    Address {
        /// The host.
        host: String,
        /// Which address, and what it is.
        detail: String,
    },
    /// The name was not found.
    #[error("the host name {host} was not found")]
    Resolve {
        /// The host.
        host: String,
        /// What the resolver said.
        detail: String,
    },
    /// No connection, or it broke.
    #[error("{host} could not be reached, or broke off")]
    Connection {
        /// The host.
        host: String,
        /// What happened.
        detail: String,
    },
    /// It took too long.
    #[error("{host} did not send the image in time")]
    Timeout {
        /// The host.
        host: String,
    },
    /// It says that there is none: 404 or 410.
    #[error("{host} has no such image (it answered {status})")]
    NotFound {
        /// The host.
        host: String,
        /// Its answer.
        status: u16,
    },
    /// It answered with something else than an image.
    #[error("{host} answered {status} instead of an image")]
    Status {
        /// The host.
        host: String,
        /// Its answer.
        status: u16,
    },
    /// A redirect that is not followed.
    #[error("{host} redirects {problem}")]
    Redirect {
        /// The host.
        host: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The body is compressed, although that was not asked for.
    #[error("{host} sent the image compressed as a whole ({encoding}), which is not read")]
    Encoded {
        /// The host.
        host: String,
        /// `Content-Encoding`.
        encoding: String,
    },
    /// The body is too large, as announced or as it came.
    #[error("the image has more than the {limit} bytes allowed")]
    TooLarge {
        /// Bytes announced, or read until the limit.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
}

/// Gets images from URLs. A trait so that the handler's tests need no network.
pub trait Fetch: Send + Sync + 'static {
    /// Gets the image at `url`, which `sources` has let through; redirects have to pass `sources` too.
    fn fetch(
        &self,
        url: Url,
        sources: &Sources,
        limits: FetchLimits,
    ) -> impl Future<Output = Result<Fetched, FetchError>> + Send;
}

/// The host of a URL, for messages.
pub(super) fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

//! Gets an image from a URL: checks, redirects, limits.

use super::address::{Guard, PublicOnly};
use super::caching::Freshness;
use super::connect::{self, Answer};
use super::resolve::{self, Resolve, SystemResolver};
use super::source::{Sources, UrlError};
use std::future::Future;
use std::time::Duration;
use url::Url;

/// Redirects that are followed for one image.
const MAX_REDIRECTS: usize = 3;

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

/// Fetches over HTTP and HTTPS. The guard and the resolver are fixed where it is built: no setting reaches them.
pub struct Fetcher<R = SystemResolver, G = PublicOnly> {
    resolver: R,
    guard: G,
    tls: connect::Tls,
}

impl Fetcher {
    /// The one for production.
    pub fn new() -> Self {
        Self::with(SystemResolver, PublicOnly)
    }
}

impl Default for Fetcher {
    fn default() -> Self {
        Self::new()
    }
}

impl<R: Resolve, G: Guard> Fetcher<R, G> {
    /// One with another resolver and guard.
    pub fn with(resolver: R, guard: G) -> Self {
        Self { resolver, guard, tls: connect::Tls::default() }
    }

    async fn follow(
        &self,
        mut url: Url,
        sources: &Sources,
        limits: FetchLimits,
    ) -> Result<Fetched, FetchError> {
        for _ in 0..=MAX_REDIRECTS {
            let addresses = resolve::addresses(&url, &self.resolver, &self.guard).await?;
            match connect::get(&url, &addresses, &self.tls, limits).await? {
                Answer::Image(fetched) => return Ok(fetched),
                Answer::Elsewhere(location) => url = redirected(&url, &location, sources)?,
            }
        }
        Err(FetchError::Redirect { host: host(&url), problem: "more than three times" })
    }
}

impl<R: Resolve, G: Guard> Fetch for Fetcher<R, G> {
    async fn fetch(&self, url: Url, sources: &Sources, limits: FetchLimits) -> Result<Fetched, FetchError> {
        let host = host(&url);
        let fetched = tokio::time::timeout(limits.total, self.follow(url, sources, limits)).await;
        fetched.unwrap_or(Err(FetchError::Timeout { host }))
    }
}

/// Where a redirect leads, if it may.
fn redirected(from: &Url, location: &str, sources: &Sources) -> Result<Url, FetchError> {
    let refused = |problem| FetchError::Redirect { host: host(from), problem };
    let to = from.join(location).map_err(|_| refused("to what is no URL"))?;
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err(refused("from https to a URL without it"));
    }
    Ok(sources.check(to)?)
}

/// The host of a URL, for messages.
pub(super) fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn redirects_are_checked_like_what_was_asked_for() {
        let sources: Sources = "a.test,http://plain.test,http://a.test".parse().unwrap();
        let from = |url: &str, to: &str| redirected(&Url::parse(url).unwrap(), to, &sources);
        let secure = "https://a.test/x/y";
        assert_eq!(from(secure, "z#f").unwrap().as_str(), "https://a.test/x/z");
        assert_eq!(from(secure, "//a.test/z").unwrap().as_str(), "https://a.test/z");
        assert_eq!(from("http://plain.test/", "https://a.test/").unwrap().scheme(), "https");
        assert!(matches!(from(secure, "http://a.test/"), Err(FetchError::Redirect { .. })));
        assert!(matches!(from(secure, "file:///etc/passwd"), Err(FetchError::Redirect { .. })));
        assert!(matches!(from(secure, "https://b.test/"), Err(FetchError::Url(UrlError::Host(_)))));
        assert!(matches!(from(secure, "https://u@a.test/"), Err(FetchError::Url(UrlError::UserInfo))));
        assert!(matches!(
            from("http://plain.test/", "ftp://a.test/"),
            Err(FetchError::Url(UrlError::Scheme(_)))
        ));
        assert!(matches!(from(secure, "https://["), Err(FetchError::Redirect { .. })));
    }
}

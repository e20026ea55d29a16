//! Gets an image from a URL: checks, redirects, limits.

use super::address::{Guard, PublicOnly};
use super::connect::{self, Answer};
use super::fetch::{Fetch, FetchError, FetchLimits, Fetched, host};
use super::resolve::{self, Resolve, SystemResolver};
use super::source::Sources;
use url::Url;

/// Redirects that are followed for one image.
const MAX_REDIRECTS: usize = 3;

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::direct::source::UrlError;

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

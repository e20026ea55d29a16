//! Host -> addresses that may be connected to.

use super::address::Guard;
use super::fetch::FetchError;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use url::{Host, Url};

/// Looks names up. A trait so that tests can answer differently each time.
pub trait Resolve: Send + Sync + 'static {
    /// All addresses of `host`.
    fn resolve(&self, host: &str, port: u16) -> impl Future<Output = io::Result<Vec<IpAddr>>> + Send;
}

/// The system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.map(|address| address.ip()).collect())
    }
}

/// The addresses of a URL's host, resolved once and each checked. Whoever connects has to use these very addresses: a
/// second look-up could be answered differently (DNS rebinding).
///
/// # Errors
/// [`FetchError::Resolve`]; [`FetchError::Address`] if even one address may not be connected to.
pub async fn addresses(
    url: &Url,
    resolver: &impl Resolve,
    guard: &impl Guard,
) -> Result<Vec<SocketAddr>, FetchError> {
    let port = url.port_or_known_default().unwrap_or(443);
    let found = match url.host() {
        Some(Host::Ipv4(address)) => vec![address.into()],
        Some(Host::Ipv6(address)) => vec![address.into()],
        Some(Host::Domain(name)) => resolver
            .resolve(name, port)
            .await
            .map_err(|error| FetchError::Resolve { host: name.to_owned(), detail: error.to_string() })?,
        None => vec![],
    };
    let host = || url.host_str().unwrap_or_default().to_owned();
    if found.is_empty() {
        return Err(FetchError::Resolve { host: host(), detail: "no addresses".to_owned() });
    }
    let refused = found.iter().find_map(|address| Some((address, guard.refusal(*address)?)));
    if let Some((address, why)) = refused {
        return Err(FetchError::Address { host: host(), detail: format!("{address}: {why}") });
    }
    Ok(found.into_iter().map(|address| SocketAddr::new(address, port)).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::address::PublicOnly;
    use super::*;

    /// Answers with these addresses, whatever the name.
    struct Fixed(Vec<&'static str>);

    impl Resolve for Fixed {
        async fn resolve(&self, _: &str, _: u16) -> io::Result<Vec<IpAddr>> {
            Ok(self.0.iter().map(|address| address.parse().unwrap()).collect())
        }
    }

    async fn resolved(url: &str, answer: &[&'static str]) -> Result<Vec<SocketAddr>, FetchError> {
        addresses(&Url::parse(url).unwrap(), &Fixed(answer.to_vec()), &PublicOnly).await
    }

    #[tokio::test]
    async fn all_addresses_have_to_pass() {
        let found = resolved("https://a.test/", &["8.8.8.8", "2606:4700::1"]).await.unwrap();
        assert_eq!(found, ["8.8.8.8:443".parse().unwrap(), "[2606:4700::1]:443".parse().unwrap()]);
        assert_eq!(resolved("http://a.test:81/", &["8.8.8.8"]).await.unwrap()[0].port(), 81);
        for answer in
            [&["8.8.8.8", "10.0.0.1"][..], &["::ffff:8.8.8.8"], &["127.0.0.1", "8.8.8.8"], &["fd00:ec2::254"]]
        {
            let error = resolved("https://a.test/", answer).await.unwrap_err();
            assert!(matches!(error, FetchError::Address { .. }), "{answer:?}: {error:?}");
            // The viewer is not told what the network looks like inside.
            assert!(!answer.iter().any(|address| error.to_string().contains(address)), "{error}");
        }
        assert!(matches!(resolved("https://a.test/", &[]).await, Err(FetchError::Resolve { .. })));
    }

    #[tokio::test]
    async fn addresses_in_urls_are_checked_without_a_look_up() {
        for url in [
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://0251.0376.0251.0376/",
            "http://[::ffff:a00:1]/",
        ] {
            let error = resolved(url, &["8.8.8.8"]).await.unwrap_err();
            assert!(matches!(error, FetchError::Address { .. }), "{url}: {error:?}");
        }
        assert_eq!(
            resolved("http://8.8.4.4/", &["10.0.0.1"]).await.unwrap(),
            ["8.8.4.4:80".parse().unwrap()]
        );
    }
}

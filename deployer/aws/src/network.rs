//! The one way to the network: through which proxy, and which certificates are trusted, as variables and the profile say.
//!
//! AWS is trusted by `AWS_CA_BUNDLE` (or `ca_bundle` of the profile) alone where one of them is set, as by AWS's own tools; what a
//! viewer would ask for by these and by the machine's certificates. `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` hold for
//! everything but this machine: no proxy can reach an emulator here, and none has to see the keys of a machine's own role.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::profile::ProfileSet;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Variables that name a proxy; small letters count too.
const PROXIES: [&str; 3] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];
/// Longest wait for a connection to what is no API of AWS.
const CONNECT: Duration = Duration::from_secs(10);

/// The certificates that this run was told to trust; set once, before the first request.
static BUNDLE: OnceLock<Bundle> = OnceLock::new();
/// Requests that are no calls of the SDK.
static PLAIN: OnceLock<SharedHttpConnector> = OnceLock::new();

/// A file of certificates that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{by} names {} for root certificates: {why}", imgdeploy_model::terminal::Name(path))]
pub struct BadBundle {
    /// The variable, or the key of the profile.
    pub by: &'static str,
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

/// Certificates in PEM, each of which can be used; `None`: the machine's.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bundle(Option<Arc<[u8]>>);

impl Bundle {
    /// What `AWS_CA_BUNDLE`, else `ca_bundle` of the profile, names.
    ///
    /// # Errors
    /// It can't be used.
    pub(crate) fn named(
        profiles: &ProfileSet,
        profile: Option<&str>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, BadBundle> {
        let of_env = env("AWS_CA_BUNDLE").map(|path| (path, "AWS_CA_BUNDLE"));
        let of_profile = || {
            let profile = profiles.get_profile(profile.unwrap_or("default"))?;
            Some((profile.get("ca_bundle")?.to_owned(), "ca_bundle of the profile"))
        };
        let named = of_env.or_else(of_profile);
        named.map_or_else(|| Ok(Self::default()), |(path, by)| Self::of_file(Path::new(&path), by))
    }

    /// Those of a file.
    ///
    /// # Errors
    /// It can't be read, or there is no certificate in it.
    pub(crate) fn of_file(path: &Path, by: &'static str) -> Result<Self, BadBundle> {
        let bad = |why: String| BadBundle { by, path: path.to_owned(), why };
        let text = std::fs::read(path).map_err(|error| bad(error.to_string()))?;
        Self::of(&text).map_err(bad)
    }

    /// What can be used of a text. The HTTP client ends the whole process over a certificate that it can't.
    fn of(text: &[u8]) -> Result<Self, String> {
        let all: Vec<_> = CertificateDer::pem_slice_iter(text)
            .collect::<Result<_, _>>()
            .map_err(|error| format!("it is no PEM: {error}"))?;
        let good = all.into_iter().filter(|one| RootCertStore::empty().add(one.clone()).is_ok());
        let pem: String = good
            .map(|one| {
                format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(&one))
            })
            .collect();
        if pem.is_empty() {
            Err("there is no certificate in it".to_owned())
        } else {
            Ok(Self(Some(pem.into_bytes().into())))
        }
    }

    fn trusted(&self, machines_too: bool) -> TrustStore {
        match &self.0 {
            Some(pem) => TrustStore::empty().with_native_roots(machines_too).with_pem_certificate(&pem[..]),
            None => TrustStore::default(),
        }
    }
}

/// The HTTP client of the SDK: rustls with ring; also speaks plain HTTP.
pub(crate) fn client(bundle: &Bundle) -> SharedHttpClient {
    let of = |proxy: fn() -> ProxyConfig| {
        let trusted = bundle.trusted(false);
        Builder::new().build_with_connector_fn(move |settings, components| {
            let mut builder = Connector::builder().proxy_config(proxy());
            builder.set_connector_settings(settings.cloned());
            builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
            secured(builder, trusted.clone())
        })
    };
    let direct = of(ProxyConfig::disabled);
    if proxy().is_none() {
        direct
    } else {
        SharedHttpClient::new(Routed { direct, proxied: of(ProxyConfig::from_env) })
    }
}

/// What sends requests that are no calls of the SDK, made once for the process.
pub(crate) fn plain() -> SharedHttpConnector {
    let make = || {
        let bundle = BUNDLE.get().cloned().unwrap_or_default();
        let of = |proxy: ProxyConfig| {
            let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT).build();
            let builder = Connector::builder()
                .proxy_config(proxy)
                .connector_settings(settings)
                .sleep_impl(TokioSleep::new());
            SharedHttpConnector::new(secured(builder, bundle.trusted(true)))
        };
        let direct = of(ProxyConfig::disabled());
        if proxy().is_none() {
            return direct;
        }
        SharedHttpConnector::new(RoutedConnector { direct, proxied: of(ProxyConfig::from_env()) })
    };
    PLAIN.get_or_init(make).clone()
}

/// What holds for [`plain`] from now on; before its first use, else it changes nothing.
pub(crate) fn trust(bundle: &Bundle) {
    let _ = BUNDLE.set(bundle.clone());
}

fn secured(builder: aws_smithy_http_client::ConnectorBuilder, trusted: TrustStore) -> Connector {
    let builder = builder.tls_provider(Provider::Rustls(CryptoMode::Ring));
    match TlsContext::builder().with_trust_store(trusted).build() {
        Ok(context) => builder.tls_context(context).build(),
        // The builder only moves what it is given.
        Err(_) => builder.build(),
    }
}

/// The variable that names a proxy, where one does.
pub fn proxy() -> Option<&'static str> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    PROXIES.into_iter().find(|name| set(name) || set(&name.to_lowercase()))
}

/// Whether a host is this machine, or what only this machine can reach.
fn is_here(uri: &str) -> bool {
    let Ok(uri) = uri.parse::<http::Uri>() else { return false };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        // The second: the metadata of a machine by IPv6.
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.segments() == [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254]
        }
        Err(_) => host.eq_ignore_ascii_case("localhost") || host.ends_with(".localhost"),
    }
}

#[derive(Debug)]
struct Routed {
    direct: SharedHttpClient,
    proxied: SharedHttpClient,
}

impl HttpClient for Routed {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let of = |client: &SharedHttpClient| client.http_connector(settings, components);
        SharedHttpConnector::new(RoutedConnector { direct: of(&self.direct), proxied: of(&self.proxied) })
    }
}

#[derive(Debug)]
struct RoutedConnector {
    direct: SharedHttpConnector,
    proxied: SharedHttpConnector,
}

impl HttpConnector for RoutedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if is_here(request.uri()) { self.direct.call(request) } else { self.proxied.call(request) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn this_machine_is_asked_directly() {
        for here in [
            "http://127.0.0.1:4566/a",
            "http://localhost/",
            "https://s3.localhost:1/",
            "http://[::1]:9/",
            "http://169.254.169.254/latest",
            "http://169.254.170.2/v2",
            "http://[fd00:ec2::254]/latest",
        ] {
            assert!(is_here(here), "{here}");
        }
        for away in [
            "https://sts.eu-west-1.amazonaws.com/",
            "http://10.0.0.1/",
            "https://localhost.example.com/",
            "no url",
        ] {
            assert!(!is_here(away), "{away}");
        }
    }

    #[test]
    fn a_bundle_is_what_can_be_used_of_a_file() {
        assert_eq!(Bundle::of(b"").unwrap_err(), "there is no certificate in it");
        let cut = b"-----BEGIN CERTIFICATE-----\nAAAA\n";
        assert!(Bundle::of(cut).unwrap_err().starts_with("it is no PEM"));
        let none = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(Bundle::of(none).unwrap_err(), "there is no certificate in it");
    }
}

//! One GET over one connection to an address that was checked before.
//!
//! There is no pool and no second look-up of the name: what is connected to is what was checked. The connection is TCP
//! by tokio, TLS by rustls with the system's roots and HTTP/1.1 by hyper, all of which the S3 client brings along.

use super::caching::Freshness;
use super::fetch::{FetchError, FetchLimits, Fetched, host};
use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, AGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, HOST, HeaderName,
    LOCATION, USER_AGENT,
};
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use url::{Host, Position, Url};

/// What came back.
#[derive(Debug)]
pub(super) enum Answer {
    /// 200.
    Image(Fetched),
    /// A redirect; its `Location`.
    Elsewhere(String),
}

/// TLS, set up when first needed: reading the system's roots takes a few milliseconds.
#[derive(Default)]
pub(super) struct Tls(OnceLock<TlsConnector>);

impl Tls {
    fn connector(&self) -> Result<TlsConnector, rustls::Error> {
        if let Some(connector) = self.0.get() {
            return Ok(connector.clone());
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(self.0.get_or_init(|| TlsConnector::from(Arc::new(config))).clone())
    }
}

/// Ends a task with its owner: a fetch that is given up must not go on reading.
struct Aborted(JoinHandle<()>);

impl Drop for Aborted {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Gets `url` from the first of `addresses` that can be connected to.
pub(super) async fn get(
    url: &Url,
    addresses: &[SocketAddr],
    tls: &Tls,
    limits: FetchLimits,
) -> Result<Answer, FetchError> {
    let stream = tokio::time::timeout(limits.connect, connect(url, addresses, tls)).await;
    let stream = stream.map_err(|_| FetchError::Timeout { host: host(url) })??;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(url, error))?;
    let _running = Aborted(tokio::spawn(async move {
        // An error of the connection shows in the request or the body too.
        let _ = connection.await;
    }));
    let response = sender.send_request(request(url)?).await.map_err(|error| broken(url, error))?;
    read(url, response, limits.max_bytes).await
}

/// Either kind of connection.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn connect(url: &Url, addresses: &[SocketAddr], tls: &Tls) -> Result<Box<dyn Stream>, FetchError> {
    let mut last = broken(url, "no address");
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(tcp) if url.scheme() == "https" => {
                let connector = tls.connector().map_err(|error| broken(url, error))?;
                let name = server_name(url).ok_or_else(|| broken(url, "not a name for TLS"))?;
                let stream = connector.connect(name, tcp).await.map_err(|error| broken(url, error))?;
                return Ok(Box::new(stream));
            }
            Ok(tcp) => return Ok(Box::new(tcp)),
            Err(error) => last = broken(url, format!("{address}: {error}")),
        }
    }
    Err(last)
}

fn server_name(url: &Url) -> Option<ServerName<'static>> {
    match url.host()? {
        Host::Domain(name) => ServerName::try_from(name.to_owned()).ok(),
        Host::Ipv4(address) => Some(ServerName::from(std::net::IpAddr::from(address))),
        Host::Ipv6(address) => Some(ServerName::from(std::net::IpAddr::from(address))),
    }
}

/// Nothing of the viewer's request is passed on: no cookie, no authorization, no address.
fn request(url: &Url) -> Result<Request<Empty<Bytes>>, FetchError> {
    Request::get(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, concat!("imgdeploy/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "image/*")
        .header(ACCEPT_ENCODING, "identity")
        .body(Empty::new())
        .map_err(|error| broken(url, error))
}

async fn read(url: &Url, response: Response<Incoming>, limit: u64) -> Result<Answer, FetchError> {
    let header = |name: HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok());
    let host = || host(url);
    let status = response.status().as_u16();
    match status {
        200 => {}
        301 | 302 | 303 | 307 | 308 => {
            let location = header(LOCATION).map(str::to_owned);
            let nowhere = || FetchError::Redirect { host: host(), problem: "without saying where to" };
            return Ok(Answer::Elsewhere(location.ok_or_else(nowhere)?));
        }
        404 | 410 => return Err(FetchError::NotFound { host: host(), status }),
        _ => return Err(FetchError::Status { host: host(), status }),
    }
    if let Some(encoding) = header(CONTENT_ENCODING).filter(|e| !e.eq_ignore_ascii_case("identity")) {
        return Err(FetchError::Encoded { host: host(), encoding: encoding.chars().take(40).collect() });
    }
    let announced = header(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if let Some(bytes) = announced.filter(|bytes| *bytes > limit) {
        return Err(FetchError::TooLarge { bytes, limit });
    }
    let freshness = Freshness::read(header(CACHE_CONTROL), header(AGE));
    let bytes = collect(url, response.into_body(), limit).await?;
    Ok(Answer::Image(Fetched { bytes, freshness }))
}

/// The body, as long as it stays within the limit. A body shorter than its `Content-Length` is an error of hyper's.
async fn collect(
    url: &Url,
    mut body: impl Body<Data = Bytes, Error = hyper::Error> + Unpin,
    limit: u64,
) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken(url, error))?;
        if let Some(data) = frame.data_ref() {
            let so_far = bytes.len() as u64 + data.len() as u64;
            if so_far > limit {
                return Err(FetchError::TooLarge { bytes: so_far, limit });
            }
            bytes.extend_from_slice(data);
        }
    }
    Ok(bytes)
}

fn broken(url: &Url, detail: impl Display) -> FetchError {
    FetchError::Connection { host: host(url), detail: detail.to_string() }
}

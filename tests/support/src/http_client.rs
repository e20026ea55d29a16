//! A blocking HTTP/1.1 client that does nothing by itself: no redirects, no retries, no decoding.

use std::future::Future;
use std::sync::{LazyLock, mpsc};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use tokio::runtime::Runtime;

/// No answer on this machine takes longer, short of a hang.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Serves every socket of this crate. Never dropped: dropping a runtime inside a caller's would panic.
pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("test-support")
        .enable_all()
        .build()
        .expect("a runtime can be built")
});

/// Runs a future on the background runtime and blocks the calling thread, whether or not it is async itself.
pub(crate) fn block<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    let (sender, receiver) = mpsc::sync_channel(1);
    RUNTIME.spawn(async move {
        let _ = sender.send(future.await);
    });
    receiver.recv().expect("the future finished without a panic")
}

/// An answer with its body complete.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Header fields as received.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Answer {
    /// The body as text; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header field as text, if present.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Panics with the answer's text unless the status is 2xx.
    #[must_use]
    pub fn ok(self, what: &str) -> Self {
        assert!(self.status.is_success(), "{what}: {} {}", self.status, self.text());
        self
    }
}

pub(crate) fn client() -> Client<HttpConnector, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(5)).build_http()
}

/// One shared client for the tests' own requests.
static CLIENT: LazyLock<Client<HttpConnector, Full<Bytes>>> = LazyLock::new(client);

/// Sends one request.
///
/// # Errors
/// When no complete answer arrives: refused, closed midway, or silent for a minute.
pub fn send(request: Request<Bytes>) -> anyhow::Result<Answer> {
    let request = request.map(Full::new);
    block(async move {
        let work = async {
            let (parts, body) = CLIENT.request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            anyhow::Ok(Answer { status: parts.status, headers: parts.headers, body })
        };
        tokio::time::timeout(TIMEOUT, work).await?
    })
}

/// Sends a `GET` (or another method) without a body.
///
/// # Errors
/// As [`send`], and when `url` is not one.
pub fn request(method: &Method, url: &str) -> anyhow::Result<Answer> {
    send(Request::builder().method(method).uri(url).body(Bytes::new())?)
}

/// Sends a `GET`.
///
/// # Errors
/// As [`request`].
pub fn get(url: &str) -> anyhow::Result<Answer> {
    request(&Method::GET, url)
}

//! A plain HTTP client that follows nothing.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_types::body::SdkBody;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Limited};
use hyper::body::Bytes;

use crate::network;

/// Longest answer that is read, in bytes: a derived image and some air.
const MAX_BODY: usize = 32 * 1024 * 1024;
/// A cold function and a large original need their time; API Gateway gives up after 29 s (AG-09).
const TIMEOUT: Duration = Duration::from_secs(40);

/// Status, headers and body of one answer.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// All of its body.
    pub body: Bytes,
}

/// One GET.
///
/// # Errors
/// A part of a sentence: what kept the answer from coming.
pub async fn get(url: &str) -> Result<Answer, String> {
    let request = Request::get(url)
        .header("user-agent", concat!("imgdeploy/", env!("CARGO_PKG_VERSION")))
        .header("accept", "image/*,*/*;q=0.8")
        .body(Bytes::new())
        .map_err(|error| format!("not a URL: {error}"))?;
    send_within(request, TIMEOUT).await
}

/// One request, to HTTPS or plain HTTP as its URL says, whose whole answer has to come within `limit`.
///
/// # Errors
/// A part of a sentence: what kept the answer from coming.
pub async fn send_within(request: Request<Bytes>, limit: Duration) -> Result<Answer, String> {
    let host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
    let request = request.map(SdkBody::from).try_into().map_err(|error| format!("not a request: {error}"))?;
    let exchange = async {
        let answer = network::plain().call(request).await.map_err(|error| cause(&error))?;
        let answer = answer.try_into_http1x().map_err(|error| cause(&error))?;
        let (parts, body) = answer.into_parts();
        let body =
            Limited::new(body, MAX_BODY).collect().await.map_err(|error| error.to_string())?.to_bytes();
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    };
    tokio::time::timeout(limit, exchange)
        .await
        .map_err(|_| format!("no whole answer from {host} within {} s", limit.as_secs()))?
}

/// The innermost cause: "connection refused" says more than "client error".
fn cause(error: &dyn std::error::Error) -> String {
    let mut last = error.to_string();
    let mut next = error.source();
    while let Some(inner) = next {
        last = inner.to_string();
        next = inner.source();
    }
    last
}

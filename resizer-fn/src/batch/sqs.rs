//! Sending to SQS. One call of a plain protocol: the SDK's client for it would add more to the zip than all of this.

use super::DeskError;
use super::body::within;
use crate::aws::connector;
use aws_credential_types::Credentials;
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use http::Request;
use imgdeploy_batch::{Entry, SendBatch, SendBatchAnswer, batches, entries};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

const CALL: &str = "sqs:SendMessage";
/// Tries of a call, and of messages that a call left out.
const TRIES: u32 = 4;
/// Wait before the second try; doubled for each further one.
const PAUSE: Duration = Duration::from_millis(100);
/// A call that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most bytes of an answer: it names ten messages, or an error.
const LARGEST: usize = 256 * 1024;
/// Calls at the same time.
const AT_ONCE: usize = 8;

/// A sender to the queues of one account and region.
#[derive(Debug)]
pub struct Sqs {
    credentials: Credentials,
    region: String,
    /// An endpoint of one's own; else the host of the queue's URL, which is right in every partition.
    endpoint: Option<String>,
    /// Made when first needed: reading the roots takes time that most starts can spare.
    http: OnceLock<Connector>,
}

impl Sqs {
    /// Signs with these credentials.
    pub fn new(credentials: Credentials, region: String, endpoint: Option<String>) -> Self {
        Self { credentials, region, endpoint, http: OnceLock::new() }
    }

    /// Sends any number of bodies.
    ///
    /// # Errors
    /// Some could not be sent; others may have been.
    pub async fn send(&self, queue_url: &str, bodies: Vec<String>) -> Result<(), DeskError> {
        let mut calls = batches(bodies).into_iter();
        loop {
            let some: Vec<_> =
                calls.by_ref().take(AT_ONCE).map(|batch| self.batch(queue_url, batch)).collect();
            if some.is_empty() {
                return Ok(());
            }
            futures::future::try_join_all(some).await?;
        }
    }

    async fn batch(&self, queue_url: &str, bodies: Vec<String>) -> Result<(), DeskError> {
        let mut left = entries(bodies);
        let mut pause = PAUSE;
        let mut failed = String::new();
        for attempt in 0..TRIES {
            if attempt > 0 {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            match self.call(queue_url, &left).await {
                Ok(answer) => {
                    left = answer.unsent(&left);
                    if left.is_empty() {
                        return Ok(());
                    }
                    failed = answer.failed.first().map(|one| one.code.clone()).unwrap_or_default();
                }
                Err(why) => failed = why,
            }
        }
        Err(DeskError { call: CALL, detail: format!("{} messages were not sent: {failed}", left.len()) })
    }

    async fn call(&self, queue_url: &str, entries: &[Entry]) -> Result<SendBatchAnswer, String> {
        let body = SendBatch { queue_url: queue_url.to_owned(), entries: entries.to_vec() };
        let body = serde_json::to_string(&body).map_err(|error| error.to_string())?;
        let request = self.signed(queue_url, body)?;
        let answered = tokio::time::timeout(PATIENCE, async {
            let call = self.http.get_or_init(connector).call(request);
            let answer = call.await.map_err(|error| DisplayErrorContext(error).to_string())?;
            let status = answer.status();
            let body = within(ByteStream::new(answer.into_body()), LARGEST).await?;
            if !status.is_success() {
                return Err(format!("{status}: {}", String::from_utf8_lossy(&body)));
            }
            serde_json::from_slice(&body).map_err(|error| format!("{status}, but {error}"))
        });
        answered.await.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs())))
    }

    fn signed(&self, queue_url: &str, body: String) -> Result<HttpRequest, String> {
        let url = match &self.endpoint {
            Some(endpoint) => format!("{}/", endpoint.trim_end_matches('/')),
            None => format!("{}/", origin(queue_url)),
        };
        let host = url.split('/').nth(2).unwrap_or_default().to_owned();
        let headers = [
            ("host", host.as_str()),
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", "AmazonSQS.SendMessageBatch"),
        ];
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("sqs")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| error.to_string())?
            .into();
        let signable =
            SignableRequest::new("POST", &url, headers.iter().copied(), SignableBody::Bytes(body.as_bytes()));
        let signed = sign(signable.map_err(|error| error.to_string())?, &parameters);
        let (instructions, _) = signed.map_err(|error| error.to_string())?.into_parts();
        let mut request = Request::builder().method("POST").uri(&url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let mut request = request.body(SdkBody::from(body)).map_err(|error| error.to_string())?;
        instructions.apply_to_request_http1x(&mut request);
        HttpRequest::try_from(request).map_err(|error| error.to_string())
    }
}

/// Scheme and host of a URL.
fn origin(url: &str) -> String {
    url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_is_the_queues_own_host() {
        assert_eq!(
            origin("https://sqs.cn-north-1.amazonaws.com.cn/123/q"),
            "https://sqs.cn-north-1.amazonaws.com.cn"
        );
        assert_eq!(origin("http://127.0.0.1:4566/000000000000/q"), "http://127.0.0.1:4566");
    }
}

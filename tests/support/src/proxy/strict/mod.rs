//! What AWS refuses and MiniStack takes. Each rule cites the fact that it comes from.

mod cloudfront;
mod lambda;
mod s3;

pub(super) use lambda::Tail;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::Response;
use http::request::Parts;
use http_body_util::Full;

use super::fault::error_response;
use super::operation::{access_key, header};
use super::{Call, Shared};
use crate::aws::Aws;
use crate::ministack::{self, MiniStack};

/// Why a request is refused.
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
}

/// The answer that AWS would give in place of MiniStack's yes.
pub(super) async fn refusal(
    shared: &Shared,
    call: &Call,
    parts: &Parts,
    body: &[u8],
) -> Option<Response<Full<Bytes>>> {
    if let Some(answer) = lambda::dry_run(shared, call, parts, body).await {
        return Some(answer);
    }
    let refusal = match call.service.as_str() {
        "cloudfront" => match cloudfront::check(&call.operation, &parts.headers, body) {
            Err(refusal) => Some(refusal),
            Ok(()) => same_caller_reference(shared, call, parts, body).await,
        },
        "s3" => match s3::check(&call.operation, &parts.headers, body) {
            Err(refusal) => Some(refusal),
            Ok(()) => owner(shared, call, parts).await,
        },
        _ => None,
    }?;
    Some(error_response(&call.service, refusal.status, refusal.code, &refusal.message))
}

/// What MiniStack doesn't know and answers with something else, as AWS answers it for a bucket that was never touched.
pub(super) fn missing_part(call: &Call) -> Option<Response<Full<Bytes>>> {
    match call.name().as_str() {
        // S3-17. MiniStack lists the bucket's objects instead.
        "s3:GetBucketRequestPayment" => {
            let body = "<RequestPaymentConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Payer>BucketOwner</Payer></RequestPaymentConfiguration>";
            Some(
                Response::builder()
                    .header("content-type", "application/xml")
                    .body(Full::new(Bytes::from(body)))
                    .expect("a valid response"),
            )
        }
        // S3-20. MiniStack knows blocks of buckets only.
        "s3control:GetPublicAccessBlock" => {
            let message = "The public access block configuration was not found";
            Some(error_response("s3control", 404, "NoSuchPublicAccessBlockConfiguration", message))
        }
        _ => None,
    }
}

/// API Gateway's patches have all values as text. MiniStack stores that text, and then hands out "true" where the model has a
/// boolean, which no SDK can read.
pub(super) fn adapted(call: &Call, body: Bytes) -> Bytes {
    if call.service != "apigateway" || call.method != "PATCH" {
        return body;
    }
    let text = String::from_utf8_lossy(&body);
    if !["/apiKeyRequired", "/disableExecuteApiEndpoint"].iter().any(|path| text.contains(path)) {
        return body;
    }
    // As long as before: the length is in a header.
    let bare = |word: &str| (format!("\"value\":\"{word}\""), format!("\"value\": {word} "));
    let ((yes, is_yes), (no, is_no)) = (bare("true"), bare("false"));
    text.replace(&yes, &is_yes).replace(&no, &is_no).into()
}

/// S3-32, S3-25: the bucket must belong to the expected account, and some calls are the owner's alone.
async fn owner(shared: &Shared, call: &Call, parts: &Parts) -> Option<Refusal> {
    let bucket = parts.uri.path()[1..].split('/').next().filter(|bucket| !bucket.is_empty())?;
    if call.operation == "CreateBucket" {
        return None;
    }
    if let Some(expected) = header(&parts.headers, "x-amz-expected-bucket-owner")
        && !shared.owners.owns(bucket, expected).await
    {
        return Some(Refusal::new(403, "AccessDenied", "Access Denied"));
    }
    if matches!(call.operation.as_str(), "PutBucketPolicy" | "DeleteBucketPolicy" | "GetBucketPolicy") {
        // Users' keys belong to the default account; a 12-digit key is an account's root.
        let account = access_key(&parts.headers)
            .filter(|key| key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit()))
            .unwrap_or(ministack::ACCOUNT);
        if !shared.owners.owns(bucket, account).await {
            let message = "The specified method is not allowed against this resource.";
            return Some(Refusal::new(405, "MethodNotAllowed", message));
        }
    }
    None
}

/// CF-13: the `CallerReference` of a distribution never changes.
async fn same_caller_reference(shared: &Shared, call: &Call, parts: &Parts, body: &[u8]) -> Option<Refusal> {
    if call.operation != "UpdateDistribution" {
        return None;
    }
    let path = parts.uri.path().strip_prefix("/2020-05-31/")?.to_owned();
    let endpoint = shared.owners.endpoint.clone();
    let current = tokio::task::spawn_blocking(move || {
        root(&endpoint, ministack::ACCOUNT).cloudfront("GET", &path, &[], "")
    });
    let current = current.await.ok().filter(|answer| answer.status.is_success())?.text();
    let sent = String::from_utf8_lossy(body);
    let reference = |xml: &str| Some(xml.split_once("<CallerReference>")?.1.split_once("</")?.0.to_owned());
    (reference(&current) != reference(&sent)).then(|| {
        Refusal::new(400, "IllegalUpdate", "The update contains modifications that are not allowed.")
    })
}

/// The root user of an account, past the proxy.
fn root(endpoint: &str, account: &str) -> Aws {
    root_in(endpoint, account, "us-east-1")
}

fn root_in(endpoint: &str, account: &str, region: &str) -> Aws {
    Aws::new(endpoint, region, Credentials::new(account, "test", None, None, "test"))
}

/// Who owns which bucket, each asked once.
pub(super) struct Owners {
    endpoint: String,
    known: Arc<Mutex<HashSet<(String, String)>>>,
}

impl Owners {
    pub(super) fn new(aws: &MiniStack) -> Self {
        Self { endpoint: aws.url(), known: Arc::default() }
    }

    /// True also where the bucket doesn't exist: that is MiniStack's to say.
    async fn owns(&self, bucket: &str, account: &str) -> bool {
        let pair = (bucket.to_owned(), account.to_owned());
        if self.known.lock().unwrap().contains(&pair) {
            return true;
        }
        let (endpoint, known) = (self.endpoint.clone(), Arc::clone(&self.known));
        tokio::task::spawn_blocking(move || {
            let root = root(&endpoint, &pair.1);
            let owned = root.s3("GET", "/", "").text().contains(&format!("<Name>{}</Name>", pair.0));
            if owned {
                known.lock().unwrap().insert(pair);
                return true;
            }
            root.s3("HEAD", &format!("/{}", pair.0), "").status == http::StatusCode::NOT_FOUND
        })
        .await
        .unwrap_or(false)
    }
}

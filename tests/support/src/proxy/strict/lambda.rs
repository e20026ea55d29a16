//! Lambda's dry runs, which MiniStack carries out as if they were none.

use bytes::Bytes;
use http::Response;
use http::request::Parts;
use http_body_util::Full;
use serde_json::Value;

use super::super::fault::error_response;
use super::super::operation::{DRY_RUN, header};
use super::super::{Call, Shared};
use super::root_in;
use crate::ministack;

/// LA-04: a dry run checks the revision, answers with the function as it is, and changes nothing.
pub(super) async fn dry_run(
    shared: &Shared,
    call: &Call,
    parts: &Parts,
    body: &[u8],
) -> Option<Response<Full<Bytes>>> {
    if call.operation != DRY_RUN {
        return None;
    }
    let region = header(&parts.headers, "authorization")
        .and_then(|value| value.split_once("Credential="))
        .and_then(|(_, scope)| scope.split('/').nth(2))
        .unwrap_or("us-east-1")
        .to_owned();
    let endpoint = shared.owners.endpoint.clone();
    let path = parts.uri.path().replace("/code", "/configuration");
    let asked = tokio::task::spawn_blocking(move || {
        root_in(&endpoint, ministack::ACCOUNT, &region).call("lambda", "GET", &path, &[], "")
    });
    let answer = asked.await.ok()?;
    let function: Value = serde_json::from_str(&answer.text()).unwrap_or_default();
    let sent: Value = serde_json::from_slice(body).unwrap_or_default();
    if sent.get("RevisionId").is_some_and(|revision| *revision != function["RevisionId"]) {
        let message = "The Revision Id provided does not match the latest Revision Id.";
        return Some(error_response("lambda", 412, "PreconditionFailedException", message));
    }
    Response::builder()
        .status(answer.status)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(answer.text())))
        .ok()
}

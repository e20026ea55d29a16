//! Lambda's dry runs, which MiniStack carries out as if they were none, and the end of its log, which lacks Lambda's own lines.

use std::sync::atomic::Ordering;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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
    let region = region(parts);
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

fn region(parts: &Parts) -> String {
    header(&parts.headers, "authorization")
        .and_then(|value| value.split_once("Credential="))
        .and_then(|(_, scope)| scope.split('/').nth(2))
        .unwrap_or("us-east-1")
        .to_owned()
}

/// Largest part of a log that Lambda hands out, in bytes.
const TAIL: usize = 4096;
const HEADER: &str = "x-amz-log-result";

/// A call that wants the end of the log (`LogType` Tail): Lambda ends it with its REPORT line.
pub(in crate::proxy) struct Tail {
    path: String,
    region: String,
    cold: bool,
    begun: Instant,
}

impl Tail {
    pub(in crate::proxy) fn asked(shared: &Shared, call: &Call, parts: &Parts) -> Option<Self> {
        let wanted = header(&parts.headers, "x-amz-log-type").is_some_and(|kind| kind == "Tail");
        if call.name() != "lambda:Invoke" || !wanted || !shared.strict.load(Ordering::Relaxed) {
            return None;
        }
        let cold = shared.state().warm.insert(call.path.clone());
        let path = call.path.replace("/invocations", "/configuration");
        Some(Self { path, region: region(parts), cold, begun: Instant::now() })
    }

    /// Adds the line, with the time that the call took here.
    pub(in crate::proxy) async fn complete(self, shared: &Shared, response: &mut Response<Full<Bytes>>) {
        let Self { path, region, cold, begun } = self;
        let ms = begun.elapsed().as_secs_f64() * 1_000.0;
        let endpoint = shared.owners.endpoint.clone();
        let asked = tokio::task::spawn_blocking(move || {
            root_in(&endpoint, ministack::ACCOUNT, &region).call("lambda", "GET", &path, &[], "")
        });
        let Ok(answer) = asked.await else { return };
        let function: Value = serde_json::from_str(&answer.text()).unwrap_or_default();
        let Some(memory) = function["MemorySize"].as_u64() else { return };
        let logged = response.headers().get(HEADER).and_then(|value| value.to_str().ok());
        let mut log = logged.and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
        let init = if cold { "Init Duration: 25.00 ms\t" } else { "" };
        let billed = ms.ceil() + if cold { 25.0 } else { 0.0 };
        log.extend_from_slice(
            format!(
                "\nREPORT RequestId: 00000000-0000-4000-8000-000000000000\tDuration: {ms:.2} ms\tBilled Duration: {billed:.0} ms\t\
                 Memory Size: {memory} MB\tMax Memory Used: 61 MB\t{init}\n"
            )
            .as_bytes(),
        );
        let end = log.len().saturating_sub(TAIL);
        if let Ok(value) = STANDARD.encode(&log[end..]).parse() {
            response.headers_mut().insert(HEADER, value);
        }
    }
}

//! Connections: take a request, decide, forward, answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::{Call, Cut, Fault, Hook, Shared, What, operation, record, strict};

pub(super) type Upstream = Client<HttpConnector, Full<Bytes>>;

/// Makes hyper close the connection without an answer.
#[derive(Debug)]
struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("dropped on purpose")
    }
}

impl std::error::Error for Dropped {}

pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) -> Infallible {
    loop {
        // An accept error is one lost connection; the caller sees it.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(move |request| handle(Arc::clone(&shared), request));
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn handle(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Dropped> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
    let (call, what, hook) = register(&shared, &parts, &body);
    let result = answer(&shared, &call, what, hook, parts, body).await;
    shared.record(call.n, result.as_ref().ok().map(|response| response.status().as_u16()));
    result
}

async fn answer(
    shared: &Arc<Shared>,
    call: &Call,
    what: Option<What>,
    hook: Option<Hook>,
    parts: Parts,
    body: Bytes,
) -> Result<Response<Full<Bytes>>, Dropped> {
    let delay = shared.delay_ms.load(Ordering::Relaxed);
    if delay > 0 {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    if what == Some(What::DropBefore) {
        return Err(Dropped);
    }
    if what == Some(What::Hang) {
        // Ends with the connection, which the caller closes.
        std::future::pending::<()>().await;
    }
    if let Some(hook) = hook {
        // Hooks make blocking calls of their own. One that panics drops the call, so the test can't pass by it.
        tokio::task::spawn_blocking(hook).await.map_err(|_| Dropped)?;
    }
    if let Some(answer) = what.as_ref().and_then(|what| what.answer(&call.service)) {
        return Ok(answer);
    }
    if shared.strict.load(Ordering::Relaxed)
        && let Some(refusal) = strict::refusal(shared, call, &parts, &body).await
    {
        return Ok(refusal);
    }
    if let Some(answer) = strict::missing_part(call) {
        return if what == Some(What::DropAfter) { Err(Dropped) } else { Ok(answer) };
    }
    let tail = strict::Tail::asked(shared, call, &parts);
    let mut response = forward(shared, parts, strict::adapted(call, body)).await?;
    if let Some(tail) = tail {
        tail.complete(shared, &mut response).await;
    }
    if what == Some(What::DropAfter) { Err(Dropped) } else { Ok(response) }
}

/// Numbers and logs the call and finds out what is to happen to it.
fn register(shared: &Shared, parts: &Parts, body: &[u8]) -> (Call, Option<What>, Option<Hook>) {
    let (service, operation) = operation::name(parts, body);
    let mut state = shared.state();
    let call = Call {
        n: state.calls.len() + 1,
        write: operation::is_write(&service, &operation),
        method: parts.method.to_string(),
        path: parts.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        status: None,
        service,
        operation,
    };
    state.calls.push(call.clone());
    state.command = record::command(&parts.headers).or(state.command.take());
    if let Some(command) = &state.command {
        record::note(command, &call);
    }
    let first = state.seen.insert(call.name());
    if let Some((n, cut)) = state.cut_at_write
        && call.write
        && state.calls.iter().filter(|call| call.write).count() == n
    {
        state.cut = Some((call.n, cut));
    }
    let what = match state.cut {
        Some((n, Cut::AfterRequest)) if call.n == n => Some(What::DropAfter),
        Some((n, _)) if call.n >= n => Some(What::DropBefore),
        _ => state.faults.iter_mut().find_map(|fault| take(fault, &call, first)),
    };
    let hook =
        state.hooks.iter().position(|(name, _)| *name == call.name()).map(|at| state.hooks.remove(at).1);
    (call, what, hook)
}

/// Whether the fault strikes, counting down.
fn take(fault: &mut Fault, call: &Call, first: bool) -> Option<What> {
    if fault.left == Some(0) || !fault.when.matches(call, first) {
        return None;
    }
    fault.left = fault.left.map(|left| left - 1);
    Some(fault.what.clone())
}

async fn forward(shared: &Shared, mut parts: Parts, body: Bytes) -> Result<Response<Full<Bytes>>, Dropped> {
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    parts.uri = Uri::try_from(format!("http://{}{target}", shared.upstream)).map_err(|_| Dropped)?;
    // The body is complete here: no need to ask whether to send it.
    parts.headers.remove("expect");
    let (mut parts, body) = shared
        .client
        .request(Request::from_parts(parts, Full::new(body)))
        .await
        .map_err(|_| Dropped)?
        .into_parts();
    let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
    parts.headers.remove("transfer-encoding");
    parts.headers.remove("connection");
    Ok(Response::from_parts(parts, Full::new(body)))
}

impl Shared {
    fn record(&self, n: usize, status: Option<u16>) {
        // Cleared in between, the number may be another's or nobody's: then the answer no longer matters.
        if let Some(call) = self.state().calls.get_mut(n - 1) {
            call.status = status;
        }
    }
}

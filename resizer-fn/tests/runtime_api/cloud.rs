//! The Lambda Runtime API, S3 and SQS, as far as the function needs them, in one HTTP server. Writes are conditional as on
//! S3, and what was written can be read.

use bytes::Bytes;
use http_body_util::{BodyExt, Either, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::HeaderMap;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::sync::{Mutex as AsyncMutex, mpsc};

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A body, or one that never comes.
type Answer = Either<Full<Bytes>, Stalled>;

/// A body of which only the length is ever sent.
pub(crate) struct Stalled(u64);

impl Body for Stalled {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0)
    }
}

/// An object that was put.
#[derive(Clone)]
pub(crate) struct Stored {
    pub(crate) key: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Default)]
struct State {
    /// What a GET of each key gives.
    objects: BTreeMap<String, (u16, Bytes)>,
    /// The keys whose GET gives no more than a length.
    lengths: BTreeMap<String, u64>,
    /// The keys of all GETs.
    reads: Vec<String>,
    stored: Vec<Stored>,
    /// What lies at each key after the writes.
    written: BTreeMap<String, Stored>,
    /// The processes that are killed when a key is read.
    traps: BTreeMap<String, u32>,
    /// Bodies of messages that were sent.
    sent: Vec<String>,
    refusal: Option<(u16, String)>,
    events: u32,
    crashes: u32,
    ms: u64,
}

/// The server, and the test's ends of it.
pub(crate) struct Cloud {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
    events: mpsc::Sender<Value>,
    answers: AsyncMutex<mpsc::Receiver<Value>>,
}

struct Ends {
    state: Arc<Mutex<State>>,
    events: AsyncMutex<mpsc::Receiver<Value>>,
    answers: mpsc::Sender<Value>,
}

impl Cloud {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { ms: 30_000, ..State::default() }));
        let (events, event_ends) = mpsc::channel(1);
        let (answer_ends, answers) = mpsc::channel(1);
        let ends = Arc::new(Ends {
            state: Arc::clone(&state),
            events: AsyncMutex::new(event_ends),
            answers: answer_ends,
        });
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let ends = Arc::clone(&ends);
                let service = service_fn(move |request| {
                    let ends = Arc::clone(&ends);
                    async move { Ok::<_, Infallible>(ends.serve(request).await) }
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(socket), service),
                );
            }
        });
        Self { address, state, events, answers: AsyncMutex::new(answers) }
    }

    /// Makes a GET of `key` answer so.
    pub(crate) fn put(&self, key: &str, status: u16, body: &[u8]) {
        let object = (status, Bytes::copy_from_slice(body));
        self.state.lock().unwrap().objects.insert(key.to_owned(), object);
    }

    /// Makes a GET of `key` say that length and then send nothing.
    pub(crate) fn put_length(&self, key: &str, length: u64) {
        self.state.lock().unwrap().lengths.insert(key.to_owned(), length);
    }

    /// Kills a process (SIGKILL) as soon as it reads `key`, each time.
    pub(crate) fn kill_at(&self, key: &str, process: u32) {
        self.state.lock().unwrap().traps.insert(key.to_owned(), process);
    }

    /// What lies at `key`, if it was written by the function. Keys of other buckets than `photos` begin with the bucket.
    pub(crate) fn written(&self, key: &str) -> Option<Stored> {
        self.state.lock().unwrap().written.get(key).cloned()
    }

    /// Bodies of all messages that were sent.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.state.lock().unwrap().sent.clone()
    }

    /// Makes every PUT answer so.
    pub(crate) fn refuse_writes(&self, status: u16, body: &str) {
        self.state.lock().unwrap().refusal = Some((status, body.to_owned()));
    }

    /// The time that the next events are given.
    pub(crate) fn give_ms(&self, ms: u64) {
        self.state.lock().unwrap().ms = ms;
    }

    /// Hands an event to the function and waits for what it answers.
    pub(crate) async fn invoke(&self, event: Value) -> Value {
        self.events.send(event).await.unwrap();
        let mut answers = self.answers.lock().await;
        tokio::time::timeout(PATIENCE, answers.recv()).await.unwrap().unwrap()
    }

    pub(crate) fn stored(&self) -> Vec<Stored> {
        self.state.lock().unwrap().stored.clone()
    }

    /// How often `key` was read.
    pub(crate) fn asked_for(&self, key: &str) -> usize {
        self.state.lock().unwrap().reads.iter().filter(|read| *read == key).count()
    }

    /// How often the function reported an error instead of answering.
    pub(crate) fn crashes(&self) -> u32 {
        self.state.lock().unwrap().crashes
    }
}

impl Ends {
    async fn serve(&self, request: Request<Incoming>) -> Response<Answer> {
        let path = request.uri().path().to_owned();
        if let Some(call) = path.strip_prefix("/2018-06-01/runtime/") {
            self.runtime(call, request).await
        } else if path == "/" {
            self.sqs(request).await
        } else {
            let key = path.strip_prefix("/photos/").unwrap_or(path.trim_start_matches('/'));
            let key = percent_decode_str(key).decode_utf8().unwrap().into_owned();
            self.s3(key, request).await
        }
    }

    async fn sqs(&self, request: Request<Incoming>) -> Response<Answer> {
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let call: Value = serde_json::from_slice(&body).unwrap();
        let entries = call["Entries"].as_array().unwrap();
        let bodies = entries.iter().map(|one| one["MessageBody"].as_str().unwrap().to_owned());
        self.state.lock().unwrap().sent.extend(bodies);
        let sent: Vec<Value> =
            entries.iter().map(|one| json!({ "Id": one["Id"], "MessageId": "m" })).collect();
        answer(200, json!({ "Successful": sent, "Failed": [] }).to_string())
    }

    async fn runtime(&self, call: &str, request: Request<Incoming>) -> Response<Answer> {
        if call == "invocation/next" {
            // Without a further event the test is over; the function is ended by it.
            let Some(event) = self.events.lock().await.recv().await else {
                return answer(500, "the test is over");
            };
            let (id, ms) = {
                let mut state = self.state.lock().unwrap();
                state.events += 1;
                (state.events, state.ms)
            };
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            let deadline = now + Duration::from_millis(ms);
            return Response::builder()
                .header("lambda-runtime-aws-request-id", format!("request-{id}"))
                .header("lambda-runtime-deadline-ms", deadline.as_millis().to_string())
                .header(
                    "lambda-runtime-invoked-function-arn",
                    "arn:aws:lambda:us-east-1:123456789012:function:resizer:Live",
                )
                .body(Either::Left(event.to_string().into()))
                .unwrap();
        }
        let failed = call.ends_with("/error");
        let body = request.into_body().collect().await.unwrap().to_bytes();
        if failed {
            self.state.lock().unwrap().crashes += 1;
        }
        self.answers.send(serde_json::from_slice(&body).unwrap()).await.ok();
        answer(202, "")
    }

    async fn s3(&self, key: String, request: Request<Incoming>) -> Response<Answer> {
        let (head, body) = request.into_parts();
        if head.method == Method::PUT {
            let body = body.collect().await.unwrap().to_bytes();
            let mut state = self.state.lock().unwrap();
            if let Some((status, body)) = &state.refusal {
                return answer(*status, body.clone());
            }
            let there = state.etag(&key);
            let condition =
                |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap().trim_matches('"'));
            match (condition("if-none-match"), condition("if-match"), &there) {
                (Some("*"), _, Some(_)) => return refusal(412, "PreconditionFailed"),
                (_, Some(_), None) => return refusal(404, "NoSuchKey"),
                (_, Some(etag), Some(there)) if etag != there => return refusal(412, "PreconditionFailed"),
                _ => {}
            }
            let stored = Stored { key: key.clone(), headers: head.headers, body };
            state.stored.push(stored.clone());
            state.written.insert(key, stored);
            return answer(200, "");
        }
        if head.method == Method::HEAD {
            let state = self.state.lock().unwrap();
            let Some(etag) = state.etag(&key) else { return answer(404, "") };
            let mut response = answer(200, "");
            let metadata = state.written.get(&key).into_iter().flat_map(|one| &one.headers);
            let metadata = metadata.filter(|(name, _)| name.as_str().starts_with("x-amz-meta-"));
            response.headers_mut().extend(metadata.map(|(name, value)| (name.clone(), value.clone())));
            response.headers_mut().insert("etag", format!("\"{etag}\"").parse().unwrap());
            return response;
        }
        let trap = self.state.lock().unwrap().traps.get(&key).copied();
        if let Some(process) = trap {
            Command::new("kill").args(["-KILL", &process.to_string()]).status().unwrap();
            return answer(500, "nobody reads this any more");
        }
        let mut state = self.state.lock().unwrap();
        if let Some(length) = state.lengths.get(&key) {
            return Response::new(Either::Right(Stalled(*length)));
        }
        let etag = state.etag(&key);
        let asked = head.headers.get("if-none-match").map(|value| value.to_str().unwrap().trim_matches('"'));
        if asked.is_some() && asked == etag.as_deref() {
            return answer(304, "");
        }
        let absent = || (404, Bytes::from_static(b"<Error><Code>NoSuchKey</Code></Error>"));
        let written = || Some((200, state.written.get(&key)?.body.clone()));
        let (status, body) = state.objects.get(&key).cloned().or_else(written).unwrap_or_else(absent);
        state.reads.push(key);
        let mut response = answer(status, body);
        if let Some(etag) = etag {
            response.headers_mut().insert("etag", format!("\"{etag}\"").parse().unwrap());
        }
        response
    }
}

impl State {
    /// The ETag of what lies at `key`.
    fn etag(&self, key: &str) -> Option<String> {
        let written = self.written.get(key).map(|one| imgdeploy_batch::etag_of(&one.body));
        written.or_else(|| self.objects.contains_key(key).then(|| "the-etag".to_owned()))
    }
}

fn refusal(status: u16, code: &str) -> Response<Answer> {
    answer(status, format!("<Error><Code>{code}</Code></Error>"))
}

fn answer(status: u16, body: impl Into<Bytes>) -> Response<Answer> {
    let mut response = Response::new(Either::Left(Full::new(body.into())));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

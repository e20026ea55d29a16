//! A proxy between tool and endpoint that counts, delays, breaks off and contradicts.
//!
//! It forwards the `Host` field as it came, so signatures stay valid, and is as strict as AWS where the
//! emulator is not (see `strict`).

mod cuts;
mod fault;
mod operation;
pub(crate) mod record;
mod serve;
mod strict;

use std::collections::HashSet;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::AbortHandle;

pub use cuts::cuts;
pub use fault::{Fault, What, When};

use crate::http_client::{self, RUNTIME};
use crate::ministack::MiniStack;

/// One request that reached the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Running number, the first being 1.
    pub n: usize,
    /// Signing name of the service, `execute-api` for API calls of viewers.
    pub service: String,
    /// Operation name, e.g. `PutBucketPolicy`.
    pub operation: String,
    /// HTTP method.
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// What the caller got; `None` where the connection was dropped.
    pub status: Option<u16>,
    /// Whether the operation changes anything.
    pub write: bool,
}

impl Call {
    /// `service:Operation`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.map_or("dropped".to_owned(), |status| status.to_string());
        write!(f, "{:>3} {} {} {} -> {status}", self.n, self.name(), self.method, self.path)
    }
}

/// When a cut-off happens, seen from the request at which it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The endpoint never sees the request.
    BeforeRequest,
    /// The endpoint carries the request out; the caller never learns it.
    AfterRequest,
}

type Hook = Box<dyn FnOnce() + Send>;

/// What the connections share.
struct Shared {
    upstream: SocketAddr,
    client: serve::Upstream,
    strict: AtomicBool,
    delay_ms: AtomicU64,
    state: Mutex<State>,
    owners: strict::Owners,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    seen: HashSet<String>,
    faults: Vec<Fault>,
    cut: Option<(usize, Cut)>,
    /// A write, counted from 1, at which the cut will be.
    cut_at_write: Option<(usize, Cut)>,
    /// Versions of functions that were called: for them an instance is there.
    warm: HashSet<String>,
    /// Which command the last request was from that said so.
    command: Option<String>,
    hooks: Vec<(String, Hook)>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A hook that panicked must not hide its own message behind a poisoned lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running proxy; dropping it closes its port.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: AbortHandle,
}

impl Proxy {
    /// Starts a proxy in front of `aws`, strict and without faults.
    #[must_use]
    pub fn start(aws: &MiniStack) -> Self {
        let shared = Arc::new(Shared {
            upstream: SocketAddr::from(([127, 0, 0, 1], aws.port())),
            client: http_client::client(),
            strict: AtomicBool::new(true),
            delay_ms: AtomicU64::new(0),
            state: Mutex::default(),
            owners: strict::Owners::new(aws),
        });
        let listener = http_client::block(TcpListener::bind(("127.0.0.1", 0))).expect("a free port");
        let address = listener.local_addr().expect("bound");
        let server = RUNTIME.spawn(serve::accept(listener, Arc::clone(&shared))).abort_handle();
        Self { address, shared, server }
    }

    /// The endpoint to give to the tool.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every call so far, in order of arrival.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.shared.state().calls.clone()
    }

    /// The calls that change something.
    #[must_use]
    pub fn writes(&self) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.write).collect()
    }

    /// The calls as lines, for messages.
    #[must_use]
    pub fn log(&self) -> String {
        self.calls().iter().map(|call| format!("{call}\n")).collect()
    }

    /// Forgets calls, faults, hooks, the cut and the delay; counting starts at 1 again.
    pub fn clear(&self) {
        *self.shared.state() = State::default();
        self.delay(Duration::ZERO);
    }

    /// From call `n` on, nothing comes through any more.
    pub fn cut_at(&self, n: usize, cut: Cut) {
        self.shared.state().cut = Some((n, cut));
    }

    /// The same, counting the calls that change something only: where a tool waits, the number of its looks varies.
    pub fn cut_at_write(&self, n: usize, cut: Cut) {
        self.shared.state().cut_at_write = Some((n, cut));
    }

    /// Adds a fault; the first that matches a call wins.
    pub fn fault(&self, fault: Fault) {
        self.shared.state().faults.push(fault);
    }

    /// Keeps every call waiting this long before it is forwarded.
    pub fn delay(&self, delay: Duration) {
        let millis = u64::try_from(delay.as_millis()).expect("a delay within reason");
        self.shared.delay_ms.store(millis, Ordering::Relaxed);
    }

    /// Runs `hook` once, just before the next call of `operation` is forwarded: somebody else was faster.
    pub fn before(&self, operation: &str, hook: impl FnOnce() + Send + 'static) {
        self.shared.state().hooks.push((operation.to_owned(), Box::new(hook)));
    }

    /// Whether requests are refused that AWS would refuse and MiniStack takes.
    pub fn strict(&self, strict: bool) {
        self.shared.strict.store(strict, Ordering::Relaxed);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

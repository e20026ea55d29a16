//! The fetcher against an upstream on 127.0.0.1 that misbehaves in every way known.
//!
//! The guard in use here differs from production's in one address: 127.0.0.1. It is put in as an argument; there is no
//! setting for it.
#![allow(clippy::unwrap_used)]

use resizer_fn::direct::address::{Guard, PublicOnly};
use resizer_fn::direct::caching::Freshness;
use resizer_fn::direct::fetch::{Fetch, FetchError, FetchLimits, Fetched};
use resizer_fn::direct::fetcher::Fetcher;
use resizer_fn::direct::resolve::{Resolve, SystemResolver};
use resizer_fn::direct::source::{Sources, UrlError};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

struct AlsoHere;

impl Guard for AlsoHere {
    fn refusal(&self, address: IpAddr) -> Option<&'static str> {
        if address.to_string() == "127.0.0.1" { None } else { PublicOnly.refusal(address) }
    }
}

/// Answers with one list after the other, the last one for ever.
#[derive(Clone)]
struct Scripted {
    answers: Arc<Vec<Vec<&'static str>>>,
    asked: Arc<AtomicUsize>,
}

impl Scripted {
    fn new(answers: &[&[&'static str]]) -> Self {
        let answers = answers.iter().map(|answer| answer.to_vec()).collect();
        Self { answers: Arc::new(answers), asked: Arc::default() }
    }
}

impl Resolve for Scripted {
    async fn resolve(&self, _: &str, _: u16) -> io::Result<Vec<IpAddr>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        Ok(self.answers[turn].iter().map(|address| address.parse().unwrap()).collect())
    }
}

/// What an upstream sends, byte by byte, and then: close, or keep the connection and say nothing.
#[derive(Clone, Copy)]
enum End {
    Close,
    Stall,
}

/// An upstream that answers every request by `script`, which gets the request's path.
struct Upstream {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Upstream {
    async fn start(script: impl Fn(&str) -> (Vec<u8>, End) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&requests);
        let script = Arc::new(script);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (seen, script) = (Arc::clone(&seen), Arc::clone(&script));
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        let mut byte = [0];
                        if stream.read(&mut byte).await.unwrap_or(0) == 0 {
                            return;
                        }
                        request.push(byte[0]);
                    }
                    let request = String::from_utf8(request).unwrap();
                    let path = request.split(' ').nth(1).unwrap().to_owned();
                    seen.lock().unwrap().push(request);
                    let (answer, end) = script(&path);
                    stream.write_all(&answer).await.ok();
                    if let End::Stall = end {
                        tokio::time::sleep(Duration::from_secs(60)).await;
                    }
                });
            }
        });
        Self { port, requests }
    }

    /// One that always answers the same.
    async fn saying(answer: &str) -> Self {
        let answer = answer.as_bytes().to_vec();
        Self::start(move |_| (answer.clone(), End::Close)).await
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

const LIMITS: FetchLimits =
    FetchLimits { connect: Duration::from_secs(5), total: Duration::from_secs(10), max_bytes: 1000 };

fn sources(port: u16) -> Sources {
    let list = ["img.test", "other.test", "127.0.0.1", "10.0.0.1", "[::ffff:7f00:1]", "localhost"];
    let list: Vec<_> = list.iter().map(|host| format!("http://{host}:{port}")).collect();
    format!("{},https.test:{port}", list.join(",")).parse().unwrap()
}

async fn fetch_by(
    fetcher: &impl Fetch,
    port: u16,
    url: &str,
    limits: FetchLimits,
) -> Result<Fetched, FetchError> {
    let sources = sources(port);
    let url = sources.read(&url.replace("PORT", &port.to_string())).unwrap();
    fetcher.fetch(url, &sources, limits).await
}

/// Fetches from `img.test`, which is 127.0.0.1.
async fn fetch(upstream: &Upstream, path: &str) -> Result<Fetched, FetchError> {
    let fetcher = Fetcher::with(Scripted::new(&[&["127.0.0.1"]]), AlsoHere);
    fetch_by(&fetcher, upstream.port, &format!("http://img.test:PORT{path}"), LIMITS).await
}

#[tokio::test]
async fn an_image_comes_whole_and_nothing_of_the_viewer_goes_out() {
    let body = "Cache-Control: max-age=60\r\nAge: 10\r\nSet-Cookie: a=b\r\nContent-Length: 5\r\n\r\nimage";
    let upstream = Upstream::saying(&format!("HTTP/1.1 200 OK\r\n{body}")).await;
    let fetched = fetch(&upstream, "/a%20b/c.jpg?w=1&x=%26#frag").await.unwrap();
    assert_eq!(fetched.bytes, b"image");
    assert_eq!(fetched.freshness, Freshness { unshared: false, seconds: Some(50) });
    let request = upstream.requests().pop().unwrap().to_ascii_lowercase();
    let mut lines: Vec<_> = request.trim_end().split("\r\n").collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "accept-encoding: identity".to_owned(),
            "accept: image/*".to_owned(),
            "get /a%20b/c.jpg?w=1&x=%26 http/1.1".to_owned(),
            format!("host: img.test:{}", upstream.port),
            format!("user-agent: imgdeploy/{}", env!("CARGO_PKG_VERSION")),
        ]
    );
}

#[tokio::test]
async fn production_reaches_nothing_on_this_machine() {
    let upstream = Upstream::saying("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx").await;
    for url in [
        "http://127.0.0.1:PORT/",
        "http://2130706433:PORT/",
        "http://0x7f000001:PORT/",
        "http://0177.1:PORT/",
        "http://[::ffff:127.0.0.1]:PORT/",
        "http://localhost:PORT/",
    ] {
        let result = fetch_by(&Fetcher::new(), upstream.port, url, LIMITS).await;
        assert!(matches!(result, Err(FetchError::Address { .. })), "{url}: {result:?}");
    }
    for answer in ["127.0.0.1", "::ffff:127.0.0.1", "::1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"]
    {
        let fetcher = Fetcher::with(Scripted::new(&[&["8.8.8.8", answer]]), PublicOnly);
        let result = fetch_by(&fetcher, upstream.port, "http://img.test:PORT/", LIMITS).await;
        assert!(matches!(result, Err(FetchError::Address { .. })), "{answer}: {result:?}");
    }
    assert_eq!(upstream.requests().len(), 0);
}

#[tokio::test]
async fn what_was_checked_is_what_is_connected_to() {
    let upstream = Upstream::start(|path| {
        let answer = match path {
            "/again" => "HTTP/1.1 302 Found\r\nLocation: /image\r\nContent-Length: 0\r\n\r\n",
            _ => "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
        };
        (answer.into(), End::Close)
    })
    .await;
    // The second answer would lead elsewhere; it is not asked for.
    let rebinding = Scripted::new(&[&["127.0.0.1"], &["10.0.0.1"]]);
    let fetcher = Fetcher::with(rebinding.clone(), AlsoHere);
    let fetched = fetch_by(&fetcher, upstream.port, "http://img.test:PORT/image", LIMITS).await.unwrap();
    assert_eq!((fetched.bytes.as_slice(), rebinding.asked.load(Ordering::SeqCst)), (&b"x"[..], 1));
    // A redirect asks again, and the new answer is checked again.
    let fetcher = Fetcher::with(Scripted::new(&[&["127.0.0.1"], &["10.0.0.1"]]), AlsoHere);
    let result = fetch_by(&fetcher, upstream.port, "http://img.test:PORT/again", LIMITS).await;
    assert!(matches!(result, Err(FetchError::Address { .. })), "{result:?}");
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn redirects_are_followed_only_where_one_may_go() {
    let upstream = Upstream::start(|path| {
        let to = match path {
            "/1" => "/2".to_owned(),
            "/2" => "/3?a=b".to_owned(),
            "/3?a=b" => "/end".to_owned(),
            "/0" => "/1".to_owned(),
            "/loop" => "/loop".to_owned(),
            path if path.starts_with("/to/") => path["/to/".len()..].to_owned(),
            "/nowhere" => return (b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_vec(), End::Close),
            _ => return (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx".to_vec(), End::Close),
        };
        (format!("HTTP/1.1 301 Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n").into(), End::Close)
    })
    .await;
    let port = upstream.port;
    assert_eq!(fetch(&upstream, "/1").await.unwrap().bytes, b"x");
    for path in ["/0", "/loop", "/nowhere"] {
        let result = fetch(&upstream, path).await;
        assert!(matches!(result, Err(FetchError::Redirect { .. })), "{path}: {result:?}");
    }
    assert_eq!(upstream.requests().iter().filter(|r| r.starts_with("GET /loop ")).count(), 4);
    // Private, and in the list: the guard. Not in the list: the list.
    for to in [format!("http://10.0.0.1:{port}/"), format!("http://[::ffff:7f00:1]:{port}/")] {
        let result = fetch(&upstream, &format!("/to/{to}")).await;
        assert!(matches!(result, Err(FetchError::Address { .. })), "{to}: {result:?}");
    }
    for to in [
        "http://169.254.169.254/latest/meta-data/",
        "http://img.test:1/",
        "//evil.test/",
        "file:///etc/passwd",
    ] {
        let result = fetch(&upstream, &format!("/to/{to}")).await;
        assert!(matches!(result, Err(FetchError::Url(_))), "{to}: {result:?}");
    }
    let result = fetch(&upstream, &format!("/to/http://u:p@img.test:{port}/")).await;
    assert_eq!(result, Err(FetchError::Url(UrlError::UserInfo)));
}

#[tokio::test]
async fn no_more_is_read_than_allowed_whatever_the_length_says() {
    let long = "x".repeat(100_000);
    for (answer, bytes) in [
        // Announced: not a byte of it is read.
        ("Content-Length: 1001\r\n\r\n".to_owned(), Some(1001)),
        ("Content-Length: 18446744073709551615\r\n\r\n".to_owned(), None),
        // Not announced.
        (format!("\r\n{long}"), None),
        (format!("Transfer-Encoding: chunked\r\n\r\n186a0\r\n{long}\r\n0\r\n\r\n"), None),
    ] {
        let upstream = Upstream::saying(&format!("HTTP/1.1 200 OK\r\n{answer}")).await;
        match fetch(&upstream, "/").await {
            Err(FetchError::TooLarge { bytes: seen, limit: 1000 }) => {
                assert!(bytes.is_none_or(|bytes| bytes == seen) && seen > 1000);
            }
            // A length that is none.
            Err(FetchError::Connection { .. }) if answer.contains("18446744073709551615") => {}
            other => panic!("{}: {other:?}", &answer[..30]),
        }
    }
    // Exactly the limit is fine; what follows a short length is not read.
    let exact = format!("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{long}");
    assert_eq!(fetch(&Upstream::saying(&exact).await, "/").await.unwrap().bytes.len(), 1000);
}

#[tokio::test]
async fn whatever_is_no_image_has_its_reason() {
    for (status, says) in [
        ("404 Not Found", "no such image"),
        ("410 Gone", "no such image"),
        ("403 Forbidden", "answered 403"),
        ("500 Oops", "answered 500"),
        ("204 No Content", "answered 204"),
        ("206 Partial Content", "answered 206"),
        ("304 Not Modified", "answered 304"),
        ("401 Unauthorized", "answered 401"),
    ] {
        let upstream = Upstream::saying(&format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")).await;
        let error = fetch(&upstream, "/").await.unwrap_err();
        assert!(error.to_string().contains(says), "{status}: {error}");
        assert_eq!(
            matches!(error, FetchError::NotFound { .. }),
            status.starts_with("4") && says.starts_with("no")
        );
    }
    for answer in [
        "",
        "SSH-2.0-OpenSSH_9.6\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ] {
        let result = fetch(&Upstream::saying(answer).await, "/").await;
        assert!(matches!(result, Err(FetchError::Connection { .. })), "{answer:?}: {result:?}");
    }
    let gzip = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx";
    let result = fetch(&Upstream::saying(gzip).await, "/").await;
    assert!(matches!(result, Err(FetchError::Encoded { .. })), "{result:?}");
}

#[tokio::test]
async fn time_limits_hold_at_every_stage() {
    for answer in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"] {
        let upstream = Upstream::start(move |_| (answer.into(), End::Stall)).await;
        let fetcher = Fetcher::with(Scripted::new(&[&["127.0.0.1"]]), AlsoHere);
        let limits = FetchLimits { total: Duration::from_millis(200), ..LIMITS };
        let result = fetch_by(&fetcher, upstream.port, "http://img.test:PORT/", limits).await;
        assert_eq!(result, Err(FetchError::Timeout { host: "img.test".to_owned() }), "{answer:?}");
    }
    // TLS that never answers is cut off by the time for connecting.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let fetcher = Fetcher::with(Scripted::new(&[&["127.0.0.1"]]), AlsoHere);
    let limits = FetchLimits { connect: Duration::from_millis(200), ..LIMITS };
    let result = fetch_by(&fetcher, port, "https://https.test:PORT/", limits).await;
    assert_eq!(result, Err(FetchError::Timeout { host: "https.test".to_owned() }));
}

#[tokio::test]
async fn connections_that_are_refused_go_on_to_the_next_address() {
    let upstream = Upstream::saying("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx").await;
    struct AllLoopback;
    impl Guard for AllLoopback {
        fn refusal(&self, _: IpAddr) -> Option<&'static str> {
            None
        }
    }
    let fetcher = Fetcher::with(Scripted::new(&[&["127.0.0.2", "127.0.0.1"]]), AllLoopback);
    let fetched = fetch_by(&fetcher, upstream.port, "http://img.test:PORT/", LIMITS).await.unwrap();
    assert_eq!(fetched.bytes, b"x");
    let fetcher = Fetcher::with(Scripted::new(&[&["127.0.0.2"]]), AllLoopback);
    let result = fetch_by(&fetcher, upstream.port, "http://img.test:PORT/", LIMITS).await;
    assert!(matches!(result, Err(FetchError::Connection { .. })), "{result:?}");
}

#[tokio::test]
async fn names_that_do_not_exist_are_said_to() {
    let fetcher = Fetcher::with(SystemResolver, PublicOnly);
    let sources: Sources = "nothing.invalid".parse().unwrap();
    let url = Url::parse("https://nothing.invalid/").unwrap();
    let result = fetcher.fetch(url, &sources, LIMITS).await;
    assert!(matches!(result, Err(FetchError::Resolve { .. } | FetchError::Timeout { .. })), "{result:?}");
}

#[tokio::test]
async fn certificates_are_checked() {
    let limits = FetchLimits { connect: Duration::from_secs(1), ..LIMITS };
    let here = || Fetcher::with(Scripted::new(&[&["127.0.0.1"]]), AlsoHere);
    // Plain text where TLS is expected.
    let upstream = Upstream::saying("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx").await;
    let result = fetch_by(&here(), upstream.port, "https://https.test:PORT/", limits).await;
    assert!(matches!(result, Err(FetchError::Connection { .. } | FetchError::Timeout { .. })), "{result:?}");

    // The right name, but nobody whom the system trusts has signed it.
    let certificate = CertificateDer::from(&include_bytes!("tls/self-signed.crt.der")[..]);
    let key = PrivateKeyDer::Pkcs8(include_bytes!("tls/self-signed.key.der").to_vec().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        tokio_rustls::TlsAcceptor::from(Arc::new(config)).accept(stream).await.is_ok()
    });
    let result = fetch_by(&here(), port, "https://https.test:PORT/", limits).await;
    match result {
        Err(FetchError::Connection { detail, .. }) => assert!(detail.contains("certificate"), "{detail}"),
        other => panic!("{other:?}"),
    }
    assert!(!server.await.unwrap(), "the server is told, too");
}

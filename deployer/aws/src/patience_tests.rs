//! The SDK against servers that hang, with a fraction of a second for patience.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::primitives::ByteStream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::failure::Answered;
use crate::network::{Bundle, client};
use crate::{AwsFailure, FailureKind};

const SHORT: Patience = Patience { answer: Duration::from_millis(300), bytes_per_second: 100 };

/// What a server does with a connection.
#[derive(Debug, Clone, Copy)]
enum Server {
    /// Takes the request and says nothing.
    Silent,
    /// Begins an answer and sends a byte of it every now and then.
    Trickle,
    /// Answers when all of the request is there, later than an answer without bulk may come.
    Slow,
}

async fn serve(server: Server, mut stream: TcpStream) -> std::io::Result<()> {
    match server {
        Server::Silent => {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).await.map(drop)
        }
        Server::Trickle => {
            let mut some = [0; 4096];
            let _ = stream.read(&mut some).await?;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n").await?;
            loop {
                stream.write_all(b" ").await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Server::Slow => {
            let mut some = [0; 4096];
            let _ = stream.read(&mut some).await?;
            tokio::time::sleep(SHORT.answer * 2).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await
        }
    }
}

/// A configuration whose endpoint does that, and the number of connections to it.
async fn endpoint(server: Server) -> (SdkConfig, String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(serve(server, stream));
        }
    });
    let config = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(aws_credential_types::Credentials::new("AKID", "secret", None, None, "test"))
        .endpoint_url(format!("http://{host}"))
        .http_client(patient(client(&Bundle::default()), SHORT))
        .load()
        .await;
    (config, host, calls)
}

#[tokio::test]
async fn a_call_that_hangs_ends_once_and_says_where() {
    for (server, what) in [(Server::Silent, "answer"), (Server::Trickle, "whole answer")] {
        let (config, host, calls) = endpoint(server).await;
        let sent = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await;
        let failure = AwsFailure::from_sdk("sts:GetCallerIdentity", &sent.unwrap_err());
        let text = failure.to_string();
        assert!(
            text.starts_with(&format!("sts:GetCallerIdentity failed: no {what} from {host} within ")),
            "{text}"
        );
        assert_eq!(failure.kind, FailureKind::Unreachable);
        assert_eq!(calls.load(Ordering::Relaxed), 1, "{server:?}: a hanging call is not made again");
    }
}

#[tokio::test]
async fn what_is_large_has_time_by_its_size() {
    let (config, _, calls) = endpoint(Server::Slow).await;
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let s3 = aws_sdk_s3::Client::from_conf(s3);
    let put =
        |bytes: usize| s3.put_object().bucket("b").key("k").body(ByteStream::from(vec![0; bytes])).send();
    assert!(put(200).await.is_ok(), "a slow line is no dead one");
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    assert!(put(1).await.is_err());
}

#[tokio::test]
async fn a_call_may_have_more_time() {
    let (config, _, _) = endpoint(Server::Slow).await;
    let timeouts =
        aws_config::timeout::TimeoutConfig::builder().read_timeout(Duration::from_secs(60)).build();
    let lambda = aws_sdk_lambda::Client::new(&config);
    let longer = aws_sdk_lambda::config::Builder::new().timeout_config(timeouts);
    let call = || lambda.invoke().function_name("f").customize();
    assert!(call().config_override(longer).send().await.is_ok());
    assert!(call().send().await.is_err());
}

#[test]
fn a_zip_of_ten_megabytes_has_minutes_and_a_call_half_a_minute() {
    assert_eq!(Patience::USUAL.of(0), Duration::from_secs(30));
    assert_eq!(Patience::USUAL.of(10 * 1024 * 1024), Duration::from_secs(190));
}

#[tokio::test]
async fn an_answer_of_unknown_length_is_not_gathered_whole() {
    let count = usize::try_from(AT_ONCE).unwrap() / 10 + 100;
    let (body, taken) = crate::body::tests::pieces(count);
    let body = PatientBody::new(body, Patience::USUAL, Instant::now(), 0, "host".to_owned());
    let read = Resumed::of(body).await.unwrap();
    assert_eq!(taken.load(Ordering::Relaxed), count - 99);
    // And nothing of it is lost.
    let whole = read.into_body().collect().await.unwrap().to_bytes();
    assert_eq!((whole.len(), &whole[..12]), (count * 10, &b"012345678901"[..]));
    let (body, _) = crate::body::tests::pieces(2);
    let body = PatientBody::new(body, Patience::USUAL, Instant::now(), 0, "host".to_owned());
    let read = Resumed::of(body).await.unwrap().into_body();
    assert_eq!(read.bytes(), Some(&b"01234567890123456789"[..]));
}

//! HTTP on loopback: connections in, the chain's answers out.

use super::cdn::{self, Answered};
use super::source::{Source, SourceError};
use super::state::State;
use super::{DevError, gateway, location, site};
use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use imgdeploy_model::chain::message::{Headers, Method, Request, Response};
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Which service a port stands for.
#[derive(Clone, Copy, Debug)]
pub enum Port {
    /// The distribution.
    Cdn,
    /// The website endpoint.
    Website,
    /// API Gateway.
    Api,
}

/// An open port.
#[derive(Debug)]
pub struct Bound {
    /// Where it listens.
    pub address: SocketAddr,
    listener: TcpListener,
}

/// Opens a port on 127.0.0.1; 0 is any free one.
///
/// # Errors
/// [`DevError::Port`]
pub async fn bind(service: &'static str, port: u16) -> Result<Bound, DevError> {
    let failed = |reason| DevError::Port { service, port, reason };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Bound { address, listener })
}

/// Serves a port in the background until `stopped` turns true or its sender is gone.
pub fn serve<S: Source>(
    bound: Bound,
    state: Arc<State<S>>,
    mut stopped: watch::Receiver<bool>,
    port: Port,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                _ = stopped.changed() => break,
                Some(_) = connections.join_next() => continue,
                accepted = bound.listener.accept() => accepted,
            };
            // A connection that is gone before it is accepted is no reason to stop.
            let Ok((stream, _)) = accepted else { continue };
            let state = Arc::clone(&state);
            connections.spawn(async move {
                let service = service_fn(move |request| {
                    let state = Arc::clone(&state);
                    let request = read(&state, port, &request);
                    async move { Ok::<_, Infallible>(handle(&state, port, request).await) }
                });
                // The client closed it or spoke nonsense: its own affair.
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
        connections.shutdown().await;
    })
}

async fn handle<S: Source>(state: &State<S>, port: Port, request: Request) -> http::Response<Full<Bytes>> {
    let head = request.method == Method::Head;
    let answered = match port {
        Port::Cdn => cdn::answer(state, request).await,
        Port::Website => site::website(state, &request).await.map(Answered::from),
        Port::Api => gateway::answer(state, request).await,
    };
    let mut answered = answered.unwrap_or_else(|error| broken(&error));
    rewrite(state, &mut answered.response).await;
    write(answered, head)
}

fn read<S: Source>(state: &State<S>, port: Port, request: &http::Request<hyper::body::Incoming>) -> Request {
    let headers: Headers = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let named =
        headers.get("Host").map(|host| host.split(':').next().unwrap_or_default().to_ascii_lowercase());
    // At the website's port any name on this machine stands for the bucket's website host.
    let host = match port {
        Port::Website => state.config.website_host.clone(),
        Port::Cdn | Port::Api => named.unwrap_or_default(),
    };
    Request {
        method: Method::parse(request.method().as_str()),
        secure: false,
        host,
        path: request.uri().path().to_owned(),
        query: request.uri().query().map(str::to_owned),
        headers,
    }
}

async fn rewrite<S: Source>(state: &State<S>, response: &mut Response) {
    let Some(original) = response.headers.get("Location").map(str::to_owned) else { return };
    // A distribution that can't be read has no hosts to map.
    let hosts = state.front().await.ok().flatten().map(|front| front.hosts.clone()).unwrap_or_default();
    if let Some(mapped) = location::map(&original, &state.urls, &hosts, &state.config.website_host) {
        response.headers.set("Location", mapped);
        response.headers.set("X-Imgdeploy-Location", original);
    }
}

/// What doesn't come from the chain but from `dev` itself.
fn broken(error: &SourceError) -> Answered {
    let response = Response::new(502)
        .with_body("text/plain", format!("imgdeploy dev: {error}\n"))
        .with("X-Imgdeploy-Error", error.to_string());
    Answered { response, hops: vec!["dev; why=the endpoint can't be asked".to_owned()], access: None }
}

fn write(answered: Answered, head: bool) -> http::Response<Full<Bytes>> {
    let Answered { response, hops, access } = answered;
    let mut out = http::Response::new(Full::new(Bytes::from(response.body)));
    *out.status_mut() = http::StatusCode::from_u16(response.status).unwrap_or(http::StatusCode::BAD_GATEWAY);
    let mut add = |name: &str, value: &str| {
        // A value that can't stand in a header (an object's odd metadata) is left out, as by S3 it would be encoded.
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
        {
            out.headers_mut().append(name, value);
        }
    };
    for (name, value) in response.headers.iter() {
        // The length of what is really sent is written by the server; a HEAD names that of the GET.
        if head || !name.eq_ignore_ascii_case("Content-Length") {
            add(name, value);
        }
    }
    for hop in &hops {
        add("X-Imgdeploy-Hop", hop);
        if let Some(rule) = hop.strip_prefix("website; why=") {
            add("X-Imgdeploy-Rule", rule);
        }
    }
    if let Some(access) = &access {
        add("X-Imgdeploy-Access", access);
    }
    out
}

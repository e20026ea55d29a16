//! `imgdeploy dev`: the whole delivery chain on this machine.
//!
//! Three loopback ports stand for the distribution ("CDN"), the bucket's website endpoint and API Gateway. What they answer is decided
//! by [`imgdeploy_model::chain`] on the documents that a [`Source`] reads from the endpoint for every request, so an `attach` that runs
//! meanwhile takes effect at once. Calls that reach the function are passed to the endpoint.
//!
//! A `Location` that names one of the chain's hosts is mapped to the loopback port that stands for it; the original is in
//! `X-Imgdeploy-Location`. `X-Imgdeploy-Hop` tells who answered and by which behaviour, rule or resource, outermost first.

mod aws_source;
mod cdn;
mod gateway;
mod location;
mod server;
mod site;
mod source;
mod state;
#[cfg(test)]
mod tests;

pub use aws_source::AwsSource;
pub use source::{Blocks, Invalidation, ObjectData, Source, SourceError};

use crate::aws::{AwsFailure, Clients};
use imgdeploy_model::chain::website;
use state::State;
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the chain on this machine stands for.
#[derive(Clone)]
pub struct DevConfig {
    /// Bucket name.
    pub bucket: String,
    /// The bucket's Region, for its partition's ARNs.
    pub region: String,
    /// The bucket's website host (S3-01).
    pub website_host: String,
    /// Id of the distribution; without one the CDN port says so.
    pub distribution: Option<String>,
    /// Loopback port of the CDN; 0 is any free one.
    pub cdn_port: u16,
    /// Loopback port of the website endpoint; 0 is any free one.
    pub website_port: u16,
    /// Loopback port of the API; 0 is any free one.
    pub api_port: u16,
    /// Switches for what AWS doesn't document about the website endpoint.
    pub website: website::Options,
    /// Base URLs (`http://127.0.0.1:PORT`) that stand for origins that are not the bucket, by origin id.
    pub origins: BTreeMap<String, String>,
    /// How long configurations are believed before they are read again; zero: read for each request.
    pub config_ttl: Duration,
    /// Whether a request at the CDN's port counts as come over HTTPS, which the port itself doesn't speak.
    pub viewer_https: bool,
    /// Seconds since 1970; tests bring their own.
    pub clock: Clock,
}

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

impl DevConfig {
    /// Any free ports, configurations read for each request, viewers on HTTPS, the system's clock.
    pub fn new(bucket: &str, region: &str, website_host: &str) -> Self {
        Self {
            bucket: bucket.to_owned(),
            region: region.to_owned(),
            website_host: website_host.to_ascii_lowercase(),
            distribution: None,
            cdn_port: 0,
            website_port: 0,
            api_port: 0,
            website: website::Options::default(),
            origins: BTreeMap::new(),
            config_ttl: Duration::ZERO,
            viewer_https: true,
            clock: Arc::new(|| {
                SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
            }),
        }
    }
}

impl fmt::Debug for DevConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevConfig")
            .field("bucket", &self.bucket)
            .field("distribution", &self.distribution)
            .finish_non_exhaustive()
    }
}

/// Why the chain can't be served.
#[derive(Debug, thiserror::Error)]
pub enum DevError {
    /// A port can't be had.
    #[error(
        "the {service} port {port} can't be opened on 127.0.0.1: {reason}; choose another with --{service}-port"
    )]
    Port {
        /// `cdn`, `website` or `api`.
        service: &'static str,
        /// The port asked for.
        port: u16,
        /// The system's reason.
        reason: std::io::Error,
    },
    /// The endpoint doesn't answer as it should.
    #[error(transparent)]
    Aws(#[from] AwsFailure),
    /// Waiting for Ctrl-C failed.
    #[error("can't wait for Ctrl-C: {0}")]
    Signal(std::io::Error),
}

/// The base URLs, without trailing `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DevUrls {
    /// Stands for the distribution.
    pub cdn: String,
    /// Stands for the website endpoint.
    pub website: String,
    /// Stands for every REST API: `{api}/{api id}/{stage}/…`.
    pub api: String,
}

/// A running chain. Dropping it ends it too, without waiting.
#[derive(Debug)]
pub struct DevHandle {
    /// Where it listens.
    pub urls: DevUrls,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl DevHandle {
    /// Closes the ports and the open connections, and waits until that is done.
    pub async fn shutdown(mut self) {
        // Nobody listening means that all tasks have ended.
        let _ = self.stop.send(true);
        for task in self.tasks.drain(..) {
            let _ = task.await;
        }
    }
}

/// Opens the three ports and serves the chain until the handle is shut down or dropped.
///
/// # Errors
/// [`DevError::Port`]
pub async fn start<S: Source>(config: DevConfig, source: S) -> Result<DevHandle, DevError> {
    let cdn = server::bind("cdn", config.cdn_port).await?;
    let website = server::bind("website", config.website_port).await?;
    let api = server::bind("api", config.api_port).await?;
    let url = |address: SocketAddr| format!("http://{address}");
    let urls = DevUrls { cdn: url(cdn.address), website: url(website.address), api: url(api.address) };
    let state = Arc::new(State::new(config, source, urls.clone()));
    let (stop, stopped) = watch::channel(false);
    let tasks = vec![
        server::serve(cdn, Arc::clone(&state), stopped.clone(), server::Port::Cdn),
        server::serve(website, Arc::clone(&state), stopped.clone(), server::Port::Website),
        server::serve(api, state, stopped, server::Port::Api),
    ];
    Ok(DevHandle { urls, stop, tasks })
}

/// Serves what is configured at the clients' endpoint until Ctrl-C. `ready` is told the URLs once they answer; nothing is printed.
///
/// # Errors
/// The caller's identity can't be had, or [`DevError::Port`].
pub async fn run(clients: &Clients, config: DevConfig, ready: impl FnOnce(&DevUrls)) -> Result<(), DevError> {
    let source =
        AwsSource::connect(clients, &config.bucket, &config.region, config.distribution.as_deref()).await?;
    let handle = start(config, source).await?;
    ready(&handle.urls);
    let waited = tokio::signal::ctrl_c().await;
    handle.shutdown().await;
    waited.map_err(DevError::Signal)
}

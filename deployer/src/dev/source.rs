//! What the front needs to know, behind one trait: the real endpoint or a test's own world.

use imgdeploy_model::chain::access::PublicAccessBlock;
use imgdeploy_model::chain::api::{Api, Invocation};
use imgdeploy_model::chain::message::{Headers, Request, Response};
use std::future::Future;

/// A look-up that failed; "not there" is no failure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SourceError(pub String);

/// An object, or only its headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectData {
    /// As S3 sends them: `Content-Type`, `Content-Length`, `ETag`, `Cache-Control`, …
    pub headers: Headers,
    /// Empty where only the headers were asked for.
    pub body: Vec<u8>,
    /// `x-amz-website-redirect-location` (S3-15).
    pub redirect: Option<String>,
    /// Encrypted with KMS: not readable through the website endpoint (S3-27).
    pub kms: bool,
}

/// The public access blocks of both levels (S3-20).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// The bucket's.
    pub bucket: PublicAccessBlock,
    /// The account's; `None` where it can't be read. Then it is taken for off and answers say so.
    pub account: Option<PublicAccessBlock>,
}

/// An invalidation and its paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalidation {
    /// Id within the distribution.
    pub id: String,
    /// Its paths.
    pub paths: Vec<String>,
}

/// A future of a look-up.
pub trait Look<T>: Future<Output = Result<T, SourceError>> + Send {}
impl<T, F: Future<Output = Result<T, SourceError>> + Send> Look<T> for F {}

/// What is configured at the endpoint, and its data plane. `None` always means "there is none".
pub trait Source: Send + Sync + 'static {
    /// Raw `WebsiteConfiguration`.
    fn website(&self) -> impl Look<Option<String>>;
    /// The bucket policy's JSON.
    fn policy(&self) -> impl Look<Option<String>>;
    /// The public access blocks.
    fn blocks(&self) -> impl Look<Blocks>;
    /// An object, read with the caller's credentials; who may read it is decided by policy and blocks.
    fn object(&self, key: &str, with_body: bool) -> impl Look<Option<ObjectData>>;
    /// Raw `DistributionConfig`.
    fn distribution(&self) -> impl Look<Option<String>>;
    /// The distribution's own domain.
    fn distribution_domain(&self) -> impl Look<Option<String>>;
    /// Raw `CachePolicy`.
    fn cache_policy(&self, id: &str) -> impl Look<Option<String>>;
    /// Ids of the distribution's invalidations.
    fn invalidations(&self) -> impl Look<Vec<String>>;
    /// One invalidation's paths.
    fn invalidation(&self, id: &str) -> impl Look<Option<Invalidation>>;
    /// What is deployed under a REST API's id.
    fn api(&self, id: &str) -> impl Look<Option<Api>>;
    /// Passes a call that reaches the function on to the endpoint.
    fn invoke(&self, api: &str, call: &Invocation, request: &Request) -> impl Look<Response>;
}

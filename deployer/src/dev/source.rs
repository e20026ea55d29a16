//! What the front needs to know, behind one trait: the real endpoint or a test's own world.

pub use crate::aws::edge::Invalidation;
pub use crate::aws::read::ObjectData;
use imgdeploy_model::chain::access::PublicAccessBlock;
use imgdeploy_model::chain::api::{Api, Invocation};
use imgdeploy_model::chain::message::{Request, Response};
use std::future::Future;

/// A look-up that failed; "not there" is no failure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SourceError(pub String);

/// The public access blocks of both levels (S3-20).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// The bucket's.
    pub bucket: PublicAccessBlock,
    /// The account's; `None` where it can't be read. Then it is taken for off and answers say so.
    pub account: Option<PublicAccessBlock>,
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

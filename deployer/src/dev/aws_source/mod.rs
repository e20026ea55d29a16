//! The endpoint that the AWS clients are set up for: documents through the SDK, calls through its execute-api.

mod api;

use super::cdn::within;
use super::source::{Blocks, Invalidation, Look, ObjectData, Source, SourceError};
use crate::aws::edge::{self, distribution_document, distribution_state};
use crate::aws::read::{self, BucketRead};
use crate::aws::{AwsFailure, Clients};
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use imgdeploy_model::chain::access::PublicAccessBlock;
use imgdeploy_model::chain::api::{Api, Invocation};
use imgdeploy_model::chain::message::{Request, Response};
use imgdeploy_world::Fact;
use tokio::sync::OnceCell;

/// Reads what is configured at an AWS endpoint.
#[derive(Debug)]
pub struct AwsSource {
    clients: Clients,
    bucket: BucketRead,
    region: String,
    account: String,
    distribution: Option<String>,
    domain: OnceCell<String>,
    http: Client<HttpConnector, Empty<bytes::Bytes>>,
}

impl AwsSource {
    /// A source for one bucket of the caller's account.
    ///
    /// # Errors
    /// The caller's identity can't be had.
    pub async fn connect(
        clients: &Clients,
        bucket: &str,
        region: &str,
        distribution: Option<&str>,
    ) -> Result<Self, AwsFailure> {
        let caller = read::caller(clients).await?;
        Ok(Self::of_account(clients, bucket, region, &caller.account, distribution))
    }

    /// The same for a bucket of this account.
    pub fn of_account(
        clients: &Clients,
        bucket: &str,
        region: &str,
        account: &str,
        distribution: Option<&str>,
    ) -> Self {
        Self {
            clients: clients.clone(),
            bucket: BucketRead::new(clients, region, bucket, account),
            region: region.to_owned(),
            account: account.to_owned(),
            distribution: distribution.map(str::to_owned),
            domain: OnceCell::new(),
            http: Client::builder(TokioExecutor::new()).build_http(),
        }
    }
}

/// Absent is `None`; what can't be looked at is an error, never absent.
fn settle<T>(fact: Fact<T>) -> Result<Option<T>, SourceError> {
    match fact {
        Fact::Known(value) => Ok(Some(value)),
        Fact::Absent => Ok(None),
        Fact::Unknown(failure) => Err(SourceError(failure.to_string())),
    }
}

fn failed(failure: &AwsFailure) -> SourceError {
    SourceError(failure.to_string())
}

impl Source for AwsSource {
    async fn website(&self) -> Result<Option<String>, SourceError> {
        settle(self.bucket.website().await)
    }

    async fn policy(&self) -> Result<Option<String>, SourceError> {
        settle(self.bucket.policy().await)
    }

    async fn blocks(&self) -> Result<Blocks, SourceError> {
        let (bucket, account) = tokio::join!(
            self.bucket.public_access_block(),
            read::account_public_access_block(&self.clients, &self.region, &self.account)
        );
        let bucket = settle(bucket)?.unwrap_or_default();
        let account = match account {
            Fact::Known(seen) => Some(seen),
            Fact::Absent => Some(PublicAccessBlock::default()),
            Fact::Unknown(_) => None,
        };
        Ok(Blocks { bucket, account })
    }

    async fn object(&self, key: &str, with_body: bool) -> Result<Option<ObjectData>, SourceError> {
        settle(self.bucket.served(key, with_body).await)
    }

    async fn distribution(&self) -> Result<Option<String>, SourceError> {
        let Some(id) = &self.distribution else { return Ok(None) };
        Ok(settle(distribution_document(&self.clients, id).await)?.map(|document| document.xml))
    }

    async fn distribution_domain(&self) -> Result<Option<String>, SourceError> {
        let Some(id) = &self.distribution else { return Ok(None) };
        if let Some(domain) = self.domain.get() {
            return Ok(Some(domain.clone()));
        }
        let seen = settle(distribution_state(&self.clients, id).await)?;
        // It never changes; two readers at once set the same.
        Ok(seen.map(|state| {
            let _ = self.domain.set(state.domain.clone());
            state.domain
        }))
    }

    async fn cache_policy(&self, id: &str) -> Result<Option<String>, SourceError> {
        settle(edge::cache_policy(&self.clients, id).await)
    }

    async fn invalidations(&self) -> Result<Vec<String>, SourceError> {
        let Some(id) = &self.distribution else { return Ok(Vec::new()) };
        edge::invalidations(&self.clients, id).await.map_err(|failure| failed(&failure))
    }

    async fn invalidation(&self, id: &str) -> Result<Option<Invalidation>, SourceError> {
        let Some(distribution) = &self.distribution else { return Ok(None) };
        settle(Fact::of(edge::invalidation(&self.clients, distribution, id).await))
    }

    fn api(&self, id: &str) -> impl Look<Option<Api>> {
        api::read(&self.clients, &self.region, id)
    }

    async fn invoke(&self, api: &str, call: &Invocation, request: &Request) -> Result<Response, SourceError> {
        let Some(endpoint) = self.clients.endpoint_url() else {
            let why = "calls are passed on at an emulator's endpoint only; set --endpoint-url";
            return Err(SourceError(why.to_owned()));
        };
        let query = request.query.as_ref().map(|q| format!("?{q}")).unwrap_or_default();
        // REST APIs hand the path over as it came (for empty segments unverified); MiniStack decodes it once on the way in and drops
        // empty segments. Escaping percent signs, and slashes behind slashes, makes the function see the same key at both.
        let path = call.path.replace('%', "%25");
        let path = path.replace("//", "/%252F");
        let target =
            format!("{}/_aws/execute-api/{api}/{}{path}{query}", endpoint.trim_end_matches('/'), call.stage);
        let mut builder = http::Request::builder().method(call.method.as_str()).uri(&target);
        for (name, value) in request.headers.iter() {
            if !matches!(
                name.to_ascii_lowercase().as_str(),
                "host" | "connection" | "content-length" | "transfer-encoding"
            ) {
                builder = builder.header(name, value);
            }
        }
        let unsendable = |error: &dyn std::fmt::Display| {
            SourceError(format!("the call {target} can't be passed on: {error}"))
        };
        let outgoing = builder.body(Empty::new()).map_err(|error| unsendable(&error))?;
        within(self.http.request(outgoing)).await.map_err(|error| unsendable(&error))
    }
}

//! The chain's model in front of an emulator, serving what was observed: no configuration is read twice.

use std::sync::Arc;
use std::time::Duration;

use imgdeploy_checks::Snapshot;
use imgdeploy_checks::snapshot::{Bucket, Method};
use imgdeploy_model::chain::access::PublicAccessBlock;
use imgdeploy_model::chain::api::{Api, Invocation};
use imgdeploy_model::chain::message::{Request, Response};
use imgdeploy_model::chain::permission::{Permission, lambda_permission, source_arn};
use imgdeploy_model::region::website_host;
use imgdeploy_world::{AwsFailure, Fact};

use crate::aws::Clients;
use crate::dev::{
    self, AwsSource, Blocks, DevConfig, DevError, DevHandle, Invalidation, ObjectData, Source, SourceError,
};

/// Configurations do not change while the front is up.
const FOREVER: Duration = Duration::from_secs(86_400);

/// Opens the front on free loopback ports.
///
/// # Errors
/// No port is to be had.
pub(super) async fn start(
    clients: &Clients,
    snapshot: Arc<Snapshot>,
    bucket: &Bucket,
) -> Result<DevHandle, DevError> {
    let account = snapshot.caller.known().map(|caller| caller.account.clone()).unwrap_or_default();
    let edge = snapshot.edge.as_ref().map(|edge| edge.id.clone());
    let mut config =
        DevConfig::new(&bucket.name, &bucket.region, &website_host(&bucket.name, &bucket.region));
    config.distribution.clone_from(&edge);
    config.config_ttl = FOREVER;
    let endpoint = AwsSource::of_account(clients, &bucket.name, &bucket.region, &account, edge.as_deref());
    dev::start(config, Observed { endpoint, snapshot }).await
}

/// What the model can't do without and nobody could read.
pub(super) fn unseen(snapshot: &Snapshot) -> Option<AwsFailure> {
    fn of<T>(seen: &Fact<T>) -> Option<AwsFailure> {
        seen.unknown().cloned()
    }
    let bucket = snapshot.bucket.as_ref()?;
    of(&bucket.website)
        .or_else(|| of(&bucket.policy))
        .or_else(|| of(&bucket.block))
        .or_else(|| snapshot.edge.as_ref().and_then(|edge| of(&edge.document).or_else(|| of(&edge.domain))))
        .or_else(|| snapshot.edge.as_ref().and_then(|edge| edge.policies.values().find_map(of)))
        .or_else(|| snapshot.apis.iter().find_map(|seen| of(&seen.api)))
}

/// Documents from the snapshot, objects and calls from the endpoint.
struct Observed {
    endpoint: AwsSource,
    snapshot: Arc<Snapshot>,
}

fn known<T: Clone>(seen: &Fact<T>) -> Result<Option<T>, SourceError> {
    match seen {
        Fact::Known(value) => Ok(Some(value.clone())),
        Fact::Absent => Ok(None),
        Fact::Unknown(unseen) => Err(SourceError(format!("{}: {}", unseen.operation, unseen.reason()))),
    }
}

impl Observed {
    fn bucket(&self) -> Result<&Bucket, SourceError> {
        self.snapshot.bucket.as_ref().ok_or_else(|| SourceError("no bucket was observed".to_owned()))
    }
}

impl Source for Observed {
    async fn website(&self) -> Result<Option<String>, SourceError> {
        known(&self.bucket()?.website)
    }

    async fn policy(&self) -> Result<Option<String>, SourceError> {
        known(&self.bucket()?.policy)
    }

    async fn blocks(&self) -> Result<Blocks, SourceError> {
        let bucket = self.bucket()?;
        let own = known(&bucket.block)?.unwrap_or_default();
        let account = match &bucket.account_block {
            Fact::Known(block) => Some(*block),
            Fact::Absent => Some(PublicAccessBlock::default()),
            Fact::Unknown(_) => None,
        };
        Ok(Blocks { bucket: own, account })
    }

    async fn object(&self, key: &str, with_body: bool) -> Result<Option<ObjectData>, SourceError> {
        self.endpoint.object(key, with_body).await
    }

    async fn distribution(&self) -> Result<Option<String>, SourceError> {
        self.snapshot.edge.as_ref().map_or(Ok(None), |edge| known(&edge.document))
    }

    async fn distribution_domain(&self) -> Result<Option<String>, SourceError> {
        self.snapshot.edge.as_ref().map_or(Ok(None), |edge| known(&edge.domain))
    }

    async fn cache_policy(&self, id: &str) -> Result<Option<String>, SourceError> {
        let policy = self.snapshot.edge.as_ref().and_then(|edge| edge.policies.get(id));
        policy.map_or(Ok(None), known)
    }

    async fn invalidations(&self) -> Result<Vec<String>, SourceError> {
        // The front's cache is empty when it opens.
        Ok(Vec::new())
    }

    async fn invalidation(&self, _id: &str) -> Result<Option<Invalidation>, SourceError> {
        Ok(None)
    }

    async fn api(&self, id: &str) -> Result<Option<Api>, SourceError> {
        let Some(seen) = self.snapshot.apis.iter().find(|seen| seen.id == id) else { return Ok(None) };
        let Some(api) = known(&seen.api)? else { return Ok(None) };
        let allowed = |stage: &str, method: &str, path: &str, _: &Method| {
            permission(&self.snapshot, id, &seen.region, stage, method, path)
        };
        Ok(Some(api.served(id, allowed)))
    }

    async fn invoke(&self, api: &str, call: &Invocation, request: &Request) -> Result<Response, SourceError> {
        self.endpoint.invoke(api, call, request).await
    }
}

/// Whether the function lets this method call it (AG-05).
fn permission(
    snapshot: &Snapshot,
    api: &str,
    region: &str,
    stage: &str,
    method: &str,
    path: &str,
) -> Permission {
    let (Some(function), Some(caller)) = (&snapshot.function, snapshot.caller.known()) else {
        return Permission::Unknown;
    };
    let policy = if function.qualifier.is_some() { &function.policy } else { &function.unqualified_policy };
    let policy = match policy {
        Fact::Known(policy) => Some(policy.as_str()),
        Fact::Absent => None,
        Fact::Unknown(_) => return Permission::Unknown,
    };
    let source = source_arn(&caller.partition, region, &caller.account, api, stage, method, path);
    lambda_permission(policy, &source, &caller.account)
}

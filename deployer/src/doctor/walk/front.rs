//! The chain's model in front of an emulator, serving what was observed: no configuration is read twice.

use std::sync::Arc;
use std::time::Duration;

use imgdeploy_checks::Snapshot;
use imgdeploy_checks::snapshot::{Api as SeenApi, Block, Bucket};
use imgdeploy_model::chain::access::PublicAccessBlock;
use imgdeploy_model::chain::api::{Api, Invocation, MethodFacts, Stage};
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

fn flags(block: Block) -> PublicAccessBlock {
    PublicAccessBlock {
        block_public_acls: block.block_public_acls,
        ignore_public_acls: block.ignore_public_acls,
        block_public_policy: block.block_public_policy,
        restrict_public_buckets: block.restrict_public_buckets,
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
        let own = known(&bucket.block)?.map(flags).unwrap_or_default();
        let account = match &bucket.account_block {
            Fact::Known(block) => Some(flags(*block)),
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
        Ok(Some(deployed(&self.snapshot, id, &seen.region, &api)))
    }

    async fn invoke(&self, api: &str, call: &Invocation, request: &Request) -> Result<Response, SourceError> {
        self.endpoint.invoke(api, call, request).await
    }
}

/// The API as its stages serve it (AG-04).
fn deployed(snapshot: &Snapshot, id: &str, region: &str, api: &SeenApi) -> Api {
    let stages = api.stages.iter().map(|(name, stage)| {
        let mut served = Stage::default();
        for (path, methods) in &api.resources {
            for (method, edited) in methods {
                let snapshotted = match &stage.deployed {
                    Some(paths) => match paths.get(path).and_then(|methods| methods.get(method)) {
                        Some(deployed) => Some(deployed),
                        None => continue,
                    },
                    None => None,
                };
                let facts = MethodFacts {
                    authorization: snapshotted
                        .map_or(&edited.authorization, |one| &one.authorization)
                        .clone(),
                    api_key_required: snapshotted.map_or(edited.api_key_required, |one| one.api_key_required),
                    permission: permission(snapshot, id, region, name, method, path),
                };
                served.resources.entry(path.clone()).or_default().insert(method.clone(), facts);
            }
        }
        (name.clone(), served)
    });
    Api {
        id: id.to_owned(),
        default_endpoint: !api.default_endpoint_disabled,
        binary_media_types: api.binary_media_types.clone(),
        stages: stages.collect(),
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

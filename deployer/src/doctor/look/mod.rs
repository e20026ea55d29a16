//! Reads everything that the checks judge, in parallel waves. Nothing here writes, and nothing fails: what can't be read is
//! [`Fact::Unknown`].
//!
//! Each wave needs the one before: 1 identity, regions, distributions; 2 the bucket, its stack and journal; 3 APIs, the distribution's
//! policies; 4 deployments, the function; 5 and 6 its role; 7 the role's attached policies.

mod api;
mod bucket;
mod code;
mod edge;
mod function;
mod route;
mod stack;
mod target;

use std::future::Future;
use std::time::{Duration, Instant};

use futures::future::{OptionFuture, join_all};
use imgdeploy_checks::Snapshot;
use imgdeploy_checks::snapshot::{ApiSeen, Bucket, Code, Function, Role};
use imgdeploy_world::{AwsFailure, Fact};

use crate::aws::edge::DistributionSummary;
use crate::aws::{Clients, FailureKind, read};
use crate::names;

pub(crate) use edge::names;
pub(crate) use function::log_group;
pub use target::{Found, Lost, Named, Target};

/// Reads with one deadline for all.
#[derive(Debug, Clone)]
pub struct Looker {
    clients: Clients,
    deadline: Instant,
    timeout: Duration,
}

/// A snapshot, and what a fix needs besides.
#[derive(Debug)]
pub struct Looked {
    /// What the checks judge.
    pub snapshot: Snapshot,
    /// The account's distributions, where they could be listed.
    pub distributions: Fact<Vec<DistributionSummary>>,
}

impl Looker {
    /// All reads together may take `timeout`.
    pub fn new(clients: &Clients, timeout: Duration) -> Self {
        // One call that hangs must not take the time of the waves behind it.
        let clients = clients.within(timeout / 4);
        Self { clients, deadline: Instant::now() + timeout, timeout }
    }

    /// The clients, with the limits of this run.
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// When the run has to be over.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// A read, unless the time is up before it is done.
    pub(crate) async fn fact<T>(&self, action: &str, read: impl Future<Output = Fact<T>>) -> Fact<T> {
        match tokio::time::timeout_at(self.deadline.into(), read).await {
            Ok(fact) => fact,
            Err(_) => {
                let why = format!("no answer before the time was up ({} s)", self.timeout.as_secs());
                Fact::Unknown(AwsFailure::of_kind(FailureKind::Unreachable, action, why))
            }
        }
    }

    /// Everything about one chain.
    ///
    /// # Errors
    /// Nothing to begin with: the bucket or function does not exist, or a URL leads to none of the account's.
    pub async fn look(&self, target: &Target) -> Result<Looked, target::Lost> {
        let region = OptionFuture::from(target.bucket.as_deref().map(|name| self.bucket_region(name)));
        let named = OptionFuture::from(target.function.as_ref().map(|named| self.named_function(named)));
        let (caller, region, function, distributions) = futures::join!(
            self.fact("sts:GetCallerIdentity", async { Fact::of(read::caller(&self.clients).await) }),
            region,
            named,
            self.fact("cloudfront:ListDistributions", crate::aws::edge::distributions(&self.clients)),
        );
        if let Fact::Unknown(failure) = &caller
            && matches!(failure.kind, FailureKind::Credentials)
        {
            return Err(target::Lost::Aws(failure.clone()));
        }
        let found = target.resolve(region, function.as_ref(), Some(&distributions))?;
        let region = match (&found.bucket, found.region.clone()) {
            (Some(name), None) => Some(self.bucket_region(name).await),
            (_, region) => region,
        };
        let bucket = match (&found.bucket, region) {
            (Some(name), Some(region)) => Some((name.clone(), target::region(name, region)?)),
            _ => None,
        };
        let account = caller.known().map(|caller| caller.account.clone());
        let snapshot =
            self.everything(&found.hint, bucket, account.as_deref(), function, &distributions).await;
        let home_region = self.clients.has_region().then(|| self.clients.home_region());
        Ok(Looked { snapshot: Snapshot { caller, home_region, ..snapshot }, distributions })
    }

    async fn bucket_region(&self, name: &str) -> Fact<String> {
        self.fact("s3:ListBucket", async { Fact::of(read::bucket_region(&self.clients, name).await) }).await
    }

    /// Waves 5 to 7: the function's role and code, which the live requests need not wait for.
    pub async fn depth(&self, snapshot: &Snapshot) -> Option<(Fact<Role>, Fact<Code>)> {
        let known_code = snapshot.stack.known().and_then(|stack| stack.code_sha256.as_deref());
        match &snapshot.function {
            Some(function) => Some(self.depth_of(function, known_code).await),
            None => None,
        }
    }

    /// Waves 2 to 4.
    async fn everything(
        &self,
        hint: &Found,
        bucket: Option<(String, String)>,
        account: Option<&str>,
        named: Option<Function>,
        distributions: &Fact<Vec<DistributionSummary>>,
    ) -> Snapshot {
        let place = bucket.as_ref().map(|(name, region)| (name.as_str(), region.as_str()));
        let fronts = edge::in_front(distributions, place.map(|(name, _)| name));
        let edge_id = hint.distribution.clone().or_else(|| fronts.known()?.first().cloned());
        let artifacts = async {
            let (_, region) = place?;
            let name = names::artifacts_bucket(account?, region);
            let seen = self
                .fact("s3:ListBucket", async { Fact::of(read::bucket_region(&self.clients, &name).await) });
            Some(seen.await)
        };
        let journal = async {
            let (name, region) = place?;
            self.journal(account?, region, name).await
        };
        let (mut bucket, stack, artifacts, journal, mut edge) = futures::join!(
            OptionFuture::from(place.map(|(name, region)| self.bucket(name, region, account))),
            OptionFuture::from(place.map(|(name, region)| self.stack(name, region))),
            artifacts,
            journal,
            OptionFuture::from(edge_id.as_deref().map(|id| self.edge(id))),
        );
        let stack = stack.unwrap_or(Fact::Absent);
        let prefix = stack.known().and_then(|stack| stack.prefix.clone());
        let rules = bucket.as_ref().map(route::hosts).unwrap_or_default();
        let apis = self.apis(&rules, stack.known());
        let rest = self.objects(bucket.as_mut(), prefix.as_deref(), account);
        // Several may be in front: the journal's comes first, then the one that has the name that redirects lead to.
        let better = hint.distribution.clone().or_else(|| {
            let recorded = journal.as_ref().map(|recorded| recorded.distribution.clone());
            recorded.or_else(|| edge::of_url(distributions, stack.known()?.url.as_deref()?))
        });
        let better = better.filter(|id| edge.as_ref().is_none_or(|edge| edge.id != *id));
        let late_edge = OptionFuture::from(better.as_deref().map(|id| self.edge(id)));
        let (apis, (), late) = futures::join!(apis, rest, late_edge);
        edge = late.or(edge);
        if let (Some(edge), Some(recorded)) = (edge.as_mut(), &journal) {
            edge.attached = edge.id == recorded.distribution;
        }
        let policies = async {
            if let Some(edge) = edge.as_mut() {
                self.policies(edge).await;
            }
        };
        let reference = match &named {
            Some(_) => None,
            None => route::function(&apis, bucket.as_ref(), stack.known()),
        };
        let function = async {
            match (named, reference) {
                (Some(function), _) => Some(function),
                (None, Some(reference)) => Some(self.configured(&reference).await),
                (None, None) => None,
            }
        };
        let ((), function) = futures::join!(policies, function);
        Snapshot {
            caller: Fact::Absent,
            home_region: None,
            bucket,
            artifacts_region: artifacts.unwrap_or(Fact::Absent),
            stack,
            apis,
            function,
            edge,
            edges: fronts,
            walks: Vec::new(),
            bad_originals: Vec::new(),
            unasked: None,
            log: Fact::Absent,
        }
    }

    /// Reads of several APIs at once.
    async fn apis(
        &self,
        rules: &[route::Host],
        stack: Option<&imgdeploy_checks::snapshot::Stack>,
    ) -> Vec<ApiSeen> {
        let wanted = self.wanted_apis(rules, stack).await;
        join_all(wanted.into_iter().map(|one| self.api(one))).await
    }
}

/// A bucket whose settings nobody could ask for, as the account is not known.
fn unowned(name: &str, region: &str) -> Bucket {
    let unknown = || {
        let why = "whose account this is could not be asked";
        AwsFailure::of_kind(FailureKind::Denied, "sts:GetCallerIdentity", why)
    };
    Bucket {
        name: name.to_owned(),
        region: region.to_owned(),
        website: Fact::Unknown(unknown()),
        policy: Fact::Unknown(unknown()),
        block: Fact::Unknown(unknown()),
        account_block: Fact::Unknown(unknown()),
        requester_pays: Fact::Unknown(unknown()),
        owner: Fact::Unknown(unknown()),
        ownership: Fact::Unknown(unknown()),
        objects: Fact::Unknown(unknown()),
        derived: Fact::Unknown(unknown()),
        original_heads: Fact::Unknown(unknown()),
        derived_heads: Fact::Unknown(unknown()),
    }
}

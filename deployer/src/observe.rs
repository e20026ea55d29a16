//! Reads everything that a plan needs, in parallel waves, into plain data.
//!
//! Wave 1 needs names only (identity, the bucket's region, the search for distributions); wave 2 needs
//! the account and the region. Nothing here writes.

mod taken;

use crate::aws::edge::{self, DistributionDocument, DistributionState, DistributionSummary};
use crate::aws::lambda::Function;
use crate::aws::read::{self, BucketRead, Caller, Object, PublicAccessBlock};
use crate::aws::stack::{self, OUTPUT_DISTRIBUTION, StackError, StackSeen, Stacks};
use crate::aws::{AwsFailure, Clients, FailureKind};
use crate::function::LIVE;
use crate::journal::Journal;
use crate::names;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::OptionFuture;
use imgdeploy_keys::Scheme;
use imgdeploy_world::Fact;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

pub use taken::Taken;

/// What to look at.
#[derive(Debug, Clone)]
pub struct Query {
    /// The bucket.
    pub bucket: String,
    /// Prefix of derived keys.
    pub prefix: String,
    /// How derived keys are made, where it is asked what stands in their way.
    pub scheme: Option<Scheme>,
    /// The distribution to edit.
    pub distribution: Option<String>,
    /// Without a named distribution: whether the one that the journal names is looked at.
    pub follow_journal: bool,
    /// Whether to search the account for distributions in front of the bucket.
    pub search_distributions: bool,
    /// SHA-256 (hexadecimal) of the code that should run, if there is any.
    pub code_sha256: Option<String>,
}

/// The artifacts bucket and what it holds for us.
#[derive(Debug, Clone, Serialize)]
pub struct Artifacts {
    /// Its name.
    pub bucket: String,
    /// Whether it exists and is the caller's.
    pub owned: Fact<()>,
    /// Its public access block.
    pub public_access_block: Fact<PublicAccessBlock>,
    /// Its default encryption.
    pub encryption: Fact<String>,
    /// Whether versioning is on.
    pub versioned: Fact<bool>,
    /// Its bucket policy.
    pub policy: Fact<String>,
    /// Ids of its lifecycle rules.
    pub lifecycle: Fact<Vec<String>>,
    /// The bucket's journal and its ETag.
    pub journal: Fact<(Journal, String)>,
    /// Whether the code is already there.
    pub code: Fact<()>,
    /// Whether the live code is there, where it is another one.
    pub live_code: Fact<()>,
}

/// The function's version behind the alias, and what there was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Live {
    /// Number of the version.
    pub version: String,
    /// Base64 SHA-256 of its zip.
    pub code_sha256: String,
    /// What it was built for.
    pub architecture: String,
    /// Hashes of all published versions.
    pub published: Vec<String>,
}

impl Live {
    /// The key that the code has in the artifacts bucket, if it was put there.
    pub fn key(&self) -> String {
        let digest = STANDARD.decode(&self.code_sha256).unwrap_or_default();
        names::code_key(&hex::encode(digest))
    }
}

/// A distribution, as far as a plan needs it.
#[derive(Debug, Clone, Serialize)]
pub struct Edge {
    /// Distribution id.
    pub id: String,
    /// Its raw configuration.
    pub document: Fact<DistributionDocument>,
    /// Domain and deployment status.
    pub state: Fact<DistributionState>,
    /// Tags.
    pub tags: Fact<BTreeMap<String, String>>,
}

/// Everything seen in one look.
#[derive(Debug, Clone, Serialize)]
pub struct Observed {
    /// Who is calling.
    pub caller: Caller,
    /// The caller's own region.
    pub home_region: String,
    /// The bucket.
    pub bucket: String,
    /// The bucket's region.
    pub region: String,
    /// Whether the caller's account owns it.
    pub owned: Fact<()>,
    /// Bucket policy, raw.
    pub policy: Fact<String>,
    /// The bucket's public access block.
    pub public_access_block: Fact<PublicAccessBlock>,
    /// The account's public access block.
    pub account_public_access_block: Fact<PublicAccessBlock>,
    /// Website configuration, raw.
    pub website: Fact<String>,
    /// Notification configuration, raw.
    pub notification: Fact<String>,
    /// Tags of the bucket.
    pub tags: Fact<BTreeMap<String, String>>,
    /// Whether requesters pay.
    pub requester_pays: Fact<bool>,
    /// Default encryption of the bucket.
    pub encryption: Fact<String>,
    /// The first objects of the bucket.
    pub objects: Fact<Vec<Object>>,
    /// The first objects under the derived prefix.
    pub derived: Fact<Vec<Object>>,
    /// Objects with keys of derived images that imgdeploy did not make; absent where nobody asked.
    pub taken: Fact<Taken>,
    /// The artifacts bucket.
    pub artifacts: Artifacts,
    /// Our stack.
    pub stack: Fact<StackSeen>,
    /// The code that viewers reach.
    pub function: Fact<Live>,
    /// The named distribution.
    pub edge: Option<Edge>,
    /// Distributions of the account; `None` when not searched.
    pub distributions: Option<Fact<Vec<DistributionSummary>>>,
}

/// Why nothing could be observed at all.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ObserveError {
    /// The caller could not be identified, or the bucket's region not be found.
    #[error(transparent)]
    Aws(#[from] AwsFailure),
    /// There is no such bucket.
    #[error("there is no bucket named {0}")]
    NoBucket(String),
    /// The bucket answers, but it is not the caller's.
    #[error("the bucket {bucket} does not belong to account {account}")]
    ForeignBucket {
        /// The bucket.
        bucket: String,
        /// The caller's account.
        account: String,
    },
    /// The bucket is the caller's account's, and the caller may not look at it.
    #[error("{arn} may not look at the bucket {bucket} of its own account: {failure}")]
    NotAllowed {
        /// The bucket.
        bucket: String,
        /// Who calls.
        arn: String,
        /// What S3 said.
        failure: AwsFailure,
    },
    /// S3 says the same for both.
    #[error(
        "{arn} may not look at the bucket {bucket}: either rights are missing, or it belongs to another account than {account}"
    )]
    NotAllowedOrForeign {
        /// The bucket.
        bucket: String,
        /// Who calls.
        arn: String,
        /// The caller's account.
        account: String,
    },
}

/// Why a bucket may not be looked at: S3 answers 403 where it is another account's, and where rights are missing. The list of the
/// account's own buckets tells, if that may be seen.
async fn whose(clients: &Clients, bucket: &str, caller: Caller, failure: AwsFailure) -> ObserveError {
    let (bucket, Caller { account, arn, .. }) = (bucket.to_owned(), caller);
    match read::bucket_names(clients).await {
        Ok(names) if names.contains(&bucket) => ObserveError::NotAllowed { bucket, arn, failure },
        Ok(_) => ObserveError::ForeignBucket { bucket, account },
        Err(_) => ObserveError::NotAllowedOrForeign { bucket, arn, account },
    }
}

/// One look at everything that `query` names.
///
/// # Errors
/// [`ObserveError`] when not even caller and bucket could be told; every other failed read is a
/// [`Fact::Unknown`] inside the result.
pub async fn observe(clients: &Clients, query: &Query) -> Result<Observed, ObserveError> {
    observe_or_new(clients, query, None).await
}

/// The same, where the bucket may not exist: then everything is looked up in the region `new_in`, and the bucket and what
/// is of it is [`Fact::Absent`].
///
/// # Errors
/// As [`observe`]; without `new_in` also [`ObserveError::NoBucket`].
pub async fn observe_or_new(
    clients: &Clients,
    query: &Query,
    new_in: Option<&str>,
) -> Result<Observed, ObserveError> {
    let search = OptionFuture::from(query.search_distributions.then(|| edge::distributions(clients)));
    let (caller, region, distributions) =
        futures::join!(read::caller(clients), read::bucket_region(clients, &query.bucket), search);
    let caller = caller?;
    let region = match (region, new_in) {
        (Ok(region), _) => region,
        (Err(failure), Some(region)) if failure.kind == FailureKind::Missing => region.to_owned(),
        (Err(failure), None) if failure.kind == FailureKind::Missing => {
            return Err(ObserveError::NoBucket(query.bucket.clone()));
        }
        (Err(failure), _) => return Err(ObserveError::Aws(failure)),
    };

    let bucket = BucketRead::new(clients, &region, &query.bucket, &caller.account);
    let stack_name = stack::stack_name(&query.bucket);
    let stacks = Stacks::new(clients, &region);
    let (
        (owned, policy, public_access_block, website, tags, requester_pays),
        (encryption, objects, (derived, taken), account_block, notification),
        (mut artifacts, stack, edge, function),
    ) = futures::join!(
        async {
            futures::join!(
                bucket.owned(),
                bucket.policy(),
                bucket.public_access_block(),
                bucket.website(),
                bucket.tags(),
                bucket.requester_pays()
            )
        },
        async {
            futures::join!(
                bucket.encryption(),
                bucket.first_objects(""),
                taken::look(&bucket, query.scheme.as_ref(), &query.prefix),
                read::account_public_access_block(clients, &region, &caller.account),
                bucket.notification()
            )
        },
        async {
            futures::join!(
                observe_artifacts(clients, &region, &caller.account, query),
                stacks.observe(&stack_name),
                OptionFuture::from(
                    query.distribution.as_deref().map(|id| observe_edge(clients, &caller, id))
                ),
                live(clients, &region, &stack_name)
            )
        },
    );
    if let Fact::Unknown(failure) = &owned
        && failure.kind == FailureKind::Denied
        && policy.unknown().is_some()
    {
        return Err(whose(clients, &query.bucket, caller, failure.clone()).await);
    }
    let recorded = match (&edge, &artifacts.journal) {
        (None, Fact::Known((journal, _))) if query.follow_journal => {
            journal.distribution.as_ref().map(|recorded| recorded.id.as_str())
        }
        _ => None,
    };
    let stack = stack_fact(stack);
    let own = || stack.known().and_then(|stack| stack.outputs.get(OUTPUT_DISTRIBUTION)).map(String::as_str);
    let recorded = match recorded.or_else(own).filter(|_| edge.is_none()) {
        Some(id) => Some(observe_edge(clients, &caller, id).await),
        None => None,
    };
    if let Fact::Known(live) = &function {
        // Only after code came there without the stack (CN-09) is this one more round trip.
        let key = live.key();
        if query.code_sha256.as_deref().is_some_and(|sha| names::code_key(sha) != key) {
            let artifacts_bucket = BucketRead::new(clients, &region, &artifacts.bucket, &caller.account);
            artifacts.live_code = artifacts_bucket.metadata(&key).await.map(drop);
        }
    }
    Ok(Observed {
        home_region: clients.home_region(),
        bucket: query.bucket.clone(),
        region,
        owned,
        policy,
        public_access_block,
        account_public_access_block: account_block,
        website,
        notification,
        tags,
        requester_pays,
        encryption,
        objects,
        derived,
        taken,
        artifacts,
        stack,
        function,
        edge: edge.or(recorded),
        distributions,
        caller,
    })
}

async fn live(clients: &Clients, region: &str, name: &str) -> Fact<Live> {
    let function = Function::new(clients, region, name);
    let (live, versions) = futures::join!(function.configuration(Some(LIVE)), function.versions());
    match (live, versions) {
        (Fact::Known(live), Fact::Known(versions)) => Fact::Known(Live {
            version: live.version,
            code_sha256: live.code_sha256,
            architecture: live.architecture,
            published: versions.into_iter().map(|version| version.code_sha256).collect(),
        }),
        (Fact::Absent, _) | (_, Fact::Absent) => Fact::Absent,
        (Fact::Unknown(why), _) | (_, Fact::Unknown(why)) => Fact::Unknown(why),
    }
}

fn stack_fact(seen: Result<Option<StackSeen>, StackError>) -> Fact<StackSeen> {
    match seen {
        Ok(Some(stack)) => Fact::Known(stack),
        Ok(None) => Fact::Absent,
        Err(error) => Fact::Unknown(error.into_failure()),
    }
}

async fn observe_artifacts(clients: &Clients, region: &str, account: &str, query: &Query) -> Artifacts {
    let name = names::artifacts_bucket(account, region);
    let bucket = BucketRead::new(clients, region, &name, account);
    let code_key = query.code_sha256.as_deref().map(names::code_key);
    let journal_key = names::journal_key(&query.bucket);
    let (owned, public_access_block, encryption, versioned, policy, lifecycle, journal, code) = futures::join!(
        settled(&bucket),
        bucket.public_access_block(),
        bucket.encryption(),
        bucket.versioned(),
        bucket.policy(),
        bucket.lifecycle_rules(),
        bucket.text(&journal_key),
        OptionFuture::from(code_key.as_deref().map(|key| bucket.metadata(key)))
    );
    Artifacts {
        owned,
        public_access_block,
        encryption,
        versioned,
        policy,
        lifecycle,
        journal: parse_journal(journal, &query.bucket),
        code: code.map_or(Fact::Absent, |fact| fact.map(drop)),
        live_code: Fact::Absent,
        bucket: name,
    }
}

/// A bucket that another run is creating at this moment may answer 403 for a blink (seen at the emulator; at AWS
/// unverified), so a no is asked for twice more.
async fn settled(bucket: &BucketRead) -> Fact<()> {
    for _ in 0..2 {
        match bucket.owned().await {
            Fact::Unknown(failure) if failure.kind == FailureKind::Denied => {
                crate::aws::pace::pause(Duration::from_millis(300)).await;
            }
            answered => return answered,
        }
    }
    bucket.owned().await
}

/// The journal in a text, and its ETag.
pub(crate) fn parse_journal(text: Fact<(String, String)>, bucket: &str) -> Fact<(Journal, String)> {
    match text {
        Fact::Known((text, etag)) => match Journal::parse(&text, bucket) {
            Ok(journal) => Fact::Known((journal, etag)),
            Err(why) => Fact::Unknown(AwsFailure::local("reading the journal", why)),
        },
        Fact::Absent => Fact::Absent,
        Fact::Unknown(why) => Fact::Unknown(why),
    }
}

async fn observe_edge(clients: &Clients, caller: &Caller, id: &str) -> Edge {
    let arn = names::distribution_arn(&caller.partition, &caller.account, id);
    let (document, state, tags) = futures::join!(
        edge::distribution_document(clients, id),
        edge::distribution_state(clients, id),
        edge::distribution_tags(clients, &arn)
    );
    Edge { id: id.to_owned(), document, state, tags }
}

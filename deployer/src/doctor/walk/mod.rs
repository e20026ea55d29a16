//! Live requests: which ones (`ask`, pure), how they are followed (`follow`), who answered (`who`, pure), what stands in for the chain at
//! an emulator (`front`), and what the function logged about failures (`log`).

mod ask;
mod follow;
mod front;
mod log;
mod who;

use super::look::Looker;
use crate::sample;
use crate::settings::value::SecurityKey;
use futures::future::join_all;
use imgdeploy_checks::Snapshot;
use imgdeploy_checks::snapshot::{BadOriginal, End, LogLine, Service, Walk};
use imgdeploy_keys::NO_IMAGE;
use imgdeploy_world::{AwsFailure, Fact};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

pub use ask::Ask;

/// What the requests need to know besides the snapshot.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The URL to walk; without one, an image of each type in the bucket is asked for.
    pub url: Option<String>,
    /// Signs what is asked for, where the function wants that.
    pub security_key: Option<SecurityKey>,
}

/// What came of the requests.
#[derive(Debug)]
pub struct Walked {
    /// The requests that were made, but for those that are explained by [`Walked::bad_originals`].
    pub walks: Vec<Walk>,
    /// Originals of which no image can be made.
    pub bad_originals: Vec<BadOriginal>,
    /// Why some could not be made.
    pub unasked: Option<AwsFailure>,
    /// What the function logged about failures.
    pub log: Fact<Vec<LogLine>>,
}

/// Makes the requests. What the function makes on the way stays in the bucket, as any visitor's would.
pub async fn walk(looker: &Looker, snapshot: &Snapshot, wanted: &Wanted) -> Walked {
    let since = SystemTime::now();
    let deadline = looker.deadline();
    let followed = if looker.clients().endpoint_url().is_some() {
        at_emulator(looker, snapshot, wanted, deadline).await
    } else {
        let asks = match &wanted.url {
            Some(url) => Ok(vec![vec![Ask::of_url(url)]]),
            None => ask::asks(snapshot, &ask::base(snapshot), wanted.security_key.as_ref()),
        };
        let hosts = who::Hosts::live(snapshot, wanted.url.as_deref());
        let one = Walking { looker, hosts: &hosts, snapshot, deadline };
        match asks {
            Ok(turns) => Ok(join_all(turns.iter().map(|turn| one.of_turn(turn))).await),
            Err(why) => Err(why),
        }
    };
    let mut unasked = followed.as_ref().err().cloned();
    let (mut walks, mut bad_originals) = (Vec::new(), Vec::new());
    for (followed, bad) in followed.unwrap_or_default() {
        bad_originals.extend(bad);
        match followed {
            Ok(walk) => walks.extend(walk),
            Err(why) => unasked = Some(why),
        }
    }
    let log = if walks.iter().any(failed) {
        log::failures(looker, snapshot, since).await
    } else {
        Fact::Known(Vec::new())
    };
    Walked { walks, bad_originals, unasked, log }
}

/// API Gateway or the function failed: then the function's log may say why.
fn failed(walk: &Walk) -> bool {
    walk.hops
        .iter()
        .any(|hop| hop.status >= 500 && matches!(hop.service, Service::ApiGateway | Service::Function))
}

/// For each turn the walk that counts, if there is one, and the originals that are bad.
type Followed = Vec<(Result<Option<Walk>, AwsFailure>, Vec<BadOriginal>)>;

/// What the walks of all turns have in common.
#[derive(Clone, Copy)]
struct Walking<'a> {
    looker: &'a Looker,
    hosts: &'a who::Hosts,
    snapshot: &'a Snapshot,
    deadline: Instant,
}

impl Walking<'_> {
    /// One request after the other, until one tells of the chain: an answer about an original alone does not.
    async fn of_turn(self, turn: &[Ask]) -> (Result<Option<Walk>, AwsFailure>, Vec<BadOriginal>) {
        let (mut bad, mut first) = (Vec::new(), None);
        for ask in turn {
            let walk = match follow::follow(ask, self.hosts, self.snapshot, self.deadline).await {
                Ok(walk) => walk,
                Err(why) => return (Err(why), bad),
            };
            let said = ask.original.as_deref().and_then(|key| against(key, &walk));
            let Some(said) = said else {
                let _ = self.explain(&mut bad).await;
                return (Ok(Some(walk)), bad);
            };
            bad.push(said);
            first.get_or_insert(walk);
        }
        // Every one is bad. That is no fault of the chain where it is seen to be theirs.
        if self.explain(&mut bad).await { (Ok(None), bad) } else { (Ok(first), Vec::new()) }
    }

    /// Whether all of that is the originals' fault.
    async fn explain(self, bad: &mut [BadOriginal]) -> bool {
        let mut all = true;
        for one in bad {
            let seen = if one.code == NO_IMAGE {
                self.looker.beginning(self.snapshot, &one.key).await
            } else {
                None
            };
            all &= sample::explained(one, seen.as_ref());
        }
        all
    }
}

/// What the function says against the original that was asked for.
fn against(key: &str, walk: &Walk) -> Option<BadOriginal> {
    let last = walk.hops.last().filter(|hop| walk.end == End::Answer && hop.service == Service::Function)?;
    sample::said_of(key, last.status, &last.body)
}

/// An emulator has neither website endpoint nor CDN: the chain's model serves them, with the configuration that was observed.
async fn at_emulator(
    looker: &Looker,
    snapshot: &Snapshot,
    wanted: &Wanted,
    deadline: Instant,
) -> Result<Followed, AwsFailure> {
    let direct = wanted.url.as_deref().filter(|url| who::is_loopback(url));
    if let Some(url) = direct {
        let followed = follow::follow(&Ask::of_url(url), &who::Hosts::Model, snapshot, deadline).await;
        return Ok(vec![(followed.map(Some), Vec::new())]);
    }
    let Some(bucket) = &snapshot.bucket else { return Ok(Vec::new()) };
    if let Some(unseen) = front::unseen(snapshot) {
        return Err(unseen);
    }
    let front = front::start(looker.clients(), Arc::new(snapshot.clone()), bucket).await;
    let front =
        front.map_err(|error| AwsFailure::local("the chain's model on this machine", error.to_string()))?;
    let base = if snapshot.edge.is_some() { front.urls.cdn.clone() } else { front.urls.website.clone() };
    let asks = match &wanted.url {
        Some(url) => Ok(vec![vec![Ask::of_url(&format!("{base}{}", who::target(url)))]]),
        None => ask::asks(snapshot, &base, wanted.security_key.as_ref()),
    };
    let asks = match asks {
        Ok(asks) => asks,
        Err(why) => {
            front.shutdown().await;
            return Err(why);
        }
    };
    let one = Walking { looker, hosts: &who::Hosts::Model, snapshot, deadline };
    let followed = join_all(asks.iter().map(|turn| one.of_turn(turn))).await;
    front.shutdown().await;
    Ok(followed)
}

//! Live requests: which ones (`ask`, pure), how they are followed (`follow`), who answered (`who`, pure), what stands in for the chain at
//! an emulator (`front`), and what the function logged about failures (`log`).

mod ask;
mod follow;
mod front;
mod log;
mod who;

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use futures::future::join_all;
use imgdeploy_checks::Snapshot;
use imgdeploy_checks::snapshot::{LogLine, Service, Walk};
use imgdeploy_world::{AwsFailure, Fact};

use super::look::Looker;
use crate::settings::value::SecurityKey;

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
    /// The requests that were made.
    pub walks: Vec<Walk>,
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
            Some(url) => Ok(vec![Ask::of_url(url)]),
            None => ask::asks(snapshot, &ask::base(snapshot), wanted.security_key.as_ref()),
        };
        let hosts = who::Hosts::live(snapshot, wanted.url.as_deref());
        match asks {
            Ok(asks) => {
                Ok(join_all(asks.iter().map(|ask| follow::follow(ask, &hosts, snapshot, deadline))).await)
            }
            Err(why) => Err(why),
        }
    };
    let mut unasked = followed.as_ref().err().cloned();
    let mut walks = Vec::new();
    for followed in followed.unwrap_or_default() {
        match followed {
            Ok(walk) => walks.push(walk),
            Err(why) => unasked = Some(why),
        }
    }
    let log = if walks.iter().any(failed) {
        log::failures(looker, snapshot, since).await
    } else {
        Fact::Known(Vec::new())
    };
    Walked { walks, unasked, log }
}

/// API Gateway or the function failed: then the function's log may say why.
fn failed(walk: &Walk) -> bool {
    walk.hops
        .iter()
        .any(|hop| hop.status >= 500 && matches!(hop.service, Service::ApiGateway | Service::Function))
}

type Followed = Vec<Result<Walk, AwsFailure>>;

/// An emulator has neither website endpoint nor CDN: the chain's model serves them, with the configuration that was observed.
async fn at_emulator(
    looker: &Looker,
    snapshot: &Snapshot,
    wanted: &Wanted,
    deadline: Instant,
) -> Result<Followed, AwsFailure> {
    let direct = wanted.url.as_deref().filter(|url| who::is_loopback(url));
    if let Some(url) = direct {
        return Ok(vec![follow::follow(&Ask::of_url(url), &who::Hosts::Model, snapshot, deadline).await]);
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
        Some(url) => Ok(vec![Ask::of_url(&format!("{base}{}", who::target(url)))]),
        None => ask::asks(snapshot, &base, wanted.security_key.as_ref()),
    };
    let asks = match asks {
        Ok(asks) => asks,
        Err(why) => {
            front.shutdown().await;
            return Err(why);
        }
    };
    let walks =
        join_all(asks.iter().map(|ask| follow::follow(ask, &who::Hosts::Model, snapshot, deadline))).await;
    front.shutdown().await;
    Ok(walks)
}

//! The distribution.

use futures::future::join_all;
use imgdeploy_checks::snapshot::Edge;
use imgdeploy_model::chain::cloudfront::Distribution;
use imgdeploy_model::chain::message::Url;
use imgdeploy_world::Fact;

use super::Looker;
use crate::aws::edge::{self, DistributionSummary};
use crate::plan;

/// Ids of the distributions in front of the bucket.
pub(super) fn in_front(found: &Fact<Vec<DistributionSummary>>, bucket: Option<&str>) -> Fact<Vec<String>> {
    let Some(bucket) = bucket else { return Fact::Absent };
    let found = match found {
        Fact::Known(found) => Fact::Known(found.clone()),
        Fact::Absent => Fact::Absent,
        Fact::Unknown(why) => Fact::Unknown(why.clone()),
    };
    found.map(|found| plan::in_front(&found, bucket).into_iter().map(|one| one.id.clone()).collect())
}

/// Id of the distribution that has this URL's host among its names.
pub(super) fn of_url(found: &Fact<Vec<DistributionSummary>>, url: &str) -> Option<String> {
    let host = Url::parse(url)?.host;
    let one = found.known()?.iter().find(|one| {
        one.domain.eq_ignore_ascii_case(&host) || one.aliases.iter().any(|alias| names(alias, &host))
    })?;
    Some(one.id.clone())
}

/// Whether an alternate domain name, perhaps with `*.` in front, is this host's. The star stands for one label.
pub(crate) fn names(alias: &str, host: &str) -> bool {
    match alias.strip_prefix("*.") {
        Some(domain) => host.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(domain)),
        None => alias.eq_ignore_ascii_case(host),
    }
}

impl Looker {
    /// Configuration and state; the cache policies come later.
    pub(super) async fn edge(&self, id: &str) -> Edge {
        let clients = self.clients();
        let (document, state) = futures::join!(
            self.fact("cloudfront:GetDistributionConfig", edge::distribution_document(clients, id)),
            self.fact("cloudfront:GetDistribution", edge::distribution_state(clients, id)),
        );
        Edge {
            id: id.to_owned(),
            document: document.map(|document| document.xml),
            domain: state.clone().map(|state| state.domain),
            status: state.map(|state| state.status),
            policies: std::collections::BTreeMap::new(),
            attached: false,
        }
    }

    /// The cache policies in use that are not AWS's own.
    pub(super) async fn policies(&self, edge: &mut Edge) {
        let parsed = edge.document.known().and_then(|xml| Distribution::parse(xml).ok());
        let ids = parsed.map(|parsed| parsed.foreign_policies()).unwrap_or_default();
        let read = ids.into_iter().map(|id| async {
            let policy =
                self.fact("cloudfront:GetCachePolicy", edge::cache_policy(self.clients(), &id)).await;
            (id, policy)
        });
        edge.policies = join_all(read).await.into_iter().collect();
    }
}

//! Our origin and behaviour in a distribution.

use crate::plan::action;
use imgdeploy_model::chain::cloudfront::Distribution;
use imgdeploy_model::document::distribution;
use imgdeploy_model::region::{OriginHost, parse_origin_host};

use super::{Action, Plan, Refusal};
use crate::aws::edge::DistributionSummary;
use crate::desired::Desired;
use crate::journal::Journal;
use crate::names;
use crate::observe::{Edge, Observed};
use imgdeploy_world::Fact;

/// Plans the distribution. Returns the document as it will be, for the journal.
pub fn plan(
    plan: &mut Plan,
    desired: &Desired,
    seen: &Observed,
    journal: Option<&Journal>,
) -> Option<String> {
    let Some(edge) = &seen.edge else {
        offer(plan, desired, seen);
        return None;
    };
    let document = match &edge.document {
        Fact::Known(document) => document,
        Fact::Absent => {
            plan.refusals.push(Refusal::usage(
                format!("there is no distribution {} in account {}", edge.id, desired.account),
                "`aws cloudfront list-distributions` lists them",
            ));
            return None;
        }
        Fact::Unknown(why) => {
            plan.unseen.push(why.clone());
            return None;
        }
    };
    if !belongs(&document.xml, desired, edge) {
        plan.refusals.push(Refusal::protect(
            format!(
                "the distribution {} has no origin that is the bucket {}: it looks like the wrong one",
                edge.id, desired.site.bucket
            ),
            format!(
                "check `--distribution`; if it is right, say so with `--url https://HOST`, HOST being {}",
                hosts(&document.xml, edge).join(" or ")
            ),
        ));
        return None;
    }
    match distribution::merge(&document.xml, &desired.edge(owned_patterns(edge, journal))) {
        Ok(merged) => {
            for note in merged.notes {
                plan.note(note.to_string());
            }
            if merged.document != document.xml {
                plan.actions.push(Action::Distribution(action::Distribution {
                    id: edge.id.clone(),
                    etag: document.etag.clone(),
                    before: document.xml.clone(),
                    after: merged.document.clone(),
                    our_patterns: our_patterns(edge, journal, &pattern(desired)),
                }));
            }
            Some(merged.document)
        }
        Err(error) => {
            plan.refusals.push(Refusal::protect(
                format!("the distribution {} cannot be extended: {error}", edge.id),
                "change what stands in the way, or choose another `--prefix`",
            ));
            None
        }
    }
}

/// Path patterns that the journal says are ours in this distribution.
pub fn owned_patterns(edge: &Edge, journal: Option<&Journal>) -> Vec<String> {
    journal
        .and_then(|journal| journal.distribution.as_ref())
        .filter(|recorded| recorded.id == edge.id)
        .map(|recorded| vec![recorded.path_pattern.clone()])
        .unwrap_or_default()
}

/// Every path pattern that is ours: the present one and what the journal names.
pub fn our_patterns(edge: &Edge, journal: Option<&Journal>, present: &str) -> Vec<String> {
    let mut patterns = owned_patterns(edge, journal);
    patterns.retain(|pattern| pattern != present);
    patterns.push(present.to_owned());
    patterns
}

/// Whether the distribution is in front of the bucket, or the user vouched for it by naming its host.
fn belongs(xml: &str, desired: &Desired, edge: &Edge) -> bool {
    let serves_bucket = Distribution::parse(xml).is_ok_and(|parsed| {
        parsed.origins.iter().any(|origin| is_bucket(&origin.domain, desired.site.bucket.as_str()))
    });
    let vouched = desired
        .site
        .url
        .as_ref()
        .map(crate::settings::value::BaseUrl::as_str)
        .and_then(|url| url.split("://").nth(1))
        .is_some_and(|rest| {
            let host = rest.split(['/', ':']).next().unwrap_or_default();
            hosts(xml, edge).iter().any(|known| known.eq_ignore_ascii_case(host))
        });
    serves_bucket || vouched
}

fn hosts(xml: &str, edge: &Edge) -> Vec<String> {
    let mut hosts = Distribution::parse(xml).map(|parsed| parsed.aliases).unwrap_or_default();
    hosts.extend(edge.state.known().map(|state| state.domain.clone()));
    hosts
}

fn is_bucket(domain: &str, bucket: &str) -> bool {
    match parse_origin_host(domain) {
        OriginHost::Website { bucket: found, .. } | OriginHost::Rest { bucket: found, .. } => found == bucket,
        OriginHost::ExecuteApi { .. } | OriginHost::Other => false,
    }
}

/// Distributions in front of the bucket.
pub fn in_front<'a>(found: &'a [DistributionSummary], bucket: &str) -> Vec<&'a DistributionSummary> {
    found.iter().filter(|one| one.origins.iter().any(|domain| is_bucket(domain, bucket))).collect()
}

/// Without `--distribution`, a distribution in front of the bucket would keep our redirects for a day and
/// send viewers in circles (CF-02): name it, or say that it is to be left alone.
fn offer(plan: &mut Plan, desired: &Desired, seen: &Observed) {
    match &seen.distributions {
        Some(Fact::Known(found)) => {
            for one in in_front(found, desired.site.bucket.as_str()) {
                plan.refusals.push(Refusal::protect(
                    format!(
                        "the distribution {} ({}) is in front of {}: it would cache the redirects and send \
                         viewers in circles unless it is set up too",
                        one.id,
                        one.aliases.first().unwrap_or(&one.domain),
                        desired.site.bucket
                    ),
                    format!("add `--distribution {}`, or `--no-distribution` to leave it alone", one.id),
                ));
            }
        }
        Some(Fact::Unknown(why)) => plan.warn(format!(
            "could not look for distributions in front of the bucket ({}); if there is one, name it with `--distribution`",
            why.reason()
        )),
        Some(Fact::Absent) | None => {}
    }
}

/// The paths to invalidate after a change.
pub fn invalidated(desired: &Desired) -> String {
    format!("/{}*", desired.site.prefix)
}

/// The pattern to record for our behaviour.
pub fn pattern(desired: &Desired) -> String {
    names::path_pattern(desired.site.prefix.as_str())
}

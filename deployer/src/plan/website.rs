//! Our routing rules in the website configuration.

use crate::plan::action;
use imgdeploy_model::document::website;

use super::{Action, Plan, Refusal};
use crate::desired::{Desired, unknown_api_host};
use crate::journal::Journal;
use crate::observe::Observed;
use imgdeploy_world::Fact;

/// Hosts that make a routing rule ours: what the journal and the stack name.
pub fn our_hosts(seen: &Observed, journal: Option<&Journal>) -> Vec<String> {
    let mut hosts: Vec<String> = api_host(seen).into_iter().collect();
    hosts.extend(journal.into_iter().flat_map(|journal| journal.api_hosts.iter().cloned()));
    hosts.dedup();
    hosts
}

/// The API's host, as the stack's outputs say.
pub fn api_host(seen: &Observed) -> Option<String> {
    seen.stack.known().and_then(|stack| stack.outputs.get("ApiHost").cloned())
}

/// Plans the rules. `keeps_api`: the stack exists and keeps its API. Returns the document as it will be.
pub fn plan(
    plan: &mut Plan,
    desired: &Desired,
    seen: &Observed,
    journal: Option<&Journal>,
    keeps_api: bool,
) -> Option<String> {
    let current = match &seen.website {
        Fact::Known(xml) => Some(xml.as_str()),
        Fact::Absent => None,
        Fact::Unknown(why) => {
            plan.unseen.push(why.clone());
            return None;
        }
    };
    let known = keeps_api.then(|| api_host(seen)).flatten();
    let host = known.clone().unwrap_or_else(|| unknown_api_host(&desired.region));
    let rules = desired.rules(&host, &our_hosts(seen, journal));
    match website::merge(current, &rules) {
        Ok(merged) => {
            for note in merged.notes {
                plan.note(note.to_string());
            }
            if current != Some(merged.document.as_str()) {
                if current.is_none() {
                    plan.note(format!(
                        "static website hosting is switched on for {}; its address is http://{}",
                        desired.site.bucket,
                        desired.website_host()
                    ));
                }
                plan.actions.push(Action::Website(action::Website {
                    bucket: desired.site.bucket.to_string(),
                    before: current.map(ToOwned::to_owned),
                    after: Some(merged.document.clone()),
                    our_hosts: rules.hosts.clone(),
                    unknown_api_host: known.is_none().then_some(host),
                }));
            }
            Some(merged.document)
        }
        Err(error) => {
            plan.refusals.push(Refusal::protect(
                format!("the website configuration cannot be extended: {error}"),
                "imgdeploy needs a website that serves objects and has room for its rules; \
                 `aws s3api get-bucket-website --bucket BUCKET` shows it",
            ));
            None
        }
    }
}

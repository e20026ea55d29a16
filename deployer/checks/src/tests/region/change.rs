//! Changes of the healthy snapshot, as faults show in an account.

use crate::tests::KnownMut;
use imgdeploy_model::document::policy::{self, OurAccess};
use imgdeploy_model::region::{Partition, execute_api_host, website_host};

use super::super::{API, BUCKET, PREFIX, REGION, after, healthy};
use crate::check::Fix;
use crate::snapshot::{ApiSeen, Configuration, Snapshot};
use imgdeploy_world::{AwsFailure, Fact};

pub(crate) fn unseen(action: &str) -> AwsFailure {
    crate::tests::denied(action, "AccessDenied")
}

/// The fix of the only headline.
pub(crate) fn fix(change: impl FnOnce(&mut Snapshot)) -> Option<Fix> {
    let diagnosis = after(change);
    assert_eq!(diagnosis.headlines.len(), 1);
    diagnosis.headlines[0].finding.fix
}

/// The same chain without the tool's stack: somebody made it by hand.
pub(crate) fn foreign(snapshot: &mut Snapshot) {
    snapshot.stack = Fact::Absent;
    snapshot.apis.iter_mut().for_each(|seen| seen.by_stack = false);
    if let Some(edge) = &mut snapshot.edge {
        edge.attached = false;
    }
}

pub(crate) fn in_website(snapshot: &mut Snapshot, from: &str, to: &str) {
    let website = snapshot.bucket.as_mut().unwrap().website.known_mut().unwrap();
    assert!(website.contains(from), "{from} is not in {website}");
    *website = website.replace(from, to);
}

pub(crate) fn in_edge(snapshot: &mut Snapshot, from: &str, to: &str) {
    let document = snapshot.edge.as_mut().unwrap().document.known_mut().unwrap();
    assert!(document.contains(from), "{from} is not in {document}");
    *document = document.replace(from, to);
}

pub(crate) fn configurations(snapshot: &mut Snapshot, change: impl Fn(&mut Configuration)) {
    let function = snapshot.function.as_mut().unwrap();
    change(function.configuration.known_mut().unwrap());
    change(function.latest.known_mut().unwrap());
}

pub(crate) fn set_variable(snapshot: &mut Snapshot, name: &str, value: Option<&str>) {
    configurations(snapshot, |it| {
        it.environment.remove(name);
        if let Some(value) = value {
            it.environment.insert(name.to_owned(), value.to_owned());
        }
    });
}

/// API and function in another region, all else as it follows from that.
pub(crate) fn chain_in(snapshot: &mut Snapshot, region: &str) {
    foreign(snapshot);
    in_website(snapshot, &execute_api_host(API, REGION), &execute_api_host(API, region));
    in_calls(snapshot, region);
    let (from, to) = (format!(":execute-api:{REGION}:"), format!(":execute-api:{region}:"));
    let function = snapshot.function.as_mut().unwrap();
    function.policy = function.policy.clone().map(|text| text.replace(&from, &to));
    snapshot.apis[0].region = region.to_owned();
}

/// The function in another region, and what names it.
pub(crate) fn in_calls(snapshot: &mut Snapshot, region: &str) {
    let there = |text: &str| text.replace(&format!(":{REGION}:"), &format!(":{region}:"));
    for method in
        snapshot.apis[0].api.known_mut().unwrap().resources.values_mut().flat_map(|m| m.values_mut())
    {
        let integration = method.integration.as_mut().unwrap();
        integration.uri = there(&integration.uri);
    }
    let function = snapshot.function.as_mut().unwrap();
    function.region = region.to_owned();
    // What calls it stays where it was.
    let (from, to) = (format!(":lambda:{REGION}:"), format!(":lambda:{region}:"));
    function.policy = function.policy.clone().map(|text| text.replace(&from, &to));
    for policy in function.role.known_mut().unwrap().policies.values_mut() {
        *policy = there(policy);
    }
}

/// Everything in another region, and its partition.
pub(crate) fn moved(region: &str) -> Snapshot {
    let mut snapshot = healthy();
    let partition = Partition::of_region(region);
    let there = |text: &str| {
        text.replace(&execute_api_host(API, REGION), &execute_api_host(API, region))
            .replace(&website_host(BUCKET, REGION), &website_host(BUCKET, region))
            .replace("arn:aws:", partition.arn_prefix())
            .replace(REGION, region)
    };
    chain_in(&mut snapshot, region);
    snapshot.home_region = Some(region.to_owned());
    snapshot.artifacts_region = Fact::Known(region.to_owned());
    let bucket = snapshot.bucket.as_mut().unwrap();
    bucket.region = region.to_owned();
    let access = OurAccess { bucket: BUCKET.to_owned(), prefix: PREFIX.to_owned(), partition };
    bucket.policy = Fact::Known(policy::merge(None, &access).unwrap());
    bucket.website = bucket.website.clone().map(|text| there(&text));
    let edge = snapshot.edge.as_mut().unwrap();
    edge.document = edge.document.clone().map(|text| there(&text));
    for method in
        snapshot.apis[0].api.known_mut().unwrap().resources.values_mut().flat_map(|m| m.values_mut())
    {
        let integration = method.integration.as_mut().unwrap();
        integration.uri = there(&integration.uri);
    }
    let function = snapshot.function.as_mut().unwrap();
    function.policy = function.policy.clone().map(|text| there(&text));
    for policy in function.role.known_mut().unwrap().policies.values_mut() {
        *policy = there(policy);
    }
    configurations(&mut snapshot, |it| it.role = there(&it.role));
    set_variable(&mut snapshot, "BUCKET_REGION", Some(region));
    snapshot
}

pub(crate) fn gone_in(region: &str) -> ApiSeen {
    ApiSeen {
        id: API.to_owned(),
        region: region.to_owned(),
        by_rule: true,
        by_stack: false,
        api: Fact::Absent,
    }
}

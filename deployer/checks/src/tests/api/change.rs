//! Changes of the healthy snapshot's API and of what leads to it.

use std::collections::BTreeMap;

use crate::tests::KnownMut;
use imgdeploy_model::document::policy::{self, OurAccess};
use imgdeploy_model::region::Partition;

use super::super::region::change::{foreign, in_website, set_variable};
use super::super::{ACCOUNT, API, BUCKET, FUNCTION, HOST, PREFIX, REGION, permission};
use crate::snapshot::Deployed;
use crate::snapshot::{Api, Domain, Method, Snapshot, Stage};
use imgdeploy_world::Fact;

pub(crate) const NONE: [&str; 0] = [];

pub(crate) fn api(snapshot: &mut Snapshot) -> &mut Api {
    snapshot.apis[0].api.known_mut().unwrap()
}

pub(crate) fn stage(snapshot: &mut Snapshot) -> &mut Stage {
    api(snapshot).stages.get_mut("prod").unwrap()
}

pub(crate) fn deployed(snapshot: &mut Snapshot) -> &mut BTreeMap<String, BTreeMap<String, Deployed>> {
    stage(snapshot).deployed.as_mut().unwrap()
}

/// Changes every method of these names as edited.
pub(crate) fn edit(snapshot: &mut Snapshot, change: impl Fn(&mut BTreeMap<String, Method>)) {
    api(snapshot).resources.values_mut().for_each(change);
}

/// The same in what is deployed.
pub(crate) fn edit_deployed(snapshot: &mut Snapshot, change: impl Fn(&mut BTreeMap<String, Deployed>)) {
    deployed(snapshot).values_mut().for_each(change);
}

/// Methods of every resource, edited and deployed.
pub(crate) fn methods(snapshot: &mut Snapshot, names: &[&str]) {
    edit(snapshot, |methods| {
        let one = methods.values().next().cloned().unwrap();
        *methods = names.iter().map(|name| ((*name).to_owned(), one.clone())).collect();
    });
    edit_deployed(snapshot, |methods| {
        let one = methods.values().next().cloned().unwrap();
        *methods = names.iter().map(|name| ((*name).to_owned(), one.clone())).collect();
    });
}

pub(crate) fn authorization(snapshot: &mut Snapshot, edited: &str, live: &str) {
    edit(snapshot, |methods| methods.values_mut().for_each(|it| it.authorization = edited.to_owned()));
    edit_deployed(snapshot, |methods| methods.values_mut().for_each(|it| it.authorization = live.to_owned()));
}

pub(crate) fn keys(snapshot: &mut Snapshot, edited: bool, live: bool) {
    edit(snapshot, |methods| methods.values_mut().for_each(|it| it.api_key_required = edited));
    edit_deployed(snapshot, |methods| methods.values_mut().for_each(|it| it.api_key_required = live));
}

pub(crate) fn uris(snapshot: &mut Snapshot, from: &str, to: &str) {
    edit(snapshot, |methods| {
        for method in methods.values_mut() {
            let integration = method.integration.as_mut().unwrap();
            assert!(integration.uri.contains(from));
            integration.uri = integration.uri.replace(from, to);
        }
    });
}

/// Only these resources, of those that are there.
pub(crate) fn only(snapshot: &mut Snapshot, path: &str, as_path: &str) {
    let api = api(snapshot);
    let methods = api.resources[path].clone();
    api.resources = [(as_path.to_owned(), methods)].into();
    let live = deployed(snapshot);
    let methods = live[path].clone();
    *live = [(as_path.to_owned(), methods)].into();
}

/// AWS's sample, made by hand: the key in the query, one rule for 404, no prefix.
pub(crate) fn classic(snapshot: &mut Snapshot, resource: &str, method: &str) {
    foreign(snapshot);
    rule(snapshot, &format!("prod{resource}?key="));
    only(snapshot, "/resize", resource);
    methods(snapshot, &[method]);
    uris(snapshot, ":Live", "");
    snapshot.edge = None;
    // Without a prefix the whole bucket is what viewers read.
    let access = OurAccess { bucket: BUCKET.to_owned(), prefix: String::new(), partition: Partition::Aws };
    snapshot.bucket.as_mut().unwrap().policy = Fact::Known(policy::merge(None, &access).unwrap());
    let function = snapshot.function.as_mut().unwrap();
    function.qualifier = None;
    function.alias = None;
    let configuration = function.latest.known_mut().unwrap();
    configuration.runtime = Some("nodejs22.x".to_owned());
    configuration.handler = Some("index.handler".to_owned());
    configuration.architecture = "x86_64".to_owned();
    function.configuration = function.latest.clone();
    let source = format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/*/*{resource}");
    let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}");
    function.policy = Fact::Known(permission(&source, &arn));
    function.unqualified_policy = function.policy.clone();
    function.role.known_mut().unwrap().policies = BTreeMap::from([(
        "tutorial".to_owned(),
        format!(
            r#"{{"Statement":[{{"Effect":"Allow","Action":"s3:*Object","Resource":"arn:aws:s3:::{BUCKET}/*"}},
                {{"Effect":"Allow","Action":"logs:*","Resource":"arn:aws:logs:*:*:*"}}]}}"#
        ),
    )]);
    for name in ["BUCKET_REGION", "BUCKET_OWNER", "PREFIX", "ALLOWED_DIMENSIONS"] {
        set_variable(snapshot, name, None);
    }
}

pub(crate) fn rule(snapshot: &mut Snapshot, path: &str) {
    snapshot.bucket.as_mut().unwrap().website = Fact::Known(format!(
        "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><RoutingRules><RoutingRule><Condition>\
         <HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><Protocol>https</Protocol>\
         <HostName>{HOST}</HostName><ReplaceKeyPrefixWith>{path}</ReplaceKeyPrefixWith><HttpRedirectCode>307</HttpRedirectCode>\
         </Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>"
    ));
}

/// A custom domain name in front, in both rules.
pub(crate) fn by_domain(snapshot: &mut Snapshot, base_path: &str, stage: &str, start: &str) {
    let name = "resizer.example.com";
    in_website(snapshot, HOST, name);
    in_website(snapshot, &format!("prod/resize/{PREFIX}"), &format!("{start}/{PREFIX}"));
    api(snapshot).domains =
        vec![Domain { name: name.to_owned(), base_path: base_path.to_owned(), stage: stage.to_owned() }];
}

pub(crate) fn policy(snapshot: &mut Snapshot, statements: &str) {
    api(snapshot).policy = Some(format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#));
}

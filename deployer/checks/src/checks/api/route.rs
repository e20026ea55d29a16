//! The way of viewers into the API, shared by the checks of this folder.

use std::collections::BTreeMap;

use imgdeploy_model::chain::api::fitting;

use crate::check::Skip;
use crate::shared::site::rules_named;
use crate::snapshot::Deployed;
use crate::snapshot::derive::{ImageRule, SPEC};
use crate::snapshot::{Api, ApiSeen, Method, Snapshot, Stage};

/// The routing rules that derived images take, each with a key that it is for.
pub(super) fn image_rules(snapshot: &Snapshot) -> Result<Vec<(ImageRule, String)>, Skip> {
    let rules = match snapshot.image_rules() {
        Ok(rules) => rules,
        Err(Skip::Nothing) => Vec::new(),
        Err(unseen) => return Err(unseen),
    };
    let sample = snapshot.sample_key();
    let prefix = |rule: &ImageRule| rule.rule.condition.key_prefix.clone().unwrap_or_default();
    let (catching, others): (Vec<ImageRule>, Vec<ImageRule>) =
        rules.into_iter().partition(|rule| sample.starts_with(&prefix(rule)));
    // Other functions may have their prefix in the code, where it can't be seen. The tool's stack tells it: there, a rule for
    // something else is none of ours.
    if catching.is_empty() && !snapshot.is_attached() {
        return Ok(others
            .into_iter()
            .map(|rule| {
                let key = format!("{}{SPEC}/imgdeploy-sample.jpg", prefix(&rule));
                (rule, key)
            })
            .collect());
    }
    Ok(catching.into_iter().map(|rule| (rule, sample.clone())).collect())
}

/// `routing rule 1`, `routing rules 1 and 2`.
pub(super) fn rule_names<'r>(rules: impl Iterator<Item = &'r ImageRule>) -> String {
    rules_named(&rules.collect::<Vec<_>>())
}

/// `bucket b, website configuration, routing rules 1 and 2`.
pub(super) fn rule_place<'r>(snapshot: &Snapshot, rules: impl Iterator<Item = &'r ImageRule>) -> String {
    let bucket = snapshot.bucket.as_ref().map_or("", |bucket| bucket.name.as_str());
    format!("bucket {bucket}, website configuration, {}", rule_names(rules))
}

/// Where viewers are sent in the API.
pub(super) struct Way<'a> {
    pub(super) seen: &'a ApiSeen,
    pub(super) api: &'a Api,
    /// The rule; `None`: the tool's own scheme, where no rule leads to its API.
    pub(super) rule: Option<ImageRule>,
    /// The path as the rule has it.
    pub(super) whole: String,
    /// Stage, which may not exist.
    pub(super) stage: String,
    /// Path below the stage.
    pub(super) path: String,
}

/// All ways of derived images into the chain's API; at least one.
pub(super) fn ways(snapshot: &Snapshot) -> Result<Vec<Way<'_>>, Skip> {
    let (seen, api) = snapshot.api()?;
    let way = |rule: Option<ImageRule>, whole: String, stage: String, path: String| Way {
        seen,
        api,
        rule,
        whole,
        stage,
        path,
    };
    let ways: Vec<Way<'_>> = image_rules(snapshot)?
        .into_iter()
        .filter_map(|(rule, key)| {
            let (whole, _) = rule.target(&key);
            let (stage, path) = match &rule.api {
                Some((id, region)) if *id == seen.id && *region == seen.region => split(&whole),
                Some(_) => return None,
                None => mapped(api, &rule.host, &whole)?,
            };
            Some(way(Some(rule), whole, stage, path))
        })
        .collect();
    if !ways.is_empty() {
        return Ok(ways);
    }
    if !seen.by_stack {
        return Err(Skip::Nothing);
    }
    let whole = own_path(snapshot);
    let (stage, path) = split(&whole);
    Ok(vec![way(None, whole, stage, path)])
}

/// Where the tool's own rules lead.
pub(super) fn own_path(snapshot: &Snapshot) -> String {
    format!("/prod/resize/{}", snapshot.sample_key())
}

/// First segment and the rest.
fn split(path: &str) -> (String, String) {
    let path = path.trim_start_matches('/');
    let (stage, rest) = path.split_once('/').unwrap_or((path, ""));
    (stage.to_owned(), format!("/{rest}"))
}

/// Stage and path behind a custom domain name: the longest base path that fits counts. `None`: none does.
pub(super) fn mapped(api: &Api, host: &str, path: &str) -> Option<(String, String)> {
    let path = path.trim_start_matches('/');
    let (mapping, rest) = api
        .domains
        .iter()
        .filter(|mapping| mapping.name == host)
        .filter_map(|mapping| {
            let base = mapping.base_path.trim_matches('/');
            let rest = if base.is_empty() { Some(path) } else { path.strip_prefix(base) }?;
            (base.is_empty() || rest.is_empty() || rest.starts_with('/')).then_some((mapping, rest))
        })
        .max_by_key(|(mapping, _)| mapping.base_path.len())?;
    let rest = format!("/{}", rest.trim_start_matches('/'));
    Some(if mapping.stage.is_empty() { split(&rest) } else { (mapping.stage.clone(), rest) })
}

/// The resource that fits a path, and its methods; one without methods only if there is no other.
pub(super) fn resource<'a, M>(
    resources: &'a BTreeMap<String, BTreeMap<String, M>>,
    path: &str,
) -> Option<(&'a str, &'a BTreeMap<String, M>)> {
    let fits = |empty_too: bool| {
        let those = resources.iter().filter(|(_, methods)| empty_too || !methods.is_empty());
        let (name, _) = fitting(those.map(|(path, _)| path.as_str()), path)?;
        resources.get_key_value(name)
    };
    fits(false).or_else(|| fits(true)).map(|(path, methods)| (path.as_str(), methods))
}

/// A method by name, or `ANY` in its place; with the name that it is under.
pub(super) fn method<'a, M>(methods: &'a BTreeMap<String, M>, name: &str) -> Option<(&'a str, &'a M)> {
    methods
        .get_key_value(name)
        .or_else(|| methods.get_key_value("ANY"))
        .map(|(name, method)| (name.as_str(), method))
}

impl<'a> Way<'a> {
    /// The stage, if there is one of that name.
    pub(super) fn stage(&self) -> Option<&'a Stage> {
        self.api.stages.get(&self.stage)
    }

    /// The resource as edited.
    pub(super) fn edited(&self) -> Option<(&'a str, &'a BTreeMap<String, Method>)> {
        resource(&self.api.resources, &self.path)
    }

    /// The resource as deployed; the outer `None`: it is not known what is deployed.
    pub(super) fn deployed(&self) -> Option<Option<(&'a str, &'a BTreeMap<String, Deployed>)>> {
        Some(resource(self.stage()?.deployed.as_ref()?, &self.path))
    }

    /// Whether some resource fits, edited or deployed.
    pub(super) fn fits(&self) -> bool {
        self.edited().is_some() || self.deployed().flatten().is_some()
    }

    /// A method as deployed; the outer `None`: it is not known what is deployed.
    pub(super) fn deployed_method(&self, name: &str) -> Option<Option<&'a Deployed>> {
        Some(self.deployed()?.and_then(|(_, methods)| method(methods, name)).map(|(_, method)| method))
    }

    /// Whether a custom domain's mapping names the stage already, and the rule repeats it (AG-02 f).
    pub(super) fn repeats_stage(&self) -> bool {
        let (first, rest) = split(&self.path);
        let by_domain = self.rule.as_ref().is_some_and(|rule| rule.api.is_none());
        let deployed = self.stage().and_then(|stage| stage.deployed.as_ref());
        by_domain
            && self.api.stages.contains_key(&first)
            && !self.fits()
            && (resource(&self.api.resources, &rest).is_some()
                || deployed.is_some_and(|paths| resource(paths, &rest).is_some()))
    }
}

/// The method that viewers' GET meets, as edited; with the way to it and what it asks for.
pub(super) struct Get<'a> {
    pub(super) way: Way<'a>,
    /// Path of the resource.
    pub(super) resource: &'a str,
    /// `GET` or `ANY`.
    pub(super) name: &'a str,
    pub(super) method: &'a Method,
}

/// The first way to a GET. Without stage, resource or method there is nothing to judge: other checks speak of that.
pub(super) fn get(snapshot: &Snapshot) -> Result<Get<'_>, Skip> {
    ways(snapshot)?
        .into_iter()
        .find_map(|way| {
            way.stage()?;
            let (resource, methods) = way.edited()?;
            let (name, method) = method(methods, "GET")?;
            Some(Get { way, resource, name, method })
        })
        .ok_or(Skip::Nothing)
}

impl Get<'_> {
    /// Its authorization, unless what is deployed asks for another: that is a stale deployment.
    pub(super) fn settled_authorization(&self) -> Option<&str> {
        let edited = self.method.authorization.as_str();
        match self.way.deployed_method("GET") {
            None => Some(edited),
            Some(deployed) => deployed.filter(|it| it.authorization == edited).map(|_| edited),
        }
    }

    /// Whether an API key is needed both as edited and as deployed.
    pub(super) fn settled_api_key(&self) -> bool {
        self.method.api_key_required
            && self
                .way
                .deployed_method("GET")
                .is_none_or(|deployed| deployed.is_some_and(|it| it.api_key_required))
    }

    /// `API id, GET /resize`.
    pub(super) fn place(&self) -> String {
        format!("API {}, {} {}", self.way.seen.id, self.name, self.resource)
    }
}

/// The resources that have methods: `/resize (GET, HEAD), /other (ANY)`.
pub(super) fn list(resources: &BTreeMap<String, BTreeMap<String, Method>>) -> String {
    let all: Vec<String> = resources
        .iter()
        .filter(|(_, methods)| !methods.is_empty())
        .map(|(path, methods)| format!("{path} ({})", names(methods)))
        .collect();
    if all.is_empty() { "no resource with a method".to_owned() } else { all.join(", ") }
}

/// Names of methods: `GET, HEAD`.
pub(super) fn names<M>(methods: &BTreeMap<String, M>) -> String {
    methods.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
}

//! Which API and which function a website configuration leads to. Pure.

use imgdeploy_checks::snapshot::{Api, ApiSeen, Bucket, Stack};
use imgdeploy_model::chain::website::WebsiteConfig;
use imgdeploy_model::region::{OriginHost, parse_origin_host};

/// A host that a routing rule redirects to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    /// API Gateway's own host.
    Api { id: String, region: String },
    /// Some other host: perhaps a custom domain name of an API in the bucket's region.
    Other { name: String, region: String },
}

/// The hosts of all rules.
pub(super) fn hosts(bucket: &Bucket) -> Vec<Host> {
    let parsed = bucket.website.known().and_then(|xml| WebsiteConfig::parse(xml).ok());
    let mut hosts = Vec::new();
    for rule in parsed.into_iter().flat_map(|website| website.rules) {
        let Some(name) = rule.redirect.host else { continue };
        let host = match parse_origin_host(&name) {
            OriginHost::ExecuteApi { api, region } => Host::Api { id: api, region },
            OriginHost::Website { .. } | OriginHost::Rest { .. } => continue,
            OriginHost::Other => Host::Other { name, region: bucket.region.clone() },
        };
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

/// The prefix of the first rule that leads to an API.
pub(super) fn prefix(bucket: &Bucket) -> String {
    let parsed = bucket.website.known().and_then(|xml| WebsiteConfig::parse(xml).ok());
    let to_api = |host: &str| matches!(parse_origin_host(host), OriginHost::ExecuteApi { .. });
    parsed
        .into_iter()
        .flat_map(|website| website.rules)
        .find(|rule| rule.redirect.host.as_deref().is_some_and(to_api))
        .and_then(|rule| rule.condition.key_prefix)
        .unwrap_or_default()
}

/// A function as something names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) region: String,
    pub(super) name: String,
    pub(super) account: Option<String>,
    pub(super) qualifier: Option<String>,
}

/// The function behind the API that viewers are sent to; without one, the stack's.
pub(super) fn function(
    apis: &[ApiSeen],
    bucket: Option<&Bucket>,
    stack: Option<&Stack>,
) -> Option<Reference> {
    let mut order: Vec<&ApiSeen> = apis.iter().filter(|seen| seen.by_rule).collect();
    order.extend(apis.iter().filter(|seen| !seen.by_rule));
    let behind = order.iter().find_map(|seen| behind(seen.api.known()?));
    behind.or_else(|| {
        let region = bucket?.region.clone();
        let stack = stack?;
        let qualifier = Some(crate::function::LIVE.to_owned());
        Some(Reference { region, name: stack.name.clone(), account: None, qualifier })
    })
}

/// The function that an API's methods call: that of `/resize` and what is below first, then of any other.
fn behind(api: &Api) -> Option<Reference> {
    let mut resources: Vec<_> = api.resources.iter().collect();
    resources.sort_by_key(|(path, _)| !path.starts_with("/resize"));
    resources
        .into_iter()
        .flat_map(|(_, methods)| methods.iter())
        .filter(|(name, _)| matches!(name.as_str(), "GET" | "ANY" | "POST" | "HEAD"))
        .find_map(|(_, method)| {
            let uri = &method.integration.as_ref()?.uri;
            let variables = api.stages.values().map(|stage| &stage.variables);
            let uri = variables.fold(uri.clone(), |uri, variables| {
                variables.iter().fold(uri, |uri, (name, value)| {
                    uri.replace(&format!("${{stageVariables.{name}}}"), value)
                })
            });
            reference(&uri)
        })
}

/// The function's ARN in an integration's URI (AG-08).
fn reference(uri: &str) -> Option<Reference> {
    let (_, rest) = uri.split_once("/functions/")?;
    let arn = rest.strip_suffix("/invocations")?;
    let parts: Vec<&str> = arn.split(':').collect();
    let part = |at: usize| parts.get(at).map(|part| (*part).to_owned()).filter(|part| !part.is_empty());
    Some(Reference { region: part(3)?, account: part(4), name: part(6)?, qualifier: part(7) })
        .filter(|found| !found.name.contains("${"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_uri_names_region_function_and_alias() {
        let uri = |arn: &str| {
            format!("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}/invocations")
        };
        let found = reference(&uri("arn:aws:lambda:eu-west-1:111122223333:function:f:Live")).unwrap();
        assert_eq!((found.region.as_str(), found.name.as_str()), ("eu-west-1", "f"));
        assert_eq!(found.qualifier.as_deref(), Some("Live"));
        let found = reference(&uri("arn:aws:lambda:eu-west-1:111122223333:function:f")).unwrap();
        assert_eq!(found.qualifier, None);
        let variable = "arn:aws:lambda:eu-west-1:111122223333:function:${stageVariables.fn}";
        assert_eq!(reference(&uri(variable)), None);
        assert_eq!(reference("https://example.com/"), None);
    }
}

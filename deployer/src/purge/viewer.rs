//! Under which path viewers get an object, and what edges keep it by: read from the distribution in front of the bucket. Pure.

use imgdeploy_model::chain::cloudfront::{Behavior, Caching, Distribution, Origin};
use imgdeploy_model::chain::policies::{CachePolicy, Query};
use imgdeploy_model::region::{OriginHost, parse_origin_host};

use super::paths::Cached;

/// The paths under which a distribution serves a key of the bucket. None of its behaviours leads to the bucket: what the key
/// itself would be.
///
/// `common` is how much of the key is common to all that is purged, in bytes.
pub fn cached(
    distribution: Option<&Distribution>,
    bucket: &str,
    key: &str,
    common: Option<usize>,
) -> Vec<Cached> {
    let own = |path: String, cut: usize, by_query: bool| Cached {
        // An OriginPath in front of the key is no part of what viewers ask for (CF-09).
        common: common
            .map(|common| path.get(..(common + 1).saturating_sub(cut)).unwrap_or_default().to_owned()),
        path,
        by_query,
    };
    let stored = format!("/{key}");
    let plain = |by_query| vec![own(stored.clone(), 0, by_query)];
    let Some(distribution) = distribution else { return plain(true) };
    let mut starts: Vec<&str> = distribution.origins.iter().map(|origin| origin.path.as_str()).collect();
    starts.sort_unstable();
    starts.dedup();
    let found: Vec<Cached> = starts
        .into_iter()
        .filter_map(|start| {
            let path = stored.strip_prefix(start).filter(|path| path.starts_with('/'))?;
            let behavior = distribution.behavior_for(path);
            let (origins, _) = distribution.origins_for(&behavior.target);
            let leads = |origin: &&Origin| origin.path == start && is_of(origin, bucket);
            origins.iter().any(leads).then(|| own(path.to_owned(), start.len(), keeps_queries(behavior)))
        })
        .collect();
    if found.is_empty() { plain(keeps_queries(distribution.behavior_for(&stored))) } else { found }
}

fn is_of(origin: &Origin, bucket: &str) -> bool {
    match parse_origin_host(&origin.domain) {
        OriginHost::Website { bucket: named, .. } | OriginHost::Rest { bucket: named, .. } => named == bucket,
        _ => false,
    }
}

/// A policy that is not AWS's own may do anything.
fn keeps_queries(behavior: &Behavior) -> bool {
    match &behavior.caching {
        Caching::Legacy(policy) => policy.query != Query::None,
        Caching::Policy(id) => CachePolicy::managed(id).is_none_or(|policy| policy.query != Query::None),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn behavior(pattern: &str, origin: &str, caching: &str) -> String {
        let pattern =
            if pattern.is_empty() { String::new() } else { format!("<PathPattern>{pattern}</PathPattern>") };
        format!(
            "{pattern}<TargetOriginId>{origin}</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>{caching}"
        )
    }

    fn distribution(origins: &[(&str, &str, &str)], default: &str, behaviors: &[String]) -> Distribution {
        let origin = |(id, domain, path): &(&str, &str, &str)| {
            format!(
                "<Origin><Id>{id}</Id><DomainName>{domain}</DomainName><OriginPath>{path}</OriginPath></Origin>"
            )
        };
        let origins: String = origins.iter().map(origin).collect();
        let behaviors: String =
            behaviors.iter().map(|one| format!("<CacheBehavior>{one}</CacheBehavior>")).collect();
        let xml = format!(
            "<DistributionConfig><Enabled>true</Enabled><Origins><Items>{origins}</Items></Origins>\
             <DefaultCacheBehavior>{default}</DefaultCacheBehavior><CacheBehaviors><Items>{behaviors}</Items>\
             </CacheBehaviors></DistributionConfig>"
        );
        Distribution::parse(&xml).unwrap()
    }

    const NO_QUERY: &str = "<ForwardedValues><QueryString>false</QueryString></ForwardedValues>";
    const QUERY: &str = "<ForwardedValues><QueryString>true</QueryString></ForwardedValues>";
    const WEBSITE: &str = "shop.s3-website-eu-west-1.amazonaws.com";

    #[test]
    fn the_behavior_says_what_edges_keep_it_by() {
        let key = "resized/3x/a.jpg";
        for (caching, by_query) in [
            (NO_QUERY, false),
            (QUERY, true),
            ("<CachePolicyId>658327ea-f89d-4fab-a63d-7e88639e58f6</CachePolicyId>", false),
            ("<CachePolicyId>somebodys-own</CachePolicyId>", true),
        ] {
            let other = if by_query { NO_QUERY } else { QUERY };
            let found = distribution(
                &[("web", WEBSITE, "")],
                &behavior("", "web", other),
                &[behavior("resized/*", "web", caching)],
            );
            let expected =
                Cached { path: format!("/{key}"), common: Some("/resized/3x/".to_owned()), by_query };
            assert_eq!(cached(Some(&found), "shop", key, Some(11)), [expected]);
        }
        // Nothing is known of it.
        assert_eq!(
            cached(None, "shop", key, None),
            [Cached { path: format!("/{key}"), common: None, by_query: true }]
        );
    }

    #[test]
    fn the_path_of_an_origin_is_none_of_viewers() {
        let all = distribution(
            &[("rest", "shop.s3.eu-west-1.amazonaws.com", "/site"), ("api", "api.example.com", "")],
            &behavior("", "rest", NO_QUERY),
            &[behavior("api/*", "api", QUERY)],
        );
        let one = |path: &str, common: &str| {
            [Cached { path: path.to_owned(), common: Some(common.to_owned()), by_query: false }]
        };
        assert_eq!(
            cached(Some(&all), "shop", "site/resized/3x/a.jpg", Some(16)),
            one("/resized/3x/a.jpg", "/resized/3x/")
        );
        // No behaviour leads there: then as it is.
        assert_eq!(
            cached(Some(&all), "shop", "resized/3x/a.jpg", Some(11)),
            one("/resized/3x/a.jpg", "/resized/3x/")
        );
        assert_eq!(cached(Some(&all), "other", "site/3x/a.jpg", Some(8)), one("/site/3x/a.jpg", "/site/3x/"));
    }
}

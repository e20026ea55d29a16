//! What the user named, and what follows from it.

use imgdeploy_checks::snapshot::Function;
use imgdeploy_model::chain::message::Url;
use imgdeploy_model::region::{OriginHost, parse_origin_host};

use super::edge;
use crate::aws::edge::DistributionSummary;
use crate::aws::{AwsFailure, FailureKind};
use imgdeploy_world::Fact;

/// A function by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Name, without version or alias.
    pub name: String,
    /// Its region, where an ARN says it.
    pub region: Option<String>,
}

/// What the user named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// The bucket.
    pub bucket: Option<String>,
    /// The function.
    pub function: Option<Named>,
    /// The distribution.
    pub distribution: Option<String>,
    /// The URL to walk.
    pub url: Option<String>,
}

/// What could be found out about it.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Distribution that was named or that has the URL's host.
    pub distribution: Option<String>,
}

/// What [`Target::resolve`] finds.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub(super) bucket: Option<String>,
    pub(super) region: Option<Fact<String>>,
    pub(super) hint: Found,
}

/// Nothing to begin with.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Lost {
    /// There is no such bucket.
    #[error("there is no bucket named {0}")]
    NoBucket(String),
    /// There is no such function.
    #[error("there is no function {name} in {region}")]
    NoFunction {
        /// Its name.
        name: String,
        /// Where it was looked for.
        region: String,
    },
    /// The URL's host is not known to be in front of any bucket.
    #[error("which bucket is behind {0} cannot be told from the account's distributions")]
    NoBucketBehind(String),
    /// AWS could not be asked.
    #[error(transparent)]
    Aws(#[from] AwsFailure),
}

impl Target {
    /// The bucket: named, or of the function, or behind the URL.
    pub(super) fn resolve(
        &self,
        region: Option<Fact<String>>,
        function: Option<&Function>,
        distributions: Option<&Fact<Vec<DistributionSummary>>>,
    ) -> Result<Resolved, Lost> {
        let named = self.distribution.clone();
        let mut resolved = Resolved { hint: Found { distribution: named }, ..Resolved::default() };
        if let Some(bucket) = &self.bucket {
            resolved.bucket = Some(bucket.clone());
            resolved.region = region;
            return Ok(resolved);
        }
        if let (Some(function), Some(named)) = (function, &self.function) {
            if function.latest.is_absent() {
                return Err(Lost::NoFunction { name: named.name.clone(), region: function.region.clone() });
            }
            let configuration = function.configuration.known().or(function.latest.known());
            resolved.bucket = configuration.and_then(|seen| seen.environment.get("BUCKET").cloned());
            return Ok(resolved);
        }
        let Some(url) = &self.url else { return Ok(resolved) };
        let host = Url::parse(url).map(|url| url.host).unwrap_or_default();
        if let OriginHost::Website { bucket, .. } | OriginHost::Rest { bucket, .. } = parse_origin_host(&host)
        {
            resolved.bucket = Some(bucket);
            return Ok(resolved);
        }
        let id = distributions.and_then(|found| edge::of_url(found, url));
        let one =
            distributions.and_then(|found| found.known()?.iter().find(|one| Some(&one.id) == id.as_ref()));
        let one = one.ok_or_else(|| Lost::NoBucketBehind(url.clone()))?;
        resolved.hint.distribution = Some(one.id.clone());
        resolved.bucket = one.origins.iter().find_map(|origin| match parse_origin_host(origin) {
            OriginHost::Website { bucket, .. } | OriginHost::Rest { bucket, .. } => Some(bucket),
            _ => None,
        });
        match resolved.bucket {
            Some(_) => Ok(resolved),
            None => Err(Lost::NoBucketBehind(url.clone())),
        }
    }
}

/// The region, or why there is nothing to look at.
pub(super) fn region(bucket: &str, region: Fact<String>) -> Result<String, Lost> {
    match region {
        Fact::Known(region) => Ok(region),
        Fact::Absent => Err(Lost::NoBucket(bucket.to_owned())),
        Fact::Unknown(failure) if failure.kind == FailureKind::Missing => {
            Err(Lost::NoBucket(bucket.to_owned()))
        }
        Fact::Unknown(failure) => Err(Lost::Aws(failure)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn front() -> Fact<Vec<DistributionSummary>> {
        Fact::Known(vec![DistributionSummary {
            id: "E1".to_owned(),
            domain: "d1.cloudfront.net".to_owned(),
            aliases: vec!["*.example.com".to_owned()],
            origins: vec!["api.example.org".to_owned(), "pics.s3-website-eu-west-1.amazonaws.com".to_owned()],
        }])
    }

    #[test]
    fn a_url_leads_to_its_bucket() {
        let at = |url: &str| {
            let target = Target { url: Some(url.to_owned()), ..Target::default() };
            target.resolve(None, None, Some(&front())).map(|found| (found.bucket, found.hint.distribution))
        };
        let (bucket, id) = at("https://images.example.com/resized/300x200/a.jpg").unwrap();
        assert_eq!((bucket.as_deref(), id.as_deref()), (Some("pics"), Some("E1")));
        let (bucket, id) = at("http://pics.s3-website.eu-central-1.amazonaws.com/a").unwrap();
        assert_eq!((bucket.as_deref(), id), (Some("pics"), None));
        assert!(matches!(at("https://elsewhere.example.net/a"), Err(Lost::NoBucketBehind(_))));
        assert!(matches!(at("https://a.b.example.com/a"), Err(Lost::NoBucketBehind(_))));
    }
}

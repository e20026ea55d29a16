//! What the distribution does with a derived key: which behaviour serves it, from where, and how long a redirect is kept.

use imgdeploy_keys::ENDINGS;
use imgdeploy_model::chain::cloudfront::{Behavior, Caching, DEFAULT_PATTERN, Distribution, Origin};
use imgdeploy_model::chain::message::{Headers, Request};
use imgdeploy_model::chain::policies::CachePolicy;
use imgdeploy_model::chain::ttl::{self, Keep};
use imgdeploy_model::command;
use imgdeploy_model::document::glob::path_pattern;
use imgdeploy_model::region::{OriginHost, parse_origin_host};
use imgdeploy_model::shell::{Command, Remark};

use crate::check::{Finding, Fix, Skip, need};
use crate::snapshot::derive::serving;
use crate::snapshot::{Edge, Snapshot};
use imgdeploy_world::AwsFailure;

/// Endings of originals whose derived keys are tried, besides the usual ones ([`ENDINGS`]): patterns heed the case.
const UPPER_CASE: &str = "JPG";

/// A distribution's part in the chain.
pub(crate) struct Part<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// What was seen of it.
    pub edge: &'a Edge,
    /// Its configuration.
    pub distribution: Distribution,
    /// The bucket's name.
    pub bucket: &'a str,
    /// Prefix of derived keys.
    pub prefix: String,
}

impl<'a> Part<'a> {
    /// The distribution, if images are resized and it has to do with them.
    ///
    /// # Errors
    /// [`Skip`].
    pub(crate) fn of(snapshot: &'a Snapshot) -> Result<Self, Skip> {
        let part = Self::any(snapshot)?;
        let is_ours = |origin: &Origin| part.is_website(origin) || part.is_rest_host(origin);
        let concerned = part.edge.attached
            || part.distribution.origins.iter().any(is_ours)
            || redirect_host(snapshot).is_ok_and(|host| part.has_name(&host) == Some(true));
        if concerned { Ok(part) } else { Err(Skip::Nothing) }
    }

    /// The same for a distribution that may have nothing to do with the bucket.
    ///
    /// # Errors
    /// [`Skip`].
    pub(crate) fn any(snapshot: &'a Snapshot) -> Result<Self, Skip> {
        let bucket = snapshot.bucket()?.name.as_str();
        let (edge, distribution) = snapshot.distribution()?;
        let part = Self { snapshot, edge, distribution, bucket, prefix: snapshot.prefix() };
        // `attach --no-distribution`: redirects lead back to the website, the distribution is for something else.
        let without = snapshot.is_attached()
            && !edge.attached
            && redirect_host(snapshot).is_ok_and(|host| part.is_website_host(&host));
        if without || !snapshot.is_meant() { Err(Skip::Nothing) } else { Ok(part) }
    }

    /// The pattern of a behaviour for derived images.
    pub(crate) fn pattern(&self) -> String {
        format!("{}*", self.prefix)
    }

    /// The behaviour that serves derived images.
    pub(crate) fn behavior(&self) -> &Behavior {
        serving(&self.distribution, &self.snapshot.sample_key()).0
    }

    /// The origin behind it: the bucket's website, if an origin group has it in second place.
    pub(crate) fn origin(&self) -> Option<&Origin> {
        let (origins, _) = self.distribution.origins_for(&self.behavior().target);
        origins.iter().find(|origin| self.is_website(origin)).or(origins.first()).copied()
    }

    /// The same, if it is the bucket's website.
    ///
    /// # Errors
    /// [`Skip::Nothing`] if not.
    pub(crate) fn website_origin(&self) -> Result<&Origin, Skip> {
        self.origin().filter(|origin| self.is_website(origin)).ok_or(Skip::Nothing)
    }

    /// Whether a host is the bucket's website, in whatever region and spelling: others check those.
    pub(crate) fn is_website_host(&self, host: &str) -> bool {
        matches!(parse_origin_host(host), OriginHost::Website { bucket, .. } if bucket == self.bucket)
    }

    /// Whether an origin is the bucket's website.
    pub(crate) fn is_website(&self, origin: &Origin) -> bool {
        self.is_website_host(&origin.domain)
    }

    /// Whether an origin's host is the bucket's REST endpoint (S3-03).
    pub(crate) fn is_rest_host(&self, origin: &Origin) -> bool {
        matches!(parse_origin_host(&origin.domain), OriginHost::Rest { bucket, .. } if bucket == self.bucket)
    }

    /// Whether derived images come from the bucket's REST endpoint and from nowhere else.
    pub(crate) fn is_rest(&self) -> bool {
        let (origins, _) = self.distribution.origins_for(&self.behavior().target);
        !origins.is_empty() && origins.iter().all(|origin| self.is_rest_host(origin))
    }

    /// Whether any origin is the bucket's website.
    pub(crate) fn has_website_origin(&self) -> bool {
        self.distribution.origins.iter().any(|origin| self.is_website(origin))
    }

    /// Whether the behaviour that serves derived images is for them, or for some of them only. Without a prefix any is.
    pub(crate) fn is_own(&self) -> bool {
        let behavior = self.behavior();
        self.prefix.is_empty() || (behavior.pattern != DEFAULT_PATTERN && self.is_within(&behavior.pattern))
    }

    /// Whether a behaviour has exactly the pattern for derived images; a leading `/` makes no difference (CF-11).
    pub(crate) fn is_exact(&self, behavior: &Behavior) -> bool {
        behavior.pattern.strip_prefix('/').unwrap_or(&behavior.pattern) == self.pattern()
    }

    fn is_within(&self, pattern: &str) -> bool {
        path_pattern(&self.pattern()).covers(&path_pattern(pattern))
    }

    /// A behaviour that stands before the one for derived images, is broader, and takes some of them from it (CF-11).
    pub(crate) fn ahead(&self) -> Option<(&Behavior, &Behavior)> {
        let behaviors = &self.distribution.behaviors;
        let own = behaviors.iter().position(|behavior| self.is_exact(behavior))?;
        let sample = self.snapshot.sample_key();
        let stem = sample.rsplit_once('.').map_or(sample.as_str(), |(stem, _)| stem);
        let endings = ENDINGS.iter().map(|(ending, _)| *ending).chain([UPPER_CASE]);
        let first = endings.into_iter().find_map(|extension| {
            let key = format!("{stem}.{extension}");
            let taken = self.distribution.behavior_for(&format!("/{key}"));
            let at = behaviors.iter().position(|behavior| std::ptr::eq(behavior, taken))?;
            (at < own && !self.is_within(&taken.pattern)).then_some(taken)
        });
        Some((first?, behaviors.get(own)?))
    }

    /// The cache policy or the legacy settings of a behaviour.
    ///
    /// # Errors
    /// [`Skip::Unseen`] for a policy that could not be read.
    pub(crate) fn policy(&self, behavior: &Behavior) -> Result<CachePolicy, Skip> {
        match &behavior.caching {
            Caching::Legacy(settings) => Ok(settings.clone()),
            Caching::Policy(id) => match (CachePolicy::managed(id), self.edge.policies.get(id)) {
                (Some(managed), _) => Ok(managed),
                (None, Some(seen)) => CachePolicy::parse(need(seen)?).map_err(|_| Skip::Nothing),
                (None, None) => Err(Skip::Unseen(AwsFailure::local(
                    "cloudfront:GetCachePolicy",
                    format!("cache policy {id} was not read"),
                ))),
            },
        }
    }

    /// How many seconds a behaviour keeps the 307 of a routing rule, which says nothing about caching (CF-02).
    ///
    /// # Errors
    /// [`Skip::Unseen`].
    pub(crate) fn keeps_redirects(&self, behavior: &Behavior) -> Result<u64, Skip> {
        Ok(match ttl::success(self.policy(behavior)?.ttls, &Headers::new(), 0) {
            Keep::Never => 0,
            Keep::For(seconds) => seconds,
        })
    }

    /// Whether a host name is one of the distribution's; `None` if its own domain is not known and no alias is it.
    pub(crate) fn has_name(&self, host: &str) -> Option<bool> {
        let aliased = self.distribution.aliases.iter().any(|alias| is_alias(alias, host));
        if aliased {
            return Some(true);
        }
        self.edge.domain.known().map(|domain| domain.eq_ignore_ascii_case(host))
    }

    /// A place within the distribution.
    pub(crate) fn place(&self, field: &str) -> String {
        format!("distribution {}, {field}", self.edge.id)
    }

    /// A field of the behaviour that serves derived images.
    pub(crate) fn behavior_place(&self, field: &str) -> String {
        self.place(&format!("behaviour {}, {field}", self.behavior().pattern))
    }

    /// Commands that change the configuration, which CloudFront takes as a whole only (CF-13).
    pub(crate) fn edit(&self, change: &str) -> Command {
        edit(&self.edge.id, change)
    }

    /// The same, and what was cached until then is forgotten (CF-07).
    pub(crate) fn edit_and_forget(&self, change: &str) -> Command {
        command!("{}\n{}", edit(&self.edge.id, change), invalidation(&self.edge.id, &self.prefix))
    }

    /// The finding with the tool's own fix, where it may change the distribution: not what is a narrower behaviour of others.
    pub(crate) fn by_tool(&self, finding: Finding) -> Finding {
        let foreign =
            self.is_own() && self.behavior().pattern != DEFAULT_PATTERN && !self.is_exact(self.behavior());
        if self.edge.attached && !foreign { finding.by_tool(self.snapshot, Fix::Documents) } else { finding }
    }
}

/// Whether viewers get derived images from the REST endpoint, through the distribution.
pub(crate) fn is_rest(snapshot: &Snapshot) -> bool {
    Part::of(snapshot).is_ok_and(|part| part.is_rest())
}

/// The host of the URL that the function redirects back to, in lower case: as the function has it, else as the stack was told.
///
/// # Errors
/// [`Skip`]; [`Skip::Nothing`] where nothing says.
pub(crate) fn redirect_host(snapshot: &Snapshot) -> Result<String, Skip> {
    let told = snapshot.stack.known().and_then(|stack| stack.url.as_deref());
    let url = match (snapshot.configuration(), told) {
        (Ok(configuration), told) => configuration.environment.get("URL").map(String::as_str).or(told),
        (Err(_), Some(told)) => Some(told),
        (Err(skip), None) => return Err(skip),
    };
    let url = url.ok_or(Skip::Nothing)?;
    let full = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
    Request::get(&full).map(|request| request.host.to_ascii_lowercase()).ok_or(Skip::Nothing)
}

/// Whether a host is meant by an alias; the `*` of a wildcard alias is one label.
fn is_alias(alias: &str, host: &str) -> bool {
    if alias.eq_ignore_ascii_case(host) {
        return true;
    }
    match (alias.strip_prefix("*."), host.split_once('.')) {
        (Some(domain), Some((label, rest))) => !label.is_empty() && domain.eq_ignore_ascii_case(rest),
        _ => false,
    }
}

fn edit(id: &str, change: &str) -> Command {
    let change = Remark(change);
    command!(
        "aws cloudfront get-distribution-config --id {id} --query DistributionConfig > distribution.json\n\
         # in distribution.json: {change}\n\
         aws cloudfront update-distribution --id {id} --distribution-config file://distribution.json \
         --if-match \"$(aws cloudfront get-distribution-config --id {id} --query ETag --output text)\"",
        id = id,
        change = change
    )
}

/// The command that makes a distribution forget what it has under the prefix (CF-16).
pub(crate) fn invalidation(id: &str, prefix: &str) -> Command {
    command!("aws cloudfront create-invalidation --distribution-id {} --paths {}", id, format!("/{prefix}*"))
}

/// The custom headers that CloudFront sends for derived images; `None` where it does not ask the bucket's website.
pub(crate) fn origin_headers(snapshot: &Snapshot) -> Option<Vec<(String, String)>> {
    let part = Part::of(snapshot).ok()?;
    Some(part.website_origin().ok()?.headers.clone())
}

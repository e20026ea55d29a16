//! What follows from the snapshot: which rules lead to the resizer, which prefix it has, which API and function answer.

use imgdeploy_keys::Scheme;
use imgdeploy_model::chain::cloudfront::{Behavior, Distribution, Origin};
use imgdeploy_model::chain::website::{RoutingRule, WebsiteConfig};
use imgdeploy_model::command;
use imgdeploy_model::region::{OriginHost, Partition, parse_origin_host};
use imgdeploy_model::shell::Command;

use super::{Api, ApiSeen, Bucket, Configuration, Edge, Function, Snapshot};
use crate::skip::{Skip, need, need_or_absent};

/// Size in the URLs that are tried on paper.
pub const SPEC: &str = "300x200";

/// A routing rule that leads to the resizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRule {
    /// Position in the configuration, from 0.
    pub at: usize,
    /// The rule.
    pub rule: RoutingRule,
    /// Its host.
    pub host: String,
    /// API id and region in that host; `None` for a custom domain name.
    pub api: Option<(String, String)>,
}

impl ImageRule {
    /// Where a derived key is sent: path with leading slash, and query.
    pub fn target(&self, key: &str) -> (String, Option<String>) {
        let redirect = &self.rule.redirect;
        let target = match (&redirect.replace_key_with, &redirect.replace_key_prefix_with) {
            (Some(whole), _) => whole.clone(),
            (None, Some(start)) => {
                let prefix = self.rule.condition.key_prefix.as_deref().unwrap_or_default();
                format!("{start}{}", key.strip_prefix(prefix).unwrap_or(key))
            }
            (None, None) => key.to_owned(),
        };
        match target.split_once('?') {
            Some((path, query)) => (format!("/{path}"), Some(query.to_owned())),
            None => (format!("/{target}"), None),
        }
    }
}

impl Snapshot {
    /// The bucket.
    ///
    /// # Errors
    /// [`Skip::Nothing`] without one.
    pub fn bucket(&self) -> Result<&Bucket, Skip> {
        self.bucket.as_ref().ok_or(Skip::Nothing)
    }

    /// The website configuration.
    ///
    /// # Errors
    /// [`Skip`]; [`Skip::Nothing`] also for one that can't be read.
    pub fn website(&self) -> Result<WebsiteConfig, Skip> {
        WebsiteConfig::parse(need(&self.bucket()?.website)?).map_err(|_| Skip::Nothing)
    }

    /// The routing rules that lead to a REST API: by a host of API Gateway, or by a custom domain name that is known to lead to one.
    ///
    /// # Errors
    /// [`Skip`].
    pub fn image_rules(&self) -> Result<Vec<ImageRule>, Skip> {
        let domains: Vec<&str> = self
            .apis
            .iter()
            .filter_map(|seen| seen.api.known())
            .flat_map(|api| api.domains.iter().map(|domain| domain.name.as_str()))
            .collect();
        let rules = self.website()?.rules.into_iter().enumerate().filter_map(|(at, rule)| {
            let host = rule.redirect.host.clone()?;
            let api = match parse_origin_host(&host) {
                OriginHost::ExecuteApi { api, region } => Some((api, region)),
                _ if domains.contains(&host.as_str()) => None,
                _ => return None,
            };
            Some(ImageRule { at, rule, host, api })
        });
        Ok(rules.collect())
    }

    /// The prefix of derived keys: what the stack was told, else what the function is told, else that of the first rule that leads to
    /// the resizer: other people's functions have no variable for it. Empty is the classic scheme.
    pub fn prefix(&self) -> String {
        let told = self.configuration().ok().and_then(|seen| seen.environment.get("PREFIX").cloned());
        let stack = self.stack.known().and_then(|stack| stack.prefix.clone());
        let by_rule = || {
            let rules = self.image_rules().ok()?;
            rules.first().map(|rule| rule.rule.condition.key_prefix.clone().unwrap_or_default())
        };
        stack.or(told).or_else(by_rule).unwrap_or_default()
    }

    /// How keys are read: with that prefix, and the presets of the function as far as it could be looked at.
    pub fn scheme(&self) -> Scheme {
        let presets = self.configuration().ok().and_then(|seen| seen.environment.get("PRESETS"));
        Scheme::of_lists(&self.prefix(), presets.map(String::as_str))
    }

    /// A derived key that is certainly not there.
    pub fn sample_key(&self) -> String {
        format!("{}{SPEC}/imgdeploy-sample.jpg", self.prefix())
    }

    /// The API that viewers are sent to: what a rule names if it is there, else the stack's, else what a rule names.
    ///
    /// # Errors
    /// [`Skip::Nothing`] where nothing names one.
    pub fn api_seen(&self) -> Result<&ApiSeen, Skip> {
        let there = |seen: &&ApiSeen| !seen.api.is_absent();
        let mut apis = self.apis.iter();
        apis.clone()
            .find(|seen| seen.by_rule && there(seen))
            .or_else(|| apis.clone().find(|seen| seen.by_stack && there(seen)))
            .or_else(|| apis.next())
            .ok_or(Skip::Nothing)
    }

    /// The same, if it is there.
    ///
    /// # Errors
    /// [`Skip`].
    pub fn api(&self) -> Result<(&ApiSeen, &Api), Skip> {
        let seen = self.api_seen()?;
        Ok((seen, need(&seen.api)?))
    }

    /// The stage and the resource path that the first rule leads to, such as `("prod", "/resize/resized/300x200/a.jpg")`. The stage may
    /// not exist. Without a rule: those of our own scheme, if the API is the stack's.
    ///
    /// # Errors
    /// [`Skip`].
    pub fn api_path(&self) -> Result<(String, String), Skip> {
        let key = self.sample_key();
        let rules = match self.image_rules() {
            Ok(rules) => rules,
            Err(Skip::Nothing) => Vec::new(),
            Err(unseen) => return Err(unseen),
        };
        let path = match rules.iter().find(|rule| rule.api.is_some()) {
            Some(rule) => rule.target(&key).0,
            None if self.api_seen()?.by_stack => format!("/prod/resize/{key}"),
            None => return Err(Skip::Nothing),
        };
        let path = path.trim_start_matches('/');
        let (stage, rest) = path.split_once('/').unwrap_or((path, ""));
        Ok((stage.to_owned(), format!("/{rest}")))
    }

    /// The function.
    ///
    /// # Errors
    /// [`Skip::Nothing`] where nothing names one.
    pub fn function(&self) -> Result<&Function, Skip> {
        self.function.as_ref().ok_or(Skip::Nothing)
    }

    /// What is called of the function.
    ///
    /// # Errors
    /// [`Skip`].
    pub fn configuration(&self) -> Result<&Configuration, Skip> {
        let function = self.function()?;
        match need_or_absent(&function.configuration)? {
            Some(configuration) => Ok(configuration),
            // An alias that points nowhere: what the function is like shows in its unpublished state.
            None => need(&function.latest),
        }
    }

    /// The distribution and its configuration.
    ///
    /// # Errors
    /// [`Skip`]; [`Skip::Nothing`] also for a document that can't be read.
    pub fn distribution(&self) -> Result<(&Edge, Distribution), Skip> {
        let edge = self.edge.as_ref().ok_or(Skip::Nothing)?;
        let parsed = Distribution::parse(need(&edge.document)?).map_err(|_| Skip::Nothing)?;
        Ok((edge, parsed))
    }

    /// Partition of the bucket's region, else of the caller.
    pub fn partition(&self) -> Partition {
        let region = self.bucket.as_ref().map(|bucket| bucket.region.as_str());
        region.or(self.home_region.as_deref()).map_or(Partition::Aws, Partition::of_region)
    }

    /// What a user puts behind `imgdeploy COMMAND` to mean this chain.
    pub fn flags(&self) -> Command {
        match (&self.bucket, &self.function) {
            (Some(bucket), _) => command!("--bucket {}", bucket.name),
            (None, Some(function)) => command!("--function {}", function.name),
            (None, None) => Command::default(),
        }
    }

    /// The command that mends what `doctor` can mend.
    pub fn fix_command(&self) -> Command {
        command!("imgdeploy doctor --fix {}", self.flags())
    }

    /// ARN of an object of a bucket, or of several with a wildcard.
    pub fn object_arn(&self, bucket: &Bucket, key: &str) -> String {
        format!("{}s3:::{}/{key}", self.partition().arn_prefix(), bucket.name)
    }

    /// Whether it is the function of the tool's own stack.
    pub fn is_ours(&self, function: &Function) -> bool {
        self.stack.known().is_some_and(|stack| stack.name == function.name)
    }

    /// Whether anything says that images of this bucket are resized. Without that, a private bucket is as it should be.
    pub(crate) fn is_meant(&self) -> bool {
        self.is_attached()
            || !self.apis.is_empty()
            || self.function.is_some()
            || self.edge.as_ref().is_some_and(|edge| edge.attached)
            || self.image_rules().is_ok_and(|rules| !rules.is_empty())
    }

    /// Whether the tool's stack is there: then `imgdeploy attach` is the way to mend things.
    pub fn is_attached(&self) -> bool {
        self.stack.known().is_some()
    }
}

/// Whether there is such a function; an ARN alone proves nothing.
///
/// # Errors
/// [`Skip::Unseen`].
pub fn is_there(function: &Function) -> Result<bool, Skip> {
    Ok(function.configuration.known().is_some() || need_or_absent(&function.latest)?.is_some())
}

/// The behaviour that serves derived images, and the origin behind it.
pub fn serving<'a>(distribution: &'a Distribution, key: &str) -> (&'a Behavior, Option<&'a Origin>) {
    let behavior = distribution.behavior_for(&format!("/{key}"));
    let (origins, _) = distribution.origins_for(&behavior.target);
    (behavior, origins.first().copied())
}

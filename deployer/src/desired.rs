//! What the user wants, resolved against the names of the account: the planner's first input.

pub mod code;

use imgdeploy_model::chain::cloudfront::Distribution;
use imgdeploy_model::document::distribution::OurEdge;
use imgdeploy_model::document::notification::Filter;
use imgdeploy_model::document::policy::OurAccess;
use imgdeploy_model::document::website::OurRules;
use imgdeploy_model::region::{self, Partition};

use crate::artifact::{self, Artifact};
use crate::names;
use crate::observe::Observed;
use crate::settings::Site;
use crate::settings::value::{Arch, BaseUrl, FromText, Prefix, RedirectCode};

/// Stage of our REST API.
pub const STAGE: &str = "prod";

/// Statuses of an absent derived key that our routing rules answer. AWS documents 404, users report 403
/// where nobody may list the bucket, so there is a rule for each (S3-04).
pub const ERROR_CODES: [u16; 2] = [404, 403];

/// Seconds that CloudFront may keep a derived image at most: its own `Cache-Control` decides (CF-04).
pub const MAX_TTL: u64 = 31_536_000;

/// Stands for our API's host until the stack has made one.
pub fn unknown_api_host(region: &str) -> String {
    region::execute_api_host("known-after-the-stack", region)
}

/// Stands for the ARN of our queue until the stack has made one.
pub fn unknown_queue(region: &str, account: &str) -> String {
    format!("arn:{}:sqs:{region}:{account}:known-after-the-stack", Partition::of_region(region).name())
}

/// That the bucket is to tell our queue of new originals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnUpload {
    /// Of which; empty: of all.
    pub filters: Vec<Filter>,
}

/// Everything wanted, without a choice left.
#[derive(Debug, Clone)]
pub struct Desired {
    /// The resolved settings.
    pub site: Site,
    /// `--allow-public`.
    pub allow_public: bool,
    /// The caller's account.
    pub account: String,
    /// Partition of the bucket's region.
    pub partition: Partition,
    /// The bucket's region: everything else goes there too.
    pub region: String,
    /// Base URL that the function redirects to, without trailing slash.
    pub url: String,
    /// The zip that was given or built.
    pub artifact: Artifact,
    /// The code that the stack is to have: that of the zip, or the live one.
    pub code: code::Code,
    /// Whether new originals are to be noticed. The stack has to have a queue then, and say its ARN (`BatchQueueArn`).
    pub on_upload: Option<OnUpload>,
}

impl Desired {
    /// Joins settings and code with what the account said about names.
    pub fn new(site: &Site, allow_public: bool, artifact: Artifact, seen: &Observed) -> Self {
        Self {
            site: site.clone(),
            allow_public,
            account: seen.caller.account.clone(),
            partition: Partition::of_region(&seen.region),
            region: seen.region.clone(),
            url: base_url(site, seen),
            code: code::Code::choose(&artifact, seen),
            artifact,
            on_upload: (!site.on_upload.is_empty()).then(|| OnUpload { filters: Vec::new() }),
        }
    }

    /// What is there already, code included, for plans that change neither stack nor code.
    pub fn of_live(site: &Site, allow_public: bool, seen: &Observed) -> Self {
        let live = seen.function.known();
        let arch = match live.map(|live| live.architecture.as_str()) {
            Some("x86_64") => Arch::X86_64,
            _ => Arch::Arm64,
        };
        let mut artifact = Artifact::new(Vec::new(), arch, artifact::Source::Embedded);
        if let Some(live) = live {
            artifact.code_sha256.clone_from(&live.code_sha256);
        }
        let mut site = site.clone();
        let told = |name: &str| seen.stack.known().and_then(|stack| stack.parameters.get(name));
        // The chain is what the stack was told, whatever the settings say today.
        if let Some(prefix) = told("Prefix").and_then(|text| Prefix::from_text(text).ok()) {
            site.prefix = prefix;
        }
        if let Some(url) = told("Url").and_then(|text| BaseUrl::from_text(text).ok()) {
            site.url = Some(url);
        }
        if let Some(code) = told("RedirectCode").and_then(|text| RedirectCode::from_text(text).ok()) {
            site.redirect = code;
        }
        Self::new(&site, allow_public, artifact, seen)
    }

    /// Whether AWS is reached by TLS. An emulator's endpoint may speak plain HTTP.
    pub fn by_tls(&self) -> bool {
        let endpoint = self.site.access.endpoint_url.as_ref();
        !endpoint.is_some_and(|url| url.as_str().starts_with("http://"))
    }

    /// Host of the bucket's website endpoint (S3-01).
    pub fn website_host(&self) -> String {
        region::website_host(self.site.bucket.as_str(), &self.region)
    }

    /// Our statement in the bucket policy.
    pub fn access(&self) -> OurAccess {
        our_access(self.site.bucket.as_str(), self.site.prefix.as_str(), self.partition)
    }

    /// Our routing rules, naming `api_host`; rules with one of `old_hosts` are ours as well.
    pub fn rules(&self, api_host: &str, old_hosts: &[String]) -> OurRules {
        our_rules(self.site.prefix.as_str(), self.site.redirect.status(), api_host, old_hosts)
    }

    /// Our part of a distribution.
    pub fn edge(&self, owned_patterns: Vec<String>) -> OurEdge {
        our_edge(self.site.bucket.as_str(), &self.region, self.site.prefix.as_str(), owned_patterns)
    }
}

/// Our statement in the policy of `bucket`.
pub fn our_access(bucket: &str, prefix: &str, partition: Partition) -> OurAccess {
    OurAccess { bucket: bucket.to_owned(), prefix: prefix.to_owned(), partition }
}

/// Our routing rules.
pub fn our_rules(prefix: &str, redirect: u16, api_host: &str, old_hosts: &[String]) -> OurRules {
    let mut hosts = vec![api_host.to_owned()];
    hosts.extend(old_hosts.iter().filter(|host| *host != api_host).cloned());
    OurRules {
        hosts,
        prefix: prefix.to_owned(),
        replace_prefix: names::replace_prefix(STAGE, prefix),
        // The rule itself is always temporary: a permanent one would outlive the missing image. The
        // setting is about the redirect back, which the function makes.
        redirect_code: if redirect == 302 { 302 } else { 307 },
        error_codes: ERROR_CODES.to_vec(),
    }
}

/// Our part of a distribution in front of `bucket`.
pub fn our_edge(bucket: &str, region: &str, prefix: &str, owned_patterns: Vec<String>) -> OurEdge {
    OurEdge {
        path_pattern: names::path_pattern(prefix),
        origin_id: names::origin_id(bucket),
        website_domain: region::website_host(bucket, region),
        website_domain_forms: region::website_hosts_all_forms(bucket, region),
        max_ttl: MAX_TTL,
        owned_patterns,
    }
}

/// Where viewers ask for images: the setting, else the distribution's first alias (CF-19), else its own
/// domain, else the website endpoint, which speaks HTTP only (S3-02).
fn base_url(site: &Site, seen: &Observed) -> String {
    if let Some(url) = &site.url {
        return url.as_str().trim_end_matches('/').to_owned();
    }
    let edge = seen.edge.as_ref();
    let alias = edge
        .and_then(|edge| edge.document.known())
        .and_then(|document| Distribution::parse(&document.xml).ok())
        .and_then(|parsed| parsed.aliases.into_iter().find(|alias| !alias.contains('*')));
    let domain = edge.and_then(|edge| edge.state.known()).map(|state| state.domain.clone());
    match alias.or(domain) {
        Some(host) => format!("https://{host}"),
        None => format!("http://{}", region::website_host(site.bucket.as_str(), &seen.region)),
    }
}

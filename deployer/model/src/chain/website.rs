//! The S3 website endpoint: configuration, routing, redirects and errors.
//!
//! [`begin`] starts a request; each [`Step::Look`] asks what the bucket holds under one key as an anonymous reader sees it, and
//! [`Look::answer`] goes on with that, until [`Step::Done`].

mod config;
mod error_page;
mod location;

pub use config::{Condition, Redirect, RedirectAll, RoutingRule, WebsiteConfig};
pub use error_page::{Refusal, error_page};

use super::encode::{LocationEncoding, PlusInPath, decode_key, encode_key};
use super::message::{Method, Request};
use crate::region::{OriginHost, parse_origin_host};
use location::{redirect, scheme};

/// What the endpoint answers for a key that doesn't exist and that anyone could read. AWS documents 404; users without public
/// `s3:ListBucket` report 403 (S3-04, conflicting).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AbsentKey {
    /// 404, as documented.
    #[default]
    NotFound404,
    /// 403, as on the REST endpoint without `s3:ListBucket`.
    Forbidden403,
}

/// Switches for what AWS doesn't document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The status of an absent key.
    pub absent: AbsentKey,
    /// How keys are written into `Location`.
    pub encoding: LocationEncoding,
    /// What `+` in a request path is.
    pub plus: PlusInPath,
    /// Whether a routing rule's redirect drops the request's query string. Unverified; kept by default.
    pub drop_query: bool,
}

/// What the bucket holds under one key, as an anonymous reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// Readable; `redirect` is its `x-amz-website-redirect-location` metadata.
    Present {
        /// Target of the object's own redirect.
        redirect: Option<String>,
    },
    /// There is no such object, and anyone would be allowed to read it.
    Absent,
    /// Anonymous readers are not allowed to read it, whether it exists or not (policy, public access block, KMS: S3-05, 27).
    Unreadable,
}

/// What decided the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// `RedirectAllRequestsTo` (S3-08).
    RedirectAll,
    /// The routing rule at this position (from 0), before the object was looked up.
    RuleBefore(usize),
    /// The routing rule at this position (from 0), after the lookup gave an error.
    RuleAfter(usize),
    /// The object itself.
    Object,
    /// The object's own redirect metadata (S3-15).
    ObjectRedirect,
    /// An index document under the key plus `/`.
    Folder,
    /// An error, and the error document stands for its page.
    ErrorDocument,
    /// An error, without rule or error document.
    Error,
}

/// The endpoint's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The object under this key, with this status (200, or the error's when it is the error document).
    Serve {
        /// Status code.
        status: u16,
        /// The key whose content is the body.
        key: String,
    },
    /// A redirect with an empty body.
    Redirect {
        /// Status code.
        status: u16,
        /// The `Location` header, ready to send.
        location: String,
    },
    /// An error with an HTML body ([`error_page`]).
    Refuse(Refusal),
}

/// The next thing to do for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Say what the bucket holds under [`Look::key`], then call [`Look::answer`].
    Look(Look),
    /// The answer.
    Done(Answer, Why),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Object,
    Folder { status: u16 },
    ErrorDocument { refusal: Refusal },
}

/// A request that waits for one look into the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    key: String,
    /// The key asked for, with the index document where the path ends in `/`.
    asked: String,
    request: Request,
    stage: Stage,
}

/// Whether two hosts are the same bucket's website in the same Region. People write the dash or the dot form; that both
/// answer in every Region is unverified (S3-01).
pub fn is_same_site(one: &str, other: &str) -> bool {
    let site = |host: &str| match parse_origin_host(host) {
        OriginHost::Website { bucket, region } => Some((bucket, region)),
        _ => None,
    };
    one == other || site(one).is_some_and(|found| Some(found) == site(other))
}

/// Starts a request at the website of `bucket`.
pub fn begin(config: Option<&WebsiteConfig>, bucket: &str, request: &Request, options: &Options) -> Step {
    // S3-02: the website endpoint knows two methods.
    if !matches!(request.method, Method::Get | Method::Head) {
        return refuse(Refusal::method_not_allowed(&request.method));
    }
    let Some(config) = config else {
        return refuse(Refusal::no_website(bucket)); // S3-07
    };
    let Some(requested) = decode_key(&request.path, options.plus) else {
        return refuse(Refusal::invalid_uri());
    };
    if let Some(all) = &config.redirect_all {
        let location = format!(
            "{}://{}{}",
            all.protocol.as_deref().unwrap_or(scheme(request)),
            all.host,
            request.target()
        );
        return Step::Done(Answer::Redirect { status: 301, location }, Why::RedirectAll);
    }
    // Rules that need no error are tried on the key as asked for, before the bucket is looked into (S3-09, 10).
    if let Some((at, rule)) = config.rule_for(&requested, None) {
        return redirect(rule, &requested, request, options, Why::RuleBefore(at));
    }
    let asked = if requested.is_empty() || requested.ends_with('/') {
        format!("{requested}{}", config.index_suffix.as_deref().unwrap_or_default())
    } else {
        requested
    };
    Step::Look(Look { key: asked.clone(), asked, request: request.clone(), stage: Stage::Object })
}

impl Look {
    /// The key to look at.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Goes on with what the bucket holds under [`Look::key`]. `config` and `options` are those given to [`begin`].
    pub fn answer(self, config: &WebsiteConfig, options: &Options, object: &Object) -> Step {
        match (self.stage.clone(), object) {
            (Stage::Object, Object::Present { redirect: None }) => {
                Step::Done(Answer::Serve { status: 200, key: self.key }, Why::Object)
            }
            (Stage::Object | Stage::ErrorDocument { .. }, Object::Present { redirect: Some(location) }) => {
                Step::Done(Answer::Redirect { status: 301, location: location.clone() }, Why::ObjectRedirect)
            }
            (Stage::Object, missing) => self.missed(config, options, status_of(missing, options)),
            // A folder asked for without its slash: 302 to the path with it (documented with the index document).
            (Stage::Folder { .. }, Object::Present { .. }) => {
                let location = format!("/{}/", encode_key(&self.asked, options.encoding));
                Step::Done(Answer::Redirect { status: 302, location }, Why::Folder)
            }
            (Stage::Folder { status }, _) => self.fail(config, options, status),
            (Stage::ErrorDocument { refusal }, Object::Present { redirect: None }) => {
                Step::Done(Answer::Serve { status: refusal.status, key: self.key }, Why::ErrorDocument)
            }
            (Stage::ErrorDocument { refusal }, missing) => {
                let nested = Refusal::for_key(status_of(missing, options), &self.key);
                refuse(Refusal { nested: Some(Box::new(nested)), ..refusal })
            }
        }
    }

    fn missed(self, config: &WebsiteConfig, options: &Options, status: u16) -> Step {
        match &config.index_suffix {
            // The folder is looked for before the rules that need an error. Unverified for 403.
            Some(suffix)
                if status == 404 && !self.asked.ends_with('/') && !self.request.path.ends_with('/') =>
            {
                Step::Look(Self {
                    key: format!("{}/{suffix}", self.asked),
                    stage: Stage::Folder { status },
                    ..self
                })
            }
            _ => self.fail(config, options, status),
        }
    }

    fn fail(self, config: &WebsiteConfig, options: &Options, status: u16) -> Step {
        if let Some((at, rule)) = config.rule_for(&self.asked, Some(status)) {
            return redirect(rule, &self.asked, &self.request, options, Why::RuleAfter(at));
        }
        let refusal = Refusal::for_key(status, &self.asked);
        match &config.error_key {
            Some(key) => {
                Step::Look(Self { key: key.clone(), stage: Stage::ErrorDocument { refusal }, ..self })
            }
            None => refuse(refusal),
        }
    }
}

/// The whole answer at once, for callers that can say synchronously what the bucket holds.
pub fn answer(
    config: Option<&WebsiteConfig>,
    bucket: &str,
    request: &Request,
    options: &Options,
    mut object: impl FnMut(&str) -> Object,
) -> (Answer, Why) {
    let mut step = begin(config, bucket, request, options);
    loop {
        match (step, config) {
            (Step::Done(answer, why), _) => return (answer, why),
            (Step::Look(look), Some(config)) => {
                let seen = object(look.key());
                step = look.answer(config, options, &seen);
            }
            (Step::Look(_), None) => step = refuse(Refusal::no_website(bucket)),
        }
    }
}

fn status_of(missing: &Object, options: &Options) -> u16 {
    match (missing, options.absent) {
        (Object::Absent, AbsentKey::NotFound404) => 404,
        _ => 403,
    }
}

fn refuse(refusal: Refusal) -> Step {
    Step::Done(Answer::Refuse(refusal), Why::Error)
}

//! The website configuration as `GetBucketWebsite` gives it.

use crate::chain::xml::{self, XmlError, child, children, number, text, word};
use roxmltree::Node;

const DOCUMENT: &str = "WebsiteConfiguration";

/// A bucket's website configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebsiteConfig {
    /// The index document's name, appended to paths that end in `/`.
    pub index_suffix: Option<String>,
    /// The key of the error document.
    pub error_key: Option<String>,
    /// Redirect of everything; excludes the rest (S3-08).
    pub redirect_all: Option<RedirectAll>,
    /// Routing rules in the order in which they are tried (S3-10).
    pub rules: Vec<RoutingRule>,
}

/// `RedirectAllRequestsTo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectAll {
    /// Bare host.
    pub host: String,
    /// `http` or `https`; the request's if unset.
    pub protocol: Option<String>,
}

/// One routing rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoutingRule {
    /// When it applies; an empty condition fits everything (S3-09).
    pub condition: Condition,
    /// Where it leads.
    pub redirect: Redirect,
}

/// When a rule applies: all parts that are given must hold (S3-09).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// What the key, without leading `/`, begins with.
    pub key_prefix: Option<String>,
    /// The error that the lookup gave.
    pub error_code: Option<u16>,
}

/// Where a rule leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redirect {
    /// Bare host; the request's if unset.
    pub host: Option<String>,
    /// `http` or `https`; the request's if unset (S3-11).
    pub protocol: Option<String>,
    /// Status; 301 if unset (S3-11, unverified).
    pub code: Option<u16>,
    /// Stands for the key's matched prefix; excludes `replace_key_with`.
    pub replace_key_prefix_with: Option<String>,
    /// Stands for the whole key.
    pub replace_key_with: Option<String>,
}

impl WebsiteConfig {
    /// Reads the XML that `GetBucketWebsite` returns and `PutBucketWebsite` takes, with or without its namespace.
    ///
    /// # Errors
    /// The text isn't XML, has another root, or has a part that S3 would have refused: a code that isn't a number, a rule without
    /// `Redirect`.
    pub fn parse(xml: &str) -> Result<Self, XmlError> {
        xml::with_root(xml, &[DOCUMENT, "GetBucketWebsiteResult"], |root| {
            let redirect_all = match child(root, "RedirectAllRequestsTo") {
                None => None,
                Some(node) => Some(RedirectAll {
                    host: word(node, "HostName").ok_or_else(|| {
                        XmlError::new(DOCUMENT, "<RedirectAllRequestsTo> has no <HostName>")
                    })?,
                    protocol: word(node, "Protocol").map(|p| p.to_ascii_lowercase()),
                }),
            };
            let rules = match child(root, "RoutingRules") {
                None => Vec::new(),
                Some(list) => children(list, "RoutingRule").map(rule).collect::<Result<_, _>>()?,
            };
            Ok(Self {
                index_suffix: child(root, "IndexDocument").and_then(|n| word(n, "Suffix")),
                error_key: child(root, "ErrorDocument")
                    .and_then(|n| text(n, "Key"))
                    .filter(|k| !k.is_empty()),
                redirect_all,
                rules,
            })
        })
    }

    /// The first rule that applies and its position: for a key before the lookup (`error` is `None`: only rules that ask for no error),
    /// or after it failed with this status.
    pub fn rule_for(&self, key: &str, error: Option<u16>) -> Option<(usize, &RoutingRule)> {
        self.rules.iter().enumerate().find(|(_, rule)| {
            let prefix = rule.condition.key_prefix.as_deref().unwrap_or_default();
            let code_holds = match rule.condition.error_code {
                None => true,
                Some(code) => error == Some(code),
            };
            code_holds && key.starts_with(prefix)
        })
    }
}

fn rule(node: Node<'_, '_>) -> Result<RoutingRule, XmlError> {
    let redirect = child(node, "Redirect")
        .ok_or_else(|| XmlError::new(DOCUMENT, "a <RoutingRule> has no <Redirect>"))?;
    let condition = match child(node, "Condition") {
        None => Condition::default(),
        Some(node) => Condition {
            key_prefix: text(node, "KeyPrefixEquals").filter(|p| !p.is_empty()),
            error_code: code(node, "HttpErrorCodeReturnedEquals")?,
        },
    };
    Ok(RoutingRule {
        condition,
        redirect: Redirect {
            host: word(redirect, "HostName"),
            protocol: word(redirect, "Protocol").map(|p| p.to_ascii_lowercase()),
            code: code(redirect, "HttpRedirectCode")?,
            // An empty replacement is a value: the prefix is cut off.
            replace_key_prefix_with: text(redirect, "ReplaceKeyPrefixWith"),
            replace_key_with: text(redirect, "ReplaceKeyWith").filter(|k| !k.is_empty()),
        },
    })
}

fn code(node: Node<'_, '_>, name: &str) -> Result<Option<u16>, XmlError> {
    match number(node, name, DOCUMENT)? {
        None => Ok(None),
        Some(code) => match u16::try_from(code) {
            Ok(code) if (300..600).contains(&code) => Ok(Some(code)),
            _ => Err(XmlError::new(DOCUMENT, format!("<{name}> is {code}, not a redirect or error status"))),
        },
    }
}

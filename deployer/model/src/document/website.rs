//! The website configuration: our routing rules in and out (S3-06 to S3-12).
//!
//! Rules that redirect to a host of ours are ours, all else keeps its bytes and its order. Ours go first, as the first match
//! wins (S3-10).

mod edit;
mod rules;

use std::fmt;

use roxmltree::Node;

pub use edit::strip;
pub use rules::{RuleSummary, rules, shadowed_by};

use super::Stripped;
use super::xml::{self, Element, XmlError};

/// The most routing rules of one configuration (S3-06).
pub const MAX_RULES: usize = 50;
/// The most bytes of one configuration (S3-06).
pub const MAX_BYTES: usize = 128 * 1024;
/// The index document that we name where there is none; the object need not exist (S3-07).
pub const INDEX_DOCUMENT: &str = "index.html";

const ROOT: &str = "WebsiteConfiguration";
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// The rules that send requests for absent derived images to the API: one for each error code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurRules {
    /// Hosts of our API, the present one first; those after it are from earlier and make a rule ours, but wrong. Not empty.
    pub hosts: Vec<String>,
    /// The keys concerned, `resized/`. Empty: all keys, and the rules have no `KeyPrefixEquals`.
    pub prefix: String,
    /// What takes the prefix's place in the redirect, `prod/resize/resized/`.
    pub replace_prefix: String,
    /// The redirect's status, 307 (S3-11).
    pub redirect_code: u16,
    /// The statuses that are redirected, in the order of the rules. Empty: one rule for whatever status.
    pub error_codes: Vec<u16>,
}

impl OurRules {
    /// What each rule's `HttpErrorCodeReturnedEquals` is.
    fn conditions(&self) -> Vec<Option<u16>> {
        if self.error_codes.is_empty() {
            vec![None]
        } else {
            self.error_codes.iter().copied().map(Some).collect()
        }
    }

    fn elements(&self) -> Result<Vec<Element>, WebsiteError> {
        let host = self.hosts.first().ok_or(WebsiteError::NoHost)?;
        let rule = |code: Option<u16>| {
            let code = code.map(|code| Element::leaf("HttpErrorCodeReturnedEquals", code));
            let prefix = (!self.prefix.is_empty()).then(|| Element::leaf("KeyPrefixEquals", &self.prefix));
            let condition: Vec<Element> = code.into_iter().chain(prefix).collect();
            // An empty Condition may not be sent; without one a rule matches everything (S3-09).
            let condition = (!condition.is_empty()).then(|| Element::node("Condition", condition));
            let redirect = Element::node(
                "Redirect",
                vec![
                    Element::leaf("HostName", host),
                    Element::leaf("HttpRedirectCode", self.redirect_code),
                    Element::leaf("Protocol", "https"),
                    Element::leaf("ReplaceKeyPrefixWith", &self.replace_prefix),
                ],
            );
            Element::node("RoutingRule", condition.into_iter().chain([redirect]).collect())
        };
        Ok(self.conditions().into_iter().map(rule).collect())
    }
}

/// Why a website configuration can't be worked with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebsiteError {
    /// Not XML, or not a website configuration.
    #[error("can't read the website configuration: {0}")]
    Xml(#[from] XmlError),
    /// The bucket redirects everything elsewhere, which excludes rules (S3-08).
    #[error(
        "the website redirects all requests to {host} (RedirectAllRequestsTo), which excludes routing rules. \
         Remove that redirect first if this bucket is the one to serve images"
    )]
    RedirectsAll {
        /// Where it redirects to.
        host: String,
    },
    /// Too many rules with ours (S3-06).
    #[error(
        "the website has {foreign} routing rules and needs {ours} more for us; S3 takes at most {MAX_RULES}. \
         Remove or join some of the present ones first"
    )]
    TooManyRules {
        /// Rules of others.
        foreign: usize,
        /// Rules that we need.
        ours: usize,
    },
    /// Too many bytes with our rules (S3-06).
    #[error("the website configuration would have {bytes} bytes; S3 takes at most {MAX_BYTES}")]
    TooLarge {
        /// Size of the merged document.
        bytes: usize,
    },
    /// [`OurRules::hosts`] is empty.
    #[error("no host of the API was given to redirect to")]
    NoHost,
}

/// Something to say about a merge besides the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebsiteNote {
    /// The configuration had no index document, which rules need; `index.html` was named (S3-07).
    IndexDocumentAdded,
    /// Rules of ours were there, but not as they should be, and were written anew.
    Repaired(String),
    /// A rule of others, behind ours now, also fits requests for derived images: for those, ours comes first.
    TakesPrecedence(RuleSummary),
}

impl fmt::Display for WebsiteNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IndexDocumentAdded => write!(
                f,
                "the website had no index document, which routing rules need; {INDEX_DOCUMENT} is named (it need not exist)"
            ),
            Self::Repaired(what) => write!(f, "our routing rules are written anew: {what}"),
            Self::TakesPrecedence(rule) => {
                write!(f, "our rules come before this one, which also fits derived images: {rule}")
            }
        }
    }
}

/// A merged document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The configuration with our rules in it. The same text as before if nothing was to be done.
    pub document: String,
    /// What to say about it.
    pub notes: Vec<WebsiteNote>,
}

/// The configuration with our rules in it, ahead of all others; the same text if that is how it is. `None`: the bucket has no
/// website, and gets one.
pub fn merge(current: Option<&str>, ours: &OurRules) -> Result<Merged, WebsiteError> {
    let Some(text) = current else {
        return fresh(ours);
    };
    let Some(wrong) = what_is_wrong(text, ours)? else {
        return Ok(Merged { document: text.to_owned(), notes: Vec::new() });
    };
    let mut notes = Vec::new();
    let foreign = match strip(text, &ours.hosts)? {
        Stripped::Document(stripped) => {
            notes.push(WebsiteNote::Repaired(wrong));
            stripped
        }
        _ => text.to_owned(),
    };
    let document = edit::added(&foreign, ours, &mut notes)?;
    if document.len() > MAX_BYTES {
        return Err(WebsiteError::TooLarge { bytes: document.len() });
    }
    notes.extend(shadowed_by(&foreign, ours)?.into_iter().map(WebsiteNote::TakesPrecedence));
    Ok(Merged { document, notes })
}

fn fresh(ours: &OurRules) -> Result<Merged, WebsiteError> {
    let root = Element::node(ROOT, vec![index_document(), Element::node("RoutingRules", ours.elements()?)]);
    let root = root.to_string();
    let document = root.replacen(&format!("<{ROOT}>"), &format!("<{ROOT} xmlns=\"{NAMESPACE}\">"), 1);
    Ok(Merged { document, notes: Vec::new() })
}

fn index_document() -> Element {
    Element::node("IndexDocument", vec![Element::leaf("Suffix", INDEX_DOCUMENT)])
}

/// What keeps the configuration from being as it should, `None` if nothing does. Refuses what must not be edited.
fn what_is_wrong(text: &str, ours: &OurRules) -> Result<Option<String>, WebsiteError> {
    let document = xml::parse(text, ROOT)?;
    let root = document.root_element();
    if let Some(all) = xml::child(root, "RedirectAllRequestsTo") {
        let host = xml::value_at(all, &["HostName"]).unwrap_or_default();
        return Err(WebsiteError::RedirectsAll { host });
    }
    let host = ours.hosts.first().ok_or(WebsiteError::NoHost)?;
    let rules = rule_nodes(root);
    let (own, foreign): (Vec<Node<'_, '_>>, Vec<_>) =
        rules.iter().partition(|rule| is_ours(**rule, &ours.hosts));
    let wanted = ours.conditions();
    if own.is_empty() {
        let (foreign, ours) = (foreign.len(), wanted.len());
        if foreign + ours > MAX_RULES {
            return Err(WebsiteError::TooManyRules { foreign, ours });
        }
        return Ok(Some("they were not there".to_owned()));
    }
    let differing = || {
        let pairs = own.iter().zip(&wanted).enumerate();
        pairs.into_iter().find_map(|(at, (rule, code))| Some((at, difference(*rule, host, *code, ours)?)))
    };
    let wrong = if own.len() != wanted.len() {
        format!("there were {} of them, not {}", own.len(), wanted.len())
    } else if let Some((at, what)) = differing() {
        format!("rule {} of ours {what}", at + 1)
    } else if !rules.iter().take(own.len()).all(|rule| is_ours(*rule, &ours.hosts)) {
        "another rule stood before them".to_owned()
    } else {
        return Ok(None);
    };
    if foreign.len() + wanted.len() > MAX_RULES {
        return Err(WebsiteError::TooManyRules { foreign: foreign.len(), ours: wanted.len() });
    }
    Ok(Some(wrong))
}

/// In which way a rule of ours is not as it should be.
fn difference(rule: Node<'_, '_>, host: &str, code: Option<u16>, ours: &OurRules) -> Option<String> {
    let exact = |path: &[&str]| xml::at(rule, path).map(xml::value).unwrap_or_default();
    let host_now = exact(&["Redirect", "HostName"]);
    if !host_now.trim().eq_ignore_ascii_case(host) {
        return Some(format!("redirected to {host_now}"));
    }
    let code = code.map(|code| code.to_string()).unwrap_or_default();
    let redirect_code = ours.redirect_code.to_string();
    let trimmed = [
        (&["Condition", "HttpErrorCodeReturnedEquals"], &code),
        (&["Redirect", "HttpRedirectCode"], &redirect_code),
        (&["Redirect", "Protocol"], &"https".to_owned()),
    ];
    let untrimmed = [
        (&["Condition", "KeyPrefixEquals"], &ours.prefix),
        (&["Redirect", "ReplaceKeyPrefixWith"], &ours.replace_prefix),
        (&["Redirect", "ReplaceKeyWith"], &String::new()),
    ];
    let trimmed = trimmed.into_iter().map(|(path, wanted)| (path, exact(path).trim().to_owned(), wanted));
    let untrimmed = untrimmed.into_iter().map(|(path, wanted)| (path, exact(path), wanted));
    let mut all = trimmed.chain(untrimmed);
    let (path, found, wanted) = all.find(|(_, found, wanted)| found != *wanted)?;
    Some(format!("had {} {found:?}, not {wanted:?}", path[1]))
}

/// Whether a configuration says no more than that `index.html` is the index document: what is left of one that [`merge`] made
/// from nothing, once [`strip`] has been over it.
pub fn is_bare(current: &str) -> Result<bool, WebsiteError> {
    let document = xml::parse(current, ROOT)?;
    let root = document.root_element();
    let elements: Vec<_> = root.children().filter(Node::is_element).collect();
    let index = xml::value_at(root, &["IndexDocument", "Suffix"]);
    Ok(elements.len() == 1 && index.as_deref() == Some(INDEX_DOCUMENT))
}

fn rule_nodes<'a, 'd>(root: Node<'a, 'd>) -> Vec<Node<'a, 'd>> {
    xml::child(root, "RoutingRules").map(|list| xml::children(list, "RoutingRule")).unwrap_or_default()
}

fn is_ours(rule: Node<'_, '_>, hosts: &[String]) -> bool {
    xml::value_at(rule, &["Redirect", "HostName"])
        .is_some_and(|host| hosts.iter().any(|own| own.eq_ignore_ascii_case(&host)))
}

#[cfg(test)]
mod tests;

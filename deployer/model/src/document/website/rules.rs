//! The routing rules of a website as data, for display and for the question which of them stand in each other's way.

use std::fmt;

use roxmltree::Node;

use super::{OurRules, ROOT, WebsiteError, is_ours, rule_nodes};
use crate::document::xml;

/// One routing rule, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSummary {
    /// Position, from 0. The first rule that fits wins (S3-10).
    pub index: usize,
    /// `KeyPrefixEquals`, if not empty.
    pub prefix: Option<String>,
    /// `HttpErrorCodeReturnedEquals`, as written.
    pub error_code: Option<String>,
    /// Where the rule sends to, in words: `https://host/prefix…`.
    pub target: String,
    /// Status of the redirect; S3 takes 301 if there is none (unverified).
    pub redirect_code: Option<String>,
    /// Whether it redirects to a host of ours.
    pub ours: bool,
}

impl fmt::Display for RuleSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = self.prefix.as_deref().unwrap_or("");
        write!(f, "rule {}: {prefix}*", self.index + 1)?;
        if let Some(code) = &self.error_code {
            write!(f, " on {code}")?;
        }
        write!(f, " -> {}", self.target)?;
        match &self.redirect_code {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
    }
}

/// All routing rules in their order. Those that redirect to one of `hosts` are marked as ours.
pub fn rules(current: &str, hosts: &[String]) -> Result<Vec<RuleSummary>, WebsiteError> {
    let document = xml::parse(current, ROOT)?;
    let nodes = rule_nodes(document.root_element()).into_iter().enumerate();
    Ok(nodes.map(|(index, rule)| summary(index, rule, is_ours(rule, hosts))).collect())
}

/// The rules of others that would answer requests for derived images if they came before ours: those that stand before our
/// first rule, or all that fit if ours is not there.
pub fn shadowed_by(current: &str, ours: &OurRules) -> Result<Vec<RuleSummary>, WebsiteError> {
    let all = rules(current, &ours.hosts)?;
    let ahead = all.into_iter().take_while(|rule| !rule.ours);
    Ok(ahead.filter(|rule| fits_derived(rule, ours)).collect())
}

/// Whether a rule fits some request that one of ours is for (S3-09).
fn fits_derived(rule: &RuleSummary, ours: &OurRules) -> bool {
    let prefix = rule.prefix.as_deref().unwrap_or("");
    let prefix_fits = prefix.starts_with(&ours.prefix) || ours.prefix.starts_with(prefix);
    let own_codes: Vec<String> = ours.error_codes.iter().map(u16::to_string).collect();
    let code_fits = match &rule.error_code {
        // Our rule without a code is for whatever status.
        Some(code) => own_codes.is_empty() || own_codes.contains(code),
        None => true,
    };
    prefix_fits && code_fits
}

fn summary(index: usize, rule: Node<'_, '_>, ours: bool) -> RuleSummary {
    let text = |path: &[&str]| xml::at(rule, path).map(xml::value).filter(|value| !value.is_empty());
    let redirect = |name: &str| text(&["Redirect", name]);
    let host = redirect("HostName");
    let protocol = redirect("Protocol");
    let mut target = match (&protocol, &host) {
        (Some(protocol), Some(host)) => format!("{protocol}://{host}/"),
        (Some(protocol), None) => format!("{protocol}://(same host)/"),
        (None, Some(host)) => format!("//{host}/"),
        (None, None) => "/".to_owned(),
    };
    match (redirect("ReplaceKeyWith"), redirect("ReplaceKeyPrefixWith")) {
        (Some(key), _) => target.push_str(&key),
        (None, Some(prefix)) => target.push_str(&format!("{prefix}…")),
        (None, None) => target.push('…'),
    }
    RuleSummary {
        index,
        prefix: text(&["Condition", "KeyPrefixEquals"]),
        error_code: text(&["Condition", "HttpErrorCodeReturnedEquals"]).map(|code| code.trim().to_owned()),
        target,
        redirect_code: redirect("HttpRedirectCode").map(|code| code.trim().to_owned()),
        ours,
    }
}

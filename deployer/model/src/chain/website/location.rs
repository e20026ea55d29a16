//! Where a routing rule's redirect leads.

use super::{Answer, Options, RoutingRule, Step, Why};
use crate::chain::encode::{encode_key, encode_replacement};
use crate::chain::message::Request;

pub(super) fn scheme(request: &Request) -> &'static str {
    if request.secure { "https" } else { "http" }
}

pub(super) fn redirect(
    rule: &RoutingRule,
    key: &str,
    request: &Request,
    options: &Options,
    why: Why,
) -> Step {
    let redirect = &rule.redirect;
    let target = match (&redirect.replace_key_with, &redirect.replace_key_prefix_with) {
        (Some(whole), _) => encode_replacement(whole),
        (None, Some(replacement)) => {
            // S3-12: with a prefix in the condition that prefix is replaced, without one the text is put in front.
            let prefix = rule.condition.key_prefix.as_deref().unwrap_or_default();
            let rest = key.strip_prefix(prefix).unwrap_or(key);
            format!("{}{}", encode_replacement(replacement), encode_key(rest, options.encoding))
        }
        (None, None) => encode_key(key, options.encoding),
    };
    let protocol = redirect.protocol.as_deref().unwrap_or(scheme(request)); // S3-11
    let host = redirect.host.as_deref().unwrap_or(&request.host);
    let query = match &request.query {
        Some(query) if !options.drop_query => format!("?{query}"),
        _ => String::new(),
    };
    let location = format!("{protocol}://{host}/{target}{query}");
    // S3-11: no code means 301 (unverified).
    Step::Done(Answer::Redirect { status: redirect.code.unwrap_or(301), location }, why)
}

//! What the function is told in its environment.

use imgdeploy_model::region::{OriginHost, parse_origin_host, website_host};

use super::command::{of_configuration, set_variable};
use crate::check::{Finding, Skip};
use crate::snapshot::{Function, Snapshot};

/// The function and the value of a variable. Not set is [`Skip::Nothing`]: a function of another make may go by other names.
pub(super) fn variable<'a>(snapshot: &'a Snapshot, name: &str) -> Result<(&'a Function, &'a str), Skip> {
    let value = snapshot.configuration()?.environment.get(name).ok_or(Skip::Nothing)?;
    Ok((snapshot.function()?, value.trim()))
}

/// A finding about a variable, with the command that sets it to `right`.
pub(super) fn wrong(
    snapshot: &Snapshot,
    function: &Function,
    what: String,
    name: &str,
    value: &str,
    right: &str,
) -> Finding {
    let cure = set_variable(function, name, right);
    of_configuration(snapshot, function, what, &format!("environment variable {name}"), cure).value(value)
}

/// What is wrong with a base URL. One thing at a time: the gravest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UrlFault {
    /// It leads to an API, not to the images.
    OfApi,
    /// It does not begin with `http://` or `https://`.
    NoScheme,
    /// It ends with `/`.
    Slash,
}

/// Judges a base URL.
pub(super) fn url_fault(url: &str) -> Option<UrlFault> {
    let lower = url.to_ascii_lowercase();
    let bare = ["https://", "http://"].iter().find_map(|scheme| lower.strip_prefix(scheme));
    let rest = bare.unwrap_or(&lower);
    let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
    if matches!(parse_origin_host(host), OriginHost::ExecuteApi { .. }) {
        Some(UrlFault::OfApi)
    } else if bare.is_none() {
        Some(UrlFault::NoScheme)
    } else if url.ends_with('/') {
        Some(UrlFault::Slash)
    } else {
        None
    }
}

/// Where images are: what the stack was told, else the distribution, else the website.
pub(super) fn base_url(snapshot: &Snapshot) -> String {
    let told = snapshot.stack.known().and_then(|stack| stack.url.clone());
    let alias = || {
        let (_, distribution) = snapshot.distribution().ok()?;
        distribution
            .aliases
            .into_iter()
            .find(|alias| !alias.contains('*'))
            .map(|alias| format!("https://{alias}"))
    };
    let edge = || Some(format!("https://{}", snapshot.edge.as_ref()?.domain.known()?));
    let website = || {
        let bucket = snapshot.bucket.as_ref()?;
        Some(format!("http://{}", website_host(&bucket.name, &bucket.region)))
    };
    told.filter(|url| url_fault(url).is_none())
        .or_else(alias)
        .or_else(edge)
        .or_else(website)
        .unwrap_or_else(|| "https://images.example.com".to_owned())
}

/// What the function does with a base URL that it can't use.
pub(super) fn refused(snapshot: &Snapshot, function: &Function) -> &'static str {
    if snapshot.is_ours(function) {
        "the function refuses it and answers 500 `misconfigured`"
    } else {
        "redirects then lead nowhere"
    }
}

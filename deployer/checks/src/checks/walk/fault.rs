//! Walks that end in the same way are one fault.

use crate::check::{Finding, Skip};
use crate::snapshot::{End, Hop, Service, Snapshot, Walk};
use imgdeploy_model::shell::Command;

/// So many URLs are named in a finding.
const NAMED: usize = 3;

/// What is wrong with one walk. Walks with the same `what` are one fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) what: String,
    pub(super) place: String,
    pub(super) value: Option<String>,
    pub(super) cure: Command,
}

/// The walks; without any there is nothing to say.
pub(super) fn walks(snapshot: &Snapshot) -> Result<&[Walk], Skip> {
    if snapshot.walks.is_empty() { Err(Skip::Nothing) } else { Ok(&snapshot.walks) }
}

/// One finding for each fault, with the URLs that were asked for.
pub(super) fn findings(
    snapshot: &Snapshot,
    judge: impl Fn(&Walk) -> Option<Fault>,
) -> Result<Vec<Finding>, Skip> {
    let mut faults: Vec<(Fault, Vec<&str>)> = Vec::new();
    for walk in walks(snapshot)? {
        let Some(fault) = judge(walk) else { continue };
        match faults.iter_mut().find(|(other, _)| other.what == fault.what) {
            Some((_, urls)) => urls.push(&walk.url),
            None => faults.push((fault, vec![&walk.url])),
        }
    }
    Ok(faults.into_iter().map(|(fault, urls)| finding(fault, &urls)).collect())
}

fn finding(fault: Fault, urls: &[&str]) -> Finding {
    let named: Vec<&str> = urls.iter().copied().take(NAMED).collect();
    let more = match urls.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let what = format!("{} (asked for {}{more})", fault.what, named.join(", "));
    let finding = Finding::new(what, fault.place, fault.cure);
    match fault.value {
        Some(value) => finding.value(value),
        None => finding,
    }
}

/// How a hop is called.
pub(super) fn place(hop: &Hop) -> String {
    match &hop.by {
        Some(by) => format!("{} at {} ({by})", hop.service.title(), hop.url),
        None => format!("{} at {}", hop.service.title(), hop.url),
    }
}

/// A header, the empty text if it is not there.
pub(super) fn header<'a>(hop: &'a Hop, name: &str) -> &'a str {
    hop.headers.get(name).map_or("", String::as_str)
}

/// Host of a URL, or all of what is none.
pub(super) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// A walk that ends as one can expect it to end, without an image: the original does not exist.
///
/// That is the function's own 404. A function of another make, such as the classic AWS sample, throws where an original is missing, so
/// that API Gateway answers 502: nothing is broken then, as long as it makes images of what is there.
pub(super) fn is_right_without_image(snapshot: &Snapshot, walk: &Walk) -> bool {
    let (true, End::Answer, Some(last)) = (walk.absent, &walk.end, walk.hops.last()) else { return false };
    match (last.service, last.status) {
        (Service::Function, 404) => true,
        (Service::Function, 403) | (Service::Function | Service::ApiGateway, 500..=502) => {
            !snapshot.is_attached() && snapshot.walks.iter().any(made)
        }
        _ => false,
    }
}

/// The function was asked, and an image came of it.
fn made(walk: &Walk) -> bool {
    let asked = walk.hops.iter().any(|hop| hop.service == Service::Function);
    asked && matches!(walk.end, End::Image { .. })
}

//! Which entries of others S3 would refuse beside ours.

use std::fmt;

use roxmltree::Node;

use super::filter::read;
use super::{EVENT, Filter, OurEntries, events, is_our_id};
use crate::document::xml;

/// An entry of others that has an event type in common with one of ours, for keys that fit both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// What it is for: the ARN of its queue, topic or function; its kind if it names none.
    pub target: String,
    /// Its `Id`, if it has one.
    pub id: Option<String>,
    /// Its event type.
    pub event: String,
    /// Which keys it is for.
    pub filter: Filter,
    /// The filter of ours.
    pub ours: Filter,
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, id, event, filter, ours } = self;
        write!(f, "{target}")?;
        if let Some(id) = id {
            write!(f, " (Id {id})")?;
        }
        write!(f, " gets {event} for {filter}, ours is for {ours}")
    }
}

/// All of them, in their order. What has events is looked at, whatever kind of entry it is.
pub(super) fn with(root: Node<'_, '_>, ours: &OurEntries) -> Vec<Overlap> {
    let is_own = |entry: &Node<'_, '_>| {
        entry.tag_name().name() == "QueueConfiguration"
            && is_our_id(&xml::value_at(*entry, &["Id"]).unwrap_or_default())
    };
    let own = ours.filters();
    root.children()
        .filter(|entry| entry.is_element() && !is_own(entry))
        .filter_map(|entry| {
            let event = events(entry).into_iter().find(|event| in_common(event, EVENT))?;
            // A filter that can't be read may fit anything.
            let filter = read(entry).unwrap_or_default();
            let ours = own.iter().find(|own| own.overlaps(&filter))?.clone();
            let target =
                ["Queue", "Topic", "CloudFunction"].iter().find_map(|name| xml::value_at(entry, &[name]));
            Some(Overlap {
                target: target.unwrap_or_else(|| entry.tag_name().name().to_owned()),
                id: xml::value_at(entry, &["Id"]).filter(|id| !id.is_empty()),
                event,
                filter,
                ours,
            })
        })
        .collect()
}

/// Whether some event is of both types: they are equal, or one of them is a family that the other belongs to.
fn in_common(a: &str, b: &str) -> bool {
    let family = |wide: &str, narrow: &str| {
        wide.strip_suffix('*').is_some_and(|start| narrow.trim_end_matches('*').starts_with(start))
    };
    a == b || family(a, b) || family(b, a)
}

//! The bucket's notification configuration: our entries in and out.
//!
//! Entries for queues whose `Id` begins with ours are ours, all else keeps its bytes and its order. S3 has one configuration for a
//! bucket, replaces it as a whole on every write, and has no ETag for it.

mod filter;
mod overlap;

use roxmltree::Node;

pub use filter::Filter;
pub use overlap::Overlap;

use super::Stripped;
use super::xml::{self, Element, Splices, XmlError};

/// What the `Id` of each entry of ours begins with.
pub const ID: &str = "imgdeploy-on-upload";
/// The event type of our entries: an object was stored, in whatever way.
pub const EVENT: &str = "s3:ObjectCreated:*";
/// The most entries of one configuration.
pub const MAX_ENTRIES: usize = 100;

const ROOT: &str = "NotificationConfiguration";
#[cfg(test)]
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
/// A configuration that notifies nobody. S3 has no way to delete one.
pub const EMPTY: &str = "<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></NotificationConfiguration>";
/// The three kinds of entries that have event types and filters.
const ENTRIES: [&str; 3] = ["TopicConfiguration", "QueueConfiguration", "CloudFunctionConfiguration"];

/// The entries that send a message for each new original: one for each filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurEntries {
    /// ARN of the queue.
    pub queue: String,
    /// Which keys; S3 takes one prefix and one suffix for an entry. Empty: one entry for all keys.
    pub filters: Vec<Filter>,
}

impl OurEntries {
    fn filters(&self) -> Vec<Filter> {
        if self.filters.is_empty() { vec![Filter::default()] } else { self.filters.clone() }
    }

    /// `Id` and filter of each entry.
    fn wanted(&self) -> Vec<(String, Filter)> {
        let named = |(at, filter)| (if at == 0 { ID.to_owned() } else { format!("{ID}-{}", at + 1) }, filter);
        self.filters().into_iter().enumerate().map(named).collect()
    }

    fn elements(&self) -> Vec<Element> {
        let entry = |(id, filter): (String, Filter)| {
            let rule = |name: &str, value: &str| {
                (!value.is_empty()).then(|| {
                    Element::node(
                        "FilterRule",
                        vec![Element::leaf("Name", name), Element::leaf("Value", filter::encoded(value))],
                    )
                })
            };
            let rules: Vec<Element> = [rule("prefix", &filter.prefix), rule("suffix", &filter.suffix)]
                .into_iter()
                .flatten()
                .collect();
            let mut children = vec![
                Element::leaf("Id", id),
                Element::leaf("Queue", &self.queue),
                Element::leaf("Event", EVENT),
            ];
            if !rules.is_empty() {
                children.push(Element::node("Filter", vec![Element::node("S3Key", rules)]));
            }
            Element::node("QueueConfiguration", children)
        };
        self.wanted().into_iter().map(entry).collect()
    }
}

/// Why a notification configuration can't be worked with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotificationError {
    /// Not XML, or not a notification configuration.
    #[error("can't read the notification configuration: {0}")]
    Xml(#[from] XmlError),
    /// S3 would refuse two entries that fit the same keys and have an event type in common.
    #[error(
        "the bucket already notifies others of new objects, and S3 takes no two notifications of one event type whose prefixes \
         and suffixes overlap: {}. Give these or ours a prefix or suffix that tells them apart, or have their receiver and the \
         queue of imgdeploy fed from one SNS topic, or from EventBridge",
        list(.0)
    )]
    Overlaps(Vec<Overlap>),
    /// Two filters of ours fit the same keys.
    #[error("the filters {first} and {second} fit the same keys, which S3 refuses; leave one of them out")]
    OwnOverlap {
        /// One.
        first: Filter,
        /// The other.
        second: Filter,
    },
    /// Too many entries with ours.
    #[error(
        "the bucket has {foreign} notifications and needs {ours} more for us; S3 takes at most {MAX_ENTRIES}. Remove or join some \
         of the present ones first"
    )]
    TooMany {
        /// Entries of others.
        foreign: usize,
        /// Entries that we need.
        ours: usize,
    },
}

fn list(overlaps: &[Overlap]) -> String {
    overlaps.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A merged document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The configuration with our entries in it. The same text as before if nothing was to be done.
    pub document: String,
    /// Entries of ours were there, but not as they should be, and were written anew: in what way.
    pub repaired: Option<String>,
}

/// The configuration with our entries in it; the same text if that is how it is. `None`: there is no configuration, which S3 hands
/// out as an empty one.
///
/// # Errors
/// See [`NotificationError`].
pub fn merge(current: Option<&str>, ours: &OurEntries) -> Result<Merged, NotificationError> {
    let filters = ours.filters();
    for (at, first) in filters.iter().enumerate() {
        if let Some(second) = filters.iter().skip(at + 1).find(|second| first.overlaps(second)) {
            return Err(NotificationError::OwnOverlap { first: first.clone(), second: second.clone() });
        }
    }
    let text = current.unwrap_or(EMPTY);
    let document = xml::parse(text, ROOT)?;
    let root = document.root_element();
    let overlaps = overlap::with(root, ours);
    if !overlaps.is_empty() {
        return Err(NotificationError::Overlaps(overlaps));
    }
    let own = own_entries(root);
    let foreign = entries(root).len() - own.len();
    if foreign + filters.len() > MAX_ENTRIES {
        return Err(NotificationError::TooMany { foreign, ours: filters.len() });
    }
    let wrong = match what_is_wrong(&own, ours) {
        None if current.is_some() => return Ok(Merged { document: text.to_owned(), repaired: None }),
        wrong => wrong.filter(|_| !own.is_empty()),
    };
    let bare = match strip(text)? {
        Stripped::Document(stripped) => stripped,
        _ => text.to_owned(),
    };
    Ok(Merged { document: added(&bare, ours)?, repaired: wrong })
}

/// Puts our entries into a configuration that has none of them: behind the queues of others, in the order in which S3 writes kinds.
fn added(text: &str, ours: &OurEntries) -> Result<String, NotificationError> {
    let document = xml::parse(text, ROOT)?;
    let root = document.root_element();
    let elements = ours.elements();
    let mut splices = Splices::default();
    let last = |kind: &str| xml::children(root, kind).into_iter().next_back();
    match (last("QueueConfiguration").or_else(|| last("TopicConfiguration")), root.first_element_child()) {
        (Some(before), _) => xml::insert_after(&mut splices, text, before, &elements),
        (None, Some(first)) => xml::insert_before(&mut splices, text, first, &elements),
        (None, None) => xml::fill(&mut splices, text, root, &elements),
    }
    Ok(splices.apply(text))
}

/// The configuration without our entries. Never [`Stripped::Nothing`]: S3 has no way to delete a configuration, an empty one is
/// sent.
///
/// # Errors
/// Not a notification configuration.
pub fn strip(current: &str) -> Result<Stripped, NotificationError> {
    let mut text = current.to_owned();
    while let Some(next) = without_one(&text)? {
        text = next;
    }
    if text == current {
        return Ok(Stripped::Unchanged);
    }
    let document = xml::parse(&text, ROOT)?;
    let mut splices = Splices::default();
    if !xml::has_elements(document.root_element()) {
        xml::unfill(&mut splices, &text, document.root_element());
    }
    Ok(Stripped::Document(splices.apply(&text)))
}

fn without_one(text: &str) -> Result<Option<String>, NotificationError> {
    let document = xml::parse(text, ROOT)?;
    let own = own_entries(document.root_element());
    Ok(own.into_iter().next().map(|own| xml::without(text, own)))
}

/// What keeps our entries from being as they should, `None` if nothing does. By their ids: their order says nothing.
fn what_is_wrong(own: &[Node<'_, '_>], ours: &OurEntries) -> Option<String> {
    let wanted = ours.wanted();
    if own.len() != wanted.len() {
        return Some(format!("there were {} of them, not {}", own.len(), wanted.len()));
    }
    wanted.iter().find_map(|(id, filter)| {
        let Some(entry) = own.iter().find(|entry| xml::value_at(**entry, &["Id"]).as_ref() == Some(id))
        else {
            return Some(format!("{id} was missing"));
        };
        let queue = xml::value_at(*entry, &["Queue"]).unwrap_or_default();
        let events = events(*entry);
        if queue != ours.queue {
            Some(format!("{id} was for the queue {queue:?}"))
        } else if events != [EVENT] {
            Some(format!("{id} was for the events {events:?}"))
        } else {
            let found = filter::read(*entry);
            (found.as_ref() != Some(filter))
                .then(|| format!("{id} had another filter: {}", found.unwrap_or_default()))
        }
    })
}

/// The entries of ours in a configuration, as they are; `None` if there are none.
///
/// # Errors
/// Not a notification configuration.
pub fn ours(text: &str) -> Result<Option<OurEntries>, NotificationError> {
    let document = xml::parse(text, ROOT)?;
    let mut own = own_entries(document.root_element());
    let number = |entry: &Node<'_, '_>| {
        let id = xml::value_at(*entry, &["Id"]).unwrap_or_default();
        id.rsplit('-').next().and_then(|number| number.parse::<u32>().ok()).unwrap_or(0)
    };
    own.sort_by_key(number);
    let Some(first) = own.first() else { return Ok(None) };
    let queue = xml::value_at(*first, &["Queue"]).unwrap_or_default();
    Ok(Some(OurEntries { queue, filters: own.iter().filter_map(|entry| filter::read(*entry)).collect() }))
}

fn entries<'a, 'd>(root: Node<'a, 'd>) -> Vec<Node<'a, 'd>> {
    ENTRIES.iter().flat_map(|kind| xml::children(root, kind)).collect()
}

fn own_entries<'a, 'd>(root: Node<'a, 'd>) -> Vec<Node<'a, 'd>> {
    let all = xml::children(root, "QueueConfiguration");
    all.into_iter().filter(|entry| is_our_id(&xml::value_at(*entry, &["Id"]).unwrap_or_default())).collect()
}

/// Whether an entry for a queue with this `Id` is ours.
pub(super) fn is_our_id(id: &str) -> bool {
    let number = id.strip_prefix(ID).and_then(|rest| rest.strip_prefix('-'));
    id == ID || number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

fn events(entry: Node<'_, '_>) -> Vec<String> {
    xml::children(entry, "Event").into_iter().map(|event| xml::value(event).trim().to_owned()).collect()
}

#[cfg(test)]
mod tests;

//! Editors for the documents of others that we add our part to: the bucket policy ([`policy`]), the website configuration
//! ([`website`]), the notification configuration ([`notification`]) and the distribution's configuration ([`distribution`]).
//!
//! AWS replaces each of them as a whole on every write (S3-06, S3-25, CF-13), so whatever is not in the text that we send is
//! lost. That is why nothing here parses a document into a structure and writes it out again: the places to change are found
//! by byte offset, and text is cut out or put in there. Unknown elements, white space, comments, order and the spelling of
//! numbers stay as they are because they are never touched.
//!
//! Each editor has
//! - `merge`: the document with our part in it; the very same text if it already is,
//! - `strip`: the document without our part. `strip(merge(x))` is `x`, byte for byte, as long as nobody wrote in between.
//!   White space that tells how a list looked before (see [`xml`]) is lost when AWS writes the document its own way; the
//!   result is then the same in meaning ([`same`]), and whoever wants the very bytes back takes them from the journal.
//!
//! [`guard()`] is the last check before a document is sent: computed by another way than the splicing, it lists what of others
//! would be missing, changed, added or moved.

pub mod distribution;
pub mod glob;
mod guard;
pub mod json;
pub mod notification;
pub mod policy;
mod tree;
pub mod website;
pub mod xml;

pub use guard::{Ours, dropped, guard, same};

/// What remains of a document without our part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stripped {
    /// There was nothing of ours in it.
    Unchanged,
    /// The document without our part.
    Document(String),
    /// Nothing but our part was in it: the document is to be deleted.
    Nothing,
}

/// Which of the documents a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// Bucket policy, JSON.
    Policy,
    /// Website configuration, XML.
    Website,
    /// Configuration of a distribution, XML.
    Distribution,
    /// Notification configuration of a bucket, XML.
    Notification,
}

#[cfg(test)]
mod fixtures;

//! How a document comes to be without our part.

use imgdeploy_model::document::{self, DocumentKind as Kind, Stripped};

use crate::journal::Edit;

/// The document to write: as before where nobody else changed it, else without our part. `None`: leave it.
pub(super) fn target(
    kind: Kind,
    current: &str,
    recorded: Option<&Edit<String>>,
    stripped: Stripped,
) -> Option<Option<String>> {
    match recorded {
        Some(edit) if document::same(kind, current, &edit.after) => Some(edit.before.clone()),
        Some(edit) if edit.before.as_deref().is_some_and(|before| document::same(kind, current, before)) => {
            None
        }
        _ => match stripped {
            Stripped::Unchanged => None,
            Stripped::Document(text) => Some(Some(text)),
            Stripped::Nothing => Some(None),
        },
    }
}

//! How a document comes to be without our part.

use imgdeploy_model::document::{self, Ours, Stripped};

use crate::journal::Edit;

/// The document to write: as before where nobody else changed it, else without our part. `None`: leave it.
///
/// What is planned here is what the guard will let pass: where the document from before lacks something that is there now, though
/// it be an element that says nothing, our part alone is taken out.
pub(super) fn target(
    ours: Ours<'_>,
    current: &str,
    recorded: Option<&Edit<String>>,
    stripped: Stripped,
) -> Option<Option<String>> {
    let kind = ours.kind();
    let keeps_all = |before: &str| document::guard(ours, current, before).is_ok();
    match recorded {
        Some(edit)
            if document::same(kind, current, &edit.after) && edit.before.as_deref().is_none_or(keeps_all) =>
        {
            Some(edit.before.clone())
        }
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

//! Make the distribution forget what it cached under a path (CF-07).

use serde::Serialize;

use super::{Describe, Need, Place};

/// Make the distribution forget what it cached under a path (CF-07).
#[derive(Debug, Clone, Serialize)]
pub struct Invalidate {
    /// Distribution id.
    pub id: String,
    /// Path, with a trailing `*`.
    pub path: String,
}

impl Describe for Invalidate {
    fn title(&self) -> String {
        format!("invalidate {} in the distribution {}", self.path, self.id)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        vec![Need::new(place.distribution(&self.id), &["cloudfront:CreateInvalidation"])]
    }
}

//! Change a distribution's configuration.

use serde::Serialize;

use super::{Describe, Need, Place, nothing_lost};
use crate::desired::our_edge;
use crate::plan::diff;
use imgdeploy_model::document::Ours;

/// Change a distribution's configuration.
#[derive(Debug, Clone, Serialize)]
pub struct Distribution {
    /// Distribution id.
    pub id: String,
    /// The version that `before` is.
    pub etag: String,
    /// Raw `DistributionConfig`.
    pub before: String,
    /// Raw `DistributionConfig`.
    pub after: String,
    /// Path patterns of the behaviours that are ours, now or from an earlier prefix.
    pub our_patterns: Vec<String>,
}

impl Describe for Distribution {
    fn title(&self) -> String {
        format!("change the distribution {}", self.id)
    }

    fn needs(&self, place: &Place<'_>) -> Vec<Need> {
        vec![Need::new(place.distribution(&self.id), &["cloudfront:UpdateDistribution"])]
    }

    fn details(&self) -> Vec<String> {
        diff::signed(Some(&self.before), Some(&self.after))
    }

    fn guard(&self, place: &Place<'_>) -> Result<(), Vec<String>> {
        let prefix = self.our_patterns.last().map_or("", |pattern| pattern.trim_end_matches('*'));
        let ours = our_edge(place.bucket, place.region, prefix, self.our_patterns.clone());
        nothing_lost(Ours::Distribution(&ours), Some(&self.before), Some(&self.after))
    }
}

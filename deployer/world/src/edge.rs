//! The distribution.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Fact;

/// A distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// Id.
    pub id: String,
    /// Raw `DistributionConfig`.
    pub document: Fact<String>,
    /// Its own domain.
    pub domain: Fact<String>,
    /// `Deployed` or `InProgress`.
    pub status: Fact<String>,
    /// Raw cache policies by id, those of AWS left out.
    pub policies: BTreeMap<String, Fact<String>>,
    /// The tool's journal says that a behaviour in this distribution is ours.
    pub attached: bool,
}

//! The distribution.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::seen::Seen;

/// A distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// Id.
    pub id: String,
    /// Raw `DistributionConfig`.
    pub document: Seen<String>,
    /// Its own domain.
    pub domain: Seen<String>,
    /// `Deployed` or `InProgress`.
    pub status: Seen<String>,
    /// Raw cache policies by id, those of AWS left out.
    pub policies: BTreeMap<String, Seen<String>>,
    /// The tool's journal says that a behaviour in this distribution is ours.
    pub attached: bool,
}

//! Values of a stack's parameters that nobody is to see.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Secret parameters by name. Neither debugging output nor JSON shows more than the names.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets {
    #[serde(skip)]
    values: BTreeMap<String, String>,
}

impl Secrets {
    /// These.
    pub fn new(values: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { values: values.into_iter().collect() }
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.values.iter()
    }

    /// Whether this parameter is one of them.
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

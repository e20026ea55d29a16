//! A part of a settings file.

use super::node::Step;
use std::collections::BTreeMap;

/// The settings of one site, or of `defaults:`, as text by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Section {
    pub(super) values: BTreeMap<&'static str, (String, Vec<Step>)>,
}

impl Section {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|(text, _)| text.as_str())
    }
}

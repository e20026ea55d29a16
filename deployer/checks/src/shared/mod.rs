//! What several checks are made of.

pub(crate) mod part;
pub(crate) mod site;
pub(crate) mod statement;

//! Which keys look like derived images.

use imgdeploy_model::derived_key::looks_derived;
use imgdeploy_world::Fact;

use crate::check::{Skip, need};
use crate::snapshot::Snapshot;

/// Names of presets, if the function has any.
///
/// # Errors
/// [`Skip::Unseen`] where the function is there and could not be looked at.
pub(super) fn presets(snapshot: &Snapshot) -> Result<Vec<String>, Skip> {
    let configuration = match snapshot.configuration() {
        Ok(configuration) => configuration,
        Err(Skip::Nothing) => return Ok(Vec::new()),
        Err(unseen) => return Err(unseen),
    };
    let list = configuration.environment.get("PRESETS").map(String::as_str).unwrap_or_default();
    Ok(list.split([';', '\n']).filter_map(|one| Some(one.split_once('=')?.0.trim().to_owned())).collect())
}

/// Whether the chain has this tool's key scheme; others put the size where they like.
pub(super) fn is_our_scheme(snapshot: &Snapshot) -> bool {
    snapshot.is_attached()
        || snapshot
            .configuration()
            .is_ok_and(|configuration| configuration.environment.contains_key("PREFIX"))
}

/// Keys and facts of derived objects in one of the lists: all under a prefix of other people's schemes, else what looks derived.
///
/// # Errors
/// [`Skip`].
pub(super) fn of_list<'a, T>(
    snapshot: &'a Snapshot,
    list: &'a Fact<Vec<T>>,
    key: impl Fn(&T) -> &str,
) -> Result<Vec<&'a T>, Skip> {
    let list = need(list)?;
    let prefix = snapshot.prefix();
    let by_look = prefix.is_empty() || is_our_scheme(snapshot);
    // Without the names of presets fewer keys look derived: enough to find something, and nothing wrong is found.
    let presets = presets(snapshot).unwrap_or_default();
    let is_derived = |key: &str| {
        key.starts_with(&prefix)
            && !key.ends_with('/')
            && (!by_look || looks_derived(key, &prefix, |name| presets.iter().any(|preset| preset == name)))
    };
    Ok(list.iter().filter(|item| is_derived(key(item))).collect())
}

//! Which keys look like derived images.

use imgdeploy_keys::Scheme;
use imgdeploy_world::Fact;

use crate::check::{Skip, need};
use crate::snapshot::Snapshot;

/// How keys are read, with the function's presets, if it has any.
///
/// # Errors
/// [`Skip::Unseen`] where the function is there and could not be looked at.
pub(super) fn scheme(snapshot: &Snapshot) -> Result<Scheme, Skip> {
    match snapshot.configuration() {
        Ok(_) | Err(Skip::Nothing) => Ok(snapshot.scheme()),
        Err(unseen) => Err(unseen),
    }
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
    // Without the names of presets fewer keys look derived: enough to find something, and nothing wrong is found.
    let scheme = snapshot.scheme();
    let by_look = scheme.prefix.is_empty() || is_our_scheme(snapshot);
    let is_derived = |key: &str| {
        key.starts_with(&scheme.prefix) && !key.ends_with('/') && (!by_look || scheme.has_form(key))
    };
    Ok(list.iter().filter(|item| is_derived(key(item))).collect())
}

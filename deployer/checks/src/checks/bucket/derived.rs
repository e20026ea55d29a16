//! Which keys look like derived images.

use crate::check::{Skip, need};
use crate::snapshot::Snapshot;

/// What the part behind the prefix may begin with in this tool's scheme, besides sizes, crops and signatures.
const WORDS: [&str; 13] = [
    "trim",
    "fit-in",
    "adaptive-fit-in",
    "full-fit-in",
    "left",
    "center",
    "right",
    "top",
    "middle",
    "bottom",
    "smart",
    "unsafe",
    "meta",
];

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

/// Whether a key looks like a derived image's.
pub(super) fn looks_derived(key: &str, prefix: &str, presets: &[String]) -> bool {
    let Some((first, _)) = key.strip_prefix(prefix).and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    WORDS.contains(&first)
        || presets.iter().any(|preset| preset == first)
        || first.starts_with("trim:")
        || first.starts_with("filters:")
        || is_signature(first)
        || is_size(first)
        || first.split_once(':').is_some_and(|(from, to)| is_size(from) && is_size(to))
}

/// `300x200`, `300x`, `x200`, mirrored with `-`.
fn is_size(text: &str) -> bool {
    let side = |side: &str| {
        let side = side.strip_prefix('-').unwrap_or(side);
        side == "orig" || side.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.len() > 1 && text.split_once('x').is_some_and(|(width, height)| side(width) && side(height))
}

/// HMAC-SHA1 in URL-safe base64.
fn is_signature(text: &str) -> bool {
    let body = text.strip_suffix('=').unwrap_or_default();
    body.len() == 27 && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Keys and facts of derived objects in one of the lists: all under a prefix of other people's schemes, else what looks derived.
///
/// # Errors
/// [`Skip`].
pub(super) fn of_list<'a, T>(
    snapshot: &'a Snapshot,
    list: &'a crate::Seen<Vec<T>>,
    key: impl Fn(&T) -> &str,
) -> Result<Vec<&'a T>, Skip> {
    let list = need(list)?;
    let prefix = snapshot.prefix();
    let by_look = prefix.is_empty() || is_our_scheme(snapshot);
    // Without the names of presets fewer keys look derived: enough to find something, and nothing wrong is found.
    let presets = presets(snapshot).unwrap_or_default();
    let is_derived = |key: &str| {
        key.starts_with(&prefix) && !key.ends_with('/') && (!by_look || looks_derived(key, &prefix, &presets))
    };
    Ok(list.iter().filter(|item| is_derived(key(item))).collect())
}

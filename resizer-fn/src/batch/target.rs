//! One image of an original: where it belongs, what it is, and what is stored there.

use crate::direct::fetch::Fetch;
use crate::failure::Failure;
use crate::handler::Handler;
use crate::key::Keyed as _;
use crate::settings::Refusal;
use crate::store::{Found, Stamp, Store, StoreError};
use futures::future::join_all;
use imgdeploy_keys::Reading;
use resizer_core::Spec;

/// One image to be made.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) key: String,
    pub(super) spec: Spec,
    /// What is stored there.
    pub(super) found: Found,
    /// What that says of itself.
    pub(super) stamp: Option<Stamp>,
}

/// Where the image belongs, and what it is. What a viewer of that place would get has to be what is ordered.
pub(super) fn target<S: Store, F: Fetch>(
    handler: &Handler<S, F>,
    text: &str,
    original: &str,
) -> Result<Target, Failure> {
    let (scheme, gate) = (&handler.settings.scheme, &handler.settings.gate);
    // The canonical key, as viewers of the others are led there, or the one that was ordered.
    let canonical = match (&gate.key, scheme.presets.get(text), Spec::parse(text)) {
        (None, None, Ok(spec)) => Some(spec.to_string()),
        _ => None,
    };
    let mut refused = None;
    for text in canonical.as_deref().into_iter().chain([text]) {
        let key = scheme.derived_key(gate, text, original);
        let asked = scheme.parse(&key)?;
        let ordered = |reading: &&Reading<'_>| reading.text == text && reading.original == original;
        if let Some(reading) = asked.readings.iter().find(ordered) {
            match handler.settings.refusal(&reading.spec, true, true) {
                Some(refusal @ Refusal::Keep(_)) => refused = Some(Failure::not_allowed(text, refusal)),
                _ => {
                    let spec = reading.spec.clone();
                    return Ok(Target { spec, key: key.clone(), found: Found::Unknown, stamp: None });
                }
            }
        }
    }
    let message = format!("`{text}/{original}` is read as something else than {text} of {original}");
    Err(refused.unwrap_or_else(|| Failure::new(400, "bad_spec", message)))
}

/// With what is stored already. Where that is nothing of ours, there is no image to be made.
pub(super) async fn looked_at<S: Store, F: Fetch>(
    handler: &Handler<S, F>,
    targets: Vec<Result<Target, Failure>>,
) -> Result<Vec<Result<Target, Failure>>, Failure> {
    let look = |target: Result<Target, Failure>| async move {
        let target = target?;
        let stamp = match handler.store().stamp(&target.key).await {
            Ok(stamp) => stamp,
            // What can't be looked at is made: writing it will tell more.
            Err(error) if !matches!(error, StoreError::Busy { .. }) => return Ok(target),
            Err(error) => return Err(error.into()),
        };
        let found = Found::of(&target.key, stamp.as_ref())?;
        Ok(Target { found, stamp, ..target })
    };
    let looked: Vec<Result<Target, Failure>> = join_all(targets.into_iter().map(look)).await;
    match looked.iter().find_map(|one| one.as_ref().err().filter(|failure| failure.passes())) {
        Some(failure) => Err(failure.clone()),
        None => Ok(looked),
    }
}

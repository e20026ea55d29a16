//! What is missing of an original's images is made and stored, within what an item may hold.

use super::AT_ONCE;
use super::target::Target;
use crate::direct::fetch::Fetch;
use crate::failure::Failure;
use crate::handler::Handler;
use crate::image::Assets;
use crate::store::{Derived, Original, Store, StoreError, keep};
use crate::turn::{Time, Turn};
use crate::work::Work;
use futures::future::join_all;
use resizer_core::Output;

/// The part of the memory for images that each item beside the one whose turn it is may hold.
const ASIDE: u64 = 64;

/// Decodes once, makes all, stores all at the same time. By place.
pub(super) async fn make_and_put<S: Store, F: Fetch>(
    handler: &Handler<S, F>,
    original: Original,
    wanted: Vec<(usize, Target)>,
    job: &str,
    mut turn: Option<Turn>,
    time: Time,
) -> Result<Vec<(usize, Result<(), Failure>)>, Failure> {
    let mut done = Vec::new();
    let (mut made, mut assets) = (Vec::new(), Assets::new());
    let bytes = original.bytes.len() as u64;
    for (place, target) in wanted {
        let room = if turn.is_some() { handler.room() } else { aside(handler) };
        let mut found = handler.assets(&target.spec, &mut assets, room.saturating_sub(bytes)).await;
        if found.as_ref().is_err_and(|failure| failure.code == "too_much_memory") && turn.is_none() {
            turn = Some(handler.turns.take(time).await?);
            found = handler.assets(&target.spec, &mut assets, handler.room().saturating_sub(bytes)).await;
        }
        match found {
            Ok(()) => made.push((place, target)),
            Err(failure) if failure.passes() => return Err(failure),
            Err(failure) => done.push((place, Err(failure))),
        }
    }
    if made.is_empty() {
        return Ok(done);
    }
    let turn = match turn {
        Some(turn) => turn,
        None => handler.turns.take(time).await?,
    };
    let Original { bytes, etag, .. } = original;
    let specs = made.iter().map(|(_, target)| target.spec.clone()).collect();
    let beside = aside(handler).saturating_mul(AT_ONCE as u64 - 1);
    let (outputs, turn) = match handler.work(Work { bytes, specs, assets, beside }, turn).await {
        Ok(worked) => worked,
        Err(failure) if failure.passes() => return Err(failure),
        Err(failure) => {
            done.extend(made.into_iter().map(|(place, _)| (place, Err(failure.clone()))));
            return Ok(done);
        }
    };
    let held: u64 = outputs.iter().flatten().map(|output| output.bytes.len() as u64).sum();
    // What is large is out of the way before the next begins.
    let _turn = (held > aside(handler)).then_some(turn);
    let (mut puts, mut again) = (Vec::new(), None);
    for ((place, target), output) in made.into_iter().zip(outputs) {
        match output {
            Err(failure) if failure.passes() => again = Some(failure),
            Err(failure) => done.push((place, Err(failure))),
            Ok(output) => puts.push(put(handler, place, target, output, etag.clone(), job)),
        }
    }
    for (place, put) in join_all(puts).await {
        match put {
            Err(error @ StoreError::Busy { .. }) => return Err(error.into()),
            put => done.push((place, put.map_err(Failure::from))),
        }
    }
    again.map_or(Ok(done), Err)
}

async fn put<S: Store, F: Fetch>(
    handler: &Handler<S, F>,
    place: usize,
    target: Target,
    output: Output,
    source_etag: Option<String>,
    job: &str,
) -> (usize, Result<(), StoreError>) {
    let derived = Derived {
        bytes: output.bytes.into(),
        content_type: output.format.content_type(),
        cache_control: handler.settings.cache_control.clone(),
        source_etag,
        spec: target.spec.to_string(),
        job: (!job.is_empty()).then(|| job.to_owned()),
    };
    (place, keep(handler.store(), &target.key, &derived, target.found).await)
}

/// Most bytes that an item holds while it is not its turn: files that were fetched, or results on their way out. What is
/// larger is fetched and stored during its turn, so that all that is held at a time is known.
pub(super) fn aside<S: Store, F: Fetch>(handler: &Handler<S, F>) -> u64 {
    handler.room() / ASIDE
}

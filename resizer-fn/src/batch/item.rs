//! One original, fetched and decoded once for all its sizes.

use super::make::{aside, make_and_put};
use super::{Attempt, Batch, Desk, Ended, suspect};
use crate::direct::fetch::Fetch;
use crate::failure::Failure;
use crate::handler::Handler;
use crate::key::Keyed;
use crate::settings::Refusal;
use crate::store::{Found, Stamp, Store, StoreError};
use crate::turn::Time;
use futures::future::join_all;
use imgdeploy_batch::{Failed, ItemOutcome, Job, Outcome, WorkItem, stamped};
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
    stamp: Option<Stamp>,
}

/// What is to be made of one original, and for whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order<'a> {
    pub(super) key: &'a str,
    pub(super) specs: &'a [String],
    /// Empty for none.
    pub(super) job: &'a str,
    pub(super) force: bool,
}

impl<S: Store, F: Fetch, D: Desk> Batch<S, F, D> {
    /// Makes what a message asks for.
    pub(super) async fn work_item(
        &self,
        job: &Job,
        item: &WorkItem,
        attempt: Attempt,
        time: Time,
        request: &str,
    ) -> Ended {
        let order = Order { key: &item.key, specs: &job.specs, job: &job.id, force: job.force };
        let images = if job.cancelled {
            job.specs.iter().map(|_| Err(cancelled())).collect()
        } else {
            match self.in_time(order, attempt, time).await {
                Ok(images) => images,
                Err(failure) => return Ended::Again(failure),
            }
        };
        let failed = failures(&order, item.n, &images, request);
        let outcome = ItemOutcome {
            n: item.n,
            images: images.iter().map(|image| *image.as_ref().unwrap_or(&Outcome::Failed)).collect(),
        };
        Ended::Item { job: job.id.clone(), outcome, failed }
    }

    /// What became of each spec. A failure of the whole is worth another try, unless that is in vain.
    pub(super) async fn in_time(
        &self,
        order: Order<'_>,
        attempt: Attempt,
        time: Time,
    ) -> Result<Vec<Result<Outcome, Failure>>, Failure> {
        if attempt.broke_off {
            return Ok(order.specs.iter().map(|_| Err(suspect::broke_off())).collect());
        }
        let made = tokio::time::timeout_at(time.until, make(&self.handler, order, time)).await;
        match made.unwrap_or_else(|_| Err(Failure::timeout())) {
            Err(failure) if attempt.is_final(&failure) => {
                Ok(order.specs.iter().map(|_| Err(failure.clone())).collect())
            }
            made => made,
        }
    }
}

/// The failures among `images`, for the errors queue.
pub(super) fn failures(
    order: &Order<'_>,
    n: u64,
    images: &[Result<Outcome, Failure>],
    request: &str,
) -> Vec<Failed> {
    let failed =
        order.specs.iter().zip(images).filter_map(|(spec, image)| Some((spec, image.as_ref().err()?)));
    failed
        .map(|(spec, failure)| Failed {
            job: order.job.to_owned(),
            n,
            key: order.key.to_owned(),
            spec: spec.clone(),
            code: failure.code.to_owned(),
            reason: failure.message.clone(),
            request_id: request.to_owned(),
        })
        .collect()
}

fn cancelled() -> Failure {
    let message = "the batch was cancelled before this image was made".to_owned();
    Failure::new(409, "cancelled", message)
}

/// Whether another try may mend it.
pub(super) fn passes(failure: &Failure) -> bool {
    failure.status == 503 || failure.code == "internal"
}

async fn make<S: Store, F: Fetch>(
    handler: &Handler<S, F>,
    order: Order<'_>,
    time: Time,
) -> Result<Vec<Result<Outcome, Failure>>, Failure> {
    let targets = order.specs.iter().map(|spec| target(handler, spec, order.key)).collect();
    let targets = looked_at(handler, targets).await?;
    let valid = |target: &Result<Target, Failure>| {
        let target = target.as_ref().ok()?;
        let stamp = target.stamp.as_ref()?;
        let fits = stamp.spec.as_deref() == Some(&stamped(&target.spec.to_string()));
        let own = stamp.job.as_deref() == Some(order.job) && !order.job.is_empty();
        (fits && (own || !order.force)).then(|| Some((stamp.source_etag.clone()?, own))).flatten()
    };
    let known: Vec<Option<(String, bool)>> = targets.iter().map(valid).collect();

    // Where all are of one state of the original, S3 can say whether it is still that, without sending it.
    let mut etags = targets.iter().zip(&known).filter(|(target, _)| target.is_ok()).map(|(_, known)| known);
    let common = etags.next().cloned().flatten().map(|(etag, _)| etag);
    let common =
        common.filter(|etag| etags.all(|known| known.as_ref().is_some_and(|(other, _)| other == etag)));
    let mut turn = None;
    let mut original = handler.file(order.key, common.as_deref(), aside(handler)).await;
    if let Err(StoreError::NoRoom { .. }) = original {
        turn = Some(handler.turns.take(time).await?);
        original = handler.file(order.key, common.as_deref(), handler.room()).await;
    }
    let original = match original {
        Ok(original) => original,
        Err(error @ StoreError::Busy { .. }) => return Err(error.into()),
        // Of a missing original, and the like, no image can be made, whatever is stored.
        Err(error) => {
            let failure = Failure::from(error);
            return Ok(targets
                .into_iter()
                .map(|target| Err(target.err().unwrap_or_else(|| failure.clone())))
                .collect());
        }
    };
    let etag = original.as_ref().and_then(|original| original.etag.clone()).or(common);
    let mut images: Vec<Result<Option<Outcome>, Failure>> = targets
        .iter()
        .zip(&known)
        .map(|(target, known)| match (target, known) {
            (Err(failure), _) => Err(failure.clone()),
            (Ok(_), Some((of, own))) if Some(of) == etag.as_ref() => {
                Ok(Some(if *own { Outcome::Done } else { Outcome::Skipped }))
            }
            (Ok(_), _) => Ok(None),
        })
        .collect();
    if let Some(original) = original {
        let wanted = targets.iter().zip(&images).enumerate();
        let wanted: Vec<(usize, Target)> = wanted
            .filter(|(_, (_, image))| matches!(image, Ok(None)))
            .filter_map(|(place, (target, _))| Some((place, target.as_ref().ok()?.clone())))
            .collect();
        for (place, made) in make_and_put(handler, original, wanted, order.job, turn, time).await? {
            if let Some(image) = images.get_mut(place) {
                *image = made.map(|()| Some(Outcome::Done));
            }
        }
    }
    let unmade = || Failure::internal("an image was neither made nor found");
    Ok(images.into_iter().map(|image| image.and_then(|image| image.ok_or_else(unmade))).collect())
}

/// Where the image belongs, and what it is. What a viewer of that place would get has to be what is ordered.
fn target<S: Store, F: Fetch>(
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
async fn looked_at<S: Store, F: Fetch>(
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
    match looked.iter().find_map(|one| one.as_ref().err().filter(|failure| passes(failure))) {
        Some(failure) => Err(failure.clone()),
        None => Ok(looked),
    }
}

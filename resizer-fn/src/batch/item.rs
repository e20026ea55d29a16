//! One original, fetched and decoded once for all its sizes.

use super::{Batch, Desk, Ended};
use crate::direct::fetch::Fetch;
use crate::failure::Failure;
use crate::grammar::Reading;
use crate::handler::Handler;
use crate::image::Assets;
use crate::settings::Refusal;
use crate::store::{Derived, Original, Stamp, Store, StoreError};
use futures::future::join_all;
use imgdeploy_batch::{Failed, ItemOutcome, Job, Outcome, WorkItem, stamped};
use resizer_core::stop::NEVER;
use resizer_core::{Defaults, Options, Output, Spec};
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Pictures are big: one is in the works at a time, as the limit of memory is for one.
static DECODING: Semaphore = Semaphore::const_new(1);

/// One image to be made.
#[derive(Clone, Debug)]
struct Target {
    key: String,
    spec: Spec,
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
        last: bool,
        until: Instant,
        request: &str,
    ) -> Ended {
        let order = Order { key: &item.key, specs: &job.specs, job: &job.id, force: job.force };
        let images = if job.cancelled {
            job.specs.iter().map(|_| Err(cancelled())).collect()
        } else {
            match self.in_time(order, last, until).await {
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

    /// What became of each spec. A failure of the whole is worth another try; on the last try there is none.
    pub(super) async fn in_time(
        &self,
        order: Order<'_>,
        last: bool,
        until: Instant,
    ) -> Result<Vec<Result<Outcome, Failure>>, Failure> {
        let made = tokio::time::timeout_at(until, make(&self.handler, order)).await;
        match made.unwrap_or_else(|_| Err(Failure::timeout())) {
            Err(failure) if last => Ok(order.specs.iter().map(|_| Err(failure.clone())).collect()),
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
fn passes(failure: &Failure) -> bool {
    failure.status == 503 || failure.code == "internal"
}

async fn make<S: Store, F: Fetch>(
    handler: &Handler<S, F>,
    order: Order<'_>,
) -> Result<Vec<Result<Outcome, Failure>>, Failure> {
    let targets: Vec<Result<Target, Failure>> =
        order.specs.iter().map(|spec| target(handler, spec, order.key)).collect();
    let keys = targets.iter().map(|target| target.as_ref().ok().map(|target| target.key.clone()));
    let stamps = stamps(handler, keys.collect()).await?;
    let valid = |target: &Result<Target, Failure>, stamp: &Option<Stamp>| {
        let (Ok(target), Some(stamp)) = (target, stamp) else { return None };
        let fits = stamp.spec.as_deref() == Some(&stamped(&target.spec.to_string()));
        let own = stamp.job.as_deref() == Some(order.job) && !order.job.is_empty();
        (fits && (own || !order.force)).then(|| Some((stamp.source_etag.clone()?, own))).flatten()
    };
    let known: Vec<Option<(String, bool)>> =
        targets.iter().zip(&stamps).map(|(target, stamp)| valid(target, stamp)).collect();

    // Where all are of one state of the original, S3 can say whether it is still that, without sending it.
    let mut etags = targets.iter().zip(&known).filter(|(target, _)| target.is_ok()).map(|(_, known)| known);
    let common = etags.next().cloned().flatten().map(|(etag, _)| etag);
    let common =
        common.filter(|etag| etags.all(|known| known.as_ref().is_some_and(|(other, _)| other == etag)));
    let limit = handler.settings.limits.max_bytes;
    let original = match handler.store().get_unless(order.key, limit, common.as_deref()).await {
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
        for (place, made) in make_and_put(handler, original, wanted, order.job).await? {
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
                _ => return Ok(Target { spec: reading.spec.clone(), key: key.clone() }),
            }
        }
    }
    let message = format!("`{text}/{original}` is read as something else than {text} of {original}");
    Err(refused.unwrap_or_else(|| Failure::new(400, "bad_spec", message)))
}

/// What the images that are stored already say of themselves.
async fn stamps<S: Store, F: Fetch>(
    handler: &Handler<S, F>,
    keys: Vec<Option<String>>,
) -> Result<Vec<Option<Stamp>>, Failure> {
    let mut asked = Vec::with_capacity(keys.len());
    for key in &keys {
        asked.push(async move {
            match key {
                Some(key) => handler.store().stamp(key).await,
                None => Ok(None),
            }
        });
    }
    let mut stamps = Vec::with_capacity(keys.len());
    for stamp in join_all(asked).await {
        match stamp {
            Ok(stamp) => stamps.push(stamp),
            Err(error @ StoreError::Busy { .. }) => return Err(error.into()),
            // What can't be looked at is made: writing it will tell more.
            Err(_) => stamps.push(None),
        }
    }
    Ok(stamps)
}

/// Decodes once, makes all, stores all at the same time. By place.
async fn make_and_put<S: Store, F: Fetch>(
    handler: &Handler<S, F>,
    original: Original,
    wanted: Vec<(usize, Target)>,
    job: &str,
) -> Result<Vec<(usize, Result<(), Failure>)>, Failure> {
    let mut done = Vec::new();
    let (mut specs, mut assets) = (Vec::new(), Assets::new());
    for (place, target) in wanted {
        match handler.assets(&target.spec).await {
            Ok(found) => {
                assets.extend(found);
                specs.push((place, target));
            }
            Err(failure) if passes(&failure) => return Err(failure),
            Err(failure) => done.push((place, Err(failure))),
        }
    }
    let Original { bytes, etag, .. } = original;
    let outputs =
        decode(handler, bytes, specs.iter().map(|(_, target)| target.spec.clone()).collect(), assets);
    let outputs: Vec<Result<Output, Failure>> = match outputs.await {
        Ok(outputs) => outputs,
        Err(failure) if passes(&failure) => return Err(failure),
        Err(failure) => specs.iter().map(|_| Err(failure.clone())).collect(),
    };
    let mut puts = Vec::new();
    for ((place, target), output) in specs.into_iter().zip(outputs) {
        let source_etag = etag.clone();
        match output {
            Err(failure) => done.push((place, Err(failure))),
            Ok(output) => puts.push(async move {
                let derived = Derived {
                    bytes: output.bytes,
                    content_type: output.format.content_type(),
                    cache_control: handler.settings.cache_control.clone(),
                    source_etag,
                    spec: target.spec.to_string(),
                    job: (!job.is_empty()).then(|| job.to_owned()),
                };
                (place, handler.store().put(&target.key, derived).await)
            }),
        }
    }
    for (place, put) in join_all(puts).await {
        match put {
            Err(error @ StoreError::Busy { .. }) => return Err(error.into()),
            put => done.push((place, put.map_err(Failure::from))),
        }
    }
    Ok(done)
}

async fn decode<S: Store, F: Fetch>(
    handler: &Handler<S, F>,
    bytes: Vec<u8>,
    specs: Vec<Spec>,
    assets: Assets,
) -> Result<Vec<Result<Output, Failure>>, Failure> {
    if specs.is_empty() {
        return Ok(Vec::new());
    }
    let (limits, defaults) = (handler.settings.limits, Defaults { quality: handler.settings.quality });
    let turn = DECODING.acquire().await.map_err(|error| Failure::internal(error.to_string()))?;
    let made = tokio::task::spawn_blocking(move || {
        // Held until the work has ended, even if nobody waits for it any more.
        let _turn = turn;
        let options = Options { defaults: &defaults, limits: &limits, assets: &assets, stop: &NEVER };
        resizer_core::resize_all(&bytes, &specs, &options)
    });
    let made = made.await.map_err(|error| Failure::internal(error.to_string()))??;
    Ok(made.into_iter().map(|output| output.map_err(Failure::from)).collect())
}

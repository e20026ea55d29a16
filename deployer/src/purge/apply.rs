//! Carries a purge out: deletes, then has the distribution forget. What is gone is forgotten even where the rest stays.

use std::time::{Duration, Instant};

use super::paths::MOST_PATHS;
use super::plan::{Image, Plan};
use crate::approval::{Approved, Permit};
use crate::aws::write::{BucketWrite, DistributionWrite, Kept};
use crate::aws::{AwsFailure, Clients, FailureKind, edge};
use crate::random::random_id;

/// S3's limit for one call.
const BATCH: usize = 1000;
/// CloudFront's own waiter gives up after 10 minutes (CF-16); edges far away may take longer.
const PATIENCE: Duration = Duration::from_secs(20 * 60);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// Images that are gone.
    pub deleted: usize,
    /// Paths that the distribution was told to forget.
    pub paths: Vec<String>,
    /// Ids of the invalidations.
    pub invalidations: Vec<String>,
}

/// Why a purge did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// How far it came.
    pub done: Done,
    /// Images of the plan.
    pub planned: usize,
    /// The call to S3 that failed.
    pub call: Option<AwsFailure>,
    /// Images that S3 would not delete.
    pub kept: Vec<Kept>,
    /// The invalidation that failed.
    pub edge: Option<NotForgotten>,
}

/// Images are gone, but edges may still have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotForgotten {
    /// The distribution.
    pub distribution: String,
    /// Paths that it was not told, or not told for certain.
    pub paths: Vec<String>,
    /// The invalidation that was sent, if only its end was not seen.
    pub sent: Option<String>,
    /// One wildcard for all derived images, where that is safe.
    pub own: Option<String>,
    /// Why.
    pub failure: AwsFailure,
}

/// Deletes the images of the plan.
///
/// # Errors
/// What was done, and what was not; running the same purge again goes on.
pub async fn apply(
    clients: &Clients,
    plan: &Approved<'_, Plan>,
    say: &(dyn Fn(&str) + Sync),
) -> Result<Done, Box<Stopped>> {
    let bucket = BucketWrite::new(clients, &plan.region, &plan.bucket, &plan.account, plan.permit());
    let mut stopped = Stopped {
        done: Done::default(),
        planned: plan.images.len(),
        call: None,
        kept: Vec::new(),
        edge: None,
    };
    let mut gone: Vec<&Image> = Vec::new();
    for batch in plan.images.chunks(BATCH) {
        let objects: Vec<(&str, &str)> =
            batch.iter().map(|image| (image.key.as_str(), image.etag.as_str())).collect();
        match bucket.delete_unchanged(&objects).await {
            Ok(kept) => {
                stopped.done.deleted += batch.len() - kept.len().min(batch.len());
                gone.extend(batch.iter().filter(|image| kept.iter().all(|kept| kept.key != image.key)));
                // Where all of a batch is refused for one reason, the next will be too.
                let refused = kept.len() == batch.len();
                stopped.kept.extend(kept);
                if refused {
                    break;
                }
            }
            Err(failure) => {
                // Without an answer, some of them may be gone.
                if failure.kind == FailureKind::Unreachable {
                    gone.extend(batch);
                }
                stopped.call = Some(failure);
                break;
            }
        }
        if plan.images.len() > BATCH {
            say(&format!("{} of {} deleted", stopped.done.deleted, plan.images.len()));
        }
    }
    if let Some(edge) = &plan.edge
        && !gone.is_empty()
    {
        let paths = plan.paths(gone).paths;
        let told = forget(clients, plan.permit(), &edge.id, &paths, &mut stopped.done, say).await;
        stopped.edge = told.err().map(|(paths, sent, failure)| NotForgotten {
            distribution: edge.id.clone(),
            paths,
            sent,
            own: plan.own(),
            failure,
        });
    }
    let complete = stopped.call.is_none() && stopped.kept.is_empty() && stopped.edge.is_none();
    if complete { Ok(stopped.done) } else { Err(Box::new(stopped)) }
}

/// What is left of the paths, the invalidation whose end was not seen, and why.
type Left = (Vec<String>, Option<String>, AwsFailure);

/// One invalidation after the other: no more paths may be in progress than one has.
async fn forget(
    clients: &Clients,
    permit: Permit,
    id: &str,
    paths: &[String],
    done: &mut Done,
    say: &(dyn Fn(&str) + Sync),
) -> Result<(), Left> {
    let (run, write) = (random_id(), DistributionWrite::new(clients, id, permit));
    let mut left = paths;
    for (number, batch) in paths.chunks(MOST_PATHS).enumerate() {
        // New for each, and the same for each try (CF-16).
        let reference = format!("imgdeploy-purge-{run}-{number}");
        let invalidation = match write.invalidate(batch, &reference).await {
            Ok(invalidation) => invalidation,
            Err(failure) => return Err((left.to_vec(), None, failure)),
        };
        done.paths.extend_from_slice(batch);
        done.invalidations.push(invalidation.clone());
        left = left.get(batch.len()..).unwrap_or_default();
        if let Err(failure) = wait(clients, id, &invalidation, say).await {
            return Err((left.to_vec(), Some(invalidation), failure));
        }
    }
    Ok(())
}

async fn wait(
    clients: &Clients,
    id: &str,
    invalidation: &str,
    say: &(dyn Fn(&str) + Sync),
) -> Result<(), AwsFailure> {
    let start = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let status = edge::invalidation(clients, id, invalidation).await?.status;
        if status == "Completed" {
            return Ok(());
        }
        let seconds = start.elapsed().as_secs();
        if start.elapsed() > PATIENCE {
            return Err(AwsFailure::local(
                "cloudfront:GetInvalidation",
                format!("the invalidation {invalidation} still goes on after {seconds} s"),
            ));
        }
        if pause == LONGEST_PAUSE {
            say(&format!("invalidation {invalidation}: {status} ({seconds} s)"));
        }
        crate::aws::pace::pause(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

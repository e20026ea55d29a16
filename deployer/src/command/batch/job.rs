//! What is asked of a job that was ordered.

use imgdeploy_batch::{Job, PAGE_KEYS, Page, Source, feed};

use super::{Tier, follow, go, new_job, place};
use crate::batch::cancel::{self, Cancellation};
use crate::batch::dead::bury;
use crate::batch::first_tier::{FirstTier, OWN_KEYS};
use crate::batch::place::Place;
use crate::batch::watch::{Watch, failures};
use crate::cli::{ErrorsArgs, JobArgs};
use crate::command::approve::{self, Consent, Decision, Shown};
use crate::error::{Exit, Failure};
use crate::report::{BatchBar, Report};
use crate::settings::Site;

/// The job that was named, or the newest.
async fn job(place: &Place, id: Option<&str>) -> Result<Job, Failure> {
    let list = format!("`imgdeploy batch status --bucket {}` shows the newest", place.bucket);
    let id = match id {
        Some(id) => id.to_owned(),
        None => place.records.jobs().await?.pop().ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                format!("no batch was ever ordered for the bucket {}", place.bucket),
                format!(
                    "`imgdeploy batch --bucket {} --from PREFIX --spec 200x200` orders one",
                    place.bucket
                ),
            )
        })?,
    };
    let found = place.records.job(&id).await?;
    found.ok_or_else(|| {
        Failure::new(Exit::Usage, format!("there is no batch {id} of the bucket {}", place.bucket), list)
    })
}

/// `batch status`.
pub(super) async fn status(site: &Site, args: &JobArgs, report: &Report) -> Result<Exit, Failure> {
    let (_, place) = place(site).await?;
    let job = job(&place, args.id.as_deref()).await?;
    let mut watch = Watch::new(&place, job.clone());
    let progress = watch.look().await?;
    let (waiting, dead) = (place.queue.depth().await?, place.dead.depth().await?);
    report.batch_status(&job, &progress, watch.is_complete(), waiting, dead);
    Ok(Exit::Done)
}

/// `batch wait`.
pub(super) async fn wait(site: &Site, args: &JobArgs, report: &Report) -> Result<Exit, Failure> {
    let (_, place) = place(site).await?;
    let job = job(&place, args.id.as_deref()).await?;
    let bar = BatchBar::new(report);
    bar.started(&job, true);
    follow(&place, job, OWN_KEYS, bar).await
}

/// `batch cancel`.
pub(super) async fn cancel(site: &Site, args: &JobArgs, yes: bool, report: &Report) -> Result<Exit, Failure> {
    let (_, place) = place(site).await?;
    let job = job(&place, args.id.as_deref()).await?;
    if let Some(counts) = place.records.done(&job.id).await? {
        report.say(format!("the batch {} has ended: {} images are known", job.id, counts.total()));
        report.batch_cancelled(&job, false);
        return Ok(Exit::Done);
    }
    let wanted = Cancellation { job };
    let consent = Consent { yes, dry_run: false, exit_code: false };
    let Decision::Go(approved) = approve::decide(&wanted, consent, report)? else { return Ok(Exit::Done) };
    let cancelled = cancel::cancel(&place.records, &approved).await?;
    // What was listed so far is all of it; what is in the queue comes back as cancelled.
    if place.records.sent(&cancelled.id).await?.is_none() {
        let _ = feed(&FirstTier::new(&place, &cancelled), &cancelled, None, |_| true).await?;
    }
    report.batch_cancelled(&cancelled, true);
    Ok(Exit::Done)
}

/// `batch errors`.
pub(super) async fn errors(site: &Site, args: &ErrorsArgs, report: &Report) -> Result<Exit, Failure> {
    let (_, place) = place(site).await?;
    let job = job(&place, args.job.id.as_deref()).await?;
    bury(&place).await?;
    let (counts, failed) = failures(&place, &job).await?;
    if !args.retry_failed {
        report.batch_errors(&job, counts, &failed);
        return Ok(if failed.is_empty() { Exit::Done } else { Exit::Changes });
    }
    if failed.is_empty() {
        report.batch_errors(&job, counts, &failed);
        return Ok(Exit::Done);
    }
    let mut keys: Vec<String> = failed.into_iter().map(|one| one.key).collect();
    keys.dedup();
    let again = new_job(&place.bucket, Source::RetryOf(job.id.clone()), job.specs.clone(), job.force);
    let pages = keys.chunks(PAGE_KEYS).count();
    let mut first = 0;
    for (number, keys) in (0..).zip(keys.chunks(PAGE_KEYS)) {
        let next = (number + 1 < pages as u64).then(String::new);
        let page = Page { first, keys: keys.to_vec(), next };
        first = page.end();
        place.records.keep(&again.id, number, page).await?;
    }
    place.records.put_job(&again).await?;
    let tier = if args.detach { Tier::Function } else { Tier::Tool(OWN_KEYS) };
    go(&place, again, false, tier, report).await
}

impl Shown for Cancellation {
    /// The question says it all.
    fn show(&self, _: &Report) {}

    fn show_dry(&self, _: &Report) {}

    fn questions(&self) -> Vec<String> {
        vec![format!("Make nothing more of the batch {}?", self.job.id)]
    }
}

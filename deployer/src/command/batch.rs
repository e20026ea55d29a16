//! `batch`: derived images of many originals at once.

mod job;
mod local;

use std::time::Duration;

use futures::FutureExt as _;
use imgdeploy_batch::{Fed, Job, Message, Source, feed};

use crate::aws::AwsFailure;
use crate::batch::dead::{bury, millis};
use crate::batch::first_tier::{FirstTier, OWN_KEYS};
use crate::batch::lists::{self, List, Unlisted};
use crate::batch::place::{NoPlace, Place};
use crate::batch::stall;
use crate::batch::watch::{IDLE, QUIET, Watch};
use crate::cli::{BatchArgs, BatchCommand, OrderArgs};
use crate::command::engine;
use crate::error::{Exit, Failure};
use crate::report::{BatchBar, Report};
use crate::settings::{Given, Site};
use crate::stack::{self, Stacks};
use crate::time::rfc3339;

/// Time between two looks at the results.
const POLL: Duration = Duration::from_millis(500);
/// Looks between two at the dead-letter queue.
const LOOKS_PER_BURIAL: u32 = 10;
/// Jobs that are looked at for one to go on with.
const RECENT: usize = 20;

/// Runs the command.
///
/// # Errors
/// With the documented exit code.
pub async fn run(
    given: &Given,
    site: Option<&Site>,
    args: &BatchArgs,
    yes: bool,
    report: &Report,
) -> Result<Exit, Failure> {
    match (&args.what, site) {
        (None, site) => {
            if let Some(problem) = args.order.problem() {
                return Err(Failure::new(Exit::Usage, problem, "see `imgdeploy batch --help`"));
            }
            match site {
                _ if args.order.local => local::run(given, site, &args.order, report).await,
                Some(site) => order(site, &args.order, report).await,
                None => {
                    Err(Failure::new(Exit::Usage, "--folder is for --local", "see `imgdeploy batch --help`"))
                }
            }
        }
        (Some(BatchCommand::Status(args)), Some(site)) => job::status(site, args, report).await,
        (Some(BatchCommand::Wait(args)), Some(site)) => job::wait(site, args, report).await,
        (Some(BatchCommand::Cancel(args)), Some(site)) => job::cancel(site, args, yes, report).await,
        (Some(BatchCommand::Errors(args)), Some(site)) => job::errors(site, args, report).await,
        (Some(_), None) => Err(Failure::new(Exit::Usage, "no bucket is named", "say `--bucket NAME`")),
    }
}

/// The queues of the site's bucket.
pub(super) async fn place(site: &Site) -> Result<(crate::aws::Clients, Place), Failure> {
    let clients = engine::clients(&site.access).await?;
    let bucket = site.bucket.as_str();
    let region = engine::bucket_region(&clients, bucket).await?;
    let name = stack::stack_name(bucket);
    let Some(seen) = Stacks::new(&clients, &region).observe(&name).await? else {
        return Err(Failure::new(
            Exit::Usage,
            format!("imgdeploy is not attached to the bucket {bucket}: there is no stack {name} in {region}"),
            format!("`imgdeploy attach --bucket {bucket} --batch` attaches it, with queues"),
        ));
    };
    match Place::of(&clients, &region, bucket, &seen) {
        Ok(place) => Ok((clients, place)),
        Err(NoPlace::NotOn) => Err(Failure::new(
            Exit::Usage,
            format!("the bucket {bucket} is attached, but has no queues for batches"),
            format!("`imgdeploy attach --bucket {bucket} --batch` makes them; `batch --local` works without"),
        )),
        Err(NoPlace::Unfinished) => Err(Failure::new(
            Exit::Refused,
            format!("the stack {name} is {}: it says nothing of its function", seen.status),
            format!("`imgdeploy attach --bucket {bucket}` finishes it"),
        )),
    }
}

async fn order(site: &Site, args: &OrderArgs, report: &Report) -> Result<Exit, Failure> {
    let (clients, place) = place(site).await?;
    if let Some(from) = args
        .from
        .as_deref()
        .filter(|from| !place.scheme.prefix.is_empty() && from.starts_with(&place.scheme.prefix))
    {
        return Err(Failure::new(
            Exit::Usage,
            format!("--from {from}: under {} are derived images, not originals", place.scheme.prefix),
            "name a prefix of originals",
        ));
    }
    let list = args.keys.clone().map(List::File).or_else(|| args.manifest.clone());
    let fetched = match &list {
        Some(list) => Some(lists::fetch(list, &clients, &place.bucket).await?),
        None => None,
    };
    let source = match &fetched {
        Some(fetched) => Source::List(fetched.digest().to_owned()),
        None => Source::Prefix(args.from.clone().unwrap_or_default()),
    };
    let wanted = new_job(&place.bucket, source, args.spec.clone(), args.force);
    let (job, resumed) = match unfinished(&place, &wanted).await? {
        Some(job) => (job, true),
        None => {
            if let Some(fetched) = &fetched {
                fetched.store(&place.records, &wanted.id, &place.bucket).await?;
            }
            place.records.put_job(&wanted).await?;
            (wanted, false)
        }
    };
    let tier = match (args.detach, args.here) {
        (true, _) => Tier::Function,
        (false, true) => Tier::Tool(u64::MAX),
        (false, false) => Tier::Tool(OWN_KEYS),
    };
    go(&place, job, resumed, tier, report).await
}

/// Who lists and sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tier {
    /// The function, all of it; nobody waits.
    Function,
    /// The tool, up to so many keys; the function the rest.
    Tool(u64),
}

/// A job that nobody has ordered yet.
pub(super) fn new_job(bucket: &str, source: Source, specs: Vec<String>, force: bool) -> Job {
    let now = millis();
    let text = rfc3339(i64::try_from(now).unwrap_or_default());
    let digits: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
    let (date, clock) = digits.split_at(digits.len().min(3));
    let clock: String = clock.iter().take(3).copied().collect();
    let id = format!("{}-{clock}-{:04x}", date.concat(), tail(now, std::process::id()));
    Job {
        id,
        bucket: bucket.to_owned(),
        source,
        specs,
        force,
        created: now / 1000,
        cancelled: false,
        handed_over: false,
    }
}

/// The end of an id: orders within one second differ, and the later one is the greater.
fn tail(millis: u64, process: u32) -> u64 {
    (millis % 1000) << 6 | u64::from(process & 0x3f)
}

/// The newest job that orders the same and has not ended.
async fn unfinished(place: &Place, wanted: &Job) -> Result<Option<Job>, AwsFailure> {
    for id in place.records.jobs().await?.into_iter().rev().take(RECENT) {
        let Some(job) = place.records.job(&id).await? else { continue };
        if job.orders_like(wanted) && !job.cancelled && place.records.done(&id).await?.is_none() {
            return Ok(Some(job));
        }
    }
    Ok(None)
}

/// Sends what has to be sent, and waits unless it is to be left alone.
pub(super) async fn go(
    place: &Place,
    job: Job,
    resumed: bool,
    tier: Tier,
    report: &Report,
) -> Result<Exit, Failure> {
    let bar = BatchBar::new(report);
    bar.started(&job, resumed);
    let Tier::Tool(own) = tier else {
        if place.records.sent(&job.id).await?.is_none() && !job.handed_over {
            hand_over(place, &job, None).await?;
        }
        bar.detached(&job);
        return Ok(Exit::Done);
    };
    follow(place, job, own, bar).await
}

/// Leaves the rest of the first tier to the function.
async fn hand_over(place: &Place, job: &Job, from: Option<u64>) -> Result<(), AwsFailure> {
    // Sent before it is noted: a tool that dies between the two leaves a job that is fed twice, which is harmless.
    place.orders().send(vec![Message::Feed { job: job.id.clone(), from }.body()]).await?;
    place.records.put_job(&Job { handed_over: true, ..job.clone() }).await
}

/// Feeds and counts until all is known.
pub(super) async fn follow(
    place: &Place,
    job: Job,
    own: u64,
    mut bar: BatchBar<'_>,
) -> Result<Exit, Failure> {
    let mut watch = Watch::new(place, job.clone());
    let mut progress = watch.look().await?;
    if !watch.is_sent() && !job.handed_over {
        let feeding = async {
            match feed(&FirstTier::new(place, &job), &job, None, |at| at.items < own).await? {
                Fed::All(_) => Ok(()),
                Fed::Stopped(at) => hand_over(place, &job, Some(at.pages)).await,
            }
        };
        let mut feeding = std::pin::pin!(feeding.fuse());
        loop {
            tokio::select! {
                fed = &mut feeding => { fed?; break }
                () = crate::aws::pace::pause(POLL) => bar.progress(&watch.look().await?),
            }
        }
    }
    let mut looks = 0;
    while !watch.is_complete() {
        if looks > 0 {
            crate::aws::pace::pause(POLL).await;
        }
        progress = watch.look().await?;
        bar.progress(&progress);
        if looks % LOOKS_PER_BURIAL == 0 && !watch.is_complete() {
            let buried = bury(place).await?;
            if buried.unfed.contains(&job.id) {
                bar.say("the function could not list the originals; this goes on with it");
                let _ = feed(&FirstTier::new(place, &job), &job, None, |_| true).await?;
            }
            if buried.uploads > 0 {
                bar.say(format!(
                    "the function broke off over {} uploads: their sizes are made when they are asked for",
                    buried.uploads
                ));
            }
            if watch.is_quiet(QUIET)
                && let Some(stall) = stall::look(place, &job).await?
            {
                bar.waiting(&job, &stall);
            }
            let lost = watch.resend_lost(IDLE).await?;
            if lost > 0 {
                bar.say(format!("{lost} originals were in no queue any more; they were sent again"));
            }
        }
        looks += 1;
    }
    let counts = watch.counts();
    place.records.put_done(&job.id, counts).await?;
    bar.finished(&job, &progress, counts);
    Ok(if counts.failed > 0 { Exit::Changes } else { Exit::Done })
}

impl From<Unlisted> for Failure {
    fn from(unlisted: Unlisted) -> Self {
        match unlisted {
            Unlisted::Aws(failure) => failure.into(),
            list @ Unlisted::List(..) => Self::new(
                Exit::Usage,
                list.to_string(),
                "correct the list and run this again; nothing was ordered",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::tail;

    #[test]
    fn of_two_orders_within_one_second_the_later_is_the_newest() {
        let all: Vec<u64> =
            (0..1000).map(|millis| tail(1_700_000_000_000 + millis, 63 - (millis as u32 % 64))).collect();
        assert!(all.is_sorted_by(|one, next| one < next));
        assert!(all.iter().all(|tail| *tail <= 0xffff));
        assert_ne!(tail(5, 1), tail(5, 2));
    }
}

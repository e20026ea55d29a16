//! `status`: where everything is, on one screen.

use futures::future::OptionFuture;

use crate::aws::stack::drift;
use crate::aws::{AwsFailure, Clients, FailureKind};
use crate::cli::StatusArgs;
use crate::command::engine;
use crate::error::{Exit, Failure};
use crate::observe::{Observed, observe};
use crate::report::Report;
use crate::settings::Site;
use crate::stack;
use crate::status::{self, Seen, read};
use imgdeploy_world::Fact;

/// Runs the command. Nothing is written; drift is no failure.
///
/// # Errors
/// With the documented exit code: 2 for a bucket that is not there, 5 where AWS lets nothing be looked at.
pub async fn run(site: &Site, args: &StatusArgs, report: &Report) -> Result<Exit, Failure> {
    let clients = engine::clients(&site.access).await?;
    let query = engine::attached(site);
    let (observed, others) =
        futures::join!(observe(&clients, &query), look(&clients, site, args.detect_drift, report));
    let observed = observed?;
    let (function, times, month) = others?;
    let seen = Seen { observed: &observed, function, times, month };
    if let Some(failure) = denied(&seen) {
        return Err(failure.into());
    }
    let status = status::status(&seen);
    report.status(&status);
    Ok(Exit::Done)
}

type Looks = (Fact<read::Live>, Fact<drift::StackTimes>, Fact<crate::aws::metrics::Sums>);

/// What is known by name as soon as the region is: stack and function have the same.
async fn look(clients: &Clients, site: &Site, detect: bool, report: &Report) -> Result<Looks, Failure> {
    let region = engine::bucket_region(clients, site.bucket.as_str()).await?;
    let name = stack::stack_name(site.bucket.as_str());
    let times = async {
        let detected = OptionFuture::from(detect.then(|| {
            report.say("CloudFormation compares its resources with the template: this may take minutes");
            drift::detect(clients, &region, &name)
        }));
        let detected = detected.await;
        let times = drift::times(clients, &region, &name).await;
        match (detected, times) {
            (Some(Ok(drifted)), times) => times.map(|times| drift::StackTimes { drifted, ..times }),
            // A result that was asked for and can't be had is not covered up by an old one.
            (Some(Err(failure)), Fact::Known(_)) => Fact::Unknown(failure),
            (_, times) => times,
        }
    };
    Ok(futures::join!(read::live(clients, &region, &name), times, read::month(clients, &region, &name)))
}

/// The first refusal, where not one thing could be looked at.
fn denied(seen: &Seen<'_>) -> Option<AwsFailure> {
    let Observed { stack, policy, website, artifacts, .. } = seen.observed;
    let looks = [
        stack.unknown(),
        seen.times.unknown(),
        seen.function.unknown(),
        artifacts.journal.unknown(),
        policy.unknown(),
        website.unknown(),
    ];
    let refused =
        |failure: &&AwsFailure| matches!(failure.kind, FailureKind::Denied | FailureKind::Credentials);
    let all: Vec<&AwsFailure> = looks.into_iter().map(|look| look.filter(refused)).collect::<Option<_>>()?;
    all.first().map(|failure| (*failure).clone())
}

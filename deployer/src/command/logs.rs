//! `logs`: what the function logs, one line a request.

use std::time::SystemTime;

use crate::aws::lambda::Function;
use crate::aws::logs::Pages;
use crate::aws::{AwsFailure, Clients, FailureKind};
use crate::cli::LogsArgs;
use crate::command::engine;
use crate::error::{Exit, Failure};
use crate::logs::Joiner;
use crate::logs::follow::Follower;
use crate::report::{LogView, Report};
use crate::settings::{Access, Site};
use crate::stack::{self, Stacks};
use crate::time::millis;
use imgdeploy_world::Fact;

/// Where the log is.
struct Place {
    region: String,
    group: String,
}

/// The log of the function that a bucket's stack has.
///
/// # Errors
/// With the documented exit code; 2 where there is no such bucket, stack or log group.
pub async fn of_site(site: &Site, args: &LogsArgs, report: &Report) -> Result<Exit, Failure> {
    let clients = engine::clients(&site.access).await?;
    let bucket = site.bucket.as_str();
    let region = engine::bucket_region(&clients, bucket).await?;
    let name = stack::stack_name(bucket);
    let seen = Stacks::new(&clients, &region).observe(&name).await?;
    let Some(seen) = seen else {
        return Err(Failure::new(
            Exit::Usage,
            format!("imgdeploy is not attached to the bucket {bucket}: there is no stack {name} in {region}"),
            format!(
                "`imgdeploy attach --bucket {bucket}` attaches it; `--function NAME` shows another function's log"
            ),
        ));
    };
    let group = seen.outputs.get("LogGroupName").cloned().unwrap_or_else(|| usual_group(&name));
    show(&clients, &Place { region, group }, args, report).await
}

/// The log of a function that was named.
///
/// # Errors
/// With the documented exit code; 2 where there is no such log group.
pub async fn of_function(
    access: &Access,
    function: &str,
    args: &LogsArgs,
    report: &Report,
) -> Result<Exit, Failure> {
    let clients = engine::clients(access).await?;
    let region = clients.home_region();
    // A function that is gone, or may not be looked at, can have a log all the same.
    let group = match Function::new(&clients, &region, function).configuration(None).await {
        Fact::Known(seen) if !seen.log_group.is_empty() => seen.log_group,
        _ => usual_group(function),
    };
    show(&clients, &Place { region, group }, args, report).await
}

/// Where Lambda logs unless it is told otherwise.
fn usual_group(function: &str) -> String {
    format!("/aws/lambda/{function}")
}

async fn show(clients: &Clients, place: &Place, args: &LogsArgs, report: &Report) -> Result<Exit, Failure> {
    let now = SystemTime::now();
    let start = args.since.moment(now);
    if start > now {
        return Err(Failure::new(
            Exit::Usage,
            "--since is in the future",
            "write how long ago, such as `--since 1h`",
        ));
    }
    let mut view = report.log_view(args.raw);
    let mut joiner = Joiner::default();
    if !args.follow {
        let mut pages = Pages::new(clients, &place.region, &place.group, millis(start));
        let mut empty = true;
        while let Some(events) = pages.next().await.map_err(|failure| unreadable(place, failure))? {
            empty &= events.is_empty();
            if !view.show(events, &mut joiner) {
                return Ok(Exit::Done);
            }
        }
        if empty {
            report.say(format!(
                "nothing was logged in {} since then; `--since 1d` looks further back",
                place.group
            ));
        }
        let _ = view.finish(&mut joiner);
        return Ok(Exit::Done);
    }
    follow(clients, place, millis(start), &mut view, report).await?;
    Ok(Exit::Done)
}

/// Until Ctrl-C, or until nobody reads any more.
async fn follow(
    clients: &Clients,
    place: &Place,
    start: i64,
    view: &mut LogView<'_>,
    report: &Report,
) -> Result<(), Failure> {
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    let mut follower = Follower::new(clients, &place.region, &place.group, start);
    let mut joiner = Joiner::default();
    let mut troubled = false;
    let waited = loop {
        let looked = tokio::select! {
            biased;
            waited = &mut interrupt => break waited,
            looked = follower.look() => looked.map_err(|failure| unreadable(place, failure))?,
        };
        match looked {
            Ok(events) => {
                troubled = false;
                if !view.show(events, &mut joiner) {
                    return Ok(());
                }
            }
            Err(failure) if !troubled => {
                troubled = true;
                report.say(format!("note: {failure}; going on as soon as AWS answers"));
            }
            Err(_) => {}
        }
        tokio::select! {
            biased;
            waited = &mut interrupt => break waited,
            () = follower.wait() => {}
        }
    };
    let _ = view.finish(&mut joiner);
    waited.map_err(|error| {
        Failure::new(
            Exit::Unexpected,
            format!("Ctrl-C cannot be waited for: {error}"),
            "leave out `--follow`",
        )
    })
}

/// A log that can't be read; one that is not there is a matter of names.
fn unreadable(place: &Place, failure: AwsFailure) -> Failure {
    if failure.kind != FailureKind::Missing {
        return failure.into();
    }
    let Place { region, group } = place;
    Failure::new(
        Exit::Usage,
        format!("there is no log group {group} in {region}"),
        "Lambda makes it when the function logs for the first time; check `--function` and `--region`",
    )
}

//! `down`: takes away what `up` made.

use crate::aws::Clients;
use crate::aws::read::{BucketRead, Contents};
use crate::cli::DownArgs;
use crate::command::engine::{self, Consent, Ended};
use crate::error::{Exit, Failure};
use crate::observe::{Observed, Query};
use crate::plan::{Plan, down};
use crate::report::Report;
use crate::settings::Site;
use imgdeploy_world::Fact;

/// Runs the command. The plan, once there is one, is left in `shown` for the report of a failure.
///
/// # Errors
/// With the documented exit code.
pub async fn run(
    site: &Site,
    args: &DownArgs,
    consent: Consent,
    report: &Report,
    shown: &mut Option<Plan>,
) -> Result<Exit, Failure> {
    let with_objects = match &args.delete_bucket_with_objects {
        None => false,
        Some(name) if name == site.bucket.as_str() => true,
        Some(name) => {
            return Err(Failure::new(
                Exit::Usage,
                format!("--delete-bucket-with-objects names {name}, but the bucket is {}", site.bucket),
                "give it the name of the bucket that is to be deleted with all that is in it, or leave it out",
            ));
        }
    };
    let clients = engine::clients(&site.access).await?;
    let query = Query {
        bucket: site.bucket.to_string(),
        prefix: site.prefix.to_string(),
        scheme: None,
        distribution: None,
        follow_journal: false,
        search_distributions: false,
        code_sha256: None,
    };
    let (seen, contents) = look(&clients, &query, report).await?;
    let plan = shown.insert(down::down(&seen, &contents, with_objects));
    let ended = engine::run(&clients, &seen, plan, None, consent, report).await?;
    if ended == Ended::Applied {
        engine::verify(
            async || look(&clients, &query, report).await,
            |(seen, contents)| {
                let mut left = down::down(seen, contents, with_objects);
                // Without its stack, a bucket that has lost its tag is refused. It was said before that it stays.
                left.refusals.clear();
                left
            },
            report,
        )
        .await?;
    }
    report.finish("down", plan, ended.outcome(), None);
    Ok(ended.exit(consent))
}

/// The bucket may be gone already, by an earlier run.
async fn look(
    clients: &Clients,
    query: &Query,
    report: &Report,
) -> Result<(Observed, Fact<Contents>), Failure> {
    let seen = engine::look_or_new(clients, query, Some(&clients.home_region()), report).await?;
    let contents = match &seen.owned {
        Fact::Known(()) => {
            BucketRead::new(clients, &seen.region, &seen.bucket, &seen.caller.account).contents().await
        }
        Fact::Absent => Fact::Absent,
        Fact::Unknown(why) => Fact::Unknown(why.clone()),
    };
    Ok((seen, contents))
}

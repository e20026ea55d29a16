//! `detach`: takes out exactly what `attach` put in.

use futures::{StreamExt, TryStreamExt, stream};
use imgdeploy_batch::META_SPEC;
use imgdeploy_model::derived_key::looks_derived;

use crate::aws::Clients;
use crate::aws::read::BucketRead;
use crate::cli::DetachArgs;
use crate::command::approve;
use crate::command::engine::{self, Consent, Ended};
use crate::error::{Exit, Failure};
use crate::fact::Fact;
use crate::observe::{Observed, Query};
use crate::plan::{Plan, detach};
use crate::report::Report;
use crate::settings::Site;

/// Runs the command. The plan, once there is one, is left in `shown` for the report of a failure.
///
/// # Errors
/// With the documented exit code.
pub async fn run(
    site: &Site,
    args: &DetachArgs,
    consent: Consent,
    report: &Report,
    shown: &mut Option<Plan>,
) -> Result<Exit, Failure> {
    let clients = engine::clients(&site.access).await?;
    let query = engine::attached(site);
    let seen = engine::look(&clients, &query, report).await?;
    let prefix = match &seen.artifacts.journal {
        Fact::Known((journal, _)) => journal.prefix.clone(),
        Fact::Absent | Fact::Unknown(_) => query.prefix.clone(),
    };
    let derived =
        if args.delete_derived { derived_keys(&clients, &seen, &prefix).await? } else { Vec::new() };
    let plan = shown.insert(detach::detach(&seen, &prefix, derived.clone()));
    if !derived.is_empty() && !consent.dry_run {
        let question =
            format!("Delete {} derived images under `{prefix}` of {} as well?", derived.len(), seen.bucket);
        approve::ask(&question, consent.yes)?;
    }
    let ended = engine::run(&clients, &seen, plan, None, consent, report).await?;
    if ended == Ended::Applied {
        verify(&clients, &query, report).await?;
    }
    report.finish("detach", plan, ended.outcome(), None);
    Ok(ended.exit(consent))
}

/// Keys of the shape of derived ones whose metadata says that the function made them.
async fn derived_keys(clients: &Clients, seen: &Observed, prefix: &str) -> Result<Vec<String>, Failure> {
    let read = BucketRead::new(clients, &seen.region, &seen.bucket, &seen.caller.account);
    let objects = read.all_objects(prefix).await?;
    // Under a prefix of our own any folder may be a preset's: the metadata decides.
    let is_preset = |_: &str| !prefix.is_empty();
    let candidates =
        objects.into_iter().map(|object| object.key).filter(|key| looks_derived(key, prefix, is_preset));
    let checked: Vec<Option<String>> = stream::iter(candidates)
        .map(|key| {
            let read = &read;
            async move {
                match read.metadata(&key).await {
                    Fact::Known(metadata) if metadata.contains_key(META_SPEC) => Ok(Some(key)),
                    Fact::Known(_) | Fact::Absent => Ok(None),
                    Fact::Unknown(failure) => Err(failure),
                }
            }
        })
        .buffered(16)
        .try_collect()
        .await?;
    Ok(checked.into_iter().flatten().collect())
}

async fn verify(clients: &Clients, query: &Query, report: &Report) -> Result<(), Failure> {
    let mut pause = std::time::Duration::from_millis(500);
    for _ in 0..5 {
        let seen = engine::look(clients, query, report).await?;
        if detach::detach(&seen, &query.prefix, Vec::new()).is_empty() {
            return Ok(());
        }
        crate::pace::pause(pause).await;
        pause *= 2;
    }
    Err(Failure::new(
        Exit::HalfWay,
        "everything was taken out, but AWS still shows something of it",
        "run the same command again in a minute",
    ))
}

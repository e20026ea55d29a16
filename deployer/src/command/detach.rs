//! `detach`: takes out exactly what `attach` put in.

use crate::aws::Clients;
use crate::aws::read::BucketRead;
use crate::cli::DetachArgs;
use crate::command::engine::{self, Consent, Ended};
use crate::error::{Exit, Failure};
use crate::observe::Observed;
use crate::plan::{Plan, detach};
use crate::report::Report;
use crate::settings::Site;
use futures::{StreamExt, TryStreamExt, stream};
use imgdeploy_batch::META_SPEC;
use imgdeploy_keys::Scheme;
use imgdeploy_world::Fact;

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
    let stack = seen.stack.known().and_then(|stack| stack.parameters.get("Presets"));
    let lists = [Some(site.presets.as_str()), stack.map(String::as_str)];
    let scheme = Scheme::of_lists(&prefix, lists.into_iter().flatten());
    let derived =
        if args.delete_derived { derived_keys(&clients, &seen, &scheme).await? } else { Vec::new() };
    let plan = shown.insert(detach::detach(&seen, &prefix, derived));
    let ended = engine::run(&clients, &seen, plan, None, consent, report).await?;
    if ended == Ended::Applied {
        let left = |seen: &Observed| {
            let mut left = detach::detach(seen, &query.prefix, Vec::new());
            // What could not be looked at has nothing of ours, as far as anybody can tell.
            left.refusals.clear();
            left.unseen.clear();
            left
        };
        engine::verify(async || engine::look(&clients, &query, report).await, left, report).await?;
    }
    report.finish("detach", plan, ended.outcome(), None);
    Ok(ended.exit(consent))
}

/// Keys of the shape of derived ones whose metadata says that the function made them.
async fn derived_keys(clients: &Clients, seen: &Observed, scheme: &Scheme) -> Result<Vec<String>, Failure> {
    let read = BucketRead::new(clients, &seen.region, &seen.bucket, &seen.caller.account);
    let objects = read.all_objects(&scheme.prefix).await?;
    // Under a prefix of our own any folder may be a preset's: the metadata decides.
    let candidates = objects.into_iter().map(|object| object.key).filter(|key| scheme.may_have_made(key));
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

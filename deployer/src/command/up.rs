//! `up`: the whole chain as one fresh stack, with a bucket of its own.

use crate::artifact::Artifact;
use crate::aws::Clients;
use crate::cli::UpArgs;
use crate::command::attach;
use crate::command::engine::{self, Consent, Ended};
use crate::desired::Desired;
use crate::error::{Exit, Failure};
use crate::observe::{Observed, Query};
use crate::plan::{Plan, up};
use crate::report::{Report, Screen};
use crate::settings::{self, Site};
use imgdeploy_model::command;

/// Runs the command. The plan, once there is one, is left in `shown` for the report of a failure.
///
/// # Errors
/// With the documented exit code.
pub async fn run(
    site: &Site,
    args: &UpArgs,
    consent: Consent,
    report: &Report,
    shown: &mut Option<Plan>,
) -> Result<Exit, Failure> {
    if report.verbose() {
        report.settings(&settings::describe(site));
    }
    if !site.on_upload.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "up has no --on-upload: its stack cannot have the new bucket tell the queue of uploads",
            "leave it out and give `--batch`: `imgdeploy batch` makes sizes of what was uploaded",
        ));
    }
    let artifact = attach::code(&site.access, site.zip.as_deref(), site.arch, report)?;
    let clients = engine::clients(&site.access).await?;
    if !clients.has_region() {
        return Err(Failure::new(
            Exit::Usage,
            "no region is set, so it is not said where the bucket should be",
            "give `--region`, or set AWS_REGION",
        ));
    }
    let home = clients.home_region();
    let query = query(site, &artifact);
    let seen = look(&clients, &query, &home, report).await?;
    let desired = Desired::new(site, args.allow_public, artifact, &seen);
    let plan = shown.insert(up::up(&desired, args.with_cdn, &seen));
    let ended = engine::run(&clients, &seen, plan, Some(&desired.artifact), consent, report).await?;
    let mut found = None;
    if ended == Ended::Applied {
        let after = engine::verify(
            async || look(&clients, &query, &home, report).await,
            |seen| up::up(&desired_now(&desired, seen), args.with_cdn, seen),
            report,
        )
        .await?;
        let desired = desired_now(&desired, &after);
        let probed = engine::probed(&clients, &desired, &after, "up", report).await?;
        if probed.url.is_empty() {
            report.show(&how_to_try(&desired));
        }
        found = Some(probed);
    }
    report.finish("up", plan, ended.outcome(), found.as_ref());
    Ok(ended.exit(consent))
}

/// The same wishes, with the URL of the distribution once there is one.
fn desired_now(desired: &Desired, seen: &Observed) -> Desired {
    Desired::new(&desired.site, desired.allow_public, desired.artifact.clone(), seen)
}

fn query(site: &Site, artifact: &Artifact) -> Query {
    Query {
        bucket: site.bucket.to_string(),
        prefix: site.prefix.to_string(),
        scheme: Some(engine::scheme(site)),
        distribution: None,
        follow_journal: false,
        search_distributions: false,
        code_sha256: Some(artifact.sha256.clone()),
    }
}

async fn look(clients: &Clients, query: &Query, home: &str, report: &Report) -> Result<Observed, Failure> {
    engine::look_or_new(clients, query, Some(home), report).await.map_err(|mut failure| {
        if failure.exit == Exit::Denied {
            failure.hints.push(format!(
                "if another account has a bucket named {}, give another `--bucket`: there is only one of each name",
                query.bucket
            ));
        }
        failure
    })
}

/// A fresh bucket has nothing to ask for.
fn how_to_try(desired: &Desired) -> Screen {
    let (bucket, prefix) = (&desired.site.bucket, &desired.site.prefix);
    let mut text = Screen::new();
    text.end();
    text.line("the bucket has no image yet. To try it:");
    text.line(format_args!("  {}", command!("aws s3 cp photo.jpg {}", format!("s3://{bucket}/"))));
    text.line("and open");
    text.line(format_args!("  {}/{prefix}300x200/photo.jpg", desired.url));
    text
}

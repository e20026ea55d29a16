//! `attach`: retrofits a bucket that is already there.

use crate::artifact::{self, Artifact, Runs};
use crate::cli::AttachArgs;
use crate::command::engine::{self, Consent, Ended};
use crate::desired::Desired;
use crate::error::{Exit, Failure};
use crate::observe::Query;
use crate::plan::{Plan, attach};
use crate::report::Report;
use crate::settings::value::Arch;
use crate::settings::{self, Access, DistributionChoice, Site};
use std::path::Path;

/// Runs the command. The plan, once there is one, is left in `plan` for the report of a failure.
///
/// # Errors
/// With the documented exit code.
pub async fn run(
    site: &Site,
    args: &AttachArgs,
    consent: Consent,
    report: &Report,
    shown: &mut Option<Plan>,
) -> Result<Exit, Failure> {
    if report.verbose() {
        report.settings(&settings::describe(site));
    }
    let artifact = code(&site.access, site.zip.as_deref(), site.arch, report)?;
    let clients = engine::clients(&site.access).await?;
    let query = query(site, &artifact);
    let seen = engine::look(&clients, &query, report).await?;
    let desired = Desired::new(site, args.allow_public, artifact, &seen);
    let plan = shown.insert(attach::attach(&desired, &seen));
    let ended = engine::run(&clients, &seen, plan, Some(&desired.artifact), consent, report).await?;
    let mut found = None;
    if ended == Ended::Applied {
        let after = engine::verify(
            async || engine::look(&clients, &query, report).await,
            |seen| attach::attach(&desired, seen),
            report,
        )
        .await?;
        let probed = engine::probed(&clients, &desired, &after, "attach", report).await?;
        found = Some(probed);
    }
    report.finish("attach", plan, ended.outcome(), found.as_ref());
    Ok(ended.exit(consent))
}

/// The function's code, built, loaded or carried along.
///
/// # Errors
/// Exit code 2.
pub(super) fn code(
    access: &Access,
    zip: Option<&Path>,
    arch: Arch,
    report: &Report,
) -> Result<Artifact, Failure> {
    let runs = if access.endpoint_url.is_some() { Runs::AtEmulator } else { Runs::OnLambda };
    let artifact = artifact::code(zip, arch, runs)?;
    report.code(&artifact);
    Ok(artifact)
}

fn query(site: &Site, artifact: &Artifact) -> Query {
    Query {
        bucket: site.bucket.to_string(),
        prefix: site.prefix.to_string(),
        scheme: Some(engine::scheme(site)),
        distribution: site.distribution.id().map(ToString::to_string),
        follow_journal: site.distribution == DistributionChoice::Find,
        search_distributions: site.distribution == DistributionChoice::Find,
        code_sha256: Some(artifact.sha256.clone()),
    }
}

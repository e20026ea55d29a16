//! `doctor`: what is wrong with a chain, and with `--fix` what can be done about it.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::OptionFuture;
use imgdeploy_checks::table::CHECKS;
use imgdeploy_checks::{Diagnosis, Fix, Selection, Snapshot, diagnose};

use crate::aws::Clients;
use crate::cli::DoctorArgs;
use crate::command::engine::{self, Consent, Ended};
use crate::desired::Desired;
use crate::doctor::fix;
use crate::doctor::look::{Looker, Named, Target};
use crate::doctor::walk::{self, Wanted};
use crate::error::{Exit, Failure};
use crate::function::target;
use crate::observe::Query;
use crate::plan::action::Describe as _;
use crate::plan::{Plan, mend};
use crate::report::Report;
use crate::settings::{Access, Site};

/// The table of checks, or the story of one: needs nothing but this program.
pub fn about(args: &DoctorArgs, report: &Report) -> Option<Exit> {
    if args.list {
        report.checks(CHECKS);
        return Some(Exit::Done);
    }
    let code = args.explain.as_deref()?;
    let check = CHECKS.iter().find(|check| check.code == code)?;
    report.check(check);
    Some(Exit::Done)
}

/// Pauses between the looks after mending.
const AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(3)];

/// Runs the command. `site`: the bucket's settings, unless only a function or a URL was named.
///
/// # Errors
/// With the documented exit code; what could not be looked at is part of the result instead.
pub async fn run(
    access: &Access,
    site: Option<&Site>,
    args: &DoctorArgs,
    consent: Consent,
    report: &Report,
    shown: &mut Option<Plan>,
) -> Result<Exit, Failure> {
    let clients = engine::clients(access).await?;
    let target = named(site, args)?;
    let mut seen = examine(&clients, &target, site, args).await?;
    let mut mended = Vec::new();
    if args.fix {
        let wanted = fix::wanted(&seen.diagnosis);
        match (wanted.is_empty(), site) {
            (true, _) => report.say("nothing that was found can be mended by --fix"),
            (false, None) => {
                return Err(Failure::new(
                    Exit::Usage,
                    "--fix mends what imgdeploy set up for a bucket, and no bucket was named",
                    "name it with `--bucket`; the findings above say what to do by hand",
                ));
            }
            (false, Some(site)) => {
                report.findings(&seen.snapshot, &seen.diagnosis);
                mended = mend(&clients, site, &seen, &wanted, (args, consent), report, shown).await?;
                if !mended.is_empty() {
                    // AWS may need a moment until a look shows what was written.
                    let look = async || examine(&clients, &target, Some(site), args).await;
                    let is_mended = |seen: &Examined| fix::wanted(&seen.diagnosis).is_empty();
                    (seen, _) = engine::until(look, is_mended, &AGAIN).await?;
                }
            }
        }
    }
    report.doctor(&seen.snapshot, &seen.diagnosis, args.fix.then_some(mended.as_slice()));
    Ok(exit(&seen.diagnosis, args))
}

/// Carries out what can be mended; the titles of what was done.
async fn mend(
    clients: &Clients,
    site: &Site,
    seen: &Examined,
    wanted: &BTreeSet<Fix>,
    (args, consent): (&DoctorArgs, Consent),
    report: &Report,
    shown: &mut Option<Plan>,
) -> Result<Vec<String>, Failure> {
    let query = Query { code_sha256: None, ..engine::attached(site) };
    let observed = engine::look(clients, &query, report).await?;
    let desired = Desired::of_live(site, args.allow_public, &observed);
    let plan = shown.insert(mend::mend(&desired, &observed, &seen.snapshot, wanted));
    let ended = engine::run(clients, &observed, plan, None, consent, report).await?;
    Ok(if ended == Ended::Applied {
        plan.actions.iter().map(|action| action.title()).collect()
    } else {
        Vec::new()
    })
}

/// A snapshot with live requests, judged.
struct Examined {
    snapshot: Snapshot,
    diagnosis: Diagnosis,
}

async fn examine(
    clients: &Clients,
    target: &Target,
    site: Option<&Site>,
    args: &DoctorArgs,
) -> Result<Examined, Failure> {
    let looker = Looker::new(clients, Duration::from_secs(args.timeout));
    let mut snapshot = looker.look(target).await?.snapshot;
    let security_key = site.and_then(|site| site.security_key.clone());
    let wanted = Wanted { url: args.url.clone(), security_key };
    let requests = OptionFuture::from((!args.no_requests).then(|| walk::walk(&looker, &snapshot, &wanted)));
    let (depth, requests) = futures::join!(looker.depth(&snapshot), requests);
    if let (Some(function), Some((role, code))) = (&mut snapshot.function, depth) {
        (function.role, function.code) = (role, code);
    }
    if let Some(walked) = requests {
        (snapshot.walks, snapshot.unasked, snapshot.log) = (walked.walks, walked.unasked, walked.log);
        snapshot.bad_originals = walked.bad_originals;
    }
    let selection = Selection { only: args.only.clone(), skip: args.skip.clone() };
    let diagnosis = diagnose(&snapshot, &selection);
    Ok(Examined { snapshot, diagnosis })
}

/// What the user named.
fn named(site: Option<&Site>, args: &DoctorArgs) -> Result<Target, Failure> {
    let usage = |what: String| {
        Failure::new(Exit::Usage, what, "`imgdeploy doctor --help` shows how they are written")
    };
    let function = match &args.function {
        None => None,
        Some(text) => {
            let named = target::named(text).map_err(usage)?;
            Some(Named { name: named.name, region: named.region })
        }
    };
    if let Some(url) = &args.url {
        let parsed = imgdeploy_model::chain::message::Url::parse(url);
        if parsed.is_none_or(|url| url.host.is_empty()) {
            return Err(usage(format!("`{url}` is not a URL with http:// or https://")));
        }
    }
    Ok(Target {
        bucket: site.map(|site| site.bucket.to_string()),
        function,
        distribution: site.and_then(|site| site.distribution.id().map(ToString::to_string)),
        url: args.url.clone(),
    })
}

/// 3 for findings that count; 5 where nothing was found but not everything could be looked at.
fn exit(diagnosis: &Diagnosis, args: &DoctorArgs) -> Exit {
    if diagnosis.worst().is_some_and(|worst| worst >= args.fail_on.severity()) {
        Exit::FINDINGS
    } else if diagnosis.is_complete() {
        Exit::Done
    } else {
        Exit::Denied
    }
}

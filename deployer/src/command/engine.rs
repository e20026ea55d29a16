//! What the commands with a plan share: waiting for a stack at work, showing, approving, applying, verifying.

use resizer_core::spec::Presets;

use crate::apply::{self, Approved};
use crate::artifact::Artifact;
use crate::aws::clients::Access;
use crate::aws::{Clients, FailureKind, read};
use crate::command::approve;
use crate::desired::Desired;
use crate::error::{Exit, Failure};
use crate::observe::{ObserveError, Observed, Query, observe_or_new};
use crate::permissions;
use crate::plan::Plan;
use crate::probe::{self, ProbeReport};
use crate::purge::key::Scheme;
use crate::report::{Outcome, Report};
use crate::settings::{self, Site};
use crate::stack;

/// How far a command may go.
#[derive(Debug, Clone, Copy)]
pub struct Consent {
    /// `--yes`.
    pub yes: bool,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--exit-code`.
    pub exit_code: bool,
}

/// How a run over a plan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// There was nothing to do.
    Nothing,
    /// The plan was shown.
    Planned,
    /// The plan was carried out.
    Applied,
}

impl Ended {
    /// The exit code.
    pub fn exit(self, consent: Consent) -> Exit {
        if self == Self::Planned && consent.exit_code { Exit::Changes } else { Exit::Done }
    }

    /// As the report names it.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Nothing => Outcome::NothingToDo,
            Self::Planned => Outcome::Planned,
            Self::Applied => Outcome::Applied,
        }
    }
}

/// Clients for the resolved settings.
///
/// # Errors
/// No credentials: exit code 5.
pub async fn clients(access: &settings::Access) -> Result<Clients, Failure> {
    let access = Access {
        profile: access.profile.as_ref().map(ToString::to_string),
        region: access.region.as_ref().map(ToString::to_string),
        endpoint_url: access.endpoint_url.as_ref().map(ToString::to_string),
        stack_role: access.stack_role.as_ref().map(ToString::to_string),
    };
    Clients::load(&access).await.map_err(Failure::from)
}

/// The region of a bucket that the user named.
///
/// # Errors
/// Exit code 2 when there is no such bucket.
pub async fn bucket_region(clients: &Clients, bucket: &str) -> Result<String, Failure> {
    read::bucket_region(clients, bucket).await.map_err(|failure| match failure.kind {
        FailureKind::Missing => ObserveError::NoBucket(bucket.to_owned()).into(),
        _ => failure.into(),
    })
}

/// Observes; while somebody (perhaps a run that was cut off) has the stack at work, waits and looks again.
///
/// # Errors
/// See [`observe`].
pub async fn look(clients: &Clients, query: &Query, report: &Report) -> Result<Observed, Failure> {
    look_or_new(clients, query, None, report).await
}

/// The same, where the bucket may not exist, but perhaps its stack in the region `new_in`.
///
/// # Errors
/// See [`observe_or_new`].
pub async fn look_or_new(
    clients: &Clients,
    query: &Query,
    new_in: Option<&str>,
    report: &Report,
) -> Result<Observed, Failure> {
    let seen = observe_or_new(clients, query, new_in).await?;
    let Some(found) = seen.stack.known().filter(|found| found.is_moving()) else { return Ok(seen) };
    report.say(format!("the stack is {}: waiting until that has ended", found.status));
    let cloudformation = clients.cloudformation(&seen.region);
    let mut show = |event: stack::StackEvent| {
        event.lines().iter().for_each(|line| report.say(format_args!("      {line}")));
    };
    stack::wait_stable(&cloudformation, &found.id, &mut show).await?;
    Ok(observe_or_new(clients, query, new_in).await?)
}

/// Shows the plan and, once approved, carries it out.
///
/// # Errors
/// Refusals, missing approval, missing permissions, and whatever stops the apply.
pub async fn run(
    clients: &Clients,
    seen: &Observed,
    plan: &Plan,
    artifact: Option<&Artifact>,
    consent: Consent,
    report: &Report,
) -> Result<Ended, Failure> {
    let against = Failure::of_plan(plan);
    if consent.dry_run {
        report.dry_run(plan);
        return match against {
            Some(failure) => Err(failure),
            None if plan.is_empty() => Ok(Ended::Nothing),
            None => Ok(Ended::Planned),
        };
    }
    report.plan(plan);
    if let Some(failure) = against {
        return Err(failure);
    }
    if plan.is_empty() {
        return Ok(Ended::Nothing);
    }
    approve::ask("Carry this out?", consent.yes)?;
    permissions::check(clients, seen, plan, report).await?;
    let approved = Approved::new(plan)
        .ok_or_else(|| Failure::new(Exit::Unexpected, "a refused plan was approved", "please report this"))?;
    apply::apply(clients, &approved, artifact, &mut |event| report.event(&event)).await?;
    Ok(Ended::Applied)
}

/// Looks again after an apply: the plan must be empty now. AWS may need some seconds to show what was written.
///
/// # Errors
/// Exit code 6 when something still differs.
pub async fn verify<T>(
    look: impl AsyncFn() -> Result<T, Failure>,
    plan: impl Fn(&T) -> Plan,
    report: &Report,
) -> Result<T, Failure> {
    let mut pause = std::time::Duration::from_millis(500);
    for attempt in 1.. {
        let seen = look().await?;
        let left = plan(&seen);
        if left.is_empty() && left.refusals.is_empty() && left.unseen.is_empty() {
            return Ok(seen);
        }
        if attempt == 5 {
            report.plan(&left);
            return Err(Failure::new(
                Exit::HalfWay,
                "everything was written, but AWS shows something else (the plan above is what still differs)",
                "run the same command again in a minute",
            ));
        }
        crate::pace::pause(pause).await;
        pause *= 2;
    }
    unreachable!("the loop ends by returning")
}

/// Asks for a real image at the end, and shows every answer on the way. `command` is the one to run again.
///
/// # Errors
/// Exit code 6 when the chain does not serve it.
pub async fn probed(
    clients: &Clients,
    desired: &Desired,
    seen: &Observed,
    command: &str,
    report: &Report,
) -> Result<ProbeReport, Failure> {
    let probed = probe::probe(clients, desired, seen, report).await;
    report.probe(&probed);
    if probed.ok {
        return Ok(probed);
    }
    Err(Failure::new(
        Exit::HalfWay,
        format!("everything is set up, but the chain does not serve images: {}", probed.verdict),
        format!(
            "the hops above show where it breaks; DNS and CloudFront may need some minutes, then \
             `imgdeploy {command}` checks the configuration again"
        ),
    ))
}

/// What to look at of a bucket that may be attached: the distribution is the one that was named, else the journal's.
pub fn attached(site: &Site) -> Query {
    Query {
        bucket: site.bucket.to_string(),
        prefix: site.prefix.to_string(),
        scheme: None,
        distribution: site.distribution.id().map(ToString::to_string),
        follow_journal: true,
        search_distributions: false,
        code_sha256: None,
    }
}

/// How the site's derived keys are made.
pub fn scheme(site: &Site) -> Scheme {
    Scheme {
        prefix: site.prefix.to_string(),
        presets: Presets::parse(site.presets.as_str()).into_iter().collect(),
    }
}

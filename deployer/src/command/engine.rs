//! What the commands with a plan share: waiting for a stack at work, showing, approving, applying, verifying.

use crate::approval::Proposal as _;
use crate::artifact::Artifact;
use crate::aws::clients::Access;
use crate::aws::{Clients, FailureKind, read};
use crate::command::approve::{self, Decision, Shown};
use crate::desired::Desired;
use crate::error::{Exit, Failure, Message};
use crate::observe::{ObserveError, Observed, Query, observe_or_new};
use crate::plan::Plan;
use crate::plan::action::Describe as _;
use crate::probe::{self, ProbeReport};
use crate::report::Report;
use crate::settings::{self, Site};
use crate::{apply, permissions, sdk_files, stack};
use imgdeploy_keys::Scheme;
use std::time::Duration;

pub use crate::command::approve::{Consent, Ended};

/// Clients for the resolved settings.
///
/// # Errors
/// What AWS's tools are configured by can't be used, or the profile is not there: exit code 2. No credentials: exit code 5.
pub async fn clients(access: &settings::Access) -> Result<Clients, Failure> {
    sdk_files::check(&|name| std::env::var_os(name))?;
    let access = Access {
        profile: access.profile.as_ref().map(ToString::to_string),
        profile_alone: access.profile_alone,
        ask_code: Some(crate::report::ask_code),
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
    let mut show = |event: stack::StackEvent| {
        event.lines().iter().for_each(|line| report.say(format_args!("      {line}")));
    };
    stack::Stacks::new(clients, &seen.region).wait_stable(&found.id, &mut show).await?;
    Ok(observe_or_new(clients, query, new_in).await?)
}

impl Shown for Plan {
    fn changes(&self) -> bool {
        !self.is_empty()
    }

    fn against(&self) -> Option<Failure> {
        Failure::of_plan(self)
    }

    fn against_dry(&self) -> Option<Failure> {
        Failure::of_shown_plan(self)
    }

    fn show(&self, report: &Report) {
        report.plan(self);
    }

    fn show_dry(&self, report: &Report) {
        report.dry_run(self);
    }

    /// What can't be had back is asked for by itself.
    fn questions(&self) -> Vec<String> {
        let lost = self.actions.iter().filter_map(|action| action.question());
        lost.chain(["Carry this out?".to_owned()]).collect()
    }
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
    let approved = match approve::decide(plan, consent, report)? {
        Decision::Nothing => return Ok(Ended::Nothing),
        Decision::Planned => return Ok(Ended::Planned),
        Decision::Go(approved) => approved,
    };
    permissions::check(clients, seen, plan, report).await?;
    apply::apply(clients, &approved, artifact, &mut |event| report.event(&event)).await?;
    Ok(Ended::Applied)
}

/// AWS may need some seconds to show what was written.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// Looks, with these pauses between, until what is seen is as it should be; the last look, and whether it is.
///
/// # Errors
/// Those of the look.
pub async fn until<T>(
    look: impl AsyncFn() -> Result<T, Failure>,
    is_done: impl Fn(&T) -> bool,
    pauses: &[Duration],
) -> Result<(T, bool), Failure> {
    for pause in pauses {
        let seen = look().await?;
        if is_done(&seen) {
            return Ok((seen, true));
        }
        crate::aws::pace::pause(*pause).await;
    }
    let seen = look().await?;
    let done = is_done(&seen);
    Ok((seen, done))
}

/// Looks again after an apply: the plan must be empty now.
///
/// # Errors
/// Exit code 6 when something still differs.
pub async fn verify<T>(
    look: impl AsyncFn() -> Result<T, Failure>,
    plan: impl Fn(&T) -> Plan,
    report: &Report,
) -> Result<T, Failure> {
    let is_done = |seen: &T| {
        let left = plan(seen);
        left.is_empty() && !left.is_refused()
    };
    let (seen, done) = until(look, is_done, &PAUSES).await?;
    if done {
        return Ok(seen);
    }
    let left = plan(&seen);
    report.plan(&left);
    Err(differs(&left))
}

/// What still differs after everything was written.
fn differs(left: &Plan) -> Failure {
    let titles = left.actions.iter().map(|action| action.title());
    let refused = left.refusals.iter().map(|refusal| refusal.text.clone());
    let unseen = left.unseen.iter().map(|failure| format!("could not look: {failure}"));
    let mut all: Vec<String> = titles.chain(refused).chain(unseen).collect();
    if all.is_empty() {
        all.push("the journal does not say what is".to_owned());
    }
    let message = Message::from("everything was written, but AWS shows something else; what still differs:");
    Failure::new(
        Exit::HalfWay,
        all.into_iter().fold(message, |message, one| message.with(format!("  {one}"))),
        "run the same command again in a minute",
    )
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
    let probed = probe::probe(clients, desired, seen, &|line| report.say(line)).await;
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
    Scheme::of_lists(site.prefix.as_str(), [site.presets.as_str()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::AwsFailure;
    use crate::plan::{Action, action};

    #[test]
    fn what_is_left_is_named() {
        let mut left = Plan::new("media", "111122223333", "eu-west-1");
        let said = |left: &Plan| differs(left).message;
        assert!(said(&left).contains("the journal"));
        left.actions.push(Action::Policy(action::Policy {
            bucket: "media".to_owned(),
            before: None,
            after: None,
        }));
        left.unseen.push(AwsFailure::local("s3:GetBucketWebsite", "no answer"));
        let said = said(&left);
        assert!(said.contains("  remove the policy of media"), "{said:?}");
        assert!(said.contains("  could not look: s3:GetBucketWebsite failed"), "{said:?}");
        assert!(!said.contains("journal"), "{said:?}");
    }
}

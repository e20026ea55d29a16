//! `update-code`: other code for the running function, checked before viewers get it.

use crate::artifact::Artifact;
use crate::aws::Clients;
use crate::aws::lambda::Function;
use crate::cli::{FunctionChoice, UpdateCodeArgs};
use crate::command::approve::{self, Decision, Shown};
use crate::command::attach;
use crate::command::engine::{self, Consent};
use crate::error::{Exit, Failure};
use crate::function::apply::Run;
use crate::function::observe::{Seen, Unseen, glance, observe};
use crate::function::plan::{CodePlan, Wanted, plan};
use crate::function::target;
use crate::names;
use crate::report::Report;
use crate::settings::{Access, Code};
use crate::stack::{self, Stacks};

/// The function that is meant, and how to reach it.
pub(super) struct Chosen {
    pub(super) clients: Clients,
    pub(super) function: Function,
    pub(super) name: String,
    pub(super) region: String,
    /// The bucket whose function it is, if it was named by that.
    pub(super) bucket: Option<String>,
}

/// Finds the function. `bucket` comes from the settings.
pub(super) async fn choose(
    choice: &FunctionChoice,
    bucket: Option<&str>,
    access: &Access,
) -> Result<Chosen, Failure> {
    let usage = |why: String| Failure::new(Exit::Usage, format!("--function: {why}"), "see --help");
    let named = choice.function.as_deref().map(target::named).transpose().map_err(usage)?;
    let clients = engine::clients(access).await?;
    let (name, region) = match (named, bucket) {
        (Some(named), _) => (named.name, named.region.unwrap_or_else(|| clients.home_region())),
        (None, bucket) => {
            let bucket = bucket.unwrap_or_default();
            (stack::stack_name(bucket), engine::bucket_region(&clients, bucket).await?)
        }
    };
    let function = Function::new(&clients, &region, &name);
    let bucket = if choice.function.is_some() { None } else { bucket.map(str::to_owned) };
    Ok(Chosen { clients, function, name, region, bucket })
}

impl Chosen {
    /// Observes; while an update is under way, waits until it has ended.
    pub(super) async fn look(&self, alias: &str, report: &Report) -> Result<Seen, Failure> {
        let mut said = false;
        for _ in 0..150 {
            let seen = observe(&self.function, &self.name, &self.region, alias).await;
            let seen = seen.map_err(|unseen| self.unseen(unseen))?;
            if seen.latest.update_status.as_deref() != Some("InProgress") {
                return Ok(seen);
            }
            if !said {
                report.say("an update of the function is under way: waiting until that has ended");
                said = true;
            }
            crate::aws::pace::pause(std::time::Duration::from_secs(2)).await;
        }
        Err(Failure::new(Exit::Refused, "an update of the function does not end", "run this again later"))
    }

    fn unseen(&self, unseen: Unseen) -> Failure {
        let message = unseen.to_string();
        match (unseen, &self.bucket) {
            (Unseen::NoFunction(..), Some(bucket)) => Failure::new(
                Exit::Usage,
                format!("{message}: the bucket {bucket} is not attached"),
                format!("`imgdeploy attach --bucket {bucket}` makes it; `--function NAME` names another one"),
            ),
            (Unseen::NoFunction(..), None) => Failure::new(
                Exit::Usage,
                message,
                "check `--function`, `--region` and `--profile`; `aws lambda list-functions` lists them",
            ),
            (Unseen::Aws(failure), _) => failure.into(),
        }
    }
}

/// Runs the command.
///
/// # Errors
/// With the documented exit code.
pub async fn run(
    code: &Code,
    bucket: Option<&str>,
    args: &UpdateCodeArgs,
    consent: Consent,
    report: &Report,
) -> Result<Exit, Failure> {
    let canary = args.canary.as_deref().map(target::canary).transpose();
    let canary = canary.map_err(|why| Failure::new(Exit::Usage, format!("--canary: {why}"), "see --help"))?;
    let artifact = attach::code(&code.access, code.zip.as_deref(), code.arch, report)?;
    let chosen = choose(&args.choice, bucket, &code.access).await?;
    let alias = args.choice.alias.as_str();
    if let Some(live) = glance(&chosen.function, alias).await?
        && live.code_sha256 == artifact.code_sha256
    {
        report.code_unchanged(&chosen.name, &live);
        return Ok(Exit::Done);
    }
    let seen = chosen.look(alias, report).await?;
    let wanted = Wanted {
        code_sha256: artifact.code_sha256.clone(),
        size: artifact.size,
        architecture: artifact.arch.to_string(),
        alias: alias.to_owned(),
        artifacts: artifacts(&seen, &chosen, &artifact),
        stage_only: args.stage_only,
        canary,
        keep: args.keep.map(usize::from),
        check: !args.skip_check,
    };
    let plan = plan(&seen, &chosen.region, &wanted);
    let approved = match approve::decide(&plan, consent, report)? {
        Decision::Go(approved) => approved,
        decision => return Ok(decision.exit(consent)),
    };
    let run = Run {
        clients: &chosen.clients,
        region: &chosen.region,
        function: &chosen.function,
        plan: &approved,
        seen: &seen,
        wanted: &wanted,
        zip: &artifact.bytes,
        pinned: if wanted.keep.is_some() { pinned(&chosen).await? } else { Vec::new() },
        emulator: chosen.clients.endpoint_url().is_some(),
        say: &|line| report.say(line),
    };
    let done = run.apply().await.map_err(|failed| Failure::of_code(&failed, &plan))?;
    report.code_done(&plan, &done, !args.stage_only);
    Ok(Exit::Done)
}

impl Shown for CodePlan {
    fn against(&self) -> Option<Failure> {
        Failure::against(&self.unseen, &self.refusals).err()
    }

    fn show(&self, report: &Report) {
        report.code_plan(self);
    }

    fn show_dry(&self, report: &Report) {
        report.code_dry_run(self);
    }
}

/// Where the zip goes: that of a stack's function to the artifacts bucket, where a later `attach` finds it (CN-09); any
/// other with the call itself.
fn artifacts(seen: &Seen, chosen: &Chosen, artifact: &Artifact) -> Option<(String, String)> {
    let latest = &seen.latest;
    let ours = latest.bucket().is_some_and(|bucket| stack::stack_name(bucket) == latest.name);
    let account = target::account(&latest.arn)?;
    ours.then(|| (names::artifacts_bucket(account, &chosen.region), names::code_key(&artifact.sha256)))
}

/// The version that the stack made: deleting it would be in the stack's way.
async fn pinned(chosen: &Chosen) -> Result<Vec<String>, Failure> {
    let seen = Stacks::new(&chosen.clients, &chosen.region).observe(&chosen.name).await?;
    Ok(seen.and_then(|seen| seen.outputs.get("FunctionVersion").cloned()).into_iter().collect())
}

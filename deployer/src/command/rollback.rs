//! `rollback`: the alias goes back to a version that is there.

use super::update_code::choose;
use crate::cli::RollbackArgs;
use crate::command::approve::{self, Consent, Decision, Shown};
use crate::error::{Exit, Failure};
use crate::function::rollback::{Back, Target, apply, list, target};
use crate::report::{Outcome, Report};
use crate::settings::Access;
use imgdeploy_world::Fact;

/// Runs the command.
///
/// # Errors
/// With the documented exit code.
pub async fn run(
    access: &Access,
    bucket: Option<&str>,
    args: &RollbackArgs,
    yes: bool,
    report: &Report,
) -> Result<Exit, Failure> {
    let chosen = choose(&args.choice, bucket, access).await?;
    let seen = chosen.look(&args.choice.alias, report).await?;
    let unseen: Vec<_> =
        [seen.alias.unknown(), seen.versions.unknown()].into_iter().flatten().cloned().collect();
    if !unseen.is_empty() {
        return Err(Failure::unseen(&unseen));
    }
    let rows = list(&seen);
    if args.list {
        report.versions(&chosen.name, &rows, Outcome::NothingToDo, None);
        return Ok(Exit::Done);
    }
    let to = match target(&seen, args.to.as_deref()) {
        Target::Version(to) => to,
        Target::Already(_) => {
            report.versions(&chosen.name, &rows, Outcome::NothingToDo, None);
            return Ok(Exit::Done);
        }
        Target::None(why, hint) => {
            let exit = if args.to.is_some() { Exit::Usage } else { Exit::Refused };
            return Err(Failure::new(exit, format!("{}: {why}", chosen.name), hint));
        }
    };
    let Fact::Known(alias) = &seen.alias else { return Ok(Exit::Unexpected) };
    let back = Back { function: chosen.name.clone(), versions: rows, alias: alias.clone(), to };
    let consent = Consent { yes, dry_run: false, exit_code: false };
    let Decision::Go(approved) = approve::decide(&back, consent, report)? else { return Ok(Exit::Done) };
    apply(&chosen.function, &approved).await?;
    report.versions(&back.function, &back.versions, Outcome::Applied, Some((&alias.version, &back.to)));
    Ok(Exit::Done)
}

impl Shown for Back {
    fn show(&self, report: &Report) {
        report.version_list(&self.function, &self.versions);
    }

    fn show_dry(&self, report: &Report) {
        self.show(report);
    }

    fn questions(&self) -> Vec<String> {
        let Self { alias, to, .. } = self;
        vec![format!("Move {} from version {} to version {to}?", alias.name, alias.version)]
    }
}

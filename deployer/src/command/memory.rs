//! `tune --apply`: the recommended memory becomes the live one.

use super::update_code::Chosen;
use crate::command::approve::{self, Decision, Shown};
use crate::command::engine::{self, Consent, Ended};
use crate::error::{Exit, Failure};
use crate::function::apply::Cause;
use crate::function::observe::Seen;
use crate::observe::{Observed, Query};
use crate::plan;
use crate::report::{Outcome, Report};
use crate::settings::value::SecurityKey;
use crate::tune::apply::{LiveMemory, set_live};
use imgdeploy_model::command;
use imgdeploy_world::Fact;

/// Whose memory is set.
pub(super) struct Set<'a> {
    /// The function.
    pub(super) chosen: &'a Chosen,
    /// As it was before the measurement, and is again.
    pub(super) seen: &'a Seen,
    /// Whether it is of a stack of this tool.
    pub(super) ours: bool,
    /// The site's security key.
    pub(super) key: Option<&'a SecurityKey>,
}

impl Set<'_> {
    /// Sets so much memory (MB), once that is approved; how it ended.
    pub(super) async fn memory(
        &self,
        memory: u32,
        consent: Consent,
        report: &Report,
    ) -> Result<Outcome, Failure> {
        if self.ours {
            self.by_stack(memory, consent, report).await
        } else {
            self.by_alias(memory, consent, report).await
        }
    }

    /// A stack's function: the parameter, so that no later update undoes it.
    async fn by_stack(&self, memory: u32, consent: Consent, report: &Report) -> Result<Outcome, Failure> {
        let latest = &self.seen.latest;
        let bucket = latest.bucket().map(str::to_owned).unwrap_or_default();
        let live = self.seen.live().map(|live| live.code_sha256.clone());
        let query = Query {
            bucket,
            prefix: latest.prefix().map(str::to_owned).unwrap_or_default(),
            scheme: None,
            distribution: None,
            follow_journal: false,
            search_distributions: false,
            code_sha256: live.and_then(|sha| hex_of(&sha)),
        };
        let clients = &self.chosen.clients;
        let look = async || engine::look(clients, &query, report).await;
        let observed = look().await?;
        let wanted = |seen: &Observed| plan::memory::memory(seen, self.key, memory);
        let step = wanted(&observed);
        let ended = engine::run(clients, &observed, &step, None, consent, report).await?;
        if ended == Ended::Applied {
            engine::verify(look, wanted, report).await?;
        }
        Ok(ended.outcome())
    }

    /// Any other: published, and then the alias moves.
    async fn by_alias(&self, memory: u32, consent: Consent, report: &Report) -> Result<Outcome, Failure> {
        let Fact::Known(alias) = &self.seen.alias else { return Ok(Outcome::NothingToDo) };
        if self.seen.live().is_some_and(|live| live.memory == memory) && self.seen.latest.memory == memory {
            return Ok(Outcome::NothingToDo);
        }
        let wanted = LiveMemory {
            function: self.chosen.name.clone(),
            alias: alias.clone(),
            code_sha256: self.seen.latest.code_sha256.clone(),
            memory,
        };
        // A dry run has ended before the measurement.
        let Decision::Go(approved) = approve::decide(&wanted, consent, report)? else {
            return Ok(Outcome::Planned);
        };
        let moved = set_live(&self.chosen.function, &approved).await;
        moved.map(|()| Outcome::Applied).map_err(|cause| self.failed(memory, &cause))
    }

    fn failed(&self, memory: u32, cause: &Cause) -> Failure {
        let exit = if matches!(cause, Cause::Conflict(_)) { Exit::Refused } else { Exit::HalfWay };
        let name = &self.chosen.name;
        Failure::new(
            exit,
            format!(
                "the memory of {name} could not be set: {cause}; viewers still get the version from before"
            ),
            format!(
                "`{}` sets it without measuring much",
                command!("imgdeploy tune --function {} --memory {} --num 1 --apply", name, memory)
            ),
        )
    }
}

impl Shown for LiveMemory {
    fn show(&self, report: &Report) {
        let Self { function, alias, memory, .. } = self;
        report.say("");
        report.say(format_args!(
            "to be done: set the memory of {function} to {memory} MB, publish it, and move the alias {} from version {} to that",
            alias.name, alias.version
        ));
    }

    fn show_dry(&self, report: &Report) {
        self.show(report);
    }
}

/// A base64 SHA-256 in hexadecimal.
fn hex_of(sha: &str) -> Option<String> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(sha).ok().map(hex::encode)
}

#[cfg(test)]
mod tests {
    use super::hex_of;

    #[test]
    fn hashes_are_written_as_keys_have_them() {
        assert_eq!(hex_of("AQI="), Some("0102".to_owned()));
        assert_eq!(hex_of("%"), None);
    }
}

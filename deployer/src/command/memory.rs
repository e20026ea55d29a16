//! `tune --apply`: the recommended memory becomes the live one.

use super::update_code::Chosen;
use crate::aws::FailureKind;
use crate::command::approve;
use crate::command::engine::{self, Consent, Ended};
use crate::error::{Exit, Failure};
use crate::fact::Fact;
use crate::function::apply::{Cause, conflict};
use crate::function::observe::Seen;
use crate::function::settled;
use crate::observe::{Observed, Query};
use crate::plan;
use crate::report::{Outcome, Report};
use crate::settings::value::SecurityKey;

/// Whose memory is set.
pub(super) struct Set<'a> {
    /// The function.
    pub(super) chosen: &'a Chosen,
    /// As it was before the measurement, and is again.
    pub(super) seen: &'a Seen,
    /// The alias that viewers reach.
    pub(super) alias: &'a str,
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
        let bucket = latest.bucket.clone().unwrap_or_default();
        let live = self.seen.live().map(|live| live.code_sha256.clone());
        let query = Query {
            bucket,
            prefix: latest.prefix.clone().unwrap_or_default(),
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
        report.say(&format!(
            "\nto be done: set the memory of {} to {memory} MB, publish it, and move the alias {} from version {} to that",
            self.chosen.name, alias.name, alias.version
        ));
        approve::ask("Carry this out?", consent.yes)?;
        let moved = self.move_to(memory, &alias.revision).await;
        moved.map(|()| Outcome::Applied).map_err(|cause| self.failed(memory, &cause))
    }

    async fn move_to(&self, memory: u32, alias_revision: &str) -> Result<(), Cause> {
        let function = &self.chosen.function;
        let now = settled(function, None).await?;
        if now.code_sha256 != self.seen.latest.code_sha256 {
            return Err(Cause::Conflict("it has other code now".to_owned()));
        }
        if now.memory != memory {
            match function.set_memory(memory, &now.description, &now.revision).await {
                Ok(()) => {}
                // An answer that was lost makes the SDK ask again: whether it was ours is seen below.
                Err(failure) if failure.kind == FailureKind::Conflict => {}
                Err(failure) => return Err(failure.into()),
            }
        }
        let ready = settled(function, None).await?;
        if ready.memory != memory || ready.code_sha256 != now.code_sha256 {
            return Err(Cause::Conflict("it was changed while its memory was set".to_owned()));
        }
        let published = function.publish(&ready.code_sha256, &ready.revision).await.map_err(conflict)?;
        settled(function, Some(&published.version)).await?;
        function.move_alias(self.alias, &published.version, None, alias_revision).await.map_err(conflict)?;
        Ok(())
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
                "`imgdeploy tune --function {name} --memory {memory} --num 1 --apply` sets it without measuring much"
            ),
        )
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

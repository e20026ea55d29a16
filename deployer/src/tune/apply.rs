//! Carries a measurement out, and takes away what it made.
//!
//! A write that was begun is always waited for; Ctrl-C is looked at between writes, and ends calls. So what there is when
//! cleaning begins does not change any more.

use super::mark::{Cleaning, Leftovers, Mark};
use super::measure::{self, Measured, Run as Call};
use super::plan::TunePlan;
use super::stop::Stop;
use crate::approval::{Approved, Proposal};
use crate::aws::lambda::{Alias, Configuration, Function, FunctionWrite, Unsettled};
use crate::aws::{AwsFailure, FailureKind};
use crate::function::apply::{Cause, conflict};
use crate::function::check;
use imgdeploy_world::Fact;

/// A plan with which one also agrees that what a measurement left behind is taken away.
pub trait Cleans: Proposal {}
impl Cleans for TunePlan {}
impl Cleans for Cleaning {}

/// The memory of a function becomes the live one.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveMemory {
    /// The function's name.
    pub function: String,
    /// The alias as it is.
    pub alias: Alias,
    /// Hash of the code that the function has to have.
    pub code_sha256: String,
    /// In MB.
    pub memory: u32,
}

impl Proposal for LiveMemory {
    fn is_refused(&self) -> bool {
        false
    }
}

/// Why a measurement ended early.
#[derive(Debug, Clone)]
pub enum Stopped {
    /// The live version is not this tool's: nothing was written.
    NotOurs(String),
    /// Ctrl-C.
    Asked,
    /// A step failed.
    Step(Cause),
}

impl From<Cause> for Stopped {
    fn from(cause: Cause) -> Self {
        Self::Step(cause)
    }
}

impl From<Unsettled> for Stopped {
    fn from(unsettled: Unsettled) -> Self {
        Self::Step(unsettled.into())
    }
}

impl From<AwsFailure> for Stopped {
    fn from(failure: AwsFailure) -> Self {
        Self::Step(failure.into())
    }
}

/// Everything that the steps need.
pub struct Run<'a> {
    /// The function.
    pub function: &'a Function,
    /// The unpublished state that the plan was made from.
    pub latest: &'a Configuration,
    /// The plan.
    pub plan: &'a Approved<'a, TunePlan>,
    /// Calls with each size, beside the first.
    pub calls: u32,
    /// The events, one for each image.
    pub events: &'a [Vec<u8>],
    /// Whether to stop.
    pub stop: &'a Stop,
    /// Is told what happens.
    pub say: &'a (dyn Fn(&str) + Sync),
}

impl Run<'_> {
    /// Measures every size. What was made stays: [`clean`] is for the caller, whatever comes of it.
    ///
    /// # Errors
    /// [`Stopped`]. A size that can't be had or does not make the image is no error.
    pub async fn measure(&self) -> Result<Vec<Measured>, Stopped> {
        let live = self.write().invoke(Some(&self.plan.live), check::event(), self.latest.timeout).await?;
        // Its log may have no REPORT line: whether it makes an image is what is asked.
        if let Err(failed) = check::verdict(&live) {
            // The rest is about a flag of `update-code`.
            let what = failed.what.split("; is this").next().unwrap_or_default();
            return Err(Stopped::NotOurs(what.to_owned()));
        }
        let mark = Mark::new(self.latest);
        let mut revision = Some(self.latest.revision.clone());
        let mut measured = Vec::new();
        for (at, size) in self.plan.sizes.iter().enumerate() {
            (self.say)(&format!("[{}/{}] {size} MB", at + 1, self.plan.sizes.len()));
            measured.push(match self.version(*size, &mark, revision.take()).await? {
                Ok(version) => self.size(*size, &version).await?,
                Err(why) => Measured { memory: *size, failed: Some(why), ..Measured::default() },
            });
            let failed = measured.last().and_then(|one| one.failed.as_ref());
            if let Some(why) = failed {
                (self.say)(&format!("      {why}"));
            }
        }
        Ok(measured)
    }

    fn write(&self) -> FunctionWrite {
        self.function.writer(self.plan.permit())
    }

    fn go_on(&self) -> Result<(), Stopped> {
        if self.stop.is_set() { Err(Stopped::Asked) } else { Ok(()) }
    }

    /// Publishes a temporary version with so much memory; or why Lambda gives none. `planned`: the revision that was
    /// approved, for the first of them.
    async fn version(
        &self,
        size: u32,
        mark: &Mark,
        planned: Option<String>,
    ) -> Result<Result<String, String>, Stopped> {
        self.go_on()?;
        let now = self.function.settled(None).await?;
        let revision = planned.unwrap_or(now.revision);
        let text = mark.text();
        match self.write().set_memory(size, &text, &revision).await {
            Ok(()) => {}
            // New accounts have less memory than others (LA-08).
            Err(failure) if is_refused(&failure) => {
                return Ok(Err(format!("Lambda does not give so much: {}", failure.reason())));
            }
            // An answer that was lost makes the SDK ask again, and then our own change is in the way.
            Err(failure) if failure.kind == FailureKind::Conflict => {
                let now = self.function.settled(None).await?;
                if now.memory != size || now.description != text {
                    return Err(conflict(failure).into());
                }
            }
            Err(failure) => return Err(failure.into()),
        }
        self.go_on()?;
        let ready = self.function.settled(None).await?;
        if ready.memory != size || ready.description != text {
            return Err(Cause::Conflict("its memory is not what was just set".to_owned()).into());
        }
        // The description goes to the version.
        let version = match self.write().publish(&ready.code_sha256, &ready.revision).await {
            Ok(version) => version,
            Err(failure) if failure.kind == FailureKind::Conflict => match self.published(size, &text).await?
            {
                Some(version) => version,
                None => return Err(conflict(failure).into()),
            },
            Err(failure) => return Err(failure.into()),
        };
        if version.memory != size || version.description != text {
            let why = format!("Lambda published version {} with another configuration", version.version);
            return Err(Cause::Conflict(why).into());
        }
        self.function.settled(Some(&version.version)).await?;
        Ok(Ok(version.version))
    }

    /// The version that a lost answer was about.
    async fn published(&self, size: u32, text: &str) -> Result<Option<Configuration>, Stopped> {
        match self.function.versions().await {
            Fact::Known(all) => {
                Ok(all.into_iter().rfind(|version| version.memory == size && version.description == text))
            }
            Fact::Absent => Ok(None),
            Fact::Unknown(failure) => Err(failure.into()),
        }
    }

    /// Calls a version: the first call makes an instance, the others find it.
    async fn size(&self, size: u32, version: &str) -> Result<Measured, Stopped> {
        let (write, mut measured) = (self.write(), Measured { memory: size, ..Measured::default() });
        for number in 0..=self.calls {
            let image = number.saturating_sub(1) as usize % self.events.len().max(1);
            let Some(event) = self.events.get(image) else { break };
            self.go_on()?;
            let answer = tokio::select! {
                answer = write.invoke(Some(version), event.clone(), self.latest.timeout) => answer?,
                () = self.stop.wait() => return Err(Stopped::Asked),
            };
            match measure::read(&answer) {
                Ok(said) => {
                    let billed_ms = said.billed.unwrap_or_default();
                    let call = Call { image, billed_ms, init_ms: said.init, used_mb: said.used };
                    // Lambda may make another instance at any time: such a call is not a warm one.
                    if number == 0 || call.init_ms.is_some() {
                        measured.cold.get_or_insert(call);
                    } else {
                        measured.warm.push(call);
                    }
                }
                Err(why) => {
                    measured.failed = Some(why);
                    break;
                }
            }
        }
        Ok(measured)
    }
}

/// Lambda's answer to a memory size that it does not have for this account.
fn is_refused(failure: &AwsFailure) -> bool {
    matches!(
        failure.code.as_deref(),
        Some("InvalidParameterValueException" | "ValidationException" | "InvalidParameterValue")
    )
}

/// Looks what a run left behind, and takes it away: first the memory, then the versions. Doing it twice is no harm.
///
/// # Errors
/// The step that failed; what is left is found again by the mark.
pub async fn clean<P: Cleans>(function: &Function, approved: &Approved<'_, P>) -> Result<Leftovers, Cause> {
    let write = function.writer(approved.permit());
    let latest = function.settled(None).await?;
    let restored = restore(function, &write, &latest).await?;
    let left = look(function, &latest).await?;
    for version in &left.delete {
        match write.delete_version(version).await {
            Ok(()) => {}
            // Gone already, by a call whose answer was lost.
            Err(failure) if failure.kind == FailureKind::Missing => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(Leftovers { restore: restored, ..left })
}

/// What is left of earlier runs.
async fn look(function: &Function, latest: &Configuration) -> Result<Leftovers, Cause> {
    let (versions, aliases) = futures::join!(function.versions(), function.aliases());
    match (versions, aliases) {
        (Fact::Known(versions), Fact::Known(aliases)) => Ok(Leftovers::of(latest, &versions, &aliases)),
        (Fact::Unknown(failure), _) | (_, Fact::Unknown(failure)) => Err(failure.into()),
        (Fact::Absent, _) | (_, Fact::Absent) => Err(Cause::Failed("the function is gone".to_owned())),
    }
}

async fn restore(
    function: &Function,
    write: &FunctionWrite,
    latest: &Configuration,
) -> Result<Option<Mark>, Cause> {
    let Some(mark) = Mark::of(&latest.description) else { return Ok(None) };
    match write.set_memory(mark.memory, &mark.description, &latest.revision).await {
        Ok(()) => {}
        Err(failure) if failure.kind == FailureKind::Conflict => {
            let now = function.settled(None).await?;
            if now.memory != mark.memory || now.description != mark.description {
                return Err(conflict(failure));
            }
        }
        Err(failure) => return Err(failure.into()),
    }
    function.settled(None).await?;
    Ok(Some(mark))
}

/// Sets the memory (MB) of a function that has this code, publishes it, and moves the alias to that. Until the last call,
/// viewers get what they got before.
///
/// # Errors
/// The step that failed; doing it again goes on.
pub async fn set_live(function: &Function, wanted: &Approved<'_, LiveMemory>) -> Result<(), Cause> {
    let LiveMemory { alias, code_sha256, memory, .. } = wanted.plan();
    let (code_sha256, memory) = (code_sha256.as_str(), *memory);
    let write = function.writer(wanted.permit());
    let now = function.settled(None).await?;
    if now.code_sha256 != code_sha256 {
        return Err(Cause::Conflict("it has other code now".to_owned()));
    }
    if now.memory != memory {
        match write.set_memory(memory, &now.description, &now.revision).await {
            Ok(()) => {}
            // An answer that was lost makes the SDK ask again: whether it was ours is seen below.
            Err(failure) if failure.kind == FailureKind::Conflict => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    let ready = function.settled(None).await?;
    if ready.memory != memory || ready.code_sha256 != code_sha256 {
        return Err(Cause::Conflict("it was changed while its memory was set".to_owned()));
    }
    let published = write.publish(&ready.code_sha256, &ready.revision).await.map_err(conflict)?;
    function.settled(Some(&published.version)).await?;
    write.move_alias(&alias.name, &published.version, None, &alias.revision).await.map_err(conflict)?;
    Ok(())
}

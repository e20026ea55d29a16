//! The command line: argv becomes an [`Invocation`]. Only clap lives here; what the values mean is
//! said in [`crate::settings`].

mod args;
mod batch;
mod build;
mod code;
mod cost;
mod dev;
mod doctor;
mod given;
mod help;
mod init;
mod logs;
mod purge;
mod resize;
mod shared;
mod shell;
mod status;
mod tune;
mod up;

pub use args::{AttachArgs, Cli, Command, DetachArgs, Global, OutputFormat};
pub use batch::{BatchArgs, BatchCommand, ErrorsArgs, JobArgs, OrderArgs, OriginalsChoice};
pub use build::BuildArgs;
pub use code::{FunctionChoice, RollbackArgs, UpdateCodeArgs};
pub use cost::CostArgs;
pub use dev::DevArgs;
pub use doctor::{DoctorArgs, FailOn};
pub use init::InitArgs;
pub use logs::LogsArgs;
pub use purge::PurgeArgs;
pub use resize::ResizeArgs;
pub use shared::{DryRun, SiteChoice};
pub use shell::{CompletionsArgs, ManArgs, completions, man};
pub use status::StatusArgs;
pub use tune::{Aim, TuneArgs};
pub use up::{DownArgs, OwnChoice, UpArgs};

use crate::settings::Given;
use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _};
use imgdeploy_model::terminal::escape;
use std::ffi::OsString;

/// What is to be done, and with which settings.
#[derive(Debug)]
pub struct Invocation {
    /// The parsed command line. Settings are in it as raw text: take them from `given`.
    pub cli: Cli,
    /// What flags and environment say about settings.
    pub given: Given,
}

/// The command line as clap has it.
pub fn definition() -> clap::Command {
    Cli::command()
}

/// Reads a command line, with the program's name first. `env` gives the value of an environment
/// variable; an empty one counts as not set.
///
/// # Errors
/// Wrong usage, or help or version was asked for: clap's error knows which, and its exit code (2 or 0).
pub fn parse<I, T>(argv: I, env: &dyn Fn(&str) -> Option<String>) -> Result<Invocation, clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let argv: Vec<OsString> = argv.into_iter().map(Into::into).collect();
    let mut command = Cli::command();
    // clap renders help and errors before it knows the flags, so this one is looked for here.
    if argv.iter().skip(1).any(|word| word == "--no-color") {
        command = command.color(ColorChoice::Never);
    }
    let matches = command.try_get_matches_from_mut(argv).map_err(escaped)?;
    let cli = Cli::from_arg_matches(&matches).map_err(|error| escaped(error.format(&mut command)))?;
    let given = given::collect(&matches, env);
    Ok(Invocation { cli, given })
}

/// The same error, with what stands on the command line or in the environment shown by its escapes: clap prints that itself, and
/// words may come from a script that took them from elsewhere. What our own checks say of a value, clap keeps as it is: they escape it themselves.
fn escaped(mut error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue};
    let one = |text: &String| escape(text).into_owned();
    let foreign: Vec<(ContextKind, ContextValue)> = error
        .context()
        .filter(|(kind, _)| *kind != ContextKind::Usage)
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, ContextValue::String(one(text)))),
            ContextValue::Strings(texts) => {
                Some((kind, ContextValue::Strings(texts.iter().map(one).collect())))
            }
            // Advice repeats the word that it is about.
            ContextValue::StyledStrs(texts) => {
                let plain = texts.iter().map(|text| one(&text.to_string()).into()).collect();
                Some((kind, ContextValue::StyledStrs(plain)))
            }
            _ => None,
        })
        .collect();
    for (kind, value) in foreign {
        let _ = error.insert(kind, value);
    }
    error
}

#[cfg(test)]
mod tests;

//! Completions and manual pages, made from the definition of the command line.

use super::args::Cli;
use crate::error::{Exit, Failure};
use crate::report::OwnWords;
use clap::{Args, CommandFactory as _};

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command whose page is wanted; without it, that of imgdeploy itself
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// The script that a shell reads.
pub fn completions(args: &CompletionsArgs) -> OwnWords {
    OwnWords::completions(args.shell, Cli::command())
}

/// The manual page, in troff.
///
/// # Errors
/// There is no such command.
pub fn man(args: &ManArgs) -> Result<OwnWords, Failure> {
    let mut root = Cli::command();
    root.build();
    let page = match &args.command {
        None => root,
        Some(name) => {
            let found = root.get_subcommands().find(|one| one.get_name() == name).cloned();
            // The page is that of `imgdeploy-attach`, as for other tools with commands.
            found.map(|one| one.display_name(format!("imgdeploy-{name}"))).ok_or_else(|| {
                let names: Vec<&str> = root.get_subcommands().map(clap::Command::get_name).collect();
                Failure::new(
                    Exit::Usage,
                    format!("there is no command `{name}`"),
                    format!("the commands are {}", names.join(", ")),
                )
            })?
        }
    };
    OwnWords::manual(page)
        .map_err(|error| Failure::new(Exit::Unexpected, format!("no page: {error}"), "run this again"))
}

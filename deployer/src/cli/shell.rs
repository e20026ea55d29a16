//! Completions and manual pages, made from the definition of the command line.

use crate::error::{Exit, Failure};
use crate::report::OwnWords;
use clap::Args;

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

/// The script that a shell reads, of this command line.
pub fn completions(args: &CompletionsArgs, cli: clap::Command) -> OwnWords {
    OwnWords::completions(args.shell, cli)
}

/// The manual page of this command line, or of one of its commands.
///
/// # Errors
/// There is no such command.
pub fn man(args: &ManArgs, mut root: clap::Command) -> Result<OwnWords, Failure> {
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

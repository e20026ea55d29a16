//! Completions and manual pages, made from the definition of the command line.

use super::args::Cli;
use crate::error::{Exit, Failure};
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

/// A text that is made of the definition of the command line alone, in lines of its own.
#[derive(Debug)]
pub struct OwnWords(String);

impl OwnWords {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The script that a shell reads.
pub fn completions(args: &CompletionsArgs) -> OwnWords {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "imgdeploy", &mut script);
    OwnWords(String::from_utf8_lossy(&script).into_owned())
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
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(|error| Failure::new(Exit::Unexpected, format!("no page: {error}"), "run this again"))?;
    Ok(OwnWords(String::from_utf8_lossy(&text).into_owned()))
}

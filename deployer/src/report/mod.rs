//! The only place that prints: plans, events and failures, as text or JSON.

#![allow(
    clippy::disallowed_methods,
    reason = "the one place where standard output and standard error are named"
)]

mod batch;
mod code;
mod cost;
mod doctor;
mod function;
mod images;
mod json;
mod logs;
mod own_words;
mod purge;
mod screen;
mod status;
mod text;
mod tune;

use std::fmt::Display;
use std::io::{BufRead as _, IsTerminal, Write};

use crate::apply::Event;
use crate::error::Failure;
use crate::plan::Plan;
use crate::probe::ProbeReport;

pub use batch::BatchBar;
pub use code::{ZipReport, carried};
pub use json::DOCUMENT_VERSION;
pub use logs::LogView;
pub use own_words::OwnWords;
pub use screen::{Paint, Screen};
pub use tune::TuneReport;

/// How to show things.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    json: bool,
    colour: bool,
    verbose: u8,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing had to be done.
    NothingToDo,
    /// Only the plan was shown.
    Planned,
    /// The plan was carried out.
    Applied,
}

impl Report {
    /// Text on a terminal is coloured unless `no_color` or the variable `NO_COLOR` says otherwise.
    pub fn new(json: bool, no_color: bool, verbose: u8) -> Self {
        let colour = !no_color
            && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::io::stderr().is_terminal();
        Self { json, colour, verbose }
    }

    /// Whether what goes to standard output is coloured.
    fn colour_out(&self) -> bool {
        self.colour && std::io::stdout().is_terminal()
    }

    /// Whether the result is a JSON object.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether settings are to be shown with their origins.
    pub fn verbose(&self) -> bool {
        self.verbose > 0
    }

    /// The resolved settings.
    pub fn settings(&self, rows: &[(&'static str, String, String)]) {
        self.err(&text::settings(rows));
    }

    /// The plan, on standard error: standard output is for the result.
    pub fn plan(&self, plan: &Plan) {
        self.err(&text::plan(plan, self.colour));
    }

    /// The plan of a dry run: it is the result.
    pub fn dry_run(&self, plan: &Plan) {
        if !self.json {
            out(&text::plan(plan, self.colour));
        }
    }

    /// One event of an apply.
    pub fn event(&self, event: &Event) {
        if let Some(line) = text::event(event) {
            self.err(&line);
        }
    }

    /// A line of progress.
    pub fn say(&self, line: impl Display) {
        self.err(&Screen::of(line));
    }

    /// The probe, hop by hop.
    pub fn probe(&self, probe: &ProbeReport) {
        self.err(&text::probe(probe));
    }

    /// The end of a command that worked.
    pub fn finish(&self, command: &str, plan: &Plan, outcome: Outcome, probe: Option<&ProbeReport>) {
        if self.json {
            out_json(&json::finished(command, plan, outcome, probe));
        } else if let Some(line) = text::finished(command, plan, outcome, probe) {
            out(&line);
        }
    }

    /// A result of its own.
    pub fn result(&self, json: &serde_json::Value, text: &Screen) {
        if self.json {
            out_json(json);
        } else {
            out(text);
        }
    }

    /// The end of a command that did not work.
    pub fn failure(&self, command: &str, failure: &Failure, plan: Option<&Plan>) {
        if self.json {
            out_json(&json::failed(command, failure, plan));
        }
        self.err(&text::failure(failure, self.colour));
    }

    /// Several lines on standard error.
    pub fn show(&self, text: &Screen) {
        self.err(text);
    }

    #[allow(clippy::unused_self)]
    fn err(&self, text: &Screen) {
        // Nothing can be said about a broken standard error.
        let _ = std::io::stderr().lock().write_all(text.as_str().as_bytes());
    }
}

/// Wrong usage, in clap's words: its layout, but nothing else that acts on a terminal. Without its colours. [`crate::cli::parse`] has
/// escaped the words that it is about.
pub fn usage(error: &clap::Error) {
    let mut shown = Screen::new();
    error.render().to_string().lines().for_each(|line| shown.escaped_line(line));
    let _ = std::io::stderr().lock().write_all(shown.as_str().as_bytes());
}

/// What is answered to a question at the terminal, in lower case; `None` where there is nobody to ask.
pub fn ask(question: &str) -> Option<String> {
    line(&format!("{question} [y/N]")).map(|answer| answer.to_lowercase())
}

/// The six digits of an MFA device, asked for at the terminal.
///
/// # Errors
/// There is no terminal, or the answer is no such code.
pub fn ask_code(device: &str) -> Result<String, String> {
    let code = line(&format!("Code of the MFA device {device}:")).ok_or_else(|| {
        format!("a code of the MFA device {device} is needed, and there is no terminal to ask at")
    })?;
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(code)
    } else {
        Err("a code of an MFA device has six digits".to_owned())
    }
}

/// What is typed at the terminal behind these words; `None` where there is none.
fn line(words: &str) -> Option<String> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return None;
    }
    let mut shown = Screen::new();
    shown.end();
    shown.part(format_args!("{words} "));
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(shown.as_str().as_bytes());
    let _ = stderr.flush();
    let mut answer = String::new();
    // What cannot be read is no consent.
    let _ = std::io::stdin().lock().read_line(&mut answer);
    Some(answer.trim().to_owned())
}

fn out(text: &Screen) {
    write(text.as_str());
}

/// What the program makes of its own words alone.
fn generated(text: &OwnWords) {
    write(text.as_str());
}

/// One object in a line.
fn out_json(object: &serde_json::Value) {
    write(&json::line(object));
}

/// `false` where the reader went away (`| head`), which is no failure.
fn write(text: &str) -> bool {
    std::io::stdout().lock().write_all(text.as_bytes()).is_ok()
}

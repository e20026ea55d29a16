//! The only place that prints: plans, events and failures, as text or JSON.

mod batch;
mod code;
mod cost;
mod diff;
mod doctor;
mod function;
mod images;
mod json;
mod logs;
mod purge;
mod status;
mod text;
mod tune;

use std::io::{IsTerminal, Write};

use crate::apply::Event;
use crate::error::Failure;
use crate::plan::Plan;
use crate::probe::ProbeReport;

pub use batch::BatchBar;
pub use code::{ZipReport, carried};
pub use json::DOCUMENT_VERSION;
pub use logs::LogView;
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
    pub fn say(&self, line: &str) {
        self.err(&format!("{line}\n"));
    }

    /// The probe, hop by hop.
    pub fn probe(&self, probe: &ProbeReport) {
        self.err(&text::probe(probe));
    }

    /// The end of a command that worked.
    pub fn finish(&self, command: &str, plan: &Plan, outcome: Outcome, probe: Option<&ProbeReport>) {
        if self.json {
            out(&json::finished(command, plan, outcome, probe));
        } else if let Some(line) = text::finished(command, plan, outcome) {
            out(&line);
        }
    }

    /// A result of its own.
    pub fn result(&self, json: &serde_json::Value, text: &str) {
        if self.json {
            out(&format!("{json}\n"));
        } else {
            out(text);
        }
    }

    /// The end of a command that did not work.
    pub fn failure(&self, command: &str, failure: &Failure, plan: Option<&Plan>) {
        if self.json {
            out(&json::failed(command, failure, plan));
        }
        self.err(&text::failure(failure, self.colour));
    }

    #[allow(clippy::unused_self)]
    fn err(&self, text: &str) {
        // Nothing can be said about a broken standard error.
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
}

fn out(text: &str) {
    // A reader that went away (`| head`) is no failure.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

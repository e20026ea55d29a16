//! What is said of a function's code.

use serde_json::json;

use super::{DOCUMENT_VERSION, Outcome, Report, Screen};
use crate::aws::lambda::Configuration;
use crate::function::apply::Done;
use crate::function::plan::CodePlan;
use crate::function::rollback::Listed;

impl Report {
    /// `update-code` found its code live.
    pub fn code_unchanged(&self, function: &str, live: &Configuration) {
        let text = Screen::of(format_args!(
            "{function}: nothing to do, version {} has this code ({})",
            live.version,
            short(&live.code_sha256)
        ));
        let result = json!({ "version": live.version, "live": live.version, "pruned": [] });
        self.result(&document(None, Outcome::NothingToDo, Some(result)), &text);
    }

    /// The plan, on standard error.
    pub fn code_plan(&self, plan: &CodePlan) {
        self.err(&text(plan));
    }

    /// The plan of a dry run: it is the result.
    pub fn code_dry_run(&self, plan: &CodePlan) {
        self.result(&document(Some(plan), Outcome::Planned, None), &text(plan));
    }

    /// `update-code` has done its work.
    pub fn code_done(&self, plan: &CodePlan, done: &Done, moved: bool) {
        let said = if plan.live.0 == "$LATEST" || moved {
            format!("{}: version {} is live ({})", plan.function, done.version, short(&plan.code_sha256))
        } else {
            format!(
                "{}: version {} is published and checked; version {} is still live",
                plan.function, done.version, plan.live.0
            )
        };
        let mut out = Screen::new();
        out.part(said);
        if !done.pruned.is_empty() {
            out.part(format_args!("; deleted: {}", done.pruned.join(", ")));
        }
        out.end();
        let live = if moved { &done.version } else { &plan.live.0 };
        let result = json!({ "version": done.version, "live": live, "pruned": done.pruned });
        self.result(&document(Some(plan), Outcome::Applied, Some(result)), &out);
    }

    /// The versions, before anything is done.
    pub fn version_list(&self, function: &str, rows: &[Listed]) {
        self.err(&table(function, rows));
    }

    /// The end of `rollback`, with the versions as they were before.
    pub fn versions(&self, function: &str, rows: &[Listed], outcome: Outcome, moved: Option<(&str, &str)>) {
        let text = match moved {
            Some((from, to)) => Screen::of(format_args!(
                "{function}: version {to} is live, as of now; before it was version {from}"
            )),
            None => table(function, rows),
        };
        let json = json!({
            "version": DOCUMENT_VERSION,
            "command": "rollback",
            "outcome": outcome,
            "changes": moved.is_some(),
            "function": function,
            "versions": rows,
            "moved": moved.map(|(from, to)| json!({ "from": from, "to": to })),
            "error": null,
        });
        self.result(&json, &text);
    }
}

fn document(
    plan: Option<&CodePlan>,
    outcome: Outcome,
    result: Option<serde_json::Value>,
) -> serde_json::Value {
    json!({
        "version": DOCUMENT_VERSION,
        "command": "update-code",
        "outcome": outcome,
        "changes": plan.is_some(),
        "plan": plan,
        "result": result,
        "error": null,
    })
}

fn text(plan: &CodePlan) -> Screen {
    let CodePlan { function, region, live: (version, sha), size, architecture, .. } = plan;
    let mut out = Screen::of(format_args!("function {function} (region {region})"));
    out.line(format_args!("  live  {version:<8} {sha}"));
    out.line(format_args!("  new   {:<8} {} ({size} bytes, {architecture})", "", plan.code_sha256));
    for note in &plan.notes {
        out.line(format_args!("note: {note}"));
    }
    out.end();
    out.line(format_args!("plan: {} steps", plan.steps.len()));
    for (number, step) in plan.steps.iter().enumerate() {
        out.line(format_args!("  {}. {step}", number + 1));
    }
    out
}

fn table(function: &str, rows: &[Listed]) -> Screen {
    let mut out = Screen::of(format_args!("versions of {function}, newest first:"));
    for row in rows {
        let mark = match (row.live, row.share) {
            (true, _) => "live".to_owned(),
            (false, Some(share)) => format!("{share} %"),
            (false, None) => String::new(),
        };
        out.line(format_args!("  {:>4}  {:<5} {}  {}", row.version, mark, row.date, short(&row.code_sha256)));
    }
    out
}

/// The first twelve characters of a hash.
fn short(sha: &str) -> &str {
    sha.get(..12).unwrap_or(sha)
}

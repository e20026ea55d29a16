//! What people read.

use std::fmt::Write;

use super::{Outcome, diff};
use crate::apply::{self, Event};
use crate::aws::read::PublicAccessBlock;
use crate::error::Failure;
use crate::plan::{Action, JournalStep, Plan};
use crate::probe::ProbeReport;
use crate::stack::StackPlan;

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

fn paint(text: &str, colour: &str, on: bool) -> String {
    if on { format!("{colour}{text}{PLAIN}") } else { text.to_owned() }
}

pub(super) fn settings(rows: &[(&'static str, String, String)]) -> String {
    let name = rows.iter().map(|row| row.0.len()).max().unwrap_or(0);
    let value = rows.iter().map(|row| row.1.len()).max().unwrap_or(0).min(48);
    let mut out = String::from("settings:\n");
    for row in rows {
        let _ = writeln!(out, "  {:name$}  {:value$}  ({})", row.0, row.1, row.2);
    }
    out.push('\n');
    out
}

pub(super) fn plan(plan: &Plan, colour: bool) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} (account {}, region {})",
        paint(&format!("bucket {}", plan.bucket), BOLD, colour),
        plan.account,
        plan.region
    );
    for note in &plan.notes {
        let _ = writeln!(out, "{}: {}", if note.warning { "warning" } else { "note" }, note.text);
    }
    if plan.is_empty() {
        return out;
    }
    let _ = writeln!(out, "\nplan: {} changes", plan.actions.len());
    for (index, action) in plan.actions.iter().enumerate() {
        let title = format!("{}. {}", index + 1, apply::title(action));
        let _ = writeln!(out, "\n{}", paint(&title, BOLD, colour));
        for line in details(action) {
            let line = match line.chars().next() {
                Some('+') => paint(&line, GREEN, colour),
                Some('-') => paint(&line, RED, colour),
                _ => line,
            };
            let _ = writeln!(out, "   {line}");
        }
    }
    match &plan.journal {
        JournalStep::Keep => {}
        JournalStep::Record { .. } => {
            out.push_str("\nThe journal in the artifacts bucket keeps every document as it was before.\n");
        }
        JournalStep::Forget { .. } => {
            out.push_str("\nThe journal of this bucket is deleted at the end.\n");
        }
    }
    out
}

fn details(action: &Action) -> Vec<String> {
    match action {
        Action::ArtifactsBucket { missing, .. } => missing.iter().map(|one| format!("+ {one:?}")).collect(),
        Action::UploadCode { bucket, size, sha256, .. } => {
            vec![format!("+ {size} bytes to {bucket}, SHA-256 {sha256}")]
        }
        Action::Stack { desired, plan } => stack(&desired.parameters, plan),
        Action::PublicAccessBlock { before, after, .. } => flags(*before, *after),
        Action::Policy { before, after, .. } | Action::Website { before, after, .. } => {
            difference(before.as_deref(), after.as_deref())
        }
        Action::Notification { before, after, .. } => difference(before.as_deref(), Some(after)),
        Action::Distribution { before, after, .. } => difference(Some(before), Some(after)),
        Action::Invalidate { .. } | Action::ApiDeployment { .. } => Vec::new(),
        Action::FunctionConfiguration { before, environment, timeout, memory, .. } => {
            let mut lines = Vec::new();
            for (name, value) in environment {
                lines.extend(before.get(name).map(|before| format!("- {name}={before}")));
                lines.push(format!("+ {name}={value}"));
            }
            lines.extend(timeout.map(|seconds| format!("+ timeout {seconds} s")));
            lines.extend(memory.map(|mb| format!("+ memory {mb} MB")));
            lines
        }
        Action::FunctionAlias { before, after, .. } => {
            let mut lines: Vec<String> = before.iter().map(|before| format!("- version {before}")).collect();
            lines.push(format!("+ version {after}"));
            lines
        }
        Action::InvokePermission { source_arn, .. } => vec![format!("+ calls from {source_arn}")],
        Action::ApiMethods { paths, methods, .. } => paths
            .iter()
            .map(|path| format!("+ {} {path}: open, with the function behind", methods.join(" and ")))
            .collect(),
        Action::DeleteDerived { keys, .. } => {
            let mut shown: Vec<String> = keys.iter().take(5).map(|key| format!("- {key}")).collect();
            if keys.len() > 5 {
                shown.push(format!("- … and {} more", keys.len() - 5));
            }
            shown
        }
        Action::DeleteStack { .. } => {
            vec!["- the function, its role, its logs and its API go with it".to_owned()]
        }
        Action::EmptyBucket { contents, .. } => vec![format!("- {}", contents.in_words())],
        Action::DeleteBucket { .. } => Vec::new(),
    }
}

fn stack(parameters: &std::collections::BTreeMap<String, String>, plan: &StackPlan) -> Vec<String> {
    match plan {
        StackPlan::Create | StackPlan::CreateInShell { .. } => {
            parameters.iter().map(|(name, value)| format!("+ {name}: {value}")).collect()
        }
        StackPlan::DeleteThenCreate { why, .. } => vec![format!("it is deleted and made again: {why}")],
        StackPlan::Update(difference) | StackPlan::ContinueRollbackThenUpdate { difference, .. } => {
            let mut lines = Vec::new();
            if let StackPlan::ContinueRollbackThenUpdate { status, .. } = plan {
                lines.push(format!("it is stuck in {status}: its rollback is finished first"));
            }
            if difference.template_changed {
                lines.push("+ the template changes".to_owned());
            }
            for change in &difference.parameters {
                if let Some(old) = &change.old {
                    lines.push(format!("- {}: {old}", change.name));
                }
                if let Some(new) = &change.new {
                    lines.push(format!("+ {}: {new}", change.name));
                }
            }
            lines
        }
        StackPlan::Nothing | StackPlan::Wait { .. } | StackPlan::Refused { .. } => Vec::new(),
    }
}

fn flags(before: Option<PublicAccessBlock>, after: PublicAccessBlock) -> Vec<String> {
    let before = before.unwrap_or_default();
    [
        ("BlockPublicAcls", before.block_public_acls, after.block_public_acls),
        ("IgnorePublicAcls", before.ignore_public_acls, after.ignore_public_acls),
        ("BlockPublicPolicy", before.block_public_policy, after.block_public_policy),
        ("RestrictPublicBuckets", before.restrict_public_buckets, after.restrict_public_buckets),
    ]
    .into_iter()
    .flat_map(|(name, old, new)| {
        if old == new {
            vec![format!("  {name}: {old}")]
        } else {
            vec![format!("- {name}: {old}"), format!("+ {name}: {new}")]
        }
    })
    .collect()
}

fn difference(before: Option<&str>, after: Option<&str>) -> Vec<String> {
    diff::lines(before, after).into_iter().map(|line| format!("{} {}", line.sign, line.text)).collect()
}

pub(super) fn event(event: &Event) -> Option<String> {
    match event {
        Event::Step { number, total, text } => Some(format!("[{number}/{total}] {text}\n")),
        Event::Progress { text } => Some(format!("      {text}\n")),
        Event::Done => None,
    }
}

pub(super) fn probe(probe: &ProbeReport) -> String {
    let mut out = format!("\nprobe: {}\n", probe.url);
    for hop in &probe.hops {
        let _ = writeln!(out, "  {} {} {}", hop.status, hop.service, hop.url);
        for (name, value) in &hop.headers {
            let _ = writeln!(out, "      {name}: {value}");
        }
    }
    let _ = writeln!(out, "  {}", probe.verdict);
    out
}

pub(super) fn finished(command: &str, plan: &Plan, outcome: Outcome) -> Option<String> {
    match outcome {
        Outcome::NothingToDo => Some(format!("{}: nothing to do\n", plan.bucket)),
        Outcome::Planned => None,
        Outcome::Applied => {
            let done = plan.actions.len();
            Some(format!("{}: {command} done, {done} changes\n", plan.bucket))
        }
    }
}

pub(super) fn failure(failure: &Failure, colour: bool) -> String {
    let mut out = format!("{} {}\n", paint("error:", RED, colour), failure.message);
    if !failure.hints.is_empty() {
        out.push('\n');
    }
    for hint in &failure.hints {
        let _ = writeln!(out, "hint: {hint}");
    }
    out
}

pub(super) fn image_failed(input: &str, reason: &str, colour: bool) -> String {
    format!("{} {input}: {reason}\n", paint("error:", RED, colour))
}

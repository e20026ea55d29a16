//! What people read.

use super::{Outcome, Paint, Screen, diff};
use crate::apply::{self, Event};
use crate::aws::read::PublicAccessBlock;
use crate::error::Failure;
use crate::plan::{Action, JournalStep, Plan, RefusalKind};
use crate::probe::ProbeReport;
use crate::stack::StackPlan;
use imgdeploy_checks::snapshot::BadOriginal;

pub(super) fn settings(rows: &[(&'static str, String, String)]) -> Screen {
    let name = rows.iter().map(|row| row.0.len()).max().unwrap_or(0);
    let value = rows.iter().map(|row| row.1.len()).max().unwrap_or(0).min(48);
    let mut out = Screen::of("settings:");
    for row in rows {
        out.line(format_args!("  {:name$}  {:value$}  ({})", row.0, row.1, row.2));
    }
    out.end();
    out
}

pub(super) fn plan(plan: &Plan, colour: bool) -> Screen {
    let mut out = Screen::new();
    out.painted(Paint::Bold.only_if(colour), format_args!("bucket {}", plan.bucket));
    out.line(format_args!(" (account {}, region {})", plan.account, plan.region));
    for note in &plan.notes {
        out.line(format_args!("{}: {}", if note.warning { "warning" } else { "note" }, note.text));
    }
    for refusal in plan.refusals.iter().filter(|refusal| refusal.kind == RefusalKind::Consent) {
        out.line(format_args!("to apply: {}: {}", refusal.text, refusal.hint));
    }
    if plan.is_empty() {
        return out;
    }
    out.end();
    let changes = plan.actions.len();
    out.line(format_args!("plan: {changes} {}", if changes == 1 { "change" } else { "changes" }));
    for (index, action) in plan.actions.iter().enumerate() {
        out.end();
        let title = format!("{}. {}", index + 1, apply::title(action));
        out.painted(Paint::Bold.only_if(colour), title);
        out.end();
        for line in details(action) {
            let paint = match line.chars().next() {
                Some('+') => Paint::Green,
                Some('-') => Paint::Red,
                _ => Paint::Plain,
            };
            out.part("   ");
            out.painted(paint.only_if(colour), line);
            out.end();
        }
    }
    match &plan.journal {
        JournalStep::Keep => {}
        JournalStep::Record { .. } => {
            out.end();
            out.line("The journal in the artifacts bucket keeps every document as it was before.");
        }
        JournalStep::Forget { .. } => {
            out.end();
            out.line("The journal of this bucket is deleted at the end.");
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

pub(super) fn event(event: &Event) -> Option<Screen> {
    match event {
        Event::Step { number, total, text } => Some(Screen::of(format_args!("[{number}/{total}] {text}"))),
        Event::Progress { text } => Some(Screen::of(format_args!("      {text}"))),
        Event::Done => None,
    }
}

pub(super) fn probe(probe: &ProbeReport) -> Screen {
    let mut out = Screen::new();
    out.end();
    out.line(format_args!("probe: {}", probe.url));
    for hop in &probe.hops {
        out.line(format_args!("  {} {} {}", hop.status, hop.service, hop.url));
        for (name, value) in &hop.headers {
            out.line(format_args!("      {name}: {value}"));
        }
    }
    out.line(format_args!("  {}", probe.verdict));
    bad_originals(&mut out, &probe.bad_originals);
    out
}

/// Originals of which no image can be made.
pub(super) fn bad_originals(out: &mut Screen, bad: &[BadOriginal]) {
    if bad.is_empty() {
        return;
    }
    out.line("no image can be made of these originals, which is no fault of the chain:");
    for one in bad {
        out.line(format_args!("  {}: {} {}: {}", one.key, one.status, one.code, one.reason));
    }
}

pub(super) fn finished(command: &str, plan: &Plan, outcome: Outcome) -> Option<Screen> {
    match outcome {
        Outcome::NothingToDo => Some(Screen::of(format_args!("{}: nothing to do", plan.bucket))),
        Outcome::Planned => None,
        Outcome::Applied => {
            let done = plan.actions.len();
            Some(Screen::of(format_args!("{}: {command} done, {done} changes", plan.bucket)))
        }
    }
}

pub(super) fn failure(failure: &Failure, colour: bool) -> Screen {
    let mut out = Screen::new();
    out.painted(Paint::Red.only_if(colour), "error:");
    out.part(" ");
    failure.message.lines().iter().for_each(|line| out.line(line));
    if !failure.hints.is_empty() {
        out.end();
    }
    for hint in &failure.hints {
        out.line(format_args!("hint: {hint}"));
    }
    out
}

pub(super) fn image_failed(input: &str, reason: &str, colour: bool) -> Screen {
    let mut out = Screen::new();
    out.painted(Paint::Red.only_if(colour), "error:");
    out.line(format_args!(" {input}: {reason}"));
    out
}

//! What people read.

use super::{Outcome, Paint, Screen};
use crate::apply::Event;
use crate::error::Failure;
use crate::plan::action::Describe as _;
use crate::plan::{JournalStep, Plan, RefusalKind};
use crate::probe::ProbeReport;
use imgdeploy_checks::snapshot::BadOriginal;
use imgdeploy_model::command;

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
    if let Some(caller) = &plan.caller {
        out.line(format_args!("by {}, {}", caller.arn, caller.by));
    }
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
    out.line(format_args!("plan: {}", counted(plan.actions.len())));
    for (index, action) in plan.actions.iter().enumerate() {
        out.end();
        let title = format!("{}. {}", index + 1, action.title());
        out.painted(Paint::Bold.only_if(colour), title);
        out.end();
        for line in action.details() {
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

/// The end, and what to do next. `probe`: the image that was asked for, if one was.
pub(super) fn finished(
    command: &str,
    plan: &Plan,
    outcome: Outcome,
    probe: Option<&ProbeReport>,
) -> Option<Screen> {
    match outcome {
        Outcome::NothingToDo => Some(Screen::of(format_args!("{}: nothing to do", plan.bucket))),
        Outcome::Planned => None,
        Outcome::Applied => {
            let done = counted(plan.actions.len());
            let mut out = Screen::of(format_args!("{}: {command} done, {done}", plan.bucket));
            // What stood in for AWS on this machine is gone when this is read.
            let url =
                probe.map(|probe| probe.url.as_str()).filter(|url| url.starts_with("http") && !is_here(url));
            if let Some(url) = url {
                out.end();
                out.line(format_args!("open this: {url}"));
                out.line(format_args!("in a page: <img src=\"{url}\">"));
            }
            if command == "attach" {
                out.end();
                out.line(format_args!(
                    "the way back: {}",
                    command!("imgdeploy detach --bucket {}", plan.bucket)
                ));
            }
            Some(out)
        }
    }
}

/// `1 change`, `2 changes`.
fn counted(changes: usize) -> String {
    format!("{changes} {}", if changes == 1 { "change" } else { "changes" })
}

fn is_here(url: &str) -> bool {
    imgdeploy_model::chain::message::Url::parse(url)
        .is_some_and(|url| url.host.starts_with("127.") || url.host == "localhost")
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_end_says_what_to_do_next() {
        let plan = Plan::new("shop", "111122223333", "eu-west-1");
        let said = |command: &str, url: &str| {
            let probe = ProbeReport::of(url);
            finished(command, &plan, Outcome::Applied, Some(&probe)).unwrap().as_str().to_owned()
        };
        let text = said("attach", "https://cdn.example.com/resized/300x200/a.jpg");
        for part in [
            "shop: attach done, 0 changes",
            "open this: https://cdn.example.com/resized/300x200/a.jpg",
            "in a page: <img src=\"https://cdn.example.com/resized/300x200/a.jpg\">",
            "the way back: imgdeploy detach --bucket shop",
        ] {
            assert!(text.contains(part), "{text}");
        }
        // A port of this machine that is closed by now, and nothing that was asked for.
        for url in ["http://127.0.0.1:4000/resized/300x200/a.jpg", ""] {
            assert!(!said("attach", url).contains("open this"), "{url}");
        }
        assert!(!said("detach", "").contains("the way back"));
        assert_eq!(counted(1), "1 change");
    }
}

//! `batch`: a bar on a terminal, a line at beginning and end elsewhere, or one JSON object for each event.

use std::io::IsTerminal;

use imgdeploy_batch::{Counts, Failed, Job, Source};
use imgdeploy_model::command;
use serde_json::{Value, json};

use super::json::joined;
use super::{DOCUMENT_VERSION, Report, Screen, out, out_json};
use crate::batch::local::LocalEnd;
use crate::batch::progress::Progress;
use crate::batch::stall::Stall;

/// Width of the bar, in characters.
const BAR: usize = 24;

/// Shows a batch while it runs.
#[derive(Debug)]
pub struct BatchBar<'a> {
    report: &'a Report,
    terminal: bool,
    last: Option<Progress>,
}

impl<'a> BatchBar<'a> {
    /// A bar where standard error is a terminal.
    pub fn new(report: &'a Report) -> Self {
        Self { report, terminal: std::io::stderr().is_terminal() && !report.is_json(), last: None }
    }

    /// The job that runs.
    pub fn started(&self, job: &Job, resumed: bool) {
        self.event("started", &json!({ "job": job.id, "resumed": resumed, "specs": job.specs }));
        let going = if resumed { "goes on" } else { "ordered" };
        self.say(format_args!("batch {} {going}: {} of {}", job.id, job.specs.join(", "), source(job)));
    }

    /// Nobody waits for it.
    pub fn detached(&self, job: &Job) {
        self.event("detached", &json!({ "job": job.id }));
        if !self.report.is_json() {
            out(&Screen::of(&job.id));
        }
        let wait = command!("imgdeploy batch wait {} --bucket {}", job.id, job.bucket);
        self.say(format_args!("`{wait}` shows its progress"));
    }

    /// How far it is.
    pub fn progress(&mut self, progress: &Progress) {
        if self.last.is_some_and(|last| last.known() == progress.known() && last.asked == progress.asked) {
            return;
        }
        self.last = Some(*progress);
        if self.report.is_json() {
            self.event("progress", &json!(progress));
        } else if self.terminal {
            let mut bar = Screen::new();
            bar.rub_out();
            bar.part(line(progress));
            self.report.err(&bar);
        }
    }

    /// It has ended.
    pub fn finished(&self, job: &Job, progress: &Progress, counts: Counts) {
        self.report.err(&self.clear());
        let Counts { done, skipped, failed } = counts;
        self.event(
            "finished",
            &json!({ "job": job.id, "asked": progress.asked, "done": done, "skipped": skipped, "failed": failed }),
        );
        if !self.report.is_json() {
            out(&Screen::of(format_args!("batch {}: {}", job.id, summary(counts))));
        }
        if failed > 0 {
            let errors = command!("imgdeploy batch errors {} --bucket {}", job.id, job.bucket);
            self.say(format_args!("`{errors}` lists what was not made"));
        }
    }

    /// Nobody takes messages.
    pub fn waiting(&self, job: &Job, stall: &Stall) {
        self.event(
            "waiting",
            &json!({ "job": job.id, "waiting": stall.waiting, "why": stall.why, "next": stall.next }),
        );
        self.say(stall.to_string());
    }

    /// A line beside the bar.
    pub fn say(&self, text: impl std::fmt::Display) {
        let mut line = self.clear();
        line.line(text);
        self.report.err(&line);
    }

    /// A batch on this machine has ended.
    pub fn finished_here(&self, end: &LocalEnd) {
        self.report.err(&self.clear());
        let Counts { done, skipped, failed } = end.counts;
        self.event(
            "finished",
            &json!({
                "job": null, "asked": end.counts.total(), "done": done, "skipped": skipped, "failed": failed,
                "errors": end.failed,
            }),
        );
        if !self.report.is_json() {
            let mut text = Screen::new();
            for one in &end.failed {
                text.line(format_args!("{}  {}  {}", one.key, one.spec, one.reason));
            }
            text.line(summary(end.counts));
            out(&text);
        }
    }

    /// What takes the bar away, if there is one.
    fn clear(&self) -> Screen {
        let mut screen = Screen::new();
        if self.terminal && self.last.is_some() {
            screen.rub_out();
        }
        screen
    }

    fn event(&self, event: &str, more: &Value) {
        if !self.report.is_json() {
            return;
        }
        let head = json!({ "version": DOCUMENT_VERSION, "command": "batch", "event": event });
        out_json(&joined(head, more));
    }
}

fn source(job: &Job) -> String {
    match &job.source {
        Source::Prefix(prefix) if prefix.is_empty() => format!("all originals of {}", job.bucket),
        Source::Prefix(prefix) => format!("the originals of {} below {prefix}", job.bucket),
        Source::List(_) => format!("a list of originals of {}", job.bucket),
        Source::RetryOf(id) => format!("what failed in {id}"),
    }
}

fn summary(counts: Counts) -> String {
    let Counts { done, skipped, failed } = counts;
    format!("{} images: {done} done, {skipped} skipped as up to date, {failed} failed", counts.total())
}

/// The bar: counts, speed and the time left.
fn line(progress: &Progress) -> String {
    let known = progress.known();
    let share = progress.asked.filter(|asked| *asked > 0).map_or(0.0, |asked| known as f64 / asked as f64);
    let full = ((share * BAR as f64) as usize).min(BAR);
    let bar = format!("[{}{}]", "#".repeat(full), "-".repeat(BAR - full));
    let asked = progress.asked.map_or_else(|| "…".to_owned(), |asked| asked.to_string());
    let speed = progress.per_second.map_or_else(String::new, |speed| format!("  {speed}/s"));
    let left = progress.seconds_left.map_or_else(String::new, |left| format!("  {} left", span(left)));
    format!(
        "{bar} {known} of {asked}  done {}  skipped {}  failed {}{speed}{left}",
        progress.done, progress.skipped, progress.failed
    )
}

fn span(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

impl Report {
    /// How far a job is.
    pub fn batch_status(&self, job: &Job, progress: &Progress, complete: bool, waiting: u64, dead: u64) {
        let state = match (complete, job.cancelled, progress.asked) {
            (true, ..) => "done",
            (false, true, _) => "cancelled",
            (false, false, None) => "listing",
            (false, false, Some(_)) => "running",
        };
        let value = json!({
            "version": DOCUMENT_VERSION, "command": "batch status", "job": job.id, "bucket": job.bucket,
            "specs": job.specs, "source": source(job), "created": job.created, "state": state,
            "messages_waiting": waiting, "messages_dead": dead,
        });
        let value = joined(value, progress);
        let mut text = Screen::of(format_args!("batch {}: {state}", job.id));
        text.line(format_args!("  {} of {}", job.specs.join(", "), source(job)));
        text.line(format_args!("  {}", line(progress)));
        if !complete {
            text.line(format_args!(
                "  messages in the queue, about: {waiting}; the function broke off over: {dead}"
            ));
        }
        self.result(&value, &text);
    }

    /// A job was cancelled, or had ended before.
    pub fn batch_cancelled(&self, job: &Job, now: bool) {
        let value = json!({ "version": DOCUMENT_VERSION, "command": "batch cancel", "job": job.id, "cancelled": now });
        let text = Screen::of(if now {
            format!("batch {} is cancelled; what is in the works may still be stored", job.id)
        } else {
            format!("batch {} had ended already", job.id)
        });
        self.result(&value, &text);
    }

    /// What was not made.
    pub fn batch_errors(&self, job: &Job, counts: Counts, failed: &[Failed]) {
        let value = json!({
            "version": DOCUMENT_VERSION, "command": "batch errors", "job": job.id,
            "done": counts.done, "skipped": counts.skipped, "failed": counts.failed, "errors": failed,
        });
        let mut text = Screen::new();
        for one in failed {
            text.line(format_args!("{}  {}  {}: {}", one.key, one.spec, one.code, one.reason));
        }
        text.line(format_args!("batch {}: {}", job.id, summary(counts)));
        self.result(&value, &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_says_what_is_left() {
        let progress = Progress {
            asked: Some(2000),
            done: 900,
            skipped: 90,
            failed: 10,
            per_second: Some(12.5),
            seconds_left: Some(80),
        };
        assert_eq!(
            line(&progress),
            "[############------------] 1000 of 2000  done 900  skipped 90  failed 10  12.5/s  1 min 20 s left"
        );
        let unknown = Progress { asked: None, per_second: None, seconds_left: None, ..progress };
        assert_eq!(line(&unknown), "[------------------------] 1000 of …  done 900  skipped 90  failed 10");
        assert_eq!(
            line(&Progress { asked: Some(0), ..Progress::default() }),
            "[------------------------] 0 of 0  done 0  skipped 0  failed 0"
        );
        assert_eq!(span(7_300), "2 h 1 min");
    }
}

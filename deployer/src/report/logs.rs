//! Log lines: a request in one line, or as one JSON object.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{DOCUMENT_VERSION, Report, Screen, json, write};
use crate::logs::parse::{Measures, Record};
use crate::logs::{Entry, Event, Joiner, PlatformError, Request, Text};
use crate::time::rfc3339;

/// Shows a log as it comes.
#[derive(Debug)]
pub struct LogView<'a> {
    report: &'a Report,
    raw: bool,
    /// What was advised already: each advice is given once.
    advised: BTreeSet<&'static str>,
}

impl Report {
    /// A log, `raw` or one line a request.
    pub fn log_view(&self, raw: bool) -> LogView<'_> {
        LogView { report: self, raw, advised: BTreeSet::new() }
    }
}

impl LogView<'_> {
    /// Shows what came at once. `false`: nobody reads any more.
    pub fn show(&mut self, events: Vec<Event>, joiner: &mut Joiner) -> bool {
        if self.raw {
            return events.iter().all(|event| self.raw_event(event));
        }
        self.entries(&joiner.take(events))
    }

    /// Shows what has not come to its end. `false`: nobody reads any more.
    pub fn finish(&mut self, joiner: &mut Joiner) -> bool {
        self.raw || self.entries(&joiner.finish())
    }

    fn entries(&mut self, entries: &[Entry]) -> bool {
        entries.iter().all(|entry| {
            let read = if self.report.is_json() {
                write(&json::line(&object(entry)))
            } else {
                write(Screen::of(text(entry)).as_str())
            };
            self.advise(entry);
            read
        })
    }

    /// What to do about a failure, on standard error, once for each.
    fn advise(&mut self, entry: &Entry) {
        let Entry::Request(request) = entry else { return };
        let explained = request.error.as_ref().and_then(PlatformError::explained);
        if let Some(explained) = explained.filter(|explained| self.advised.insert(explained.next)) {
            self.report.say(format_args!("hint: {}: {}", explained.cause, explained.next));
        }
    }

    /// An event as it was logged. `false`: nobody reads any more.
    fn raw_event(&self, event: &Event) -> bool {
        if self.report.is_json() {
            let object = json!({
                "version": DOCUMENT_VERSION,
                "command": "logs",
                "kind": "event",
                "time": rfc3339(event.time),
                "stream": event.stream,
                "message": event.message,
            });
            return write(&json::line(&object));
        }
        write(raw(&event.message).as_str())
    }
}

/// The lines of an event, which brings its last line break along, or none. They are its own: nothing of ours stands before them.
fn raw(message: &str) -> Screen {
    let mut screen = Screen::new();
    for line in message.strip_suffix('\n').unwrap_or(message).split('\n') {
        for (at, column) in line.split('\t').enumerate() {
            if at > 0 {
                screen.tab();
            }
            screen.part(column);
        }
        screen.end();
    }
    screen
}

fn text(entry: &Entry) -> String {
    match entry {
        Entry::Text(Text { time: at, message, .. }) => format!("{}  {message}", rfc3339(*at)),
        Entry::Request(request) => format!("{}  {}", rfc3339(request.time), request_line(request)),
    }
}

fn request_line(request: &Request) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Some(record) = &request.record {
        parts.push(record.status.to_string());
        parts.extend((record.reason != "ok").then(|| record.reason.clone()));
        parts.extend(asked(record));
        parts.extend(record.detail.clone());
        parts.extend(bytes(record));
    }
    parts.extend(request.error.as_ref().map(failed));
    if request.record.is_none() && request.error.is_none() {
        parts.push("no line of the function's own".to_owned());
    }
    parts.extend(request.measures.as_ref().map(took));
    if request.cold {
        parts
            .push(request.init().map_or_else(|| "cold start".to_owned(), |ms| format!("cold start {ms} ms")));
    }
    if !request.is_complete() {
        parts.push("not finished, or its end was not logged yet".to_owned());
    }
    parts.join("  ")
}

/// The key, and the spec where the key does not show it.
fn asked(record: &Record) -> Option<String> {
    let key = record.key.clone();
    let spec = record.spec.clone();
    match (key, spec) {
        (Some(key), Some(spec)) if !key.contains(&spec) => Some(format!("{key} as {spec}")),
        (key, spec) => key.or(spec),
    }
}

fn bytes(record: &Record) -> Option<String> {
    match (record.bytes_in, record.bytes_out) {
        (Some(read), Some(made)) => Some(format!("{} -> {}", size(read), size(made))),
        (Some(read), None) => Some(format!("{} read", size(read))),
        (None, Some(made)) => Some(format!("{} made", size(made))),
        (None, None) => None,
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

fn failed(error: &PlatformError) -> String {
    let mut said = String::from("ERROR ");
    let parts: Vec<&str> =
        [&error.kind, &error.message, &error.loader].into_iter().flatten().map(String::as_str).collect();
    said.push_str(&parts.join(": "));
    if let Some(explained) = error.explained() {
        let _ = write!(said, " ({})", explained.cause);
    }
    said
}

fn took(measures: &Measures) -> String {
    let mut parts = Vec::new();
    if let Some(duration) = measures.duration {
        let billed = measures.billed.map_or_else(String::new, |billed| format!(" (billed {billed})"));
        parts.push(format!("{duration} ms{billed}"));
    }
    match (measures.used, measures.memory) {
        (Some(used), Some(memory)) => parts.push(format!("{used} of {memory} MB")),
        (Some(memory), None) | (None, Some(memory)) => parts.push(format!("{memory} MB")),
        (None, None) => {}
    }
    parts.join("  ")
}

fn object(entry: &Entry) -> Value {
    match entry {
        Entry::Text(Text { time: at, stream, message }) => json!({
            "version": DOCUMENT_VERSION,
            "command": "logs",
            "kind": "text",
            "time": rfc3339(*at),
            "stream": stream,
            "message": message,
        }),
        Entry::Request(request) => request_object(request),
    }
}

fn request_object(request: &Request) -> Value {
    let record = request.record.as_ref();
    let measures = request.measures.as_ref();
    json!({
        "version": DOCUMENT_VERSION,
        "command": "logs",
        "kind": "request",
        "time": rfc3339(request.time),
        "stream": request.stream,
        "request_id": Some(&request.id).filter(|id| !id.is_empty()),
        "function_version": request.version,
        "complete": request.is_complete(),
        "status": record.map(|record| record.status),
        "reason": record.map(|record| &record.reason),
        "detail": record.and_then(|record| record.detail.as_ref()),
        "key": record.and_then(|record| record.key.as_ref()),
        "spec": record.and_then(|record| record.spec.as_ref()),
        "bytes_in": record.and_then(|record| record.bytes_in),
        "bytes_out": record.and_then(|record| record.bytes_out),
        "ms_get": record.and_then(|record| record.ms_get),
        "ms_resize": record.and_then(|record| record.ms_resize),
        "ms_put": record.and_then(|record| record.ms_put),
        "duration_ms": measures.and_then(|measures| measures.duration),
        "billed_ms": measures.and_then(|measures| measures.billed),
        "memory_mb": measures.and_then(|measures| measures.memory),
        "used_mb": measures.and_then(|measures| measures.used),
        "cold_start": request.cold,
        "init_ms": request.init(),
        "error": request.error.as_ref().map(error_object),
    })
}

fn error_object(error: &PlatformError) -> Value {
    let explained = error.explained();
    json!({
        "type": error.kind,
        "message": error.message,
        "loader": error.loader,
        "cause": explained.map(|explained| explained.cause),
        "next": explained.map(|explained| explained.next),
    })
}

#[cfg(test)]
#[path = "logs_tests.rs"]
mod tests;

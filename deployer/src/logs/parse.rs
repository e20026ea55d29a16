//! What one log line says: Lambda's own lines in its text format, and the function's record of a request.
//!
//! Lambda separates the parts of a line by tabs, and copies of it by blanks: labels and values are told apart by the
//! colon, so that both are read.

use serde::{Deserialize, Serialize};

/// A line, understood.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// `INIT_START`: an instance is being made, which the next request of the stream waits for.
    InitStart,
    /// `INIT_REPORT`: how that went. Lambda writes it where it failed (or is paid for apart).
    InitReport(Measures),
    /// `START`: a request begins.
    Start {
        /// Its id.
        request_id: String,
        /// The function's version that serves it, such as `7` or `$LATEST`.
        version: Option<String>,
    },
    /// `END`.
    End {
        /// The request's id.
        request_id: String,
    },
    /// `REPORT`: what the request took; Lambda's last line about it.
    Report {
        /// The request's id.
        request_id: String,
        /// What it took.
        measures: Measures,
    },
    /// The function's own line on a request.
    Record(Box<Record>),
    /// `Task timed out after … seconds`.
    TimedOut {
        /// The request's id.
        request_id: String,
        /// The sentence, from `Task` on.
        message: String,
    },
    /// `RequestId: … Error: …`: Lambda could not start the code, or it ended early.
    Failed {
        /// The request's id.
        request_id: String,
        /// What is behind `Error: `.
        message: String,
        /// Lambda's name for it, such as `Runtime.ExitError`, where it stands on the next line of the same event.
        kind: Option<String>,
    },
    /// Lambda's name for an error on a line of its own.
    Kind(String),
    /// Anything else.
    Other,
}

/// The numbers of a `REPORT` or `INIT_REPORT`; what a line does not have is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measures {
    /// Milliseconds of work.
    pub duration: Option<f64>,
    /// Milliseconds that are paid for.
    pub billed: Option<f64>,
    /// MB that the function has.
    pub memory: Option<u64>,
    /// MB that it has used at most.
    pub used: Option<u64>,
    /// Milliseconds for making the instance: the request was a cold start.
    pub init: Option<f64>,
    /// `error` or `timeout`, where it went wrong.
    pub status: Option<String>,
    /// Lambda's name for the error.
    pub error_type: Option<String>,
}

/// The function's line on one request, as it writes it (`resizer-fn/src/record.rs`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Lambda's id of the request.
    #[serde(default)]
    pub request_id: Option<String>,
    /// The key asked for; on the direct route the path, or the URL without its query.
    #[serde(default)]
    pub key: Option<String>,
    /// The size.
    #[serde(default)]
    pub spec: Option<String>,
    /// The HTTP status answered.
    pub status: u16,
    /// `ok`, or the code of the failure.
    pub reason: String,
    /// More on the failure.
    #[serde(default)]
    pub detail: Option<String>,
    /// Milliseconds for getting the original.
    #[serde(default)]
    pub ms_get: Option<f64>,
    /// Milliseconds for decoding, resizing and encoding.
    #[serde(default)]
    pub ms_resize: Option<f64>,
    /// Milliseconds for storing the derived image.
    #[serde(default)]
    pub ms_put: Option<f64>,
    /// Bytes of the original.
    #[serde(default)]
    pub bytes_in: Option<u64>,
    /// Bytes of the derived image.
    #[serde(default)]
    pub bytes_out: Option<u64>,
}

/// Reads one event's text.
pub fn parse(message: &str) -> Line {
    let text = message.trim();
    if text.starts_with('{') {
        return match serde_json::from_str::<Record>(text) {
            Ok(record) => Line::Record(Box::new(record)),
            Err(_) => Line::Other,
        };
    }
    let first = text.split_whitespace().next().unwrap_or_default();
    match first {
        "INIT_START" => Line::InitStart,
        "INIT_REPORT" => Line::InitReport(measures(&labels(text))),
        "START" | "END" | "REPORT" => platform(first, &labels(text)),
        "RequestId:" => failed(text),
        _ if is_kind(text) => Line::Kind(text.to_owned()),
        _ => timed_out(text).unwrap_or(Line::Other),
    }
}

fn platform(first: &str, labels: &[(String, String)]) -> Line {
    let Some(request_id) = value(labels, "RequestId") else { return Line::Other };
    match first {
        "START" => Line::Start { request_id, version: value(labels, "Version") },
        "END" => Line::End { request_id },
        _ => Line::Report { request_id, measures: measures(labels) },
    }
}

/// `RequestId: ID Error: TEXT`, perhaps with the error's name on the next line.
fn failed(text: &str) -> Line {
    let rest = text.trim_start_matches("RequestId:").trim_start();
    let Some((request_id, rest)) = rest.split_once(char::is_whitespace) else { return Line::Other };
    let Some(rest) = rest.trim_start().strip_prefix("Error:") else { return Line::Other };
    let mut lines = rest.trim().lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>();
    let kind = lines.pop_if(|last| is_kind(last)).map(str::to_owned);
    Line::Failed { request_id: request_id.to_owned(), message: lines.join(" "), kind }
}

/// `2026-01-02T03:04:05.678Z ID Task timed out after 20.00 seconds`.
fn timed_out(text: &str) -> Option<Line> {
    let at = text.find("Task timed out after")?;
    let (before, message) = text.split_at(at);
    let mut words = before.split_whitespace();
    let (_time, request_id, None) = (words.next()?, words.next()?, words.next()) else { return None };
    Some(Line::TimedOut { request_id: request_id.to_owned(), message: message.to_owned() })
}

/// Whether this is one of Lambda's names for an error: `Runtime.ExitError`, `Sandbox.Timedout`, ….
fn is_kind(text: &str) -> bool {
    let known = ["Runtime", "Sandbox", "Extension", "Function"];
    text.split_once('.').is_some_and(|(family, name)| {
        known.contains(&family) && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// The labels of a line and the word behind each. The words before a colon are the label.
fn labels(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut label: Vec<&str> = Vec::new();
    let mut words = text.split_whitespace().skip(1);
    while let Some(word) = words.next() {
        match word.strip_suffix(':') {
            None => label.push(word),
            Some(last) => {
                // A unit behind the value before is no part of the label.
                let label_words = label.drain(..).filter(|word| !matches!(*word, "ms" | "MB")).chain([last]);
                let name = label_words.collect::<Vec<_>>().join(" ");
                found.push((name, words.next().unwrap_or_default().to_owned()));
            }
        }
    }
    found
}

fn value(labels: &[(String, String)], name: &str) -> Option<String> {
    labels.iter().find(|(label, value)| label == name && !value.is_empty()).map(|(_, value)| value.clone())
}

fn measures(labels: &[(String, String)]) -> Measures {
    let number = |name: &str| value(labels, name).and_then(|text| text.parse::<f64>().ok());
    let whole = |name: &str| value(labels, name).and_then(|text| text.parse::<u64>().ok());
    Measures {
        duration: number("Duration"),
        billed: number("Billed Duration"),
        memory: whole("Memory Size"),
        used: whole("Max Memory Used"),
        init: number("Init Duration"),
        status: value(labels, "Status"),
        error_type: value(labels, "Error Type"),
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;

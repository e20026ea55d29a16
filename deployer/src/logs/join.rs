//! Lines joined to one entry a request. Pure.
//!
//! Lambda's lines and the function's name their request; those of an instance that is being made name none and belong to
//! the next request of their stream. A stream serves one request after the other, so the beginning of one also says that those
//! before it are over, whatever of them got lost.

use std::collections::BTreeMap;

use super::Event;
use super::explain::{Explained, explain, is_loaders};
use super::parse::{Line, Measures, Record, parse};

/// What is shown: a request, or a line that belongs to none of Lambda's or the function's forms.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A request.
    Request(Box<Request>),
    /// A line as it is.
    Text(Text),
}

impl Entry {
    /// Milliseconds since 1970.
    pub fn time(&self) -> i64 {
        match self {
            Self::Request(request) => request.time,
            Self::Text(text) => text.time,
        }
    }
}

/// A line that is passed through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Milliseconds since 1970.
    pub time: i64,
    /// The stream it is from.
    pub stream: String,
    /// The text, without the line break at its end.
    pub message: String,
}

/// Everything that was logged about one request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// Lambda's id of it; empty where the function's own line has none.
    pub id: String,
    /// The stream.
    pub stream: String,
    /// When its first line was logged, in milliseconds since 1970.
    pub time: i64,
    /// The function's version that served it.
    pub version: Option<String>,
    /// The function's own line.
    pub record: Option<Record>,
    /// Lambda's `REPORT`.
    pub measures: Option<Measures>,
    /// Whether the instance was made for it: a cold start.
    pub cold: bool,
    /// Lambda's complaint.
    pub error: Option<PlatformError>,
    /// The place of its first line among all that were read: many have the same time.
    order: u64,
}

/// Why Lambda got no answer from the function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlatformError {
    /// Lambda's name for it, such as `Runtime.ExitError`.
    pub kind: Option<String>,
    /// What Lambda said.
    pub message: Option<String>,
    /// What the loader said before.
    pub loader: Option<String>,
}

impl PlatformError {
    /// Cause and next step, where they are known.
    pub fn explained(&self) -> Option<Explained> {
        let texts = [&self.loader, &self.kind, &self.message];
        explain(&texts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>())
    }
}

impl Request {
    /// Whether Lambda's last line about it was seen.
    pub fn is_complete(&self) -> bool {
        self.measures.is_some()
    }

    /// Milliseconds that the making of the instance took, where that is known.
    pub fn init(&self) -> Option<f64> {
        self.measures.as_ref().and_then(|measures| measures.init)
    }
}

/// Takes events in, gives entries out.
#[derive(Debug, Default)]
pub struct Joiner {
    streams: BTreeMap<String, Stream>,
    /// What is over, with the place of its first line among all that were read.
    done: Vec<(u64, Entry)>,
    /// Events read so far.
    read: u64,
}

#[derive(Debug, Default)]
struct Stream {
    /// Requests that are not given out yet, in the order of their first line.
    open: Vec<Request>,
    /// The one that lines without an id belong to: the last that began.
    current: Option<String>,
    /// Lines about an instance that is being made, as they are, in case no request follows.
    init: Vec<(u64, Text)>,
    /// What they say.
    cold: bool,
    error: PlatformError,
}

impl Joiner {
    /// Takes in what was read at once, in order, and gives out what is over by then, in order of time. A line on a request
    /// may come behind its `REPORT`, so nothing is given out before all events are in.
    pub fn take(&mut self, events: impl IntoIterator<Item = Event>) -> Vec<Entry> {
        for event in events {
            self.add(event);
        }
        for stream in self.streams.values_mut() {
            let (open, over): (Vec<Request>, Vec<Request>) = std::mem::take(&mut stream.open)
                .into_iter()
                .partition(|request| !request.is_complete() && stream.current.as_ref() == Some(&request.id));
            stream.open = open;
            self.done.extend(over.into_iter().map(numbered));
        }
        // A stream with nothing left to wait for is forgotten: there is one for every instance that ever was.
        self.streams.retain(|_, stream| !stream.open.is_empty() || !stream.init.is_empty());
        self.given()
    }

    /// Gives out what is still waiting for its last line: a request at work, or one whose end got lost.
    pub fn finish(&mut self) -> Vec<Entry> {
        for (_, stream) in std::mem::take(&mut self.streams) {
            self.done.extend(stream.open.into_iter().map(numbered));
            self.done.extend(stream.init.into_iter().map(|(order, text)| (order, Entry::Text(text))));
        }
        self.given()
    }

    fn given(&mut self) -> Vec<Entry> {
        let mut given = std::mem::take(&mut self.done);
        given.sort_by_key(|(order, entry)| (entry.time(), *order));
        given.into_iter().map(|(_, entry)| entry).collect()
    }

    fn add(&mut self, event: Event) {
        let Event { time, stream: name, message, .. } = event;
        self.read += 1;
        let order = self.read;
        let stream = self.streams.entry(name.clone()).or_default();
        let text = || Text { time, stream: name.clone(), message: message.trim_end().to_owned() };
        match parse(&message) {
            Line::InitStart => {
                stream.cold = true;
                stream.init.push((order, text()));
            }
            Line::InitReport(measures) => {
                stream.cold = true;
                if stream.error.kind.is_none() {
                    stream.error.kind = measures.error_type;
                }
                stream.init.push((order, text()));
            }
            Line::Start { request_id, version } => {
                let cold = std::mem::take(&mut stream.cold);
                let error = std::mem::take(&mut stream.error);
                stream.init.clear();
                let request = stream.request(&request_id, &name, time, order);
                request.version = version;
                request.cold |= cold;
                if error != PlatformError::default() {
                    request.error = Some(error);
                }
            }
            Line::End { request_id } => {
                stream.request(&request_id, &name, time, order);
            }
            Line::Report { request_id, measures } => {
                let request = stream.request(&request_id, &name, time, order);
                request.cold |= measures.init.is_some();
                if measures.status.as_deref().is_some_and(|status| status != "success") {
                    let error = request.error.get_or_insert_default();
                    error.kind = error.kind.take().or_else(|| measures.error_type.clone());
                    // The sentence may come in a line of its own, or not at all.
                    if error.message.is_none() && measures.status.as_deref() == Some("timeout") {
                        error.message = Some("Task timed out".to_owned());
                    }
                }
                request.measures = Some(measures);
            }
            Line::Record(record) => match record.request_id.clone().or_else(|| stream.current.clone()) {
                Some(id) => stream.request(&id, &name, time, order).record = Some(*record),
                // Nothing more can be known of it.
                None => self.done.push(numbered(Request {
                    stream: name,
                    time,
                    record: Some(*record),
                    order,
                    ..Request::default()
                })),
            },
            Line::TimedOut { request_id, message } => {
                let request = stream.request(&request_id, &name, time, order);
                request.error.get_or_insert_default().message = Some(message);
            }
            Line::Failed { request_id, message, kind } => {
                let error = stream.request(&request_id, &name, time, order).error.get_or_insert_default();
                error.message = Some(message);
                error.kind = kind.or_else(|| error.kind.take());
            }
            Line::Kind(kind) => match stream.current_request() {
                Some(request) => request.error.get_or_insert_default().kind = Some(kind),
                None => self.done.push((order, Entry::Text(text()))),
            },
            Line::Other if is_loaders(&message) => {
                let said = message.trim().to_owned();
                match stream.current_request().filter(|request| !request.is_complete()) {
                    Some(request) => {
                        request.error.get_or_insert_default().loader.get_or_insert(said);
                    }
                    None => {
                        stream.error.loader.get_or_insert(said);
                        stream.init.push((order, text()));
                    }
                }
            }
            Line::Other => {
                if !message.trim().is_empty() {
                    self.done.push((order, Entry::Text(text())));
                }
            }
        }
    }
}

fn numbered(request: Request) -> (u64, Entry) {
    (request.order, Entry::Request(Box::new(request)))
}

impl Stream {
    /// The request with this id, begun here if no line of it was seen.
    fn request(&mut self, id: &str, stream: &str, time: i64, order: u64) -> &mut Request {
        let at = match self.open.iter().position(|request| request.id == id) {
            Some(at) => at,
            None => {
                self.open.push(Request {
                    id: id.to_owned(),
                    stream: stream.to_owned(),
                    time,
                    order,
                    ..Request::default()
                });
                self.current = Some(id.to_owned());
                self.open.len() - 1
            }
        };
        let request = &mut self.open[at];
        request.time = request.time.min(time);
        request
    }

    fn current_request(&mut self) -> Option<&mut Request> {
        let current = self.current.as_deref()?;
        self.open.iter_mut().find(|request| request.id == current)
    }
}

#[cfg(test)]
#[path = "join_tests.rs"]
mod tests;

//! What the function logged about failures.

use std::time::{Duration, SystemTime};

use imgdeploy_checks::Snapshot;
use imgdeploy_checks::snapshot::LogLine;
use imgdeploy_world::Fact;

use crate::aws::logs;
use crate::doctor::look::{Looker, log_group};
use crate::logs::{Entry, Event, Joiner};
use crate::time::millis;

/// CloudWatch Logs shows a line some seconds after it was logged: so often it is looked for again, at AWS.
const LOOKS: u32 = 4;
const PAUSE: Duration = Duration::from_secs(2);
/// Clocks differ.
const SLACK: Duration = Duration::from_secs(5);

/// The failures that the log shows since then; absent: there is no log, or no function to have one.
pub(super) async fn failures(looker: &Looker, snapshot: &Snapshot, since: SystemTime) -> Fact<Vec<LogLine>> {
    let Some(function) = &snapshot.function else { return Fact::Absent };
    let Some(group) = log_group(function) else { return Fact::Absent };
    let since = since.checked_sub(SLACK).unwrap_or(since);
    let looks = if looker.clients().endpoint_url().is_some() { 1 } else { LOOKS };
    for look in 1..=looks {
        let read =
            async { Fact::of(logs::recent(looker.clients(), &function.region, &group, millis(since)).await) };
        let events = looker.fact("logs:FilterLogEvents", read).await;
        let lines = match events {
            Fact::Known(events) => lines(events),
            Fact::Absent => return Fact::Absent,
            Fact::Unknown(why) => return Fact::Unknown(why),
        };
        if !lines.is_empty() || look == looks || looker.deadline() < std::time::Instant::now() + PAUSE {
            return Fact::Known(lines);
        }
        crate::aws::pace::pause(PAUSE).await;
    }
    Fact::Known(Vec::new())
}

/// One line for each kind of failure.
fn lines(events: Vec<Event>) -> Vec<LogLine> {
    let mut joiner = Joiner::default();
    let mut entries = joiner.take(events);
    entries.extend(joiner.finish());
    let mut found: Vec<LogLine> = Vec::new();
    for entry in entries {
        let Entry::Request(request) = entry else { continue };
        // What viewers get as one 404, for they are not to know more: that the function may not read is a fault all the same.
        if let Some(record) = request.record.as_ref().filter(|record| record.reason == "access_denied") {
            let detail = record.detail.as_deref().unwrap_or_default();
            let line = LogLine { text: format!("{}: {detail}", record.reason), cause: None, next: None };
            if !found.iter().any(|known| known.text == line.text) {
                found.push(line);
            }
        }
        let Some(error) = &request.error else { continue };
        let explained = error.explained();
        let text =
            [&error.loader, &error.kind, &error.message].into_iter().flatten().cloned().collect::<Vec<_>>();
        let line = LogLine {
            text: text.join(": "),
            cause: explained.map(|explained| explained.cause.to_owned()),
            next: explained.map(|explained| explained.next),
        };
        if !found
            .iter()
            .any(|known| known.cause == line.cause && (line.cause.is_some() || known.text == line.text))
        {
            found.push(line);
        }
    }
    found
}

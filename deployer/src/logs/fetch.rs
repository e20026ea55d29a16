//! Reads events of a log group.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Event;
use crate::aws::{AwsFailure, Clients};

/// Events of `log_group` since a moment, in order of time; events of one stream stay in their order. All pages are read.
///
/// CloudWatch Logs shows an event some seconds after it was logged, so the newest may still be missing.
///
/// # Errors
/// The first page that fails; `Missing` where there is no such group.
pub async fn recent(
    clients: &Clients,
    region: &str,
    log_group: &str,
    since: SystemTime,
) -> Result<Vec<Event>, AwsFailure> {
    since_ms(clients, region, log_group, ms(since)).await
}

/// Milliseconds since 1970; what is before counts as 1970.
pub fn ms(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// [`recent`], with the moment in milliseconds since 1970.
pub(super) async fn since_ms(
    clients: &Clients,
    region: &str,
    log_group: &str,
    start: i64,
) -> Result<Vec<Event>, AwsFailure> {
    let client = clients.logs(region);
    // A page may be empty although others follow: the paginator goes by the token alone.
    let mut pages =
        client.filter_log_events().log_group_name(log_group).start_time(start).into_paginator().send();
    let mut events = Vec::new();
    let mut repeated: HashMap<String, u32> = HashMap::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| AwsFailure::from_sdk("logs:FilterLogEvents", &error))?;
        for event in page.events.unwrap_or_default() {
            let time = event.timestamp.unwrap_or_default();
            let stream = event.log_stream_name.unwrap_or_default();
            let message = event.message.unwrap_or_default();
            // AWS gives ids, emulators may not: there the n-th of equal events is always the n-th.
            let id = event.event_id.unwrap_or_else(|| {
                let what = format!("{stream} {time} {message}");
                let count = repeated.entry(what.clone()).or_default();
                *count += 1;
                format!("{count} {what}")
            });
            events.push(Event { id, time, stream, message });
        }
    }
    events.sort_by_key(|event| event.time);
    Ok(events)
}

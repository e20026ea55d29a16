//! Reads events of a log group.

use std::collections::HashMap;

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

use imgdeploy_world::log::Event;

use super::failure::Answered;
use super::paging::{Next, Paging};
use super::{AwsFailure, Clients};

const CALL: &str = "logs:FilterLogEvents";

/// Events of `log_group` since `start`, in milliseconds since 1970, in order of time; events of one stream stay in their order. All pages are read.
///
/// CloudWatch Logs shows an event some seconds after it was logged, so the newest may still be missing.
///
/// # Errors
/// The first page that fails; `Missing` where there is no such group.
pub async fn recent(
    clients: &Clients,
    region: &str,
    log_group: &str,
    start: i64,
) -> Result<Vec<Event>, AwsFailure> {
    let mut pages = Pages::new(clients, region, log_group, start);
    let mut events = Vec::new();
    while let Some(page) = pages.next().await? {
        events.extend(page);
    }
    events.sort_by_key(|event| event.time);
    Ok(events)
}

/// A log group from a moment on, page by page: a week of a busy function is more than one wants in memory. CloudWatch Logs
/// merges the streams, so that pages follow each other in time.
#[derive(Debug)]
pub struct Pages {
    client: aws_sdk_cloudwatchlogs::Client,
    log_group: String,
    start: i64,
    /// The token of the next page; none at the end.
    next: Option<Option<String>>,
    paging: Paging,
    /// How often each event without an id was seen.
    repeated: HashMap<String, u32>,
}

impl Pages {
    /// `start` is in milliseconds since 1970.
    pub fn new(clients: &Clients, region: &str, log_group: &str, start: i64) -> Self {
        Self {
            client: clients.logs(region),
            log_group: log_group.to_owned(),
            start,
            next: Some(None),
            paging: Paging::new(CALL),
            repeated: HashMap::new(),
        }
    }

    /// The next page, which may be empty although others follow; `None` after the last.
    ///
    /// # Errors
    /// The call failed.
    pub async fn next(&mut self) -> Result<Option<Vec<Event>>, AwsFailure> {
        let Some(token) = self.next.take() else { return Ok(None) };
        let page = self
            .client
            .filter_log_events()
            .log_group_name(&self.log_group)
            .start_time(self.start)
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk(CALL, &error))?;
        self.next = self.paging.after(Next::token(page.next_token))?.map(Some);
        Ok(Some(page.events.unwrap_or_default().into_iter().map(|event| self.event(event)).collect()))
    }

    fn event(&mut self, event: FilteredLogEvent) -> Event {
        let time = event.timestamp.unwrap_or_default();
        let stream = event.log_stream_name.unwrap_or_default();
        let message = event.message.unwrap_or_default();
        // AWS gives ids, emulators may not: there the n-th of equal events is always the n-th.
        let id = event.event_id.unwrap_or_else(|| {
            let what = format!("{stream} {time} {message}");
            let count = self.repeated.entry(what.clone()).or_default();
            *count += 1;
            format!("{count} {what}")
        });
        Event { id, time, stream, message }
    }
}

//! A request and a store -> a response, by the route that the request asks for. Never an error: whatever happens is an answer.

mod check;
mod direct;
mod stored;

pub use check::Check;

use crate::direct::fetch::Fetch;
use crate::event::{self, Route};
use crate::failure::Failure;
use crate::handler::Handler;
use crate::record::Record;
use crate::response::Response;
use crate::store::Store;
use crate::turn::Time;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Longest time for an answer to a viewer. API Gateway waits 29 s (AG-09), and some of it is over when the function begins.
const ANSWER: Duration = Duration::from_secs(28);

/// What runs out of time says so itself, with what it was about: so much later it is taken to be stuck.
const GRACE: Duration = Duration::from_millis(50);

impl<S: Store, F: Fetch> Handler<S, F> {
    /// Serves one event within `budget`. Neither a panic nor running out of time gets out: on AWS
    /// either would be a 502 without a reason (AG-06), cached by whatever is in front.
    pub async fn serve(self: &Arc<Self>, event: Value, budget: Duration) -> (Response, Record) {
        let head = event::is_head(&event);
        let key = event::parse(&event).ok().map(|request| request.key);
        let unfinished = || Record { key, ..Record::default() };
        if budget.is_zero() {
            let (response, record) = failed(&Failure::timeout(), unfinished());
            return (if head { response.without_body() } else { response }, record);
        }
        // The tool calls the function itself, and waits.
        let budget = if Check::of(&event).is_some() { budget } else { budget.min(ANSWER) };
        let time = Time::of(budget);
        let this = Arc::clone(self);
        let mut task = tokio::spawn(async move { this.answer(&event, time).await });
        let (response, record) = match tokio::time::timeout_at(time.until + GRACE, &mut task).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => failed(&Failure::internal(error.to_string()), unfinished()),
            Err(_) => {
                task.abort();
                // Until it is gone, nobody has said to its work that it is to stop.
                let _ = task.await;
                failed(&Failure::timeout(), unfinished())
            }
        };
        (if head { response.without_body() } else { response }, record)
    }

    async fn answer(&self, event: &Value, time: Time) -> (Response, Record) {
        let mut record = Record::default();
        let answer = match (Check::of(event), event::route(event)) {
            // Whoever may call the function itself may know all.
            (Some(check), _) => self.check(&check, time, &mut record).await.map_err(Failure::in_full),
            (None, Route::Resize) => self.redirect(event, time, &mut record).await,
            (None, Route::Image) => self.direct(event, time, &mut record).await,
        };
        match answer {
            Ok(response) => {
                record.status = response.status_code;
                record.reason = "ok";
                (response, record)
            }
            Err(failure) => failed(&failure, record),
        }
    }
}

/// The answer to a failure, and its record: the status is the one answered, the reason the true one.
pub fn failed(failure: &Failure, mut record: Record) -> (Response, Record) {
    let response = failure.response(record.key.as_deref());
    record.status = response.status_code;
    record.reason = failure.code;
    record.detail = Some(failure.detail.clone().unwrap_or_else(|| failure.message.clone()));
    (response, record)
}

//! A request and a store -> a response. Never an error: whatever happens is an answer.

use crate::check::Check;
use crate::direct::fetch::Fetch;
use crate::event::{self, Route};
use crate::failure::Failure;
use crate::record::Record;
use crate::response::Response;
use crate::settings::Settings;
use crate::store::Store;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Serves requests. Made once, used for all.
#[derive(Debug)]
pub struct Handler<S, F> {
    pub(crate) settings: Settings,
    store: S,
    fetch: F,
}

impl<S: Store, F: Fetch> Handler<S, F> {
    /// A handler over a store, and a way to fetch from elsewhere.
    pub const fn new(settings: Settings, store: S, fetch: F) -> Self {
        Self { settings, store, fetch }
    }

    /// The store it works on.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// What it fetches with.
    pub const fn fetch(&self) -> &F {
        &self.fetch
    }

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
        let this = Arc::clone(self);
        let mut task = tokio::spawn(async move { this.answer(&event).await });
        let (response, record) = match tokio::time::timeout(budget, &mut task).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => failed(&Failure::internal(error.to_string()), unfinished()),
            Err(_) => {
                task.abort();
                failed(&Failure::timeout(), unfinished())
            }
        };
        (if head { response.without_body() } else { response }, record)
    }

    async fn answer(&self, event: &Value) -> (Response, Record) {
        let mut record = Record::default();
        let answer = match (Check::of(event), event::route(event)) {
            // Whoever may call the function itself may know all.
            (Some(check), _) => self.check(&check, &mut record).await.map_err(Failure::in_full),
            (None, Route::Resize) => self.redirect(event, &mut record).await,
            (None, Route::Image) => self.direct(event, &mut record).await,
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

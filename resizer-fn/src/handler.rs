//! A request and a store -> a response. Never an error: whatever happens is an answer.

use crate::event;
use crate::failure::Failure;
use crate::key;
use crate::record::{Record, ms_since};
use crate::response::Response;
use crate::settings::Settings;
use crate::store::{Derived, Store, StoreError};
use resizer_core::{Defaults, resize_with};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Serves requests. Made once, used for all.
#[derive(Debug)]
pub struct Handler<S> {
    settings: Settings,
    store: S,
}

impl<S: Store> Handler<S> {
    /// A handler over a store.
    pub const fn new(settings: Settings, store: S) -> Self {
        Self { settings, store }
    }

    /// The store it works on.
    pub const fn store(&self) -> &S {
        &self.store
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
        match self.redirect(event, &mut record).await {
            Ok(response) => {
                record.status = response.status_code;
                record.reason = "ok";
                (response, record)
            }
            Err(failure) => failed(&failure, record),
        }
    }

    async fn redirect(&self, event: &Value, record: &mut Record) -> Result<Response, Failure> {
        let settings = &self.settings;
        let event::Request { key: asked, query, .. } = event::parse(event)?;
        record.key = Some(asked.clone());
        let key = key::parse(&settings.prefix, &asked)?;
        let spec = key.spec;
        let spec_text = spec.to_string();
        record.spec = Some(spec_text.clone());
        if !settings.allows(&spec) {
            return Err(Failure::not_allowed(&spec_text));
        }
        // The image must land where it was asked for: anywhere else, the redirect would lead back
        // here, for ever.
        let target = key::build(&settings.prefix, &spec, key.original);
        if target != asked {
            return Err(Failure::internal(format!("`{asked}` would be stored as `{target}`")));
        }

        let start = Instant::now();
        let original = self.store.get(key.original, settings.limits.max_bytes).await;
        record.ms_get = Some(ms_since(start));
        let original = match (original, query) {
            (Err(StoreError::NotFound), Some(query)) => {
                return Err(Failure::not_found_with_query(key.original, &query));
            }
            (original, _) => original?,
        };
        record.bytes_in = Some(original.bytes.len());

        let start = Instant::now();
        let (limits, defaults) = (settings.limits, Defaults { quality: settings.quality });
        let bytes = original.bytes;
        // On a thread of its own, so that the time limit can strike meanwhile.
        let resized =
            tokio::task::spawn_blocking(move || resize_with(&bytes, &spec, &defaults, &limits)).await;
        record.ms_resize = Some(ms_since(start));
        let resized = resized.map_err(|error| Failure::internal(error.to_string()))??;
        record.bytes_out = Some(resized.bytes.len());

        let derived = Derived {
            bytes: resized.bytes,
            content_type: resized.format.content_type(),
            cache_control: settings.cache_control.clone(),
            source_etag: original.etag,
            spec: spec_text,
        };
        let start = Instant::now();
        let stored = self.store.put(&target, derived).await;
        record.ms_put = Some(ms_since(start));
        stored?;
        Ok(Response::redirect(settings.redirect_code, key::location(&settings.url, &target)))
    }
}

/// The answer to a failure, and its record.
pub fn failed(failure: &Failure, mut record: Record) -> (Response, Record) {
    record.status = failure.status;
    record.reason = failure.code;
    record.detail = Some(failure.detail.clone().unwrap_or_else(|| failure.message.clone()));
    (failure.response(record.key.as_deref()), record)
}

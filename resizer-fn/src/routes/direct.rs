//! `/image`: the answer is the image. From the bucket or from one of `SOURCES`.

use crate::direct::answer::{self, Image};
use crate::direct::caching::{Freshness, cache_control};
use crate::direct::conditional::header;
use crate::direct::fetch::{Fetch, FetchLimits};
use crate::direct::query;
use crate::event;
use crate::failure::Failure;
use crate::handler::Handler;
use crate::key::{self, Keyed};
use crate::record::{Record, ms_since};
use crate::response::Response;
use crate::signature::Mark;
use crate::store::{Original, Store};
use crate::turn::Time;
use resizer_core::Spec;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use url::Url;

/// Time for a connection to an upstream.
const CONNECT: Duration = Duration::from_secs(3);

/// Time for all of a download. API Gateway waits 29 s for the whole answer (AG-09).
const DOWNLOAD: Duration = Duration::from_secs(12);

/// An original, and what it is to become.
struct Work {
    bytes: Vec<u8>,
    etag: Option<String>,
    freshness: Freshness,
    spec: Spec,
    /// Why another way to read the key was refused.
    refused: Option<Failure>,
}

impl<S: Store, F: Fetch> Handler<S, F> {
    pub(crate) async fn direct(
        &self,
        event: &Value,
        time: Time,
        record: &mut Record,
    ) -> Result<Response, Failure> {
        if self.settings.sources.is_empty() {
            return Err(Failure::direct_off());
        }
        // Before anything is fetched: what is in the works needs its memory.
        let turn = self.turns.take(time).await?;
        let work = match event::query(event)? {
            Some(parameters) => self.by_query(&parameters, record).await?,
            None => self.by_path(event, record).await?,
        };
        let varies = answer::is_auto(&work.spec);
        let spec = answer::decided(work.spec, &header(event, "Accept").unwrap_or_default());
        let made = self.make(work.bytes, spec.clone(), turn, record).await;
        let made = made.map_err(|failure| failure.beside_refusal(work.refused.as_ref()))?;
        if !answer::fits(made.bytes.len()) {
            if self.settings.bucket.is_none() {
                return Err(Failure::answer_too_large(made.bytes.len()));
            }
            let name = answer::fingerprint(&made.bytes);
            let content_type = made.format.content_type();
            let ending = content_type.rsplit('/').next().unwrap_or(content_type);
            let target = format!("{}direct/{name}.{ending}", self.settings.scheme.prefix);
            self.put(&target, made, work.etag, &spec, record).await?;
            // Never a permanent one: the next image of this URL has another name.
            return Ok(Response::redirect(307, key::location(&self.settings.url, &target)));
        }
        let image = Image {
            bytes: &made.bytes,
            content_type: made.format.content_type(),
            cache_control: &cache_control(&self.settings.cache_control, work.freshness),
            varies,
        };
        Ok(image.response(header(event, "If-None-Match").as_deref()))
    }

    /// `?url=…&width=…`
    async fn by_query(
        &self,
        parameters: &BTreeMap<String, String>,
        record: &mut Record,
    ) -> Result<Work, Failure> {
        let asked = query::parse(parameters)?;
        record.spec = Some(asked.spec.to_string());
        let mark = match &asked.signature {
            Some(signature) => Mark::Signature(signature),
            // There is no place for `unsafe/` in a query: where it is allowed, leaving the signature out is.
            None if self.settings.gate.allow_unsafe => Mark::Unsafe,
            None => Mark::None,
        };
        let signed = self.settings.gate.pass(mark, asked.signed_texts)?;
        if let Some(refusal) = self.settings.refusal(&asked.spec, false, signed) {
            return Err(Failure::not_allowed(&asked.spec.to_string(), refusal));
        }
        let url = self.settings.sources.read(&asked.url)?;
        self.by_url(url, asked.spec, record).await
    }

    /// `/image/{spec}/{key}`, or a URL for the key.
    async fn by_path(&self, event: &Value, record: &mut Record) -> Result<Work, Failure> {
        let event::Request { key: path, encoded, query, .. } = event::parse(event)?;
        record.key = Some(path.clone());
        let scheme = &self.settings.scheme;
        let asked = scheme.parse_path(&path)?;
        let texts = asked.signed_texts(encoded.as_deref()).chain(asked.signed_url_texts());
        let signed = self.settings.gate.pass(asked.mark, texts)?;
        let (allowed, refused) = self.allowed(asked.readings, signed)?;
        if let Some((reading, text)) = allowed.iter().find_map(|reading| Some((reading, reading.url()?))) {
            // No signature covers it, and its order and encoding are lost.
            if let Some(query) = query {
                return Err(Failure::query_behind_url(&query));
            }
            record.spec = Some(reading.text.to_owned());
            let url = self.settings.sources.read(&text)?;
            return self.by_url(url, reading.spec.clone(), record).await;
        }
        if self.settings.bucket.is_none() {
            return Err(Failure::no_bucket());
        }
        let found = self.first(&allowed, 0, refused.clone(), record).await;
        let (reading, original) = found.map_err(|failure| failure.beside_refusal(refused.as_ref()))?;
        record.spec = Some(reading.text.to_owned());
        let spec = reading.spec.clone();
        let Original { bytes, etag, .. } = original;
        Ok(Work { bytes, etag, freshness: Freshness::default(), spec, refused })
    }

    async fn by_url(&self, url: Url, spec: Spec, record: &mut Record) -> Result<Work, Failure> {
        // Without its query, which may hold somebody's secret.
        record.key = Some(url[..url::Position::AfterPath].to_owned());
        let max_bytes = self.most_fetched();
        let limits = FetchLimits { connect: CONNECT, total: DOWNLOAD, max_bytes };
        let start = Instant::now();
        let fetched = self.fetch().fetch(url, &self.settings.sources, limits).await;
        record.ms_get = Some(ms_since(start));
        let fetched = fetched?;
        Ok(Work { bytes: fetched.bytes, etag: None, freshness: fetched.freshness, spec, refused: None })
    }
}

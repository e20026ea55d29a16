//! `/resize`: the image is stored where it was asked for, and redirected to. What was asked for by another key than its
//! canonical one is redirected there, and not stored.

use crate::direct::answer::is_auto;
use crate::direct::fetch::Fetch;
use crate::event;
use crate::failure::Failure;
use crate::handler::Handler;
use crate::key::{self, Asked, Keyed};
use crate::record::{Record, ms_since};
use crate::response::Response;
use crate::store::{Derived, Found, Original, Store, StoreError, keep};
use crate::turn::Time;
use imgdeploy_keys::Reading;
use resizer_core::{Output, Spec};
use serde_json::Value;
use std::time::Instant;

/// Whether an image belongs under another key than it was asked for under.
enum Elsewhere {
    /// It does: its spec, and that key.
    At { spec: String, key: String },
    /// It does not. So many readings, the first ones, have no original, as was seen on the way.
    No { absent: usize },
}

impl<S: Store, F: Fetch> Handler<S, F> {
    pub(crate) async fn redirect(
        &self,
        event: &Value,
        time: Time,
        record: &mut Record,
    ) -> Result<Response, Failure> {
        let settings = &self.settings;
        let event::Request { key: target, encoded, query, .. } = event::parse(event)?;
        record.key = Some(target.clone());
        if settings.bucket.is_none() {
            return Err(Failure::no_bucket());
        }
        let asked = settings.scheme.parse(&target)?;
        let signed = settings.gate.pass(asked.mark, asked.signed_texts(encoded.as_deref()))?;
        let (allowed, refused) = self.allowed(asked.readings.clone(), signed)?;
        if allowed.first().is_some_and(|reading| is_auto(&reading.spec)) {
            return Err(Failure::auto_format());
        }

        // Before anything is fetched: what is in the works needs its memory, and a beginning is held too.
        let turn = self.turns.take(time).await?;
        let absent = match self.elsewhere(&asked, &allowed, signed).await {
            Elsewhere::At { spec, key } => {
                record.spec = Some(spec);
                // Never a permanent one: what stands there is a matter of the settings and of the bucket.
                let code = if settings.redirect_code == 301 { 307 } else { settings.redirect_code };
                return Ok(Response::redirect(code, key::location(&settings.url, &key)));
            }
            Elsewhere::No { absent } => absent,
        };

        let told = |failure: Failure| {
            let failure = failure.beside_refusal(refused.as_ref());
            match &query {
                Some(query) => {
                    failure.beside_query(allowed.first().map_or("", |reading| reading.original), query)
                }
                None => failure,
            }
        };
        let (reading, original) =
            self.first(&allowed, absent, refused.clone(), record).await.map_err(told)?;
        record.spec = Some(reading.text.to_owned());
        let made = self.make(original.bytes, reading.spec.clone(), turn, record).await.map_err(told)?;
        // The image lands where it was asked for: anywhere else, the redirect would lead back here, for ever.
        self.put(&target, made, original.etag, &reading.spec, record).await?;
        Ok(Response::redirect(settings.redirect_code, key::location(&settings.url, &target)))
    }

    /// The canonical key of the image that is asked for under another one, and its spec: of the first reading that has an
    /// original. What is no image is left to be answered like anything else that is none. One after the other, until one is
    /// there: each is asked for once, and of the one that is there the beginning is read.
    async fn elsewhere(&self, asked: &Asked<'_>, allowed: &[Reading<'_>], signed: bool) -> Elsewhere {
        let (scheme, gate) = (&self.settings.scheme, &self.settings.gate);
        let mut absent: Vec<&str> = Vec::new();
        let leads = |reading: &Reading<'_>, absent: &[&str]| {
            scheme.canonical_key(gate, asked, reading, |other| {
                absent.contains(&other.original)
                    || self.settings.refusal(&other.spec, other.preset, signed).is_some()
            })
        };
        let all: Vec<&str> = allowed.iter().map(|reading| reading.original).collect();
        let could = allowed
            .iter()
            .enumerate()
            .any(|(n, reading)| leads(reading, all.get(..n).unwrap_or_default()).is_some());
        if !could {
            return Elsewhere::No { absent: 0 };
        }
        for reading in allowed {
            // A limit of nothing: what it is shows, and no more of it is read.
            match self.store().get(reading.original, 0).await {
                Err(StoreError::NotFound) => absent.push(reading.original),
                Err(StoreError::TooLarge { image: true, .. }) => {
                    if let Some(key) = leads(reading, &absent) {
                        return Elsewhere::At { spec: reading.text.to_owned(), key };
                    }
                    break;
                }
                _ => break,
            }
        }
        Elsewhere::No { absent: absent.len() }
    }

    /// The readings that may be made, if there are any, and why the first of the others may not.
    pub(crate) fn allowed<'a>(
        &self,
        readings: Vec<Reading<'a>>,
        signed: bool,
    ) -> Result<(Vec<Reading<'a>>, Option<Failure>), Failure> {
        let mut refused = None;
        let mut allowed = readings;
        allowed.retain(|reading| match self.settings.refusal(&reading.spec, reading.preset, signed) {
            Some(refusal) => {
                refused.get_or_insert_with(|| Failure::not_allowed(reading.text, refusal));
                false
            }
            None => true,
        });
        match refused {
            Some(failure) if allowed.is_empty() => Err(failure),
            refused => Ok((allowed, refused)),
        }
    }

    /// The first reading whose original is in the bucket; of the first `absent` it is known already that theirs are not. Only an original that is not there makes it go on to the next.
    /// Where none is, `refused` is the reason if there is one.
    pub(crate) async fn first<'r, 'a>(
        &self,
        readings: &'r [Reading<'a>],
        absent: usize,
        refused: Option<Failure>,
        record: &mut Record,
    ) -> Result<(&'r Reading<'a>, Original), Failure> {
        let start = Instant::now();
        for reading in readings.iter().skip(absent) {
            let found = self.file(reading.original, None, self.room()).await;
            record.ms_get = Some(ms_since(start));
            match found {
                Err(StoreError::NotFound) => {}
                found => return Ok((reading, found?.ok_or(StoreError::NotFound)?)),
            }
        }
        record.spec = readings.first().map(|reading| reading.text.to_owned());
        Err(refused.unwrap_or_else(|| StoreError::NotFound.into()))
    }

    /// Stores an image under `key`, unless something lies there that the function did not make.
    pub(crate) async fn put(
        &self,
        key: &str,
        made: Output,
        source_etag: Option<String>,
        spec: &Spec,
        record: &mut Record,
    ) -> Result<(), Failure> {
        let derived = Derived {
            bytes: made.bytes.into(),
            content_type: made.format.content_type(),
            cache_control: self.settings.cache_control.clone(),
            source_etag,
            spec: spec.to_string(),
            job: None,
        };
        let start = Instant::now();
        let stored = keep(self.store(), key, &derived, Found::Unknown).await;
        record.ms_put = Some(ms_since(start));
        Ok(stored?)
    }
}

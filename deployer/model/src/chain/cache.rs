//! What one CloudFront edge remembers. The clock is an argument: seconds since 1970.

use super::encode::normalize_path;
use super::message::{Headers, Method, Response};
use super::pattern;
use super::ttl::Keep;
use std::collections::BTreeMap;

/// What tells two cached answers apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Normalised path.
    path: String,
    /// The part of the query that the behaviour keys on (CF-17).
    query: Option<String>,
    /// The request headers that the behaviour keys on, lower-case name and value.
    headers: Vec<(String, String)>,
    /// `GET`, or `HEAD` for an answer without a body.
    method: Method,
}

impl Key {
    /// The key of a request for this path.
    pub fn new(method: &Method, path: &str, query: Option<String>, headers: Vec<(String, String)>) -> Self {
        Self { path: normalize_path(path), query, headers, method: method.clone() }
    }

    /// Path and query, as invalidations name it.
    fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }
}

#[derive(Clone, Debug)]
struct Entry {
    response: Response,
    error: bool,
    stored: u64,
    keep: u64,
}

/// What the cache has for a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Fresh: it is the answer, `age` seconds old.
    Fresh {
        /// The stored answer.
        response: Response,
        /// Seconds since it was stored or last confirmed.
        age: u64,
        /// The origin failed when it was stored; its status may be another where an error page stands for it.
        error: bool,
    },
    /// Stored, but the origin must be asked (conditionally, where it has an `ETag` or a date).
    Stale {
        /// The stored answer.
        response: Response,
    },
    /// Nothing.
    Nothing,
}

/// An in-memory cache.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    entries: BTreeMap<Key, Entry>,
    /// Most bytes of bodies to hold; `None`: no limit.
    limit: Option<usize>,
    bytes: usize,
}

impl Cache {
    /// An empty cache without limit.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty cache that forgets its oldest answers when their bodies take more than so many bytes.
    pub fn with_limit(bytes: usize) -> Self {
        Self { limit: Some(bytes), ..Self::default() }
    }

    /// How many answers are stored, fresh or not.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What is stored for the key at this time. A `HEAD` is also answered from a stored `GET`.
    pub fn find(&self, key: &Key, now: u64) -> Found {
        let mut found = self.find_exactly(key, now);
        if key.method == Method::Head && !matches!(found, Found::Fresh { .. }) {
            let get = Key { method: Method::Get, ..key.clone() };
            found = match self.find_exactly(&get, now) {
                // A stored GET can't be refreshed by a HEAD.
                Found::Fresh { response, age, error } => {
                    Found::Fresh { response: response.without_body(), age, error }
                }
                _ => found,
            };
        }
        found
    }

    fn find_exactly(&self, key: &Key, now: u64) -> Found {
        match self.entries.get(key) {
            None => Found::Nothing,
            Some(entry) => {
                // A clock that went back makes nothing older than new.
                let age = now.saturating_sub(entry.stored);
                let response = entry.response.clone();
                if age < entry.keep {
                    Found::Fresh { response, age, error: entry.error }
                } else {
                    Found::Stale { response }
                }
            }
        }
    }

    /// Remembers an answer, or forgets what was there if it must not be kept. `error` says that the origin failed.
    pub fn store(&mut self, key: Key, response: Response, error: bool, keep: Keep, now: u64) {
        self.forget(&key);
        let Keep::For(keep) = keep else { return };
        self.bytes += response.body.len();
        self.entries.insert(key, Entry { response, error, stored: now, keep });
        while self.limit.is_some_and(|limit| self.bytes > limit) {
            let Some(oldest) = self.entries.iter().min_by_key(|(_, e)| e.stored).map(|(k, _)| k.clone())
            else {
                break;
            };
            self.forget(&oldest);
        }
    }

    /// Counts a stored answer as new after the origin's 304, whose headers replace the stored ones; gives the answer back.
    pub fn refresh(
        &mut self,
        key: &Key,
        headers: &Headers,
        keep: impl FnOnce(&Headers) -> Keep,
        now: u64,
    ) -> Option<Response> {
        let entry = self.entries.get(key)?;
        let mut response = entry.response.clone();
        for (name, value) in headers.iter() {
            if !name.eq_ignore_ascii_case("content-length") {
                response.headers.set(name, value);
            }
        }
        let keep = keep(&response.headers);
        self.store(key.clone(), response.clone(), false, keep, now);
        Some(response)
    }

    /// Drops every answer under an invalidation path (CF-16); says how many.
    pub fn invalidate(&mut self, path: &str) -> usize {
        let path = normalize_path(path);
        let hit: Vec<Key> =
            self.entries.keys().filter(|key| pattern::invalidates(&path, &key.target())).cloned().collect();
        for key in &hit {
            self.forget(key);
        }
        hit.len()
    }

    fn forget(&mut self, key: &Key) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= entry.response.body.len();
        }
    }
}

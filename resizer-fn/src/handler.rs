//! What all routes and batches work with: settings, the store, a way to fetch from elsewhere, and turns.

use crate::direct::fetch::Fetch;
use crate::settings::Settings;
use crate::store::Store;
use crate::turn::Turns;

/// Serves requests. Made once, used for all.
#[derive(Debug)]
pub struct Handler<S, F> {
    pub(crate) settings: Settings,
    store: S,
    fetch: F,
    pub(crate) turns: Turns,
}

impl<S: Store, F: Fetch> Handler<S, F> {
    /// A handler over a store, and a way to fetch from elsewhere.
    pub fn new(settings: Settings, store: S, fetch: F) -> Self {
        Self { settings, store, fetch, turns: Turns::default() }
    }

    /// The store it works on.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// What it fetches with.
    pub const fn fetch(&self) -> &F {
        &self.fetch
    }
}

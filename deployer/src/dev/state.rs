//! What the three ports share: configuration documents, the edge's cache, invalidations already honoured.

use super::source::{Source, SourceError};
use super::{DevConfig, DevUrls};
use imgdeploy_model::chain::access::{Policy, PublicAccessBlock};
use imgdeploy_model::chain::api::Api;
use imgdeploy_model::chain::cache::Cache;
use imgdeploy_model::chain::cloudfront::Distribution;
use imgdeploy_model::chain::edge::Setup;
use imgdeploy_model::chain::policies::CachePolicy;
use imgdeploy_model::chain::website::WebsiteConfig;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Bodies that the edge holds at most.
const CACHE_BYTES: usize = 256 << 20;

/// The bucket's side of the configuration.
#[derive(Debug)]
pub struct Site {
    /// Website configuration, if there is one.
    pub website: Option<WebsiteConfig>,
    /// Bucket policy; empty if there is none.
    pub policy: Policy,
    /// Both levels together.
    pub block: PublicAccessBlock,
    /// The account's level couldn't be read.
    pub account_unknown: bool,
}

/// The distribution's side of the configuration.
#[derive(Debug)]
pub struct Front {
    /// Distribution and cache policies.
    pub setup: Setup,
    /// Its own domain and its aliases.
    pub hosts: Vec<String>,
}

/// Shared by all connections.
#[derive(Debug)]
pub struct State<S> {
    /// What was asked for.
    pub config: DevConfig,
    /// The loopback ports.
    pub urls: DevUrls,
    /// Where documents and objects come from.
    pub source: S,
    cache: Mutex<Cache>,
    honoured: tokio::sync::Mutex<Option<BTreeSet<String>>>,
    site: Memo<Arc<Site>>,
    front: Memo<Option<Arc<Front>>>,
    apis: Mutex<HashMap<String, ReadApi>>,
}

/// When a REST API was read, and what it was.
type ReadApi = (Instant, Option<Arc<Api>>);

#[derive(Debug)]
struct Memo<T>(Mutex<Option<(Instant, T)>>);

impl<T: Clone> Memo<T> {
    fn get(&self, config: &DevConfig) -> Option<T> {
        let held = lock(&self.0);
        let (at, value) = held.as_ref()?;
        (at.elapsed() < config.config_ttl).then(|| value.clone())
    }

    fn put(&self, value: T) -> T {
        *lock(&self.0) = Some((Instant::now(), value.clone()));
        value
    }
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<S: Source> State<S> {
    /// Nothing is read yet.
    pub fn new(config: DevConfig, source: S, urls: DevUrls) -> Self {
        Self {
            config,
            urls,
            source,
            cache: Mutex::new(Cache::with_limit(CACHE_BYTES)),
            honoured: tokio::sync::Mutex::new(None),
            site: Memo::default(),
            front: Memo::default(),
            apis: Mutex::new(HashMap::new()),
        }
    }

    /// The edge's cache; never held across an await.
    pub fn cache(&self) -> MutexGuard<'_, Cache> {
        lock(&self.cache)
    }

    /// Seconds since 1970.
    pub fn now(&self) -> u64 {
        (self.config.clock)()
    }

    /// Website configuration, policy and blocks.
    ///
    /// # Errors
    /// One can't be read or understood.
    pub async fn site(&self) -> Result<Arc<Site>, SourceError> {
        if let Some(known) = self.site.get(&self.config) {
            return Ok(known);
        }
        let (website, policy, blocks) =
            tokio::try_join!(self.source.website(), self.source.policy(), self.source.blocks())?;
        let website = website.as_deref().map(WebsiteConfig::parse).transpose().map_err(unreadable)?;
        let policy =
            policy.as_deref().map(Policy::parse).transpose().map_err(unreadable)?.unwrap_or_default();
        let block = blocks.bucket.or(blocks.account.unwrap_or_default());
        let account_unknown = blocks.account.is_none();
        Ok(self.site.put(Arc::new(Site { website, policy, block, account_unknown })))
    }

    /// The distribution with its cache policies and hosts; `None` if none was named or it doesn't exist.
    ///
    /// # Errors
    /// It can't be read or understood.
    pub async fn front(&self) -> Result<Option<Arc<Front>>, SourceError> {
        if self.config.distribution.is_none() {
            return Ok(None);
        }
        if let Some(known) = self.front.get(&self.config) {
            return Ok(known);
        }
        let (xml, domain) = tokio::try_join!(self.source.distribution(), self.source.distribution_domain())?;
        let Some(xml) = xml else { return Ok(self.front.put(None)) };
        let distribution = Distribution::parse(&xml).map_err(unreadable)?;
        let mut policies = BTreeMap::new();
        for id in distribution.foreign_policies() {
            if let Some(text) = self.source.cache_policy(&id).await? {
                policies.insert(id, CachePolicy::parse(&text).map_err(unreadable)?);
            }
        }
        let hosts = distribution
            .aliases
            .iter()
            .cloned()
            .chain(domain)
            .map(|host| host.to_ascii_lowercase())
            .collect();
        Ok(self.front.put(Some(Arc::new(Front { setup: Setup { distribution, policies }, hosts }))))
    }

    /// What is deployed under a REST API's id.
    ///
    /// # Errors
    /// It can't be read.
    pub async fn api(&self, id: &str) -> Result<Option<Arc<Api>>, SourceError> {
        if let Some((at, api)) = lock(&self.apis).get(id)
            && at.elapsed() < self.config.config_ttl
        {
            return Ok(api.clone());
        }
        let api = self.source.api(id).await?.map(Arc::new);
        lock(&self.apis).insert(id.to_owned(), (Instant::now(), api.clone()));
        Ok(api)
    }

    /// Drops what invalidations made since the last look cover. Those made before the first look find an empty cache.
    ///
    /// # Errors
    /// They can't be read; what was cached stays.
    pub async fn honour_invalidations(&self) -> Result<(), SourceError> {
        let mut honoured = self.honoured.lock().await;
        let ids = self.source.invalidations().await?;
        let Some(known) = honoured.as_mut() else {
            *honoured = Some(ids.into_iter().collect());
            return Ok(());
        };
        for id in ids {
            if known.contains(&id) {
                continue;
            }
            if let Some(invalidation) = self.source.invalidation(&id).await? {
                let mut cache = self.cache();
                for path in &invalidation.paths {
                    cache.invalidate(path);
                }
            }
            known.insert(id);
        }
        Ok(())
    }
}

fn unreadable(error: impl std::fmt::Display) -> SourceError {
    SourceError(error.to_string())
}

/// A panic elsewhere leaves plain data that is still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

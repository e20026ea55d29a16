//! The first tier: keys are listed, stored in pages, and sent. The same for tool and function, whose effects are a [`Feed`].

use crate::job::{Job, Page, Sent, Source};
use crate::message::{Message, WorkItem};
use std::future::Future;

/// Most keys on a page: what S3 lists at once.
pub const PAGE_KEYS: usize = 1000;

/// Some keys of the bucket, in S3's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Originals: neither derived images nor folders.
    pub keys: Vec<String>,
    /// The key to go on behind, if there are more. Not always one of `keys`.
    pub next: Option<String>,
}

/// What the first tier needs done.
pub trait Feed {
    /// How that fails.
    type Error;

    /// Lists up to [`PAGE_KEYS`] keys that begin with `prefix`, behind `after`.
    fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
    ) -> impl Future<Output = Result<Listed, Self::Error>> + Send;

    /// Number of the last page that is stored, if there is one.
    fn last_page(&self) -> impl Future<Output = Result<Option<u64>, Self::Error>> + Send;

    /// A stored page.
    fn page(&self, number: u64) -> impl Future<Output = Result<Page, Self::Error>> + Send;

    /// Stores a page, unless there is one already; the one that is there then.
    fn keep(&self, number: u64, page: Page) -> impl Future<Output = Result<Page, Self::Error>> + Send;

    /// Sends messages with these bodies.
    fn send(&self, bodies: Vec<String>) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Notes that everything was sent.
    fn finish(&self, sent: Sent) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// How far it has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// Pages sent.
    pub pages: u64,
    /// Keys sent.
    pub items: u64,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fed {
    /// Everything was sent.
    All(Sent),
    /// `go_on` said no; a later call goes on.
    Stopped(At),
}

/// Lists, stores and sends until all is sent, the job is cancelled (then what was stored is all of it) or `go_on`, which is asked after each page, says no. What an earlier call has
/// stored is not listed again; of its pages only the last can be unsent, as each is sent before the next is stored. Lists
/// other than the bucket's own ([`Source::List`], [`Source::RetryOf`]) have all their pages stored beforehand, so that for
/// these `from` says where to begin.
///
/// # Errors
/// The first failure. Everything can be called again.
pub async fn feed<F: Feed>(
    feed: &F,
    job: &Job,
    from: Option<u64>,
    mut go_on: impl FnMut(At) -> bool,
) -> Result<Fed, F::Error> {
    let stored = feed.last_page().await?;
    let mut number = match job.source {
        Source::Prefix(_) => stored.unwrap_or(0),
        _ => from.unwrap_or(0),
    };
    let mut page = if stored.is_some_and(|last| number <= last) {
        feed.page(number).await?
    } else {
        next_page(feed, job, None, number).await?
    };
    loop {
        let bodies = page
            .items()
            .map(|(n, key)| Message::Work(WorkItem { job: job.id.clone(), n, key: key.to_owned() }).body());
        feed.send(bodies.collect()).await?;
        let at = At { pages: number + 1, items: page.end() };
        if page.next.is_none() || job.cancelled {
            let sent = Sent { pages: at.pages, items: at.items };
            feed.finish(sent).await?;
            return Ok(Fed::All(sent));
        }
        number += 1;
        page = if stored.is_some_and(|last| number <= last) {
            feed.page(number).await?
        } else {
            next_page(feed, job, Some(&page), number).await?
        };
        if !go_on(at) {
            return Ok(Fed::Stopped(at));
        }
    }
}

/// Lists and stores the page behind `before`.
async fn next_page<F: Feed>(
    feed: &F,
    job: &Job,
    before: Option<&Page>,
    number: u64,
) -> Result<Page, F::Error> {
    let Source::Prefix(prefix) = &job.source else {
        // A list without keys.
        return feed.keep(number, Page { first: 0, keys: Vec::new(), next: None }).await;
    };
    let mut after = before.and_then(|page| page.next.clone());
    let mut listed = feed.list(prefix, after.as_deref()).await?;
    // Whole pages of derived images, which there are where these have no prefix.
    while listed.keys.is_empty() && listed.next.is_some() {
        after = listed.next;
        listed = feed.list(prefix, after.as_deref()).await?;
    }
    let page = Page { first: before.map_or(0, Page::end), keys: listed.keys, next: listed.next };
    feed.keep(number, page).await
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;

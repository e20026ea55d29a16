//! The derived images of what is purged: found by listing and by what is stored beside them.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::{StreamExt, TryStreamExt, stream};

use imgdeploy_keys::Scheme;

use super::key::{Target, Verdict, is_candidate, verdict};
use super::plan::{Image, Left};
use crate::aws::AwsFailure;
use crate::aws::paging::Paging;
use crate::aws::read::BucketRead;
use imgdeploy_world::Fact;

/// Images of one run: what is found is held in memory, shown and then deleted.
pub const MOST: usize = 200_000;
/// Folders that are listed each for itself. Signatures make more of them, one for each image: then all is one listing.
const MOST_FOLDERS: usize = 256;
/// Listings at once.
const LISTINGS: usize = 8;
/// Looks at objects at once.
const LOOKS: usize = 16;
/// A line of progress for so many keys.
const PROGRESS: usize = 100_000;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Derived images of what is purged, by key.
    pub images: Vec<Image>,
    /// Objects that could be meant by their names, and why they stay.
    pub left: Vec<Left>,
    /// Whether there are more than [`MOST`].
    pub more: bool,
}

/// Looks for them.
///
/// # Errors
/// The first listing, or look at an object, that fails: nothing is deleted by half of what there is.
pub async fn find(
    read: &BucketRead,
    scheme: &Scheme,
    target: &Target,
    say: &(dyn Fn(&str) + Sync),
) -> Result<Found, AwsFailure> {
    let search =
        Search { read, scheme, target, say, seen: AtomicUsize::new(0), matching: AtomicUsize::new(0) };
    let candidates: Vec<String> = stream::iter(search.folders().await?)
        .map(|folder| search.candidates(folder))
        .buffer_unordered(LISTINGS)
        .try_concat()
        .await?;
    let mut found = Found { more: candidates.len() > MOST, ..Found::default() };
    let mut looks =
        stream::iter(candidates.into_iter().take(MOST)).map(|key| search.look(key)).buffer_unordered(LOOKS);
    while let Some(looked) = looks.next().await {
        match looked? {
            Looked::Image(image) => found.images.push(image),
            Looked::Left(left) => found.left.push(left),
            Looked::Other => {}
        }
    }
    found.images.sort_by(|a, b| a.key.cmp(&b.key));
    found.left.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(found)
}

struct Search<'a> {
    read: &'a BucketRead,
    scheme: &'a Scheme,
    target: &'a Target,
    say: &'a (dyn Fn(&str) + Sync),
    seen: AtomicUsize,
    matching: AtomicUsize,
}

enum Looked {
    Image(Image),
    Left(Left),
    Other,
}

impl Search<'_> {
    /// The folders right under the prefix in which there may be derived images; without them, all of it.
    async fn folders(&self) -> Result<Vec<String>, AwsFailure> {
        let prefix = self.scheme.prefix.as_str();
        let (mut folders, mut next) = (Vec::new(), None);
        let mut paging = Paging::new("s3:ListBucket");
        loop {
            let page = self.read.page(prefix, Some("/"), next).await?;
            folders.extend(page.prefixes.into_iter().filter(|folder| {
                let name = folder.get(prefix.len()..).unwrap_or_default().trim_end_matches('/');
                self.scheme.may_hold(name)
            }));
            if folders.len() > MOST_FOLDERS {
                return Ok(vec![prefix.to_owned()]);
            }
            next = paging.after(page.next)?;
            if next.is_none() {
                return Ok(folders);
            }
        }
    }

    /// The keys in a folder that are worth a look. Of all others nothing is kept.
    async fn candidates(&self, folder: String) -> Result<Vec<String>, AwsFailure> {
        let (mut keys, mut next) = (Vec::new(), None);
        let mut paging = Paging::new("s3:ListBucket");
        loop {
            let page = self.read.page(&folder, None, next).await?;
            let count = page.objects.len();
            let before = self.seen.fetch_add(count, Ordering::Relaxed);
            if (before + count) / PROGRESS > before / PROGRESS {
                (self.say)(&format!("{} keys under `{}` looked through", before + count, self.scheme.prefix));
            }
            let fitting = page.objects.into_iter().map(|object| object.key);
            let fitting: Vec<String> =
                fitting.filter(|key| is_candidate(self.scheme, key, self.target)).collect();
            let matching = self.matching.fetch_add(fitting.len(), Ordering::Relaxed) + fitting.len();
            keys.extend(fitting);
            next = paging.after(page.next)?;
            if next.is_none() || matching > MOST {
                return Ok(keys);
            }
        }
    }

    async fn look(&self, key: String) -> Result<Looked, AwsFailure> {
        let head = match self.read.head(&key).await {
            Fact::Known(head) => head,
            // Gone since it was listed.
            Fact::Absent => return Ok(Looked::Other),
            Fact::Unknown(failure) => {
                return Err(AwsFailure { operation: format!("{} on {key}", failure.operation), ..failure });
            }
        };
        Ok(match verdict(self.scheme, &key, &head.metadata, self.target) {
            Verdict::Purge { head: length } => {
                Looked::Image(Image { key, etag: head.etag, size: head.size, head: length })
            }
            Verdict::Leave(why) => Looked::Left(Left { key, why }),
            Verdict::Other => Looked::Other,
        })
    }
}

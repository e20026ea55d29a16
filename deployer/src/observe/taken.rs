//! What stands where derived images go and was not made by imgdeploy.
//!
//! A name alone can't say that: a derived image and a file that somebody put there look the same. What is stored beside it says it
//! (`imgdeploy_keys`), which costs a call for each object. So no more is listed, and looked at, than goes into a few round trips beside
//! the other reads; what that leaves open is said.

use crate::aws::AwsFailure;
use crate::aws::read::{BucketRead, Object};
use futures::future::join_all;
use imgdeploy_keys::Scheme;
use imgdeploy_world::Fact;
use serde::Serialize;

/// Pages of 1,000 keys that are listed under a prefix.
const PAGES: usize = 5;
/// Without a prefix: folders whose names begin like a size, of which the first 1,000 keys are listed.
const FOLDERS: usize = 32;
/// Objects that are looked at one by one, all at once.
const HEADS: usize = 48;

/// Such objects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Their keys, as far as they were looked at, in order.
    pub keys: Vec<String>,
    /// How many objects were looked at.
    pub looked_at: usize,
    /// Whether there are others that were not.
    pub more: bool,
}

/// Keys that the scheme would take for derived images.
#[derive(Debug, Default)]
struct Candidates {
    keys: Vec<String>,
    more: bool,
}

/// Looks for them. `listed`, the first page under the prefix, comes of the same call.
pub(super) async fn look(
    bucket: &BucketRead,
    scheme: Option<&Scheme>,
    prefix: &str,
) -> (Fact<Vec<Object>>, Fact<Taken>) {
    let Some(scheme) = scheme else { return (bucket.first_objects(prefix).await, Fact::Absent) };
    if prefix.is_empty() {
        let (listed, found) = futures::join!(bucket.first_objects(""), without_prefix(bucket, scheme));
        return (listed, judged(bucket, scheme, found).await);
    }
    let (mut first, mut candidates) = (None, Candidates::default());
    let listed = bucket.each_page(prefix, PAGES, |page| {
        let fitting = page.iter().filter(|object| is_candidate(scheme, &object.key));
        candidates.keys.extend(fitting.map(|object| object.key.clone()));
        first.get_or_insert(page);
    });
    let found = listed.await.map(|whole| Candidates { more: !whole, ..candidates });
    let first = match (first, &found) {
        (Some(first), _) => Fact::Known(first),
        (None, Ok(_)) => Fact::Known(Vec::new()),
        (None, Err(failure)) => Fact::of(Err(failure.clone())),
    };
    (first, judged(bucket, scheme, found).await)
}

/// The folders of the bucket in which there may be any, and what is in them.
async fn without_prefix(bucket: &BucketRead, scheme: &Scheme) -> Result<Candidates, AwsFailure> {
    let (folders, whole) = bucket.folders(PAGES).await?;
    let may_hold = |folder: &String| scheme.may_hold(folder.trim_end_matches('/'));
    let mut folders: Vec<String> = folders.into_iter().filter(may_hold).collect();
    let mut found = Candidates { more: !whole || folders.len() > FOLDERS, keys: Vec::new() };
    folders.truncate(FOLDERS);
    let listed = folders.iter().map(|folder| async move {
        let mut keys = Vec::new();
        let whole = bucket.each_page(folder, 1, |page| {
            keys.extend(page.into_iter().map(|object| object.key).filter(|key| is_candidate(scheme, key)));
        });
        let whole = whole.await?;
        Ok::<_, AwsFailure>((keys, whole))
    });
    for listed in join_all(listed).await {
        let (keys, whole) = listed?;
        found.keys.extend(keys);
        found.more |= !whole;
    }
    Ok(found)
}

fn is_candidate(scheme: &Scheme, key: &str) -> bool {
    !key.ends_with('/') && !scheme.readings(key).is_empty()
}

async fn judged(bucket: &BucketRead, scheme: &Scheme, found: Result<Candidates, AwsFailure>) -> Fact<Taken> {
    let Candidates { keys, more } = match found {
        Ok(found) => found,
        Err(failure) => return Fact::of(Err(failure)),
    };
    let all = keys.len();
    let keys = sample(keys);
    let mut taken = Taken { keys: Vec::new(), looked_at: keys.len(), more: more || keys.len() < all };
    let heads = join_all(keys.iter().map(|key| bucket.metadata(key))).await;
    for (key, head) in keys.into_iter().zip(heads) {
        match head {
            Fact::Known(metadata) if scheme.has_made(&key, &metadata) => {}
            Fact::Known(_) => taken.keys.push(key),
            // Gone since it was listed.
            Fact::Absent => {}
            Fact::Unknown(failure) => return Fact::Unknown(failure),
        }
    }
    Fact::Known(taken)
}

/// As many as are looked at, from all over the list: what is in one folder is much alike.
fn sample(keys: Vec<String>) -> Vec<String> {
    let all = keys.len();
    if all <= HEADS {
        return keys;
    }
    let mut wanted = (0..HEADS).map(|at| at * all / HEADS).peekable();
    keys.into_iter()
        .enumerate()
        .filter(|(at, _)| wanted.next_if_eq(at).is_some())
        .map(|(_, key)| key)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_from_all_over() {
        let keys = |count: usize| (0..count).map(|n| format!("{n:04}")).collect::<Vec<_>>();
        assert_eq!(sample(keys(HEADS)), keys(HEADS));
        let some = sample(keys(1000));
        assert_eq!(some.len(), HEADS);
        assert_eq!(
            (some.first().map(String::as_str), some.last().map(String::as_str)),
            (Some("0000"), Some("0979"))
        );
        assert!(some.is_sorted());
    }

    #[test]
    fn what_the_scheme_takes_for_derived_is_worth_a_look() {
        let plain = Scheme::default();
        for (key, expected) in [
            ("300x200/banner.jpg", true),
            ("300x200/smart/a/b.jpg", true),
            ("banner.jpg", false),
            ("pics/a.jpg", false),
            ("300x200/", false),
            ("300x200/300x200/a.jpg", false),
        ] {
            assert_eq!(is_candidate(&plain, key), expected, "{key}");
        }
        let below = Scheme { prefix: "resized/".to_owned(), ..Scheme::default() };
        assert!(is_candidate(&below, "resized/300x200/a.jpg") && !is_candidate(&below, "300x200/a.jpg"));
    }
}

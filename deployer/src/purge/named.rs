//! The originals that somebody named: looked for in the bucket where more than one key can be meant, or none is there.

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt, stream};
use imgdeploy_keys::Scheme;

use super::find::Found;
use super::pasted::{bucket_of, candidates, nearest};
use crate::aws::AwsFailure;
use crate::aws::read::BucketRead;

/// Looks at once.
const LOOKS: usize = 16;
/// Names of which it is told that they are not there.
const TOLD: usize = 20;

/// A text, and the originals that it can stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As it was given.
    pub text: String,
    /// Keys; one of them is there, or none.
    pub keys: Vec<String>,
}

/// A name of which there is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// As it was given.
    pub text: String,
    /// Keys that look like it, the nearest first.
    pub nearest: Vec<String>,
}

/// A name in another bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere(pub String);

/// What the texts can stand for.
///
/// # Errors
/// The first that names another bucket.
pub fn named(texts: &[String], bucket: &str, scheme: &Scheme) -> Result<Vec<Named>, Elsewhere> {
    let one = |text: &String| match bucket_of(text) {
        Some(other) if other != bucket => Err(Elsewhere(text.clone())),
        _ => Ok(Named { text: text.clone(), keys: candidates(text, bucket, scheme) }),
    };
    texts.iter().map(one).collect()
}

/// The same, each with the one key that is there, if one is. Whoever names a key is believed without a look.
///
/// # Errors
/// A listing that fails.
pub async fn chosen(read: &BucketRead, names: Vec<Named>) -> Result<Vec<Named>, AwsFailure> {
    let one = async |named: Named| {
        if named.keys.len() == 1 {
            return Ok(named);
        }
        for key in &named.keys {
            if is_there(read, key).await? {
                return Ok(Named { keys: vec![key.clone()], ..named });
            }
        }
        Ok::<_, AwsFailure>(named)
    };
    stream::iter(names).map(one).buffered(LOOKS).try_collect().await
}

/// Which of them are not there, and have no images either; so many at most, and whether these are all that were named.
///
/// # Errors
/// A listing that fails.
pub async fn gone(
    read: &BucketRead,
    names: &[Named],
    found: &Found,
) -> Result<(Vec<Gone>, bool), AwsFailure> {
    let of_image = |image: &super::plan::Image| image.key.get(image.head..).unwrap_or_default().to_owned();
    let imaged: BTreeSet<String> = found.images.iter().map(of_image).collect();
    let left = |key: &String| found.left.iter().any(|left| left.key.ends_with(key.as_str()));
    let without = |named: &&Named| !named.keys.iter().any(|key| imaged.contains(key) || left(key));
    let without: Vec<&Named> = names.iter().filter(without).collect();
    let mut gone = Vec::new();
    let all = without.len() == names.len();
    for named in without.iter().take(TOLD) {
        let mut there = false;
        for key in &named.keys {
            there = there || is_there(read, key).await?;
        }
        if !there {
            gone.push(Gone { text: named.text.clone(), nearest: around(read, named).await? });
        }
    }
    let all = all && gone.len() == without.len().min(TOLD) && !gone.is_empty();
    Ok((gone, all))
}

/// Of all keys that begin with a key, it is the first itself.
async fn is_there(read: &BucketRead, key: &str) -> Result<bool, AwsFailure> {
    Ok(read.page(key, None, None).await?.objects.first().is_some_and(|first| first.key == key))
}

/// Keys that look like it, in its folder and at the beginning of the bucket.
async fn around(read: &BucketRead, named: &Named) -> Result<Vec<String>, AwsFailure> {
    let Some(key) = named.keys.last() else { return Ok(Vec::new()) };
    let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let (here, all) = futures::try_join!(read.page(&folder, Some("/"), None), read.page("", None, None))?;
    let keys = here.objects.iter().chain(&all.objects).map(|object| object.key.as_str());
    Ok(nearest(key, keys).into_iter().map(str::to_owned).collect())
}

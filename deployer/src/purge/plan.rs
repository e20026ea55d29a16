//! What a purge is going to do, as data. Pure.

use crate::approval::Proposal;
use imgdeploy_model::chain::cloudfront::Distribution;
use imgdeploy_model::command;
use imgdeploy_model::shell::Quoted;
use serde::Serialize;

use super::key::{Target, Why};
use super::paths::{Cached, Paths, paths};
use super::viewer::cached;
use crate::aws::read::Versioning;

/// A derived image that is to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Its key.
    pub key: String,
    /// Its ETag: it goes only if it still has that.
    #[serde(skip)]
    pub etag: String,
    /// Size in bytes.
    pub size: u64,
    /// Where the original's key begins in its own, in bytes.
    #[serde(skip)]
    pub head: usize,
}

/// An object that stays, though it could be meant by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    /// Its key.
    pub key: String,
    /// Why it stays.
    pub why: Why,
}

/// The distribution in front.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Its id.
    pub id: String,
    /// What it says, if that can be read: without it, each image is taken for one that is cached by its query string.
    pub config: Option<Distribution>,
}

/// A purge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The bucket.
    pub bucket: String,
    /// Its account.
    pub account: String,
    /// Its region.
    pub region: String,
    /// What derived keys begin with.
    pub prefix: String,
    /// What is purged.
    pub target: Target,
    /// What goes, by key.
    pub images: Vec<Image>,
    /// What stays.
    pub left: Vec<Left>,
    /// Whether a further run is needed for all of it.
    pub more: bool,
    /// Whether the bucket keeps what is deleted; `None` if that could not be looked at.
    pub versioning: Option<Versioning>,
    /// The distribution that has to forget them.
    pub edge: Option<Edge>,
    /// What to say besides.
    pub notes: Vec<String>,
}

impl Proposal for Plan {
    fn is_refused(&self) -> bool {
        false
    }
}

impl Plan {
    /// How CloudFront is told to forget them by hand, where an earlier run did not come to that.
    pub fn by_hand(&self) -> Option<String> {
        let edge = self.edge.as_ref()?;
        let wildcard = self.own().map_or_else(|| "/300x200/KEY".to_owned(), |own| format!("{own}*"));
        Some(format!(
            "if an earlier run was cut off after it deleted, CloudFront may still have images: `{}`",
            command!(
                "aws cloudfront create-invalidation --distribution-id {} --paths {}",
                edge.id,
                Quoted(&wildcard)
            )
        ))
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    /// Bytes of all images.
    pub fn bytes(&self) -> u64 {
        self.images.iter().map(|image| image.size).sum()
    }

    /// The paths that the distribution has to forget once these images are gone. None without a distribution.
    pub fn paths<'a>(&'a self, images: impl IntoIterator<Item = &'a Image>) -> Paths {
        let Some(edge) = &self.edge else { return Paths::default() };
        let cached: Vec<Cached> = images
            .into_iter()
            .flat_map(|image| {
                // Of a purged folder, whatever has the same beginning is purged too.
                let common = match &self.target {
                    Target::Prefix(prefix) => Some(image.head + prefix.len()),
                    Target::Keys(_) => None,
                };
                cached(edge.config.as_ref(), &self.bucket, &image.key, common)
            })
            .collect();
        paths(&cached, self.own().as_deref())
    }

    /// The beginning of all paths that are derived images' and nobody else's.
    pub fn own(&self) -> Option<String> {
        (!self.prefix.is_empty()).then(|| format!("/{}", self.prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(target: Target, prefix: &str, keys: &[(&str, &str)]) -> Plan {
        Plan {
            bucket: "shop".to_owned(),
            account: "000000000000".to_owned(),
            region: "eu-west-1".to_owned(),
            prefix: prefix.to_owned(),
            target,
            images: keys
                .iter()
                .map(|(head, original)| Image {
                    key: format!("{head}{original}"),
                    etag: String::new(),
                    size: 5,
                    head: head.len(),
                })
                .collect(),
            left: Vec::new(),
            more: false,
            versioning: None,
            edge: Some(Edge {
                id: "E1".to_owned(),
                config: Distribution::parse(
                    "<DistributionConfig><Enabled>true</Enabled><DefaultCacheBehavior>\
                     <TargetOriginId>web</TargetOriginId><ForwardedValues><QueryString>false</QueryString>\
                     </ForwardedValues></DefaultCacheBehavior></DistributionConfig>",
                )
                .ok(),
            }),
            notes: Vec::new(),
        }
    }

    const TWO: [(&str, &str); 2] = [("resized/3x/", "pics/a.jpg"), ("resized/3x/", "pics/b.jpg")];

    #[test]
    fn a_purged_folder_is_one_path_for_each_size() {
        let all = plan(Target::Prefix("pics/".to_owned()), "resized/", &TWO);
        assert!(all.edge.as_ref().is_some_and(|edge| edge.config.is_some()));
        assert_eq!(all.paths(&all.images).paths, ["/resized/3x/pics/*"]);
        assert_eq!((all.bytes(), all.is_empty()), (10, false));
        // Half of a name is as good as a folder.
        let all = plan(Target::Prefix("pics".to_owned()), "resized/", &TWO);
        assert_eq!(all.paths(&all.images).paths, ["/resized/3x/pics*"]);
        let all = plan(Target::Prefix(String::new()), "resized/", &TWO);
        assert_eq!(all.paths(&all.images).paths, ["/resized/3x/*"]);
    }

    #[test]
    fn named_keys_take_a_path_each() {
        let keys = TWO.iter().map(|(_, original)| (*original).to_owned()).collect();
        let all = plan(Target::Keys(keys), "resized/", &TWO);
        assert_eq!(all.paths(&all.images).paths, ["/resized/3x/pics/a.jpg", "/resized/3x/pics/b.jpg"]);
        assert_eq!(all.paths(&all.images[..1]).paths, ["/resized/3x/pics/a.jpg"]);
        let without = Plan { edge: None, ..all };
        assert_eq!(without.paths(&without.images), Paths::default());
    }

    #[test]
    fn without_a_prefix_there_are_no_wildcards() {
        let keys = [("3x/", "pics/a.jpg"), ("3x/", "pics/b.jpg")];
        let all = plan(Target::Prefix("pics/".to_owned()), "", &keys);
        assert_eq!(all.paths(&all.images).paths, ["/3x/pics/a.jpg", "/3x/pics/b.jpg"]);
    }
}

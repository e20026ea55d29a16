//! Originals and images in a bucket, made here.

use super::{Loaded, Store, Wanted};
use crate::aws::read::BucketRead;
use crate::aws::store::{About, ObjectStore};
use crate::aws::write::Condition;
use crate::aws::{AwsFailure, Clients, FailureKind};
use crate::names;
use crate::settings::value::SecurityKey;
use bytes::Bytes;
use imgdeploy_batch::{Listed, META_SEAL, META_SOURCE_ETAG, META_SPEC, etag_of, seal, stamped};
use imgdeploy_world::Fact;
use resizer_core::{Output, Spec};

/// Most writes that are tried while others write to the same key.
const TRIES: u32 = 5;
/// Why an image was not stored.
const TAKEN: &str = "an object that the resizer did not make lies where the image would be stored; nothing was changed: \
                     move that object elsewhere, or set another prefix for resized images";

/// What lies where an image belongs.
struct Mark {
    etag: String,
    /// Whether it was made by the function or by this.
    ours: bool,
    /// ETag of the original, and spec.
    source: Option<(String, String)>,
}

/// An image to be stored.
struct Image<'a> {
    bytes: Bytes,
    content_type: &'static str,
    spec: &'a Spec,
    source_etag: &'a str,
}

/// A bucket of the caller's account.
#[derive(Debug, Clone)]
pub struct BucketStore {
    objects: ObjectStore,
    read: BucketRead,
    stored: Stored,
}

/// How images are stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// What they are below.
    pub prefix: String,
    /// Their `Cache-Control`.
    pub cache_control: String,
    /// Key that URLs are signed with: signatures are in their keys.
    pub security_key: Option<SecurityKey>,
}

impl BucketStore {
    /// Of `bucket`, which `account` has to own.
    pub fn new(clients: &Clients, region: &str, bucket: &str, account: &str, stored: Stored) -> Self {
        Self {
            objects: ObjectStore::new(clients, region, bucket, account),
            read: BucketRead::new(clients, region, bucket, account),
            stored,
        }
    }

    fn image(&self, text: &str, key: &str) -> String {
        names::derived_key(&self.stored.prefix, self.stored.security_key.as_ref(), text, key)
    }

    /// Lists up to 1,000 keys.
    ///
    /// # Errors
    /// What AWS said.
    pub async fn list(&self, prefix: &str, after: Option<String>) -> Result<Listed, String> {
        let listed = self.objects.list(prefix, after.as_deref()).await;
        listed.map_err(|failure| failure.to_string())
    }

    /// What lies where an image belongs.
    async fn mark(&self, key: &str) -> Result<Option<Mark>, String> {
        match self.read.head(key).await {
            Fact::Known(found) => {
                let etag = found.etag.trim_matches('"').to_owned();
                let mut marks = found.metadata;
                // It is there on what was made by the function or by this alone.
                let spec = marks.remove(META_SPEC);
                Ok(Some(Mark {
                    etag,
                    ours: spec.is_some(),
                    source: marks.remove(META_SOURCE_ETAG).zip(spec),
                }))
            }
            Fact::Absent => Ok(None),
            Fact::Unknown(failure) => Err(failure.to_string()),
        }
    }

    /// One write: over nothing, or over the object with this ETag. Whether it was as told.
    async fn write(&self, key: &str, image: &Image<'_>, over: Option<&str>) -> Result<bool, String> {
        let condition = over.map_or(Condition::Absent, |etag| Condition::Unchanged(etag.to_owned()));
        let about = About {
            content_type: image.content_type,
            cache_control: Some(&self.stored.cache_control),
            // As the function does: from KMS the website could not serve it (S3-27).
            by_s3_keys: true,
            metadata: vec![
                (META_SOURCE_ETAG, image.source_etag.to_owned()),
                (META_SPEC, stamped(&image.spec.to_string())),
                (META_SEAL, seal(key, &etag_of(&image.bytes))),
            ],
        };
        let put = self.objects.put(key, image.bytes.clone(), &about, &condition).await;
        put.map_err(|failure| failure.to_string())
    }
}

impl Store for BucketStore {
    async fn load(&self, key: &str, wanted: &Wanted) -> Result<Loaded, String> {
        let images = wanted.texts.iter().zip(&wanted.specs);
        let marks = futures::future::try_join_all(images.map(|(text, spec)| async move {
            if wanted.force {
                return Ok(None);
            }
            let mark = self.mark(&self.image(text, key)).await?;
            let source = mark.filter(|mark| mark.ours).and_then(|mark| mark.source);
            Ok::<_, String>(source.filter(|(_, of)| *of == stamped(&spec.to_string())).map(|(etag, _)| etag))
        }));
        let marks = marks.await?;
        let first = marks.first().cloned().flatten();
        let common = first.filter(|etag| marks.iter().all(|mark| mark.as_ref() == Some(etag)));
        let found = self.objects.get(key, wanted.limits.max_bytes, common.as_deref()).await;
        match found.map_err(|failure| said(&failure))? {
            None => Ok(Loaded { bytes: None, etag: String::new(), up_to_date: vec![true; marks.len()] }),
            Some((bytes, etag)) => {
                let up_to_date = marks.iter().map(|mark| mark.as_ref() == Some(&etag)).collect();
                Ok(Loaded { bytes: Some(bytes), etag, up_to_date })
            }
        }
    }

    async fn put(
        &self,
        key: &str,
        text: &str,
        spec: &Spec,
        etag: &str,
        output: Output,
    ) -> Result<(), String> {
        let key = self.image(text, key);
        let image = Image {
            content_type: output.format.content_type(),
            bytes: output.bytes.into(),
            spec,
            source_etag: etag,
        };
        // As the function does (`resizer-fn/src/store/keep.rs`): over nothing, or over what was made by it or by this.
        let mut over = None;
        for _ in 0..TRIES {
            if self.write(&key, &image, over.as_deref()).await? {
                return Ok(());
            }
            over = match self.mark(&key).await? {
                Some(mark) if !mark.ours => return Err(TAKEN.to_owned()),
                mark => mark.map(|mark| mark.etag),
            };
        }
        Err(format!("others kept on writing to {key}; run this again"))
    }

    async fn asset(&self, key: &str, most: u64) -> Result<Option<Vec<u8>>, String> {
        match self.objects.get(key, most, None).await {
            Ok(found) => Ok(found.map(|(bytes, _)| bytes)),
            Err(failure) if failure.kind == FailureKind::Missing => Ok(None),
            Err(failure) => Err(failure.to_string()),
        }
    }
}

fn said(failure: &AwsFailure) -> String {
    match failure.kind {
        FailureKind::Missing => "there is no such original".to_owned(),
        _ => failure.to_string(),
    }
}

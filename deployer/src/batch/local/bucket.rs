//! Originals and images in a bucket, made here.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;
use bytes::Bytes;
use imgdeploy_batch::{Listed, META_SEAL, META_SOURCE_ETAG, META_SPEC, etag_of, is_made, seal, stamped};
use resizer_core::{Output, Spec};

use super::{Loaded, Store, Wanted};
use crate::aws::again::again;
use crate::aws::{AwsFailure, FailureKind};
use crate::batch::records::list;
use crate::names;
use crate::settings::value::SecurityKey;

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
    /// Client in its region.
    pub s3: Client,
    /// Its name.
    pub bucket: String,
    /// The account that has to own it.
    pub account: String,
    /// What images are below.
    pub prefix: String,
    /// `Cache-Control` of images.
    pub cache_control: String,
    /// Key that URLs are signed with: signatures are in the images' keys.
    pub security_key: Option<SecurityKey>,
}

impl BucketStore {
    fn image(&self, text: &str, key: &str) -> String {
        names::derived_key(&self.prefix, self.security_key.as_ref(), text, key)
    }

    /// Lists up to 1,000 keys.
    ///
    /// # Errors
    /// What AWS said.
    pub async fn list(&self, prefix: &str, after: Option<String>) -> Result<Listed, String> {
        let listed = list(&self.s3, &self.bucket, &self.account, prefix, after.as_deref()).await;
        listed.map_err(|failure| failure.to_string())
    }

    /// What lies where an image belongs.
    async fn mark(&self, key: &str) -> Result<Option<Mark>, String> {
        let call = self.s3.head_object().bucket(&self.bucket).key(key).expected_bucket_owner(&self.account);
        match call.send().await.map_err(|error| AwsFailure::from_sdk("s3:GetObject", &error)) {
            Ok(found) => {
                let etag = found.e_tag.unwrap_or_default().trim_matches('"').to_owned();
                let mut marks = found.metadata.unwrap_or_default();
                let (spec, sealed) = (marks.remove(META_SPEC), marks.remove(META_SEAL));
                let ours = is_made(key, &etag, spec.as_deref(), sealed.as_deref());
                Ok(Some(Mark { etag, ours, source: marks.remove(META_SOURCE_ETAG).zip(spec) }))
            }
            Err(failure) if failure.kind == FailureKind::Missing => Ok(None),
            Err(failure) => Err(failure.to_string()),
        }
    }

    /// One write: over nothing, or over the object with this ETag. Whether it was as told.
    async fn write(&self, key: &str, image: &Image<'_>, over: Option<&str>) -> Result<bool, String> {
        let put = || {
            let call = self.s3.put_object().bucket(&self.bucket).key(key);
            let call = match over {
                None => call.if_none_match("*"),
                Some(etag) => call.if_match(format!("\"{etag}\"")),
            };
            let call = call
                .expected_bucket_owner(&self.account)
                .content_type(image.content_type)
                .cache_control(&self.cache_control)
                // As the function does: from KMS the website could not serve it (S3-27).
                .server_side_encryption(ServerSideEncryption::Aes256)
                .metadata(META_SOURCE_ETAG, image.source_etag)
                .metadata(META_SPEC, stamped(&image.spec.to_string()))
                .metadata(META_SEAL, seal(key, &etag_of(&image.bytes)))
                .body(ByteStream::from(image.bytes.clone()));
            async move { call.send().await.map_err(|error| AwsFailure::from_sdk("s3:PutObject", &error)) }
        };
        match again(put).await {
            Ok(_) => Ok(true),
            Err(failure) if failure.kind == FailureKind::Conflict => Ok(false),
            Err(failure) if failure.kind == FailureKind::Missing && over.is_some() => Ok(false),
            Err(failure) => Err(failure.to_string()),
        }
    }

    async fn get(
        &self,
        key: &str,
        limit: u64,
        unless: Option<&str>,
    ) -> Result<Option<(Vec<u8>, String)>, AwsFailure> {
        const CALL: &str = "s3:GetObject";
        let call = self.s3.get_object().bucket(&self.bucket).key(key).expected_bucket_owner(&self.account);
        let call = call.set_if_none_match(unless.map(|etag| format!("\"{etag}\"")));
        let found = match call.send().await.map_err(|error| AwsFailure::from_sdk(CALL, &error)) {
            Err(failure) if failure.status == Some(304) => return Ok(None),
            found => found?,
        };
        let size = found.content_length.and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
        if size > limit {
            return Err(AwsFailure::local(
                CALL,
                format!("it has {size} bytes, more than the {limit} allowed"),
            ));
        }
        let etag = found.e_tag.unwrap_or_default().trim_matches('"').to_owned();
        let body = found.body.collect().await.map_err(|error| AwsFailure::of_body(CALL, &error))?;
        Ok(Some((body.into_bytes().into(), etag)))
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
        let found = self.get(key, wanted.limits.max_bytes, common.as_deref()).await;
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

    async fn asset(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        match self.get(key, u64::MAX, None).await {
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

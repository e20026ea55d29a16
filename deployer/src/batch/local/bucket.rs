//! Originals and images in a bucket, made here.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;
use imgdeploy_batch::{Listed, META_SOURCE_ETAG, META_SPEC, stamped};
use resizer_core::{Output, Spec};

use super::{Loaded, Store, Wanted};
use crate::aws::{AwsFailure, FailureKind};
use crate::batch::records::list;
use crate::names;
use crate::settings::value::SecurityKey;

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

    /// The original's ETag and spec that an image is marked with.
    async fn mark(&self, key: &str) -> Result<Option<(String, String)>, String> {
        let call = self.s3.head_object().bucket(&self.bucket).key(key).expected_bucket_owner(&self.account);
        match call.send().await.map_err(|error| AwsFailure::from_sdk("s3:GetObject", &error)) {
            Ok(found) => {
                let mut marks = found.metadata.unwrap_or_default();
                Ok(marks.remove(META_SOURCE_ETAG).zip(marks.remove(META_SPEC)))
            }
            Err(failure) if failure.kind == FailureKind::Missing => Ok(None),
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
            Ok::<_, String>(mark.filter(|(_, of)| *of == stamped(&spec.to_string())).map(|(etag, _)| etag))
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
        let call = self.s3.put_object().bucket(&self.bucket).key(self.image(text, key));
        let call = call
            .expected_bucket_owner(&self.account)
            .content_type(output.format.content_type())
            .cache_control(&self.cache_control)
            // As the function does: from KMS the website could not serve it (S3-27).
            .server_side_encryption(ServerSideEncryption::Aes256)
            .metadata(META_SOURCE_ETAG, etag)
            .metadata(META_SPEC, stamped(&spec.to_string()))
            .body(ByteStream::from(output.bytes));
        let put = call.send().await.map_err(|error| AwsFailure::from_sdk("s3:PutObject", &error));
        put.map(drop).map_err(|failure| failure.to_string())
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

//! Objects: page by page, and one by one.

use std::collections::BTreeMap;

use aws_sdk_s3::types::EncodingType;
use imgdeploy_batch::{META_SEAL, META_SPEC, is_made, listed_key};

use super::BucketRead;
use crate::AwsFailure;
use crate::failure::Answered;
use crate::paging::{Next, Paging};
use crate::read::Begun;
use crate::read::Object;
use imgdeploy_world::Fact;

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Objects.
    pub objects: Vec<Object>,
    /// With a delimiter: what keys have in common up to it.
    pub prefixes: Vec<String>,
    /// What it says of the next page.
    pub next: Next,
}

/// An object without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// ETag, as `If-Match` wants it.
    pub etag: String,
    /// Size in bytes.
    pub size: u64,
    /// User metadata, names in lower case.
    pub metadata: BTreeMap<String, String>,
}

/// A key, or the beginning of keys, out of the answer to a listing that was asked for with `encoding-type=url`.
///
/// # Errors
/// What came is no text.
pub(crate) fn stored(
    operation: &str,
    text: &str,
    encoding: Option<&EncodingType>,
) -> Result<String, AwsFailure> {
    let key = listed_key(text, encoding == Some(&EncodingType::Url));
    key.map_err(|error| AwsFailure::local(operation, error.to_string()))
}

/// Whether a bucket keeps what is deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Versioning {
    /// It does not.
    #[default]
    Off,
    /// It does.
    Enabled,
    /// It does not any more, but has older versions.
    Suspended,
}

impl BucketRead {
    /// A page of the objects under `prefix`, at most 1,000. `token` is what [`Paging`] makes of the page before.
    ///
    /// # Errors
    /// The failed call.
    pub async fn page(
        &self,
        prefix: &str,
        delimiter: Option<&str>,
        token: Option<String>,
    ) -> Result<Page, AwsFailure> {
        const CALL: &str = "s3:ListBucket";
        let seen = self
            .s3
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .set_delimiter(delimiter.map(str::to_owned))
            .set_continuation_token(token)
            .encoding_type(EncodingType::Url)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk(CALL, &error))?;
        let is_truncated = seen.is_truncated() == Some(true);
        let key = |text: Option<&str>| text.map(|text| stored(CALL, text, seen.encoding_type()));
        let object = |one: &aws_sdk_s3::types::Object| {
            let size = u64::try_from(one.size().unwrap_or(0)).unwrap_or(0);
            Some(key(one.key())?.map(|key| Object { key, size, owner: None }))
        };
        let prefixes = seen.common_prefixes().iter().filter_map(|common| key(common.prefix()));
        Ok(Page {
            objects: seen.contents().iter().filter_map(object).collect::<Result<_, _>>()?,
            prefixes: prefixes.collect::<Result<_, _>>()?,
            next: Next::if_truncated(is_truncated, seen.next_continuation_token().map(str::to_owned)),
        })
    }

    /// Gives every object under `prefix` to `take`, page by page, up to `pages` of them; whether that was all.
    ///
    /// # Errors
    /// The first page that fails; a list that does not end.
    pub async fn each_page(
        &self,
        prefix: &str,
        pages: usize,
        mut take: impl FnMut(Vec<Object>),
    ) -> Result<bool, AwsFailure> {
        let mut paging = Paging::new("s3:ListBucket");
        let mut token = None;
        for _ in 0..pages {
            let page = self.page(prefix, None, token).await?;
            take(page.objects);
            token = paging.after(page.next)?;
            if token.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The folders at the top of the bucket, each with the slash behind it, of up to `pages` pages; whether those are all.
    ///
    /// # Errors
    /// The first page that fails; a list that does not end.
    pub async fn folders(&self, pages: usize) -> Result<(Vec<String>, bool), AwsFailure> {
        let mut paging = Paging::new("s3:ListBucket");
        let (mut folders, mut token) = (Vec::new(), None);
        for _ in 0..pages {
            let page = self.page("", Some("/"), token).await?;
            folders.extend(page.prefixes);
            token = paging.after(page.next)?;
            if token.is_none() {
                return Ok((folders, true));
            }
        }
        Ok((folders, false))
    }

    /// One object, without its bytes.
    pub async fn head(&self, key: &str) -> Fact<Head> {
        let result = self
            .s3
            .head_object()
            .bucket(&self.bucket)
            .key(key)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:GetObject", &error));
        Fact::of(result).map(|seen| {
            let etag = seen.e_tag().unwrap_or_default().to_owned();
            let metadata = seen.metadata().into_iter().flatten();
            let metadata = metadata.map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
            Head {
                size: seen.content_length().and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
                metadata: unless_changed(key, &etag, metadata),
                etag,
            }
        })
    }

    /// The first `bytes` of an object.
    ///
    /// # Errors
    /// The failed call; an object that is gone, too.
    pub async fn beginning(&self, key: &str, bytes: u32) -> Result<Begun, AwsFailure> {
        const CALL: &str = "s3:GetObject";
        let call = self.s3.get_object().bucket(&self.bucket).key(key).expected_bucket_owner(&self.owner);
        let sent = call.range(format!("bytes=0-{}", bytes.saturating_sub(1))).send().await;
        let found = sent.map_err(|error| AwsFailure::from_sdk(CALL, &error))?;
        let encryption = found.server_side_encryption.map(|kind| kind.as_str().to_owned());
        let body = found.body.collect().await.map_err(|error| AwsFailure::of_body(CALL, &error))?;
        Ok(Begun { bytes: body.into_bytes().into(), encryption })
    }

    /// Whether the bucket keeps what is deleted.
    pub async fn versioning(&self) -> Fact<Versioning> {
        use aws_sdk_s3::types::BucketVersioningStatus as Status;
        let result = self
            .s3
            .get_bucket_versioning()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk("s3:GetBucketVersioning", &error));
        Fact::of(result).map(|seen| match seen.status() {
            Some(Status::Enabled) => Versioning::Enabled,
            Some(Status::Suspended) => Versioning::Suspended,
            _ => Versioning::Off,
        })
    }
}

/// Metadata of an object, without the word that imgdeploy made it if the seal says that it was changed or copied since: it
/// is then theirs who did it, for `purge` and `detach` as for the function.
fn unless_changed(key: &str, etag: &str, mut metadata: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let text = |name: &str| metadata.get(name).map(String::as_str);
    if !is_made(key, etag.trim_matches('"'), text(META_SPEC), text(META_SEAL)) {
        metadata.remove(META_SPEC);
    }
    metadata
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A bucket of which every listing is answered with these bodies, the last of them for ever.
    async fn bucket(bodies: Vec<String>) -> BucketRead {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let mut asked = 0;
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![0; 8192];
                let length = stream.read(&mut request).await.unwrap();
                let line = String::from_utf8_lossy(&request[..length]).into_owned();
                assert!(line.contains("encoding-type=url"), "{line}");
                let body = bodies.get(asked).or(bodies.last()).unwrap();
                asked += 1;
                let head =
                    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            }
        });
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("AKID", "secret", None, None, "test"))
            .endpoint_url(endpoint)
            .force_path_style(true)
            .http_client(crate::network::client(&crate::network::Bundle::default()))
            .build();
        let s3 = aws_sdk_s3::Client::from_conf(config);
        BucketRead { s3, bucket: "b".to_owned(), owner: "111122223333".to_owned() }
    }

    fn page(keys: &[&str], token: Option<&str>) -> String {
        let keys: String = keys.iter().map(|key| format!("<Contents><Key>{key}</Key></Contents>")).collect();
        let next = token.map(|token| format!("<NextContinuationToken>{token}</NextContinuationToken>"));
        format!(
            "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>{}</IsTruncated>{}{keys}</ListBucketResult>",
            token.is_some(),
            next.unwrap_or_default()
        )
    }

    #[tokio::test]
    async fn a_listing_is_read_to_its_end_and_decoded() {
        let bucket = bucket(vec![page(&["a+b"], Some("t")), page(&["c%01%2B%C3%BC"], None)]).await;
        let keys: Vec<String> =
            bucket.all_objects("").await.unwrap().into_iter().map(|object| object.key).collect();
        assert_eq!(keys, ["a b", "c\u{1}+\u{fc}"]);
    }

    #[tokio::test]
    async fn a_listing_that_does_not_end_is_a_failure() {
        for pages in [
            vec![page(&["a"], Some("t"))],
            vec![page(&["a"], Some("t")), page(&["b"], Some("u")), page(&["a"], Some("t"))],
            vec![page(&["a"], Some(""))],
        ] {
            let failure = bucket(pages).await.all_objects("").await.unwrap_err();
            assert_eq!(failure.operation, "s3:ListBucket");
            assert!(failure.message.contains("a part of a list is not taken for all of it"), "{failure}");
        }
    }

    #[test]
    fn what_was_changed_or_copied_is_not_ours_any_more() {
        let sealed = imgdeploy_batch::seal("resized/30x/a.jpg", "e");
        let metadata =
            BTreeMap::from([(META_SPEC.to_owned(), "30x".to_owned()), (META_SEAL.to_owned(), sealed)]);
        let says =
            |key: &str, etag: &str| unless_changed(key, etag, metadata.clone()).contains_key(META_SPEC);
        assert!(says("resized/30x/a.jpg", "\"e\""));
        assert!(!says("resized/30x/a.jpg", "\"f\""), "changed");
        assert!(!says("resized/30x/b.jpg", "\"e\""), "copied");
        let old = BTreeMap::from([(META_SPEC.to_owned(), "30x".to_owned())]);
        assert_eq!(
            unless_changed("resized/30x/a.jpg", "\"e\"", old.clone()),
            old,
            "from before there were seals"
        );
    }
}

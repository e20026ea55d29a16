//! One object, with the headers that S3 sends along with it.

use crate::aws::AwsFailure;
use crate::aws::failure::Answered;
use crate::dev::source::{ObjectData, SourceError};
use aws_sdk_s3::types::ServerSideEncryption;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use imgdeploy_model::chain::message::Headers;
use imgdeploy_world::Fact;
use std::collections::HashMap;

/// GetObject, or HeadObject where no body is wanted.
///
/// # Errors
/// Anything but "there is no such key".
pub async fn read(
    s3: &aws_sdk_s3::Client,
    bucket: &str,
    owner: &str,
    key: &str,
    with_body: bool,
) -> Result<Option<ObjectData>, SourceError> {
    // S3 knows no empty key; asking for it would list the bucket.
    if key.is_empty() {
        return Ok(None);
    }
    if !with_body {
        let sent = s3.head_object().bucket(bucket).key(key).expected_bucket_owner(owner).send().await;
        let Some(seen) = found(sent.map_err(|error| AwsFailure::from_sdk("s3:GetObject", &error)))? else {
            return Ok(None);
        };
        return Ok(Some(ObjectData {
            headers: Fields {
                kind: seen.content_type(),
                length: seen.content_length(),
                etag: seen.e_tag(),
                modified: seen.last_modified(),
                cache: seen.cache_control(),
                disposition: seen.content_disposition(),
                encoding: seen.content_encoding(),
                language: seen.content_language(),
                expires: seen.expires_string(),
                metadata: seen.metadata(),
            }
            .headers(),
            body: Vec::new(),
            redirect: seen.website_redirect_location().map(str::to_owned),
            kms: is_kms(seen.server_side_encryption()),
        }));
    }
    let sent = s3.get_object().bucket(bucket).key(key).expected_bucket_owner(owner).send().await;
    let Some(seen) = found(sent.map_err(|error| AwsFailure::from_sdk("s3:GetObject", &error)))? else {
        return Ok(None);
    };
    let headers = Fields {
        kind: seen.content_type(),
        length: seen.content_length(),
        etag: seen.e_tag(),
        modified: seen.last_modified(),
        cache: seen.cache_control(),
        disposition: seen.content_disposition(),
        encoding: seen.content_encoding(),
        language: seen.content_language(),
        expires: seen.expires_string(),
        metadata: seen.metadata(),
    }
    .headers();
    let redirect = seen.website_redirect_location().map(str::to_owned);
    let kms = is_kms(seen.server_side_encryption());
    let body = seen
        .body
        .collect()
        .await
        .map_err(|error| SourceError(format!("reading \"{key}\" broke off: {error}")))?
        .into_bytes()
        .into();
    Ok(Some(ObjectData { headers, body, redirect, kms }))
}

fn found<T>(result: Result<T, AwsFailure>) -> Result<Option<T>, SourceError> {
    match Fact::of(result) {
        Fact::Known(seen) => Ok(Some(seen)),
        Fact::Absent => Ok(None),
        Fact::Unknown(failure) => Err(SourceError(failure.to_string())),
    }
}

fn is_kms(encryption: Option<&ServerSideEncryption>) -> bool {
    encryption.is_some_and(|sse| sse.as_str().starts_with("aws:kms"))
}

/// The two operations have the same members in two types.
struct Fields<'a> {
    kind: Option<&'a str>,
    length: Option<i64>,
    etag: Option<&'a str>,
    modified: Option<&'a DateTime>,
    cache: Option<&'a str>,
    disposition: Option<&'a str>,
    encoding: Option<&'a str>,
    language: Option<&'a str>,
    expires: Option<&'a str>,
    metadata: Option<&'a HashMap<String, String>>,
}

impl Fields<'_> {
    fn headers(&self) -> Headers {
        let length = self.length.map(|n| n.to_string());
        let modified = self.modified.and_then(|at| at.fmt(Format::HttpDate).ok());
        let mut headers = Headers::new();
        for (name, value) in [
            ("Content-Type", self.kind),
            ("Content-Length", length.as_deref()),
            ("ETag", self.etag),
            ("Last-Modified", modified.as_deref()),
            ("Cache-Control", self.cache),
            ("Content-Disposition", self.disposition),
            ("Content-Encoding", self.encoding),
            ("Content-Language", self.language),
            ("Expires", self.expires),
        ] {
            if let Some(value) = value {
                headers.push(name, value);
            }
        }
        let mut metadata: Vec<_> = self.metadata.into_iter().flatten().collect();
        metadata.sort();
        for (name, value) in metadata {
            headers.push(format!("x-amz-meta-{name}"), value);
        }
        headers.push("Server", "AmazonS3");
        headers
    }
}

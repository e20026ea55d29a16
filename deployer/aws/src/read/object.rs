//! One object, with the headers that S3 sends along with it.

use crate::failure::Answered;
use crate::{AwsFailure, Clients, body};
use aws_sdk_s3::types::ServerSideEncryption;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use imgdeploy_model::chain::message::Headers;
use imgdeploy_world::Fact;
use std::collections::HashMap;

/// Most bytes of one: it is held in memory.
const LARGEST: u64 = 1 << 30;

/// An object, or only its headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectData {
    /// As S3 sends them: `Content-Type`, `Content-Length`, `ETag`, `Cache-Control`, …
    pub headers: Headers,
    /// Empty where only the headers were asked for.
    pub body: Vec<u8>,
    /// `x-amz-website-redirect-location` (S3-15).
    pub redirect: Option<String>,
    /// Encrypted with KMS: not readable through the website endpoint (S3-27).
    pub kms: bool,
}

/// GetObject, or HeadObject where no body is wanted.
pub(super) async fn read(
    s3: &aws_sdk_s3::Client,
    bucket: &str,
    owner: &str,
    key: &str,
    with_body: bool,
) -> Fact<ObjectData> {
    // S3 knows no empty key; asking for it would list the bucket.
    if key.is_empty() {
        return Fact::Absent;
    }
    if !with_body {
        let sent = s3.head_object().bucket(bucket).key(key).expected_bucket_owner(owner).send().await;
        let sent = Fact::of(sent.map_err(|error| AwsFailure::from_sdk("s3:GetObject", &error)));
        return sent.map(|seen| ObjectData {
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
        });
    }
    let sent = s3.get_object().bucket(bucket).key(key).expected_bucket_owner(owner).send().await;
    let seen = match Fact::of(sent.map_err(|error| AwsFailure::from_sdk("s3:GetObject", &error))) {
        Fact::Known(seen) => seen,
        Fact::Absent => return Fact::Absent,
        Fact::Unknown(why) => return Fact::Unknown(why),
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
    match body::whole("s3:GetObject", seen.content_length, seen.body, LARGEST).await {
        Ok(body) => Fact::Known(ObjectData { headers, body, redirect, kms }),
        Err(failure) => Fact::Unknown(failure),
    }
}

/// An object of whatever size in a bucket of anybody's: `take` gets one part after the other.
///
/// # Errors
/// The failed call, or what `take` says.
pub async fn in_parts(
    clients: &Clients,
    bucket: &str,
    key: &str,
    mut take: impl FnMut(&[u8]) -> Result<(), AwsFailure>,
) -> Result<(), AwsFailure> {
    const CALL: &str = "s3:GetObject";
    let region = super::bucket_region(clients, bucket).await?;
    let found = clients.s3(&region).get_object().bucket(bucket).key(key).send().await;
    let mut body = found.map_err(|error| AwsFailure::from_sdk(CALL, &error))?.body;
    while let Some(part) = body.next().await {
        let call = || format!("{CALL} of s3://{bucket}/{key}");
        take(&part.map_err(|error| AwsFailure::of_body(&call(), &error))?)?;
    }
    Ok(())
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

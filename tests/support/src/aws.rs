//! Signed requests with the bytes of your choice, answered with the bytes that came.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::Request;

use crate::http_client::{self, Answer};

/// One caller in one region at one endpoint.
#[derive(Debug, Clone)]
pub struct Aws {
    endpoint: String,
    region: String,
    credentials: Credentials,
}

impl Aws {
    /// A caller; nothing is sent yet.
    #[must_use]
    pub fn new(endpoint: &str, region: &str, credentials: Credentials) -> Self {
        Self { endpoint: endpoint.to_owned(), region: region.to_owned(), credentials }
    }

    /// The same endpoint and region as somebody else.
    #[must_use]
    pub fn with_credentials(&self, credentials: Credentials) -> Self {
        Self { credentials, ..self.clone() }
    }

    /// The region that requests are signed for.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The caller's credentials.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Signs and sends one request. `service` is the signing name; `target` is path and query, already encoded.
    ///
    /// # Panics
    /// When no answer comes; an error answer is an answer.
    #[must_use]
    pub fn call(
        &self,
        service: &str,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let request = self.signed(service, method, target, headers, body.into());
        http_client::send(request).unwrap_or_else(|error| panic!("{service} {method} {target}: {error:#}"))
    }

    /// One S3 request without extra header fields.
    #[must_use]
    pub fn s3(&self, method: &str, target: &str, body: impl Into<Bytes>) -> Answer {
        self.call("s3", method, target, &[], body)
    }

    /// One CloudFront request; the service signs in us-east-1 (PA-04).
    #[must_use]
    pub fn cloudfront(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let global = Self { region: "us-east-1".to_owned(), ..self.clone() };
        global.call("cloudfront", method, &format!("/2020-05-31/{path}"), headers, body)
    }

    /// One call of a query-protocol service (`iam`, `sts`, `cloudformation`).
    #[must_use]
    pub fn query(&self, service: &str, action: &str, version: &str, parameters: &[(&str, &str)]) -> Answer {
        let mut form = format!("Action={action}&Version={version}");
        for (name, value) in parameters {
            form.push_str(&format!("&{name}={}", encode(value)));
        }
        self.call(service, "POST", "/", &[("content-type", "application/x-www-form-urlencoded")], form)
    }

    fn signed(
        &self,
        service: &str,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Request<Bytes> {
        let url = format!("{}{target}", self.endpoint);
        let host = url.split('/').nth(2).expect("an absolute endpoint").to_owned();
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        if service == "s3" {
            // S3 alone signs the path as sent.
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service)
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .expect("all parameters are set")
            .into();
        let all = headers.iter().copied().chain([("host", host.as_str())]);
        let signable =
            SignableRequest::new(method, &url, all, SignableBody::Bytes(&body)).expect("a signable request");
        let (instructions, _) = sign(signable, &parameters).expect("a signature").into_parts();
        let mut builder = Request::builder().method(method).uri(&url);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        let mut request = builder.body(body).expect("a valid request");
        instructions.apply_to_request_http1x(&mut request);
        request
    }
}

/// Percent-encodes everything but unreserved characters.
#[must_use]
pub fn encode(text: &str) -> String {
    const RESERVED: percent_encoding::AsciiSet =
        percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(text, &RESERVED).to_string()
}

/// Percent-encodes an object key for a path; slashes stay.
#[must_use]
pub fn encode_key(key: &str) -> String {
    key.split('/').map(encode).collect::<Vec<_>>().join("/")
}

//! Calls for which no SDK client is worth its crates: signed here (Signature Version 4) and sent by the plain client.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::Request;
use imgdeploy_model::region::Partition;

use super::patience::ANSWER;
use super::web::{self, Answer};
use super::{AwsFailure, Clients, FailureKind};

/// One call.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// `service:Operation`, for failures.
    pub operation: &'a str,
    /// Name of the service in signatures, and first label of its host.
    pub service: &'a str,
    /// Region.
    pub region: &'a str,
    /// HTTP method.
    pub method: &'a str,
    /// Path, with a leading slash.
    pub path: &'a str,
    /// Header fields, lower-case names.
    pub headers: &'a [(&'a str, &'a str)],
    /// Body.
    pub body: String,
}

/// Sends it once; any status is an answer.
///
/// # Errors
/// No credentials, or no answer.
pub(crate) async fn send(clients: &Clients, call: &Call<'_>) -> Result<Answer, AwsFailure> {
    let credentials = clients.credentials().await?;
    let endpoint = clients.endpoint_url().map_or_else(
        || {
            let suffix = Partition::of_region(call.region).dns_suffix();
            format!("https://{}.{}.{suffix}", call.service, call.region)
        },
        |url| url.trim_end_matches('/').to_owned(),
    );
    let request = signed(&endpoint, &credentials, call).map_err(|error| {
        AwsFailure::local(call.operation, format!("the request cannot be signed: {error}"))
    })?;
    let failed =
        |why: String| AwsFailure { kind: FailureKind::Unreachable, ..AwsFailure::local(call.operation, why) };
    web::send_within(request, ANSWER).await.map_err(failed)
}

fn signed(
    endpoint: &str,
    credentials: &Credentials,
    call: &Call<'_>,
) -> Result<Request<bytes::Bytes>, Box<dyn std::error::Error + Send + Sync>> {
    let url = format!("{endpoint}{}", call.path);
    let host = url.split('/').nth(2).unwrap_or_default().to_owned();
    let headers: Vec<(&str, &str)> =
        [("host", host.as_str())].into_iter().chain(call.headers.iter().copied()).collect();
    let identity = credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(call.region)
        .name(call.service)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let body = SignableBody::Bytes(call.body.as_bytes());
    let signable = SignableRequest::new(call.method, &url, headers.iter().copied(), body)?;
    let (instructions, _) = sign(signable, &parameters)?.into_parts();
    let mut request = Request::builder().method(call.method).uri(&url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let mut request = request.body(call.body.clone().into())?;
    instructions.apply_to_request_http1x(&mut request);
    Ok(request)
}

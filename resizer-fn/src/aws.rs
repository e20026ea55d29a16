//! Clients of AWS, from what Lambda puts into the environment.
//!
//! Lambda gives an instance the role's keys as variables, once and for as long as it lives ("Defined runtime environment
//! variables" in its developer guide). The SDK's chain of other places to look for keys (files, STS, container and instance
//! metadata) would be code in the zip that never runs there: a URL takes the place of the variables only with SnapStart,
//! which runtimes of the operating system alone do not have.

use crate::settings::SettingsError;
use aws_credential_types::Credentials;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::HttpConnectorSettings;
use std::time::Duration;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(3);
/// Longest wait for an answer's first byte.
const READ: Duration = Duration::from_secs(8);
/// Longest time of a call with its retries. API Gateway waits 29 s (AG-09): what takes longer had better be reported
/// before.
const OPERATION: Duration = Duration::from_secs(20);

/// TLS by rustls with ring, with the system's roots; plain HTTP for endpoints of one's own.
const TLS: Provider = Provider::Rustls(CryptoMode::Ring);

/// How AWS is reached.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
    pub credentials: Option<Credentials>,
    /// `AWS_ENDPOINT_URL_S3`, else `AWS_ENDPOINT_URL`.
    pub s3_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_SQS`, else `AWS_ENDPOINT_URL`.
    pub sqs_endpoint: Option<String>,
    /// `AWS_USE_FIPS_ENDPOINT`.
    pub fips: bool,
    /// `AWS_USE_DUALSTACK_ENDPOINT`.
    pub dual_stack: bool,
}

impl Access {
    /// Reads the variables; an empty one counts as not set. Without a bucket there need be no keys.
    ///
    /// # Errors
    /// The variable of a key that is needed and missing.
    pub fn from_vars(var: impl Fn(&str) -> Option<String>, bucket: bool) -> Result<Self, SettingsError> {
        let text = |name: &str| var(name).filter(|value| !value.is_empty());
        let switch = |name| text(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let endpoint = |name| text(name).or_else(|| text("AWS_ENDPOINT_URL"));
        let key = |name| text(name).ok_or_else(|| missing(name));
        let credentials = match (key("AWS_ACCESS_KEY_ID"), key("AWS_SECRET_ACCESS_KEY")) {
            (Ok(id), Ok(secret)) => {
                Some(Credentials::new(id, secret, text("AWS_SESSION_TOKEN"), None, "environment"))
            }
            (Err(error), _) | (_, Err(error)) if bucket => return Err(error),
            _ => None,
        };
        Ok(Self {
            credentials,
            s3_endpoint: endpoint("AWS_ENDPOINT_URL_S3"),
            sqs_endpoint: endpoint("AWS_ENDPOINT_URL_SQS"),
            fips: switch("AWS_USE_FIPS_ENDPOINT"),
            dual_stack: switch("AWS_USE_DUALSTACK_ENDPOINT"),
        })
    }
}

fn missing(name: &'static str) -> SettingsError {
    SettingsError { name, problem: "is not set; Lambda sets it to a key of the function's role".to_owned() }
}

/// The client of S3 in `region`, made once and kept for all requests. An endpoint of one's own is addressed path-style: such servers
/// have no host name per bucket.
pub fn s3(access: &Access, region: &str) -> aws_sdk_s3::Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(READ)
        .operation_timeout(OPERATION)
        .build();
    let mut config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(Builder::new().tls_provider(TLS).build_https())
        .region(Region::new(region.to_owned()))
        .timeout_config(timeouts)
        .use_fips(access.fips)
        .use_dual_stack(access.dual_stack)
        .force_path_style(access.s3_endpoint.is_some());
    config.set_endpoint_url(access.s3_endpoint.clone());
    if let Some(credentials) = &access.credentials {
        config = config.credentials_provider(credentials.clone());
    }
    aws_sdk_s3::Client::from_conf(config.build())
}

/// HTTPS for calls that no client of the SDK makes: of the same make as the S3 client's, so that it adds nothing to the
/// zip. Making one reads the system's roots, which takes a few milliseconds.
pub fn connector() -> Connector {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT).read_timeout(READ).build();
    Connector::builder().tls_provider(TLS).connector_settings(settings).build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "secret")];

    fn read(vars: &[(&str, &str)], bucket: bool) -> Result<Access, SettingsError> {
        let value = |name: &str| vars.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        Access::from_vars(value, bucket)
    }

    fn with(more: &[(&str, &str)]) -> Access {
        read(&[&KEYS, more].concat(), true).unwrap()
    }

    #[test]
    fn the_roles_keys() {
        let credentials = |more| with(more).credentials.unwrap();
        let role = credentials(&[("AWS_SESSION_TOKEN", "token")]);
        assert_eq!((role.access_key_id(), role.secret_access_key()), ("id", "secret"));
        assert_eq!(role.session_token(), Some("token"));
        assert_eq!(credentials(&[("AWS_SESSION_TOKEN", "")]).session_token(), None);
    }

    #[test]
    fn a_key_that_is_missing_is_named_where_it_is_needed() {
        assert_eq!(read(&[], true).unwrap_err().name, "AWS_ACCESS_KEY_ID");
        assert_eq!(read(&KEYS[..1], true).unwrap_err().name, "AWS_SECRET_ACCESS_KEY");
        assert_eq!(read(&[("AWS_ACCESS_KEY_ID", ""), KEYS[1]], true).unwrap_err().name, "AWS_ACCESS_KEY_ID");
        assert!(read(&[], false).unwrap().credentials.is_none());
    }

    #[test]
    fn a_services_own_endpoint_goes_before_that_of_all() {
        let endpoints = |more| {
            let access = with(more);
            (access.s3_endpoint, access.sqs_endpoint)
        };
        let url = |text: &str| Some(text.to_owned());
        assert_eq!(endpoints(&[("AWS_ENDPOINT_URL", "")]), (None, None));
        assert_eq!(endpoints(&[("AWS_ENDPOINT_URL", "http://a")]), (url("http://a"), url("http://a")));
        let both = [("AWS_ENDPOINT_URL", "http://a"), ("AWS_ENDPOINT_URL_S3", "http://b")];
        assert_eq!(endpoints(&both), (url("http://b"), url("http://a")));
        assert_eq!(endpoints(&[("AWS_ENDPOINT_URL_SQS", "http://c")]), (None, url("http://c")));
    }

    #[test]
    fn kinds_of_endpoints() {
        let kinds = |access: Access| (access.fips, access.dual_stack);
        assert_eq!(kinds(with(&[])), (false, false));
        assert_eq!(kinds(with(&[("AWS_USE_FIPS_ENDPOINT", "True")])), (true, false));
        assert_eq!(kinds(with(&[("AWS_USE_DUALSTACK_ENDPOINT", "true")])), (false, true));
        assert_eq!(kinds(with(&[("AWS_USE_FIPS_ENDPOINT", "false")])), (false, false));
    }
}

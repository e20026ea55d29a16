//! Credentials, endpoint and one shared HTTPS client, once per run.

use std::time::Duration;

use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig, profile};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use super::failure::chain_text;
use super::patience::{Patience, patient};
use super::{AwsFailure, FailureKind};
use crate::identity::{self, AskCode, Finder, NoIdentity, Source};
use crate::{network, pace};

/// How to reach AWS, from the command line and the environment.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Profile name, else `AWS_DEFAULT_PROFILE`, `AWS_PROFILE` or `default`.
    pub profile: Option<String>,
    /// Whether that profile was named for this tool, and not by a variable that holds for all of AWS's: then no other credentials
    /// are looked for.
    pub profile_alone: bool,
    /// Asks for a code of an MFA device; `None`: there is nobody to ask.
    pub ask_code: Option<AskCode>,
    /// Region, else the profile's.
    pub region: Option<String>,
    /// One endpoint for all services (an emulator); path-style.
    pub endpoint_url: Option<String>,
    /// ARN of the role with whose rights CloudFormation works, if not the caller's.
    pub stack_role: Option<String>,
}

/// Clients for every service, in whatever region a call needs.
#[derive(Debug, Clone)]
pub struct Clients {
    config: SdkConfig,
    source: Source,
    endpoint_url: Option<String>,
    stack_role: Option<String>,
}

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);

impl Clients {
    /// Loads profiles and environment like AWS's own tools, and makes sure that there are credentials.
    ///
    /// # Errors
    /// [`NoIdentity`].
    pub async fn load(access: &Access) -> Result<Self, NoIdentity> {
        let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let named = identity::named(access.profile.as_deref(), access.profile_alone, &env);
        let profiles = profile::load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), None).await;
        let profiles = profiles.map_err(|error| NoIdentity::Files(chain_text(&error)))?;
        let bundle =
            network::Bundle::named(&profiles, named.as_ref().map(|named| named.name.as_str()), &env)?;
        network::trust(&bundle);
        let http = patient(network::client(&bundle), Patience::USUAL);
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http.clone())
            .no_credentials()
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).build());
        if let Some(named) = &named {
            loader = loader.profile_name(&named.name);
        }
        if let Some(region) = &access.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(url) = &access.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let config = with_retries(loader.load().await);
        let providers =
            ProviderConfig::default().with_http_client(http.clone()).with_region(config.region().cloned());
        let finder = Finder { config: config.clone(), profiles, providers, ask: access.ask_code, env: &env };
        let (source, provider) = finder.find(named.as_ref()).await?;
        let config = config.into_builder().credentials_provider(provider).build();
        let endpoint_url = access
            .endpoint_url
            .clone()
            .or_else(|| config.endpoint_url().map(ToOwned::to_owned))
            .or_else(|| env("AWS_ENDPOINT_URL"));
        Ok(Self { config, source, endpoint_url, stack_role: access.stack_role.clone() })
    }

    /// Where the caller's credentials come from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The caller's own region; `us-east-1` where none is set (HeadBucket answers from any, S3-29).
    pub fn home_region(&self) -> String {
        self.config.region().map_or_else(|| "us-east-1".to_owned(), ToString::to_string)
    }

    /// The same, where each call with its retries may take only so long, and is tried three times at most.
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        let timeouts =
            TimeoutConfig::builder().connect_timeout(limit.min(CONNECT)).operation_timeout(limit).build();
        let attempts = self.config.retry_config().map_or(3, RetryConfig::max_attempts).min(3);
        let retries = paced(RetryConfig::standard().with_max_attempts(attempts));
        let config =
            self.config.clone().into_builder().timeout_config(timeouts).retry_config(retries).build();
        Self { config, ..self.clone() }
    }

    /// Whether the caller set a region at all.
    pub fn has_region(&self) -> bool {
        self.config.region().is_some()
    }

    /// The custom endpoint, if one is set.
    pub fn endpoint_url(&self) -> Option<&str> {
        self.endpoint_url.as_deref()
    }

    /// ARN of the role with whose rights CloudFormation works, if not the caller's.
    pub fn stack_role(&self) -> Option<&str> {
        self.stack_role.as_deref()
    }

    /// The caller's credentials, for calls that no SDK client makes.
    ///
    /// # Errors
    /// [`FailureKind::Credentials`] when there are none any more.
    pub(crate) async fn credentials(&self) -> Result<Credentials, AwsFailure> {
        let provider = self.config.credentials_provider().ok_or_else(|| no_credentials("none set up"))?;
        provider.provide_credentials().await.map_err(|error| no_credentials(&chain_text(&error)))
    }

    /// The loaded configuration moved to `region`.
    pub(crate) fn config_in(&self, region: &str) -> SdkConfig {
        self.config.clone().into_builder().region(Region::new(region.to_owned())).build()
    }

    /// S3 in `region`; path-style when a custom endpoint is set.
    pub(crate) fn s3(&self, region: &str) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.config_in(region))
            .force_path_style(self.endpoint_url.is_some())
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// S3 Control in `region`. The SDK puts the account id before the endpoint's host, which resolves
    /// nowhere on an emulator: there the endpoint is taken as it is.
    pub fn s3control(&self, region: &str) -> aws_sdk_s3control::Client {
        let mut config = aws_sdk_s3control::config::Builder::from(&self.config_in(region));
        if let Some(url) = &self.endpoint_url {
            config = config.endpoint_resolver(FixedEndpoint(url.clone()));
        }
        aws_sdk_s3control::Client::from_conf(config.build())
    }

    /// CloudFormation in `region`.
    pub(crate) fn cloudformation(&self, region: &str) -> aws_sdk_cloudformation::Client {
        aws_sdk_cloudformation::Client::new(&self.config_in(region))
    }

    /// CloudFront: global, signed in us-east-1 by the SDK (PA-04).
    pub(crate) fn cloudfront(&self) -> aws_sdk_cloudfront::Client {
        aws_sdk_cloudfront::Client::new(&self.config_in(&self.home_region()))
    }

    /// IAM: global.
    pub(crate) fn iam(&self) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::new(&self.config_in(&self.home_region()))
    }

    /// Lambda in `region`.
    pub(crate) fn lambda(&self, region: &str) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.config_in(region))
    }

    /// CloudWatch Logs in `region`.
    pub(crate) fn logs(&self, region: &str) -> aws_sdk_cloudwatchlogs::Client {
        aws_sdk_cloudwatchlogs::Client::new(&self.config_in(region))
    }

    /// API Gateway (REST) in `region`.
    pub(crate) fn apigateway(&self, region: &str) -> aws_sdk_apigateway::Client {
        aws_sdk_apigateway::Client::new(&self.config_in(region))
    }

    /// SQS in `region`.
    pub(crate) fn sqs(&self, region: &str) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config_in(region))
    }

    /// STS in the caller's region.
    pub(crate) fn sts(&self) -> aws_sdk_sts::Client {
        aws_sdk_sts::Client::new(&self.config_in(&self.home_region()))
    }
}

/// Standard retries, five attempts (throttles of the control planes are frequent, AG-13) unless
/// `AWS_MAX_ATTEMPTS` or the profile says otherwise.
fn with_retries(config: SdkConfig) -> SdkConfig {
    let attempts = config.retry_config().map_or(3, RetryConfig::max_attempts);
    let attempts = if std::env::var_os("AWS_MAX_ATTEMPTS").is_some() || attempts != 3 { attempts } else { 5 };
    let usual = RetryConfig::standard().with_max_attempts(attempts);
    config.into_builder().retry_config(paced(usual)).build()
}

/// The SDK's own pauses between tries.
fn paced(retries: RetryConfig) -> RetryConfig {
    let (first, longest) = (pace::of(retries.initial_backoff()), pace::of(retries.max_backoff()));
    retries.with_initial_backoff(first).with_max_backoff(longest)
}

fn no_credentials(why: &str) -> AwsFailure {
    AwsFailure {
        operation: "loading credentials".to_owned(),
        code: None,
        message: why.to_owned(),
        status: None,
        kind: FailureKind::Credentials,
    }
}

#[derive(Debug)]
struct FixedEndpoint(String);

impl aws_sdk_s3control::config::endpoint::ResolveEndpoint for FixedEndpoint {
    fn resolve_endpoint<'a>(
        &'a self,
        _params: &'a aws_sdk_s3control::config::endpoint::Params,
    ) -> aws_sdk_s3control::config::endpoint::EndpointFuture<'a> {
        aws_sdk_s3control::config::endpoint::EndpointFuture::ready(Ok(
            aws_smithy_types::endpoint::Endpoint::builder().url(self.0.clone()).build(),
        ))
    }
}

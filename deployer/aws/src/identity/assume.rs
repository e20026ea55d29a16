//! Credentials that STS gives for others: of a role that is assumed, of a token that is exchanged. By the run's own endpoint, and
//! kept until shortly before they end: a code of an MFA device can be used once.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future::ProvideCredentials as Provided;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_types::region::Region;
use tokio::sync::Mutex;

use super::profile::Role;

/// Asks for the code of an MFA device, by its serial number or ARN; six digits. It may block.
pub type AskCode = fn(&str) -> Result<String, String>;

/// How long before their end credentials are made anew.
const EARLY: Duration = Duration::from_secs(300);

/// Another provider, asked when what it gave last is about to end.
#[derive(Debug)]
pub(super) struct Kept {
    inner: SharedCredentialsProvider,
    last: Mutex<Option<Credentials>>,
}

impl Kept {
    pub(super) fn new(inner: impl ProvideCredentials + 'static) -> Self {
        Self { inner: SharedCredentialsProvider::new(inner), last: Mutex::new(None) }
    }
}

impl ProvideCredentials for Kept {
    fn provide_credentials<'a>(&'a self) -> Provided<'a>
    where
        Self: 'a,
    {
        Provided::new(async move {
            let mut last = self.last.lock().await;
            let lasts = |one: &Credentials| one.expiry().is_none_or(|end| end > SystemTime::now() + EARLY);
            if let Some(good) = last.as_ref().filter(|one| lasts(one)) {
                return Ok(good.clone());
            }
            let new = self.inner.provide_credentials().await?;
            *last = Some(new.clone());
            Ok(new)
        })
    }
}

/// A role, assumed with the credentials of `config`.
#[derive(Debug)]
pub(super) struct Assumed {
    pub(super) config: SdkConfig,
    pub(super) role: Role,
    pub(super) ask: Option<AskCode>,
}

impl Assumed {
    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let role = &self.role;
        let code = match (&role.mfa_serial, self.ask) {
            (None, _) => None,
            (Some(serial), Some(ask)) => {
                let serial = serial.clone();
                let asked = tokio::task::spawn_blocking(move || ask(&serial)).await;
                let code = asked
                    .map_err(CredentialsError::unhandled)?
                    .map_err(CredentialsError::invalid_configuration)?;
                Some(code)
            }
            (Some(serial), None) => {
                let why = format!(
                    "the role needs a code of the MFA device {serial}, and there is no terminal to ask on"
                );
                return Err(CredentialsError::invalid_configuration(why));
            }
        };
        let answer = client(&self.config, role)
            .assume_role()
            .role_arn(&role.arn)
            .role_session_name(session(role))
            .set_external_id(role.external_id.clone())
            .set_duration_seconds(role.duration)
            .set_serial_number(role.mfa_serial.clone())
            .set_token_code(code)
            .send()
            .await
            .map_err(CredentialsError::provider_error)?;
        given(answer.credentials)
    }
}

impl ProvideCredentials for Assumed {
    fn provide_credentials<'a>(&'a self) -> Provided<'a>
    where
        Self: 'a,
    {
        Provided::new(self.credentials())
    }
}

/// A token of a file, exchanged for a role's credentials.
#[derive(Debug)]
pub(super) struct Exchanged {
    pub(super) config: SdkConfig,
    pub(super) token_file: PathBuf,
    pub(super) role: Role,
}

impl Exchanged {
    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let token = tokio::fs::read_to_string(&self.token_file).await.map_err(|error| {
            let file = imgdeploy_model::terminal::Name(&self.token_file);
            CredentialsError::invalid_configuration(format!("the token in {file} can't be read: {error}"))
        })?;
        let answer = client(&self.config, &self.role)
            .assume_role_with_web_identity()
            .role_arn(&self.role.arn)
            .role_session_name(session(&self.role))
            .set_duration_seconds(self.role.duration)
            .web_identity_token(token.trim())
            .send()
            .await
            .map_err(CredentialsError::provider_error)?;
        given(answer.credentials)
    }
}

impl ProvideCredentials for Exchanged {
    fn provide_credentials<'a>(&'a self) -> Provided<'a>
    where
        Self: 'a,
    {
        Provided::new(self.credentials())
    }
}

fn client(config: &SdkConfig, role: &Role) -> aws_sdk_sts::Client {
    let region = role.region.clone().map(Region::new).or_else(|| config.region().cloned());
    let region = region.unwrap_or_else(|| Region::new(super::HOME_REGION));
    aws_sdk_sts::Client::new(&config.clone().into_builder().region(region).build())
}

/// Name of the session, as CloudTrail shows it.
fn session(role: &Role) -> String {
    role.session_name.clone().unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        format!("imgdeploy-{}", since.as_secs())
    })
}

fn given(credentials: Option<aws_sdk_sts::types::Credentials>) -> Result<Credentials, CredentialsError> {
    let given = credentials.ok_or_else(|| CredentialsError::unhandled("STS answered without credentials"))?;
    let end = SystemTime::try_from(given.expiration).map_err(CredentialsError::unhandled)?;
    Ok(Credentials::new(
        given.access_key_id,
        given.secret_access_key,
        Some(given.session_token),
        Some(end),
        "STS",
    ))
}

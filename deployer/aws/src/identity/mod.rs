//! Who calls AWS: which credentials are taken, and where they come from.
//!
//! The order is that of the AWS CLI. A profile that was named (by `--profile` or in the settings) is the only one: no keys of the
//! environment, no other profile. Otherwise the variables come first, then the profile of `AWS_PROFILE` or `default`, a web
//! identity token, the container, the machine. What is there and can't be used is an error, and never passed over: the next
//! credentials may be of another account.

mod assume;
mod profile;
mod source;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::credentials::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};

use crate::failure::chain_text;
use crate::network::BadBundle;
use assume::{Assumed, Exchanged, Kept};
use profile::{Base, Role, Way};

pub use assume::AskCode;
pub use profile::Broken;
pub use source::{Kind, Source};

/// The first that were found in this process; there is one for each run.
static IN_USE: OnceLock<Source> = OnceLock::new();

/// Where the credentials of this run come from, once they are known.
pub fn in_use() -> Option<&'static Source> {
    IN_USE.get()
}

/// Longest wait for credentials: a `credential_process` may ask its user.
const LONGEST: Duration = Duration::from_secs(120);
/// Region of calls to STS where none is set.
const HOME_REGION: &str = "us-east-1";
/// Name of the profile that is taken where none is named.
const DEFAULT: &str = "default";

/// Why there are no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoIdentity {
    /// A profile that leads nowhere.
    #[error(transparent)]
    Profile(#[from] Broken),
    /// The files can't be read.
    #[error("AWS's configuration files can't be read: {0}")]
    Files(String),
    /// A variable is missing beside another.
    #[error("{set} is set and {missing} is not: together they are AWS credentials")]
    Half {
        /// What is set.
        set: &'static str,
        /// What is not.
        missing: &'static str,
    },
    /// The file of root certificates can't be used.
    #[error(transparent)]
    Bundle(#[from] BadBundle),
    /// They are there, and did not come or were not good.
    #[error("no usable AWS credentials by {from}: {why}")]
    Failed {
        /// Where they were to come from.
        from: Source,
        /// What is wrong.
        why: String,
    },
    /// The named profile has none, and neither the container nor the machine.
    #[error("the profile `{0}` has no credentials")]
    Empty(String),
    /// There are none anywhere.
    #[error(
        "there are no AWS credentials: none in the environment, in a profile, or by the machine that this runs on"
    )]
    Nowhere,
}

/// Which profile, and what it is meant by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// Its name.
    pub name: String,
    /// Whether the user named it for this tool: then nothing else is looked at.
    pub alone: bool,
}

/// The profile that holds: the one that is `given`, else that of the environment.
pub(crate) fn named(given: Option<&str>, alone: bool, env: &dyn Fn(&str) -> Option<String>) -> Option<Named> {
    let given = given.map(|name| Named { name: name.to_owned(), alone });
    given.or_else(|| {
        // In the order of the AWS CLI.
        let of_env = ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"].into_iter().find_map(env)?;
        Some(Named { name: of_env, alone: false })
    })
}

/// What credentials are made of: the configuration without any, and the files.
pub(crate) struct Finder<'a> {
    /// Endpoint, region, retries, HTTP client.
    pub config: SdkConfig,
    /// The profiles that there are.
    pub profiles: ProfileSet,
    /// The same HTTP client, for the SDK's own providers.
    pub providers: ProviderConfig,
    /// Asks for a code of an MFA device; `None`: there is nobody to ask.
    pub ask: Option<AskCode>,
    /// The environment; no empty values.
    pub env: &'a dyn Fn(&str) -> Option<String>,
}

impl Finder<'_> {
    /// The first credentials that there are, asked for once.
    ///
    /// # Errors
    /// [`NoIdentity`].
    pub(crate) async fn find(
        &self,
        named: Option<&Named>,
    ) -> Result<(Source, SharedCredentialsProvider), NoIdentity> {
        let alone = named.is_some_and(|named| named.alone);
        let name = named.map_or(DEFAULT, |named| &named.name);
        let is_there = self.profiles.get_profile(name).is_some();
        if !alone && self.has_variables()? {
            // A profile that is named has to be there, whatever comes before it.
            if named.is_some() && !is_there {
                let _ = profile::way(&self.profiles, name)?;
            }
            let variables = SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
            return self.first([(Source::Variables, variables)]).await?.ok_or(NoIdentity::Nowhere);
        }
        let way = (named.is_some() || is_there).then(|| profile::way(&self.profiles, name)).transpose()?;
        if let Some(way) = way.filter(|way| way.base != Base::Nothing || !way.roles.is_empty()) {
            let provider = self.along(&way)?;
            return self
                .first([(words(name, &way), provider)])
                .await?
                .ok_or(NoIdentity::Empty(name.to_owned()));
        }
        let token = if alone { None } else { self.web_identity()? };
        let token = token.map(|provider| (Source::WebIdentity, provider));
        let found = self.first(token.into_iter().chain(self.around())).await?;
        found.ok_or_else(|| match named {
            Some(named) => NoIdentity::Empty(named.name.clone()),
            None => NoIdentity::Nowhere,
        })
    }

    /// The first of these that has some; one that has and does not give is an error.
    async fn first(
        &self,
        from: impl IntoIterator<Item = (Source, SharedCredentialsProvider)>,
    ) -> Result<Option<(Source, SharedCredentialsProvider)>, NoIdentity> {
        for (source, provider) in from {
            let kept = SharedCredentialsProvider::new(Kept::new(provider));
            let failed = |why: String| NoIdentity::Failed { from: source.clone(), why };
            match tokio::time::timeout(LONGEST, kept.provide_credentials()).await {
                Ok(Ok(_)) => {
                    let _ = IN_USE.set(source.clone());
                    return Ok(Some((source, kept)));
                }
                Ok(Err(CredentialsError::CredentialsNotLoaded(_))) if !source.is_said() => {}
                Ok(Err(error)) => return Err(failed(chain_text(&error))),
                Err(_) => {
                    return Err(failed(format!(
                        "they did not come within {} s; a `credential_process`, if your profile has one, may be waiting \
                         for something",
                        LONGEST.as_secs()
                    )));
                }
            }
        }
        Ok(None)
    }

    /// Whether the environment has keys.
    fn has_variables(&self) -> Result<bool, NoIdentity> {
        let (id, secret) = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
        match ((self.env)(id), (self.env)(secret)) {
            (Some(_), Some(_)) => Ok(true),
            (Some(_), None) => Err(NoIdentity::Half { set: id, missing: secret }),
            (None, _) => Ok(false),
        }
    }

    fn web_identity(&self) -> Result<Option<SharedCredentialsProvider>, NoIdentity> {
        let (file, arn) = ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN");
        let Some(token_file) = (self.env)(file).map(PathBuf::from) else { return Ok(None) };
        let arn = (self.env)(arn).ok_or(NoIdentity::Half { set: file, missing: arn })?;
        let role = Role {
            profile: String::new(),
            arn,
            external_id: None,
            session_name: (self.env)("AWS_ROLE_SESSION_NAME"),
            duration: None,
            mfa_serial: None,
            region: None,
        };
        let config = self.config.clone();
        Ok(Some(SharedCredentialsProvider::new(Exchanged { config, token_file, role })))
    }

    /// What the container and the machine give.
    fn around(&self) -> [(Source, SharedCredentialsProvider); 2] {
        [(Source::Container, self.container()), (Source::Instance, self.instance())]
    }

    fn container(&self) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(&self.providers).build())
    }

    fn instance(&self) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(ImdsCredentialsProvider::builder().configure(&self.providers).build())
    }

    /// The provider at the end of a way.
    fn along(&self, way: &Way) -> Result<SharedCredentialsProvider, NoIdentity> {
        let mut provider = match &way.base {
            Base::Keys { id, secret, token } => {
                let keys = Credentials::new(id, secret, token.clone(), None, "profile");
                SharedCredentialsProvider::new(keys)
            }
            Base::Sso | Base::Login | Base::Process => {
                let of_files = ProfileFileCredentialsProvider::builder().configure(&self.providers);
                SharedCredentialsProvider::new(of_files.profile_name(&way.profile).build())
            }
            Base::WebIdentity { token_file, role } => {
                let (config, token_file) = (self.config.clone(), PathBuf::from(token_file));
                SharedCredentialsProvider::new(Exchanged { config, token_file, role: role.clone() })
            }
            Base::Environment if self.has_variables()? => {
                SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
            }
            Base::Environment | Base::Nothing => return Err(NoIdentity::Empty(way.profile.clone())),
            Base::Container => self.container(),
            Base::Instance => self.instance(),
        };
        for role in &way.roles {
            let config = self.config.clone().into_builder().credentials_provider(provider).build();
            provider = SharedCredentialsProvider::new(Assumed { config, role: role.clone(), ask: self.ask });
        }
        Ok(provider)
    }
}

fn words(name: &str, way: &Way) -> Source {
    let kind = match &way.base {
        Base::Keys { .. } => Kind::Keys,
        Base::Sso => Kind::Sso,
        Base::Login => Kind::Login,
        Base::Process => Kind::Process,
        Base::WebIdentity { .. } => Kind::WebIdentity,
        Base::Environment | Base::Container | Base::Instance | Base::Nothing => Kind::Elsewhere,
    };
    let role = way.roles.last().map(|role| (role.arn.clone(), way.profile.clone()));
    Source::Profile { name: name.to_owned(), kind, role }
}

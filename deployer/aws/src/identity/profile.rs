//! What a profile of AWS's configuration files comes to: roles, one behind the other, and what the first of them is assumed with.
//! Pure.

use aws_config::profile::{Profile, ProfileSet};

/// Longest way from a profile to its keys, in roles.
const MOST_ROLES: usize = 8;

/// A role that is assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Role {
    /// The profile that names it.
    pub profile: String,
    /// Its ARN.
    pub arn: String,
    /// What its trust policy may ask for.
    pub external_id: Option<String>,
    /// How the session is called, if the profile says so.
    pub session_name: Option<String>,
    /// How long the session is wanted to last, in seconds.
    pub duration: Option<i32>,
    /// The device whose code is asked for.
    pub mfa_serial: Option<String>,
    /// Region of the profile.
    pub region: Option<String>,
}

/// Where the first credentials are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Base {
    /// Keys in the files.
    Keys {
        /// Its id.
        id: String,
        /// The secret.
        secret: String,
        /// Token of a session.
        token: Option<String>,
    },
    /// IAM Identity Center (`aws sso login`).
    Sso,
    /// A console session (`aws login`).
    Login,
    /// A program that prints them.
    Process,
    /// A token that is exchanged.
    WebIdentity {
        /// File with the token.
        token_file: String,
        /// The role it is exchanged for, and how its session is called.
        role: Role,
    },
    /// `credential_source = Environment`.
    Environment,
    /// `credential_source = EcsContainer`.
    Container,
    /// `credential_source = Ec2InstanceMetadata`.
    Instance,
    /// The profile has none.
    Nothing,
}

/// From the first credentials to those that are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    /// The profile with the first credentials.
    pub profile: String,
    /// They.
    pub base: Base,
    /// Roles, in the order in which they are assumed.
    pub roles: Vec<Role>,
}

/// A profile that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// There is none of this name.
    #[error("there is no profile `{name}` in AWS's configuration files{}", behind(by.as_deref()))]
    Unknown {
        /// The name.
        name: String,
        /// What names it: a profile, or nothing but the user.
        by: Option<String>,
        /// The names that there are.
        known: Vec<String>,
    },
    /// It says too little, or too much.
    #[error("the profile `{profile}` can't be used: {why}")]
    Unusable {
        /// Its name.
        profile: String,
        /// What is wrong.
        why: String,
    },
}

fn behind(by: Option<&str>) -> String {
    by.map_or_else(String::new, |by| format!("; the profile `{by}` names it as its source"))
}

fn unusable(profile: &str, why: impl Into<String>) -> Broken {
    Broken::Unusable { profile: profile.to_owned(), why: why.into() }
}

/// The way of a profile.
///
/// # Errors
/// It is not there, or it, or one that it names, can't be used.
pub(crate) fn way(profiles: &ProfileSet, name: &str) -> Result<Way, Broken> {
    let mut roles: Vec<Role> = Vec::new();
    let mut current = name.to_owned();
    loop {
        let by = roles.last().map(|role| role.profile.clone());
        let profile = profiles.get_profile(&current).ok_or_else(|| {
            let mut known: Vec<String> = profiles.profiles().map(ToOwned::to_owned).collect();
            known.sort();
            Broken::Unknown { name: current.clone(), by, known }
        })?;
        let end = |base: Base, mut roles: Vec<Role>| {
            roles.reverse();
            Ok(Way { profile: profile.name().to_owned(), base, roles })
        };
        // A profile may be its own source: its role is assumed with its keys.
        let own = roles.iter().any(|role| role.profile == current);
        let Some(role) = role(profile)?.filter(|_| !own) else {
            let base = base(profile, own)?;
            if own && matches!(base, Base::Nothing) {
                return Err(unusable(
                    name,
                    format!("its source profiles lead in a circle, back to `{current}`"),
                ));
            }
            return end(base, roles);
        };
        if let Some(token_file) = profile.get("web_identity_token_file") {
            return end(Base::WebIdentity { token_file: token_file.to_owned(), role }, roles);
        }
        roles.push(role);
        if roles.len() > MOST_ROLES {
            return Err(unusable(name, format!("it leads over more than {MOST_ROLES} roles")));
        }
        match (profile.get("source_profile"), profile.get("credential_source")) {
            (Some(source), None) => current = source.to_owned(),
            (None, Some(source)) => return end(named(profile, source)?, roles),
            (Some(_), Some(_)) => {
                return Err(unusable(
                    &current,
                    "it has both `source_profile` and `credential_source`; one is right",
                ));
            }
            (None, None) => {
                let why = "it has a `role_arn`, and neither `source_profile` nor `credential_source` says with which \
                           credentials the role is assumed";
                return Err(unusable(&current, why));
            }
        }
    }
}

fn role(profile: &Profile) -> Result<Option<Role>, Broken> {
    let get = |key: &str| profile.get(key).filter(|value| !value.is_empty()).map(ToOwned::to_owned);
    let Some(arn) = get("role_arn") else { return Ok(None) };
    let duration = match get("duration_seconds") {
        None => None,
        Some(text) => match text.parse() {
            Ok(seconds @ 900..=43_200) => Some(seconds),
            _ => {
                return Err(unusable(
                    profile.name(),
                    format!("`duration_seconds` must be a number from 900 to 43200, not `{text}`"),
                ));
            }
        },
    };
    Ok(Some(Role {
        profile: profile.name().to_owned(),
        arn,
        external_id: get("external_id"),
        session_name: get("role_session_name"),
        duration,
        mfa_serial: get("mfa_serial"),
        region: get("region"),
    }))
}

fn named(profile: &Profile, source: &str) -> Result<Base, Broken> {
    match source {
        "Environment" => Ok(Base::Environment),
        "EcsContainer" => Ok(Base::Container),
        "Ec2InstanceMetadata" => Ok(Base::Instance),
        _ => Err(unusable(
            profile.name(),
            format!(
                "`credential_source` must be Environment, EcsContainer or Ec2InstanceMetadata, not `{source}`"
            ),
        )),
    }
}

/// What a profile has by itself, in the order of AWS's own tools.
fn base(profile: &Profile, keys_only: bool) -> Result<Base, Broken> {
    let get = |key: &str| profile.get(key).filter(|value| !value.is_empty());
    if !keys_only && (get("sso_account_id").is_some() || get("sso_role_name").is_some()) {
        return Ok(Base::Sso);
    }
    let name = profile.name();
    match (get("aws_access_key_id"), get("aws_secret_access_key")) {
        (Some(id), Some(secret)) => {
            let token = get("aws_session_token").map(ToOwned::to_owned);
            Ok(Base::Keys { id: id.to_owned(), secret: secret.to_owned(), token })
        }
        (Some(_), None) => {
            Err(unusable(name, "it has an `aws_access_key_id` and no `aws_secret_access_key`"))
        }
        (None, Some(_)) => {
            Err(unusable(name, "it has an `aws_secret_access_key` and no `aws_access_key_id`"))
        }
        (None, None) if keys_only => Ok(Base::Nothing),
        (None, None) if get("login_session").is_some() => Ok(Base::Login),
        (None, None) if get("credential_process").is_some() => Ok(Base::Process),
        (None, None) => Ok(Base::Nothing),
    }
}

#[cfg(test)]
mod tests;

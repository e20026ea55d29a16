//! Where the credentials of this run come from, in words.

use std::fmt;

use imgdeploy_model::command;

/// Where they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A profile of AWS's configuration files.
    Profile {
        /// The profile that was named.
        name: String,
        /// What it has.
        kind: Kind,
        /// The last role on its way, and the profile with the first credentials.
        role: Option<(String, String)>,
    },
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    Variables,
    /// `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`.
    WebIdentity,
    /// The container that this runs in.
    Container,
    /// The machine that this runs on.
    Instance,
}

/// What a profile's first credentials are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Keys in the files.
    Keys,
    /// IAM Identity Center.
    Sso,
    /// A console session.
    Login,
    /// A program.
    Process,
    /// A token that is exchanged.
    WebIdentity,
    /// What `credential_source` names.
    Elsewhere,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile { name, role: Some((arn, base)), .. } if name == base => {
                write!(f, "profile {name} (role {arn})")
            }
            Self::Profile { name, role: Some((arn, base)), .. } => {
                write!(f, "profile {name} (role {arn}, by profile {base})")
            }
            Self::Profile { name, kind, role: None } => match kind {
                Kind::Sso => write!(f, "profile {name} (aws sso login)"),
                Kind::Login => write!(f, "profile {name} (aws login)"),
                Kind::Process => write!(f, "profile {name} (its credential_process)"),
                Kind::WebIdentity => write!(f, "profile {name} (its web identity token)"),
                Kind::Keys | Kind::Elsewhere => write!(f, "profile {name}"),
            },
            Self::Variables => f.write_str("AWS_ACCESS_KEY_ID of the environment"),
            Self::WebIdentity => f.write_str("AWS_WEB_IDENTITY_TOKEN_FILE of the environment"),
            Self::Container => f.write_str("the role of this container"),
            Self::Instance => f.write_str("the role of this machine"),
        }
    }
}

impl Source {
    /// Whether the user said that there are some: that none come is no reason to look elsewhere then.
    pub(super) fn is_said(&self) -> bool {
        !matches!(self, Self::Container | Self::Instance)
    }

    /// What to do where they are refused, are out of date, or do not come.
    pub fn hint(&self) -> String {
        let check = "`aws sts get-caller-identity` shows whether they are good";
        match self {
            Self::Profile { name, kind, role } => {
                let base = role.as_ref().map_or(name, |(_, base)| base);
                match kind {
                    Kind::Sso => format!("log in again: `{}`", command!("aws sso login --profile {base}", base = base)),
                    Kind::Login => format!("log in again: `{}`", command!("aws login --profile {base}", base = base)),
                    Kind::Process => {
                        "run what `credential_process` of the profile names by hand: it says what it lacks".to_owned()
                    }
                    Kind::WebIdentity => "have the token made anew, and see that the role trusts who made it".to_owned(),
                    Kind::Keys => format!(
                        "put good keys into the profile (`{}`); {check}",
                        command!("aws configure --profile {base}", base = base)
                    ),
                    Kind::Elsewhere => format!("see what `credential_source` of the profile names; {check}"),
                }
            }
            Self::Variables => {
                format!("set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary ones, AWS_SESSION_TOKEN anew, or name a profile (`--profile`); {check}")
            }
            Self::WebIdentity => "have the token that AWS_WEB_IDENTITY_TOKEN_FILE names made anew, and see that the role of AWS_ROLE_ARN trusts who made it".to_owned(),
            Self::Container => "see that the task or pod has a role, or name a profile (`--profile`)".to_owned(),
            Self::Instance => "see that the machine has an instance profile, or name a profile (`--profile`)".to_owned(),
        }
    }
}

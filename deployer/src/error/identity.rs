//! Credentials that are not there, or not good.

use super::{Exit, Failure};
use crate::aws::identity::{self, Broken, NoIdentity};

/// What to do about credentials that AWS does not take, by where they come from.
pub(super) fn hint() -> String {
    identity::in_use().map_or_else(nowhere, identity::Source::hint)
}

fn nowhere() -> String {
    "`aws configure sso`, `aws login` or `aws configure` set a profile up; or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        .to_owned()
}

impl From<NoIdentity> for Failure {
    fn from(error: NoIdentity) -> Self {
        let message = error.to_string();
        match error {
            NoIdentity::Profile(Broken::Unknown { known, .. }) => {
                Self::new(Exit::Usage, message, names(&known))
            }
            NoIdentity::Profile(Broken::Unusable { .. }) => {
                Self::new(Exit::Usage, message, "mend it in ~/.aws/config, or name another (`--profile`)")
            }
            NoIdentity::Files(_) => Self::new(
                Exit::Usage,
                message,
                "mend the file; AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say which are read, if they are set",
            ),
            NoIdentity::Half { missing, .. } => {
                Self::new(Exit::Usage, message, format!("set {missing} too, or name a profile (`--profile`)"))
            }
            NoIdentity::Bundle(_) => {
                Self::new(Exit::Usage, message, "have it name a file with certificates in PEM, or none")
            }
            NoIdentity::Failed { from, .. } => Self::new(Exit::Denied, message, from.hint()),
            NoIdentity::Empty(_) => Self::new(
                Exit::Denied,
                message,
                "`aws configure` or `aws configure sso` with `--profile` and its name give it some; or name another (`--profile`)",
            ),
            NoIdentity::Nowhere => Self::new(Exit::Denied, message, nowhere()),
        }
    }
}

/// The profiles that there are, as far as they fit on a line.
fn names(known: &[String]) -> String {
    const MOST: usize = 12;
    let shown: Vec<&str> = known.iter().take(MOST).map(String::as_str).collect();
    match (shown.is_empty(), known.len() > MOST) {
        (true, _) => "no profile is set up; `aws configure` or `aws configure sso` make one".to_owned(),
        (false, more) => {
            format!("there are: {}{}", shown.join(", "), if more { ", and more" } else { "" })
        }
    }
}

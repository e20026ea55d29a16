//! IAM policies and roles, by ARN.

use super::{FromText, text_type};
use crate::settings::problem::Fault;

text_type! {
    /// ARN of a managed policy, AWS's own or the account's.
    PolicyArn
}

text_type! {
    /// ARN of a role.
    RoleArn
}

/// See [`super::pattern`].
pub const POLICY_PATTERN: &str = "^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/[!-~]{1,640}$";
/// See [`super::pattern`].
pub const ROLE_PATTERN: &str = "^arn:[a-z-]+:iam::[0-9]{12}:role/[!-~]{1,576}$";

impl FromText for PolicyArn {
    fn from_text(text: &str) -> Result<Self, Fault> {
        let example = "arn:aws:iam::111122223333:policy/imgdeploy-boundary";
        // Name and path: 128 and 512 characters.
        arn(text, "policy/", 640, example, |account| account == "aws").map(Self)
    }
}

impl FromText for RoleArn {
    fn from_text(text: &str) -> Result<Self, Fault> {
        // Name and path: 64 and 512 characters.
        arn(text, "role/", 576, "arn:aws:iam::111122223333:role/imgdeploy-stack", |_| false).map(Self)
    }
}

/// `arn:PARTITION:iam::ACCOUNT:KIND/NAME`; `other` says which accounts beside those of 12 digits there are.
fn arn(
    text: &str,
    kind: &str,
    longest: usize,
    example: &str,
    other: fn(&str) -> bool,
) -> Result<String, Fault> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let digits = |account: &str| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let partition =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let named = |resource: &str| {
        resource.strip_prefix(kind).is_some_and(|name| {
            (1..=longest).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
        })
    };
    match parts.as_slice() {
        ["arn", name, "iam", "", account, resource]
            if partition(name) && (digits(account) || other(account)) && named(resource) =>
        {
            Ok(text.to_owned())
        }
        _ => Err(Fault::new(format!("must be an ARN such as `{example}`, not `{text}`"))),
    }
}

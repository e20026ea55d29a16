//! What a role's own policies let it do (IA-01), in three values: a condition that can't be judged from here makes it unknown.

use super::access::{Policy, PolicyError};
use super::condition::{Context, Truth};
use serde_json::Value;

/// What the policies say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// A statement allows it and none denies it.
    Yes,
    /// Nothing allows it, or a statement denies it.
    No,
    /// It depends on a condition that can't be judged.
    Unknown,
}

impl From<Truth> for Allowed {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::True => Self::Yes,
            Truth::False => Self::No,
            Truth::Unknown => Self::Unknown,
        }
    }
}

/// Whether a role with these policy documents may do `action` (for example `s3:PutObject`) to the resource with this ARN, which belongs to
/// `account`. Permission boundaries and policies of the organization are not looked at.
///
/// # Errors
/// A document that isn't a policy.
pub fn allows<'a>(
    documents: impl IntoIterator<Item = &'a str>,
    action: &str,
    arn: &str,
    account: &str,
) -> Result<Allowed, PolicyError> {
    let mut context = Context::default();
    context.know("aws:ResourceAccount", Some(account.to_owned()));
    context.know("aws:PrincipalAccount", Some(account.to_owned()));
    context.know("aws:SecureTransport", Some("true".to_owned()));
    let mut allowed = Truth::False;
    let mut denied = Truth::False;
    for document in documents {
        for statement in &Policy::parse(document)?.statements {
            let holds = statement.covers(action, arn).and(statement.condition(&context));
            if statement.is_deny() {
                denied = denied.or(holds);
            } else {
                allowed = allowed.or(holds);
            }
        }
    }
    Ok(allowed.and(denied.not()).into())
}

/// Whether a role's trust policy lets this service assume it, such as `lambda.amazonaws.com` (LA-01).
///
/// # Errors
/// A document that isn't a policy.
pub fn trusts(document: &str, service: &str) -> Result<Allowed, PolicyError> {
    let context = Context::default();
    let mut allowed = Truth::False;
    let mut denied = Truth::False;
    for statement in &Policy::parse(document)?.statements {
        let named = statement.get("Principal").is_some_and(|principal| match principal {
            Value::String(name) => name == "*",
            Value::Object(kinds) => kinds
                .get("Service")
                .is_some_and(|services| super::access::strings(services).any(|name| name == service)),
            _ => false,
        });
        // A trust policy has no Resource: the role itself is meant.
        let holds =
            Truth::from(named).and(statement.acts("sts:AssumeRole")).and(statement.condition(&context));
        if statement.is_deny() {
            denied = denied.or(holds);
        } else {
            allowed = allowed.or(holds);
        }
    }
    Ok(allowed.and(denied.not()).into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ROLE: &str = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:ResourceAccount":"111122223333"}}},
        {"Effect":"Allow","Action":["s3:PutObject"],"Resource":"arn:aws:s3:::b/resized/*"}]}"#;

    #[test]
    fn statements_conditions_and_denials_count() {
        let ask = |documents: &[&str], action, arn, account| {
            allows(documents.iter().copied(), action, arn, account).unwrap()
        };
        let own = "111122223333";
        assert_eq!(ask(&[ROLE], "s3:GetObject", "arn:aws:s3:::b/a.jpg", own), Allowed::Yes);
        assert_eq!(ask(&[ROLE], "s3:GetObject", "arn:aws:s3:::b/a.jpg", "999988887777"), Allowed::No);
        assert_eq!(ask(&[ROLE], "s3:PutObject", "arn:aws:s3:::b/resized/a.jpg", own), Allowed::Yes);
        assert_eq!(ask(&[ROLE], "s3:PutObject", "arn:aws:s3:::b/a.jpg", own), Allowed::No);
        assert_eq!(ask(&[], "s3:PutObject", "arn:aws:s3:::b/a.jpg", own), Allowed::No);
        let deny = r#"{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}"#;
        assert_eq!(ask(&[ROLE, deny], "s3:GetObject", "arn:aws:s3:::b/a.jpg", own), Allowed::No);
        let maybe = r#"{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}}}"#;
        assert_eq!(ask(&[ROLE, maybe], "s3:GetObject", "arn:aws:s3:::b/a.jpg", own), Allowed::Unknown);
        assert!(allows(["no policy"], "s3:GetObject", "arn:aws:s3:::b/a.jpg", own).is_err());
    }

    #[test]
    fn trust_is_in_a_service_by_name() {
        let trust = |service: &str| {
            format!(
                r#"{{"Statement":[{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":"sts:AssumeRole"}}]}}"#
            )
        };
        let lambda = "lambda.amazonaws.com";
        assert_eq!(trusts(&trust(lambda), lambda).unwrap(), Allowed::Yes);
        assert_eq!(trusts(&trust("ec2.amazonaws.com"), lambda).unwrap(), Allowed::No);
    }
}

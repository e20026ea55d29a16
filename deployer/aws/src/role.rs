//! A role: who may assume it, and what it may do.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use imgdeploy_world::function::Role;
use percent_encoding::percent_decode_str;

use super::failure::Answered;
use super::paging::{Next, each};
use super::{AwsFailure, Clients};

/// The role with this name.
///
/// # Errors
/// The first call that fails.
pub async fn role(clients: &Clients, name: &str) -> Result<Role, AwsFailure> {
    let iam = clients.iam();
    let (trust, mut policies, attached) =
        futures::try_join!(trust(&iam, name), inline(&iam, name), attached(&iam, name))?;
    policies.extend(attached);
    Ok(Role { name: name.to_owned(), trust, policies })
}

type Policies = BTreeMap<String, String>;

async fn trust(iam: &aws_sdk_iam::Client, role: &str) -> Result<String, AwsFailure> {
    let sent = iam.get_role().role_name(role).send().await;
    let seen = sent.map_err(|error| AwsFailure::from_sdk("iam:GetRole", &error))?;
    let document = seen.role().and_then(|role| role.assume_role_policy_document()).unwrap_or_default();
    Ok(decoded(document))
}

async fn inline(iam: &aws_sdk_iam::Client, role: &str) -> Result<Policies, AwsFailure> {
    const CALL: &str = "iam:ListRolePolicies";
    let mut names = Vec::new();
    let page = async |marker| {
        let sent = iam.list_role_policies().role_name(role).set_marker(marker).send().await;
        sent.map_err(|error| AwsFailure::from_sdk(CALL, &error))
    };
    each(CALL, page, |page| {
        names.extend(page.policy_names);
        Next::if_truncated(page.is_truncated, page.marker)
    })
    .await?;
    let read = names.into_iter().map(|name| async move {
        let sent = iam.get_role_policy().role_name(role).policy_name(&name).send().await;
        let seen = sent.map_err(|error| AwsFailure::from_sdk("iam:GetRolePolicy", &error))?;
        Ok::<_, AwsFailure>((name, decoded(seen.policy_document())))
    });
    Ok(try_join_all(read).await?.into_iter().collect())
}

async fn attached(iam: &aws_sdk_iam::Client, role: &str) -> Result<Policies, AwsFailure> {
    const CALL: &str = "iam:ListAttachedRolePolicies";
    let mut arns = Vec::new();
    let page = async |marker| {
        let sent = iam.list_attached_role_policies().role_name(role).set_marker(marker).send().await;
        sent.map_err(|error| AwsFailure::from_sdk(CALL, &error))
    };
    each(CALL, page, |page| {
        let policies = page.attached_policies.unwrap_or_default();
        arns.extend(policies.into_iter().filter_map(|policy| policy.policy_arn));
        Next::if_truncated(page.is_truncated, page.marker)
    })
    .await?;
    let read = arns.into_iter().map(|arn| async move {
        let sent = iam.get_policy().policy_arn(&arn).send().await;
        let seen = sent.map_err(|error| AwsFailure::from_sdk("iam:GetPolicy", &error))?;
        let version =
            seen.policy().and_then(|policy| policy.default_version_id()).unwrap_or_default().to_owned();
        let sent = iam.get_policy_version().policy_arn(&arn).version_id(version).send().await;
        let seen = sent.map_err(|error| AwsFailure::from_sdk("iam:GetPolicyVersion", &error))?;
        let document = seen.policy_version().and_then(|version| version.document()).unwrap_or_default();
        Ok::<_, AwsFailure>((arn, decoded(document)))
    });
    Ok(try_join_all(read).await?.into_iter().collect())
}

/// IAM hands documents out percent-encoded (RFC 3986).
fn decoded(document: &str) -> String {
    if document.trim_start().starts_with('{') {
        return document.to_owned();
    }
    percent_decode_str(document).decode_utf8_lossy().into_owned()
}

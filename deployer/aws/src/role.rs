//! A role: who may assume it, and what it may do.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use imgdeploy_world::Fact;
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
    let (about, mut policies, attached) =
        futures::try_join!(about(&iam, name), inline(&iam, name), attached(&iam, name))?;
    policies.extend(attached);
    Ok(Role { name: name.to_owned(), policies, ..about })
}

type Policies = BTreeMap<String, String>;

/// All but its policies.
async fn about(iam: &aws_sdk_iam::Client, role: &str) -> Result<Role, AwsFailure> {
    let sent = iam.get_role().role_name(role).send().await;
    let seen = sent.map_err(|error| AwsFailure::from_sdk("iam:GetRole", &error))?;
    let seen = seen.role().cloned();
    let trust = seen.as_ref().and_then(|role| role.assume_role_policy_document()).unwrap_or_default();
    let boundary = seen.as_ref().and_then(|role| role.permissions_boundary());
    let boundary = match boundary.and_then(|boundary| boundary.permissions_boundary_arn()) {
        None => Fact::Absent,
        // What can't be read is told where it matters; the rest of the role is known all the same.
        Some(arn) => Fact::of(managed(iam, arn).await),
    };
    let tags = seen.as_ref().map(|role| role.tags()).unwrap_or_default();
    let tags = tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
    Ok(Role { name: String::new(), trust: decoded(trust), policies: BTreeMap::new(), boundary, tags })
}

/// A managed policy as it counts.
async fn managed(iam: &aws_sdk_iam::Client, arn: &str) -> Result<String, AwsFailure> {
    let sent = iam.get_policy().policy_arn(arn).send().await;
    let seen = sent.map_err(|error| AwsFailure::from_sdk("iam:GetPolicy", &error))?;
    let version = seen.policy().and_then(|policy| policy.default_version_id()).unwrap_or_default().to_owned();
    let sent = iam.get_policy_version().policy_arn(arn).version_id(version).send().await;
    let seen = sent.map_err(|error| AwsFailure::from_sdk("iam:GetPolicyVersion", &error))?;
    Ok(decoded(seen.policy_version().and_then(|version| version.document()).unwrap_or_default()))
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
        let document = managed(iam, &arn).await?;
        Ok::<_, AwsFailure>((arn, document))
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

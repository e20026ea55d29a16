//! Reads on CloudFront distributions.

use std::collections::BTreeMap;

use serde::Serialize;

use super::paging::{Next, each};
use super::raw::CaptureBody;
use super::read::raw_text;
use super::{AwsFailure, Clients};
use crate::failure::Answered;
use imgdeploy_world::Fact;

/// A distribution's configuration as AWS hands it out, with the version to name in `If-Match` (CF-13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DistributionDocument {
    /// Raw `DistributionConfig` XML.
    pub xml: String,
    /// `ETag` of that version.
    pub etag: String,
}

/// What surrounds a distribution's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DistributionState {
    /// ARN.
    pub arn: String,
    /// `d….cloudfront.net`.
    pub domain: String,
    /// `Deployed` or `InProgress` (CF-15).
    pub status: String,
}

/// One distribution of the account, in brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DistributionSummary {
    /// Id, e.g. `E2EXAMPLE`.
    pub id: String,
    /// `d….cloudfront.net`.
    pub domain: String,
    /// Alternate domain names.
    pub aliases: Vec<String>,
    /// Domain names of its origins.
    pub origins: Vec<String>,
}

/// The raw configuration and its ETag.
pub async fn distribution_document(clients: &Clients, id: &str) -> Fact<DistributionDocument> {
    const OPERATION: &str = "cloudfront:GetDistributionConfig";
    let capture = CaptureBody::default();
    let result = clients
        .cloudfront()
        .get_distribution_config()
        .id(id)
        .customize()
        .interceptor(capture.clone())
        .send()
        .await
        .map_err(|error| AwsFailure::from_sdk(OPERATION, &error))
        .and_then(|seen| {
            let xml = raw_text(&capture, OPERATION)?;
            Ok(DistributionDocument { xml, etag: seen.e_tag().unwrap_or_default().to_owned() })
        });
    Fact::of(result)
}

/// ARN, domain and deployment status.
pub async fn distribution_state(clients: &Clients, id: &str) -> Fact<DistributionState> {
    let result = clients
        .cloudfront()
        .get_distribution()
        .id(id)
        .send()
        .await
        .map_err(|error| AwsFailure::from_sdk("cloudfront:GetDistribution", &error));
    match Fact::of(result) {
        Fact::Known(seen) => seen.distribution().map_or(Fact::Absent, |found| {
            Fact::Known(DistributionState {
                arn: found.arn().to_owned(),
                domain: found.domain_name().to_owned(),
                status: found.status().to_owned(),
            })
        }),
        Fact::Absent => Fact::Absent,
        Fact::Unknown(why) => Fact::Unknown(why),
    }
}

/// Tags of a distribution. `arn` is built by the caller from account and id.
pub async fn distribution_tags(clients: &Clients, arn: &str) -> Fact<BTreeMap<String, String>> {
    let result = clients
        .cloudfront()
        .list_tags_for_resource()
        .resource(arn)
        .send()
        .await
        .map_err(|error| AwsFailure::from_sdk("cloudfront:ListTagsForResource", &error));
    Fact::of(result).map(|seen| {
        seen.tags()
            .map(|tags| {
                tags.items()
                    .iter()
                    .map(|tag| (tag.key().to_owned(), tag.value().unwrap_or_default().to_owned()))
                    .collect()
            })
            .unwrap_or_default()
    })
}

/// All distributions of the account.
pub async fn distributions(clients: &Clients) -> Fact<Vec<DistributionSummary>> {
    const CALL: &str = "cloudfront:ListDistributions";
    let client = clients.cloudfront();
    let mut found = Vec::new();
    let page = async |marker| {
        let sent = client.list_distributions().set_marker(marker).send().await;
        sent.map_err(|error| AwsFailure::from_sdk(CALL, &error))
    };
    let all = each(CALL, page, |page| {
        let Some(list) = page.distribution_list() else { return Next::End };
        found.extend(list.items().iter().map(|item| {
            DistributionSummary {
                id: item.id().to_owned(),
                domain: item.domain_name().to_owned(),
                aliases: item.aliases().map(|a| a.items().to_vec()).unwrap_or_default(),
                origins: item
                    .origins()
                    .map(|o| o.items().iter().map(|origin| origin.domain_name().to_owned()).collect())
                    .unwrap_or_default(),
            }
        }));
        Next::if_truncated(list.is_truncated(), list.next_marker().map(str::to_owned))
    });
    match all.await {
        Ok(()) => Fact::Known(found),
        Err(failure) => Fact::Unknown(failure),
    }
}

/// An invalidation and its paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalidation {
    /// Id within the distribution.
    pub id: String,
    /// `InProgress` or `Completed`.
    pub status: String,
    /// Its paths.
    pub paths: Vec<String>,
}

/// A raw cache policy.
pub async fn cache_policy(clients: &Clients, id: &str) -> Fact<String> {
    const OPERATION: &str = "cloudfront:GetCachePolicy";
    let capture = CaptureBody::default();
    let call = clients.cloudfront().get_cache_policy().id(id).customize().interceptor(capture.clone());
    let sent = call.send().await.map_err(|error| AwsFailure::from_sdk(OPERATION, &error));
    Fact::of(sent.and_then(|_| raw_text(&capture, OPERATION)))
}

/// Ids of a distribution's invalidations.
///
/// # Errors
/// The first page that fails.
pub async fn invalidations(clients: &Clients, id: &str) -> Result<Vec<String>, AwsFailure> {
    const CALL: &str = "cloudfront:ListInvalidations";
    let client = clients.cloudfront();
    let mut ids = Vec::new();
    let page = async |marker| {
        let sent = client.list_invalidations().distribution_id(id).set_marker(marker).send().await;
        sent.map_err(|error| AwsFailure::from_sdk(CALL, &error))
    };
    let all = each(CALL, page, |page| {
        let Some(list) = page.invalidation_list() else { return Next::End };
        ids.extend(list.items().iter().map(|item| item.id().to_owned()));
        Next::if_truncated(list.is_truncated(), list.next_marker().map(str::to_owned))
    });
    all.await?;
    Ok(ids)
}

/// One invalidation of a distribution.
///
/// # Errors
/// The failed call.
pub async fn invalidation(
    clients: &Clients,
    distribution: &str,
    id: &str,
) -> Result<Invalidation, AwsFailure> {
    let call = clients.cloudfront().get_invalidation().distribution_id(distribution).id(id);
    let sent = call.send().await.map_err(|error| AwsFailure::from_sdk("cloudfront:GetInvalidation", &error));
    sent.map(|seen| {
        let found = seen.invalidation();
        let batch = found.and_then(|one| one.invalidation_batch());
        let paths = batch.and_then(|batch| batch.paths()).map(|paths| paths.items().to_vec());
        Invalidation {
            id: id.to_owned(),
            status: found.map(|one| one.status().to_owned()).unwrap_or_default(),
            paths: paths.unwrap_or_default(),
        }
    })
}

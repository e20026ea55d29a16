//! Writes on distributions.

use super::unbuildable;
use crate::approval::Permit;
use crate::failure::Answered;
use crate::raw::ReplaceBody;
use crate::{AwsFailure, Clients};

/// Writes on one distribution.
#[derive(Debug, Clone)]
pub struct DistributionWrite {
    cloudfront: aws_sdk_cloudfront::Client,
    id: String,
}

impl DistributionWrite {
    /// `id` is its id.
    pub fn new(clients: &Clients, id: &str, _: Permit) -> Self {
        Self { cloudfront: clients.cloudfront(), id: id.to_owned() }
    }

    /// Replaces its configuration by the raw XML `document`, if it still has `etag` (CF-13).
    ///
    /// # Errors
    /// `Conflict` when somebody else changed it.
    pub async fn update(&self, etag: &str, document: &str) -> Result<(), AwsFailure> {
        let operation = "cloudfront:UpdateDistribution";
        // The typed input only names the operation; the bytes that are sent are `document`.
        let placeholder = placeholder_config().map_err(|error| unbuildable(operation, &error))?;
        self.cloudfront
            .update_distribution()
            .id(&self.id)
            .if_match(etag)
            .distribution_config(placeholder)
            .customize()
            .interceptor(ReplaceBody::new(document))
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsFailure::from_sdk(operation, &error))
    }

    /// Starts an invalidation of up to 3,000 paths, returning its id. `reference` must be new for each one (CF-16); with the same
    /// paths and the same reference, it is the same invalidation again. Tried once: `purge` says how to go on, where others are in progress.
    ///
    /// # Errors
    /// The failed call.
    pub async fn invalidate(&self, paths: &[String], reference: &str) -> Result<String, AwsFailure> {
        use aws_sdk_cloudfront::types as cf;
        let operation = "cloudfront:CreateInvalidation";
        let paths = cf::Paths::builder()
            .quantity(i32::try_from(paths.len()).unwrap_or(i32::MAX))
            .set_items(Some(paths.to_vec()))
            .build()
            .map_err(|error| unbuildable(operation, &error))?;
        let batch = cf::InvalidationBatch::builder()
            .paths(paths)
            .caller_reference(reference)
            .build()
            .map_err(|error| unbuildable(operation, &error))?;
        let made = self
            .cloudfront
            .create_invalidation()
            .distribution_id(&self.id)
            .invalidation_batch(batch)
            .send()
            .await
            .map_err(|error| AwsFailure::from_sdk(operation, &error))?;
        Ok(made.invalidation().map(|made| made.id().to_owned()).unwrap_or_default())
    }
}

fn placeholder_config()
-> Result<aws_sdk_cloudfront::types::DistributionConfig, aws_smithy_types::error::operation::BuildError> {
    use aws_sdk_cloudfront::types as cf;
    let origin = cf::Origin::builder().id("-").domain_name("-").build()?;
    let behavior = cf::DefaultCacheBehavior::builder()
        .target_origin_id("-")
        .viewer_protocol_policy(cf::ViewerProtocolPolicy::AllowAll)
        .build()?;
    cf::DistributionConfig::builder()
        .caller_reference("-")
        .comment("-")
        .enabled(true)
        .origins(cf::Origins::builder().quantity(1).items(origin).build()?)
        .default_cache_behavior(behavior)
        .build()
}

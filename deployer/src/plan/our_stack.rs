//! What plans share about the stack.

use super::{Plan, Refusal};
use crate::desired::Desired;
use crate::desired::code::Code;
use crate::observe::Observed;
use crate::stack::{StackInputs, StackSeen};

/// What the stack is made from.
pub(super) fn stack_inputs(desired: &Desired, code: &Code, artifacts_bucket: &str) -> StackInputs {
    let site = &desired.site;
    StackInputs {
        bucket: site.bucket.to_string(),
        prefix: site.prefix.to_string(),
        url: desired.url.clone(),
        allowed_dimensions: site.allowed_dimensions.to_string(),
        sources: site.sources.to_string(),
        security_key: site.security_key.clone(),
        allow_unsafe: site.allow_unsafe,
        presets: site.presets.to_string(),
        presets_only: site.presets_only,
        keep_metadata: site.keep_metadata.to_string(),
        code_bucket: artifacts_bucket.to_owned(),
        code_key: code.key.clone(),
        code_sha256: code.code_sha256.clone(),
        architecture: code.architecture.clone(),
        memory_size: site.memory,
        timeout: site.timeout,
        log_retention_days: site.log_retention,
        throttle_rate: site.throttle_rate,
        throttle_burst: site.throttle_burst,
        cache_control: site.cache_control.to_string(),
        redirect_code: site.redirect.status(),
        quality: site.quality,
        max_pixels: site.max_pixels,
        max_bytes: site.max_bytes,
        max_output_pixels: site.max_output_pixels,
        batch: site.has_batch(),
        batch_concurrency: site.max_concurrency,
        on_upload: site.on_upload.to_string(),
        permissions_boundary: site
            .permissions_boundary
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
    }
}

/// Whether the bucket's stack was made by `up`, which is then refused to the commands for buckets that existed before;
/// `command` is the one for it.
pub(super) fn is_its_bucket(plan: &mut Plan, seen: &Observed, command: &str) -> bool {
    let its = seen.stack.known().is_some_and(StackSeen::has_bucket);
    if its {
        plan.refusals.push(Refusal::protect(
            format!("the bucket {} was made by `imgdeploy up` and is a part of its stack", seen.bucket),
            format!("run `{command} --bucket {}`", seen.bucket),
        ));
    }
    its
}

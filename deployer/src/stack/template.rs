//! The stack's template: the file itself, and its rendering. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::aws::stack::{DesiredStack, Secrets, TAG_BUCKET, TAG_VERSION, stack_name};
use crate::settings::value::SecurityKey;

/// The template as it is in the repository, with its two placeholders.
pub const SOURCE: &str = include_str!("../../../templates/stack.yaml");

/// Logical id of the version resource before rendering.
const VERSION: &str = "VersionDIGEST";
/// Logical id of the deployment resource before rendering.
const DEPLOYMENT: &str = "DeploymentDIGEST";
/// Hexadecimal digits that a rendered logical id ends in.
const DIGITS: usize = 12;

pub(super) static PARSED: LazyLock<Value> = LazyLock::new(|| {
    serde_yaml::from_str(SOURCE).expect("the embedded template is plain YAML, which a test parses")
});

/// Everything that a bucket's stack is made from: one field per parameter of the template, whose descriptions say more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackInputs {
    /// The bucket.
    pub bucket: String,
    /// Where derived images go: empty, or ending in a slash.
    pub prefix: String,
    /// What the last redirect begins with, without trailing slash.
    pub url: String,
    /// Sizes served, such as `300x200,800x`; empty for all.
    pub allowed_dimensions: String,
    /// Hosts that images are fetched from, separated by commas; empty for no direct route.
    pub sources: String,
    /// Key that URLs have to be signed with.
    pub security_key: Option<SecurityKey>,
    /// Whether `unsafe/` stands in for a signature.
    pub allow_unsafe: bool,
    /// Names for specs, such as `thumb=300x200;hero=1600x`.
    pub presets: String,
    /// Whether nothing but presets is served.
    pub presets_only: bool,
    /// Metadata that specs may ask for.
    pub keep_metadata: String,
    /// Bucket of the function's zip, in the stack's region.
    pub code_bucket: String,
    /// Key of the function's zip; other code needs another key.
    pub code_key: String,
    /// Base64 SHA-256 of the zip.
    pub code_sha256: String,
    /// `arm64` or `x86_64`.
    pub architecture: String,
    /// MB.
    pub memory_size: u32,
    /// Seconds.
    pub timeout: u32,
    /// Days; one of CloudWatch Logs' values.
    pub log_retention_days: u32,
    /// Requests per second.
    pub throttle_rate: u32,
    /// Requests at once.
    pub throttle_burst: u32,
    /// `Cache-Control` of derived images.
    pub cache_control: String,
    /// Status of the last redirect.
    pub redirect_code: u16,
    /// 1 to 100.
    pub quality: u8,
    /// Largest original, in pixels.
    pub max_pixels: u64,
    /// Largest original, in bytes.
    pub max_bytes: u64,
    /// Largest derived image, in pixels.
    pub max_output_pixels: u64,
    /// Whether there are queues for batches.
    pub batch: bool,
    /// Instances that may work on batches at the same time, 2 to 1000.
    pub batch_concurrency: u32,
    /// Specs of what is made of uploads, separated by semicolons.
    pub on_upload: String,
    /// ARN of the policy that is the boundary of the function's role; empty for none.
    pub permissions_boundary: String,
}

impl StackInputs {
    /// The template's parameters, without its secrets.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        // Destructured, so that a new field can't be forgotten here.
        let Self {
            bucket,
            prefix,
            url,
            allowed_dimensions,
            sources,
            security_key: _,
            allow_unsafe,
            presets,
            presets_only,
            keep_metadata,
            code_bucket,
            code_key,
            code_sha256,
            architecture,
            memory_size,
            timeout,
            log_retention_days,
            throttle_rate,
            throttle_burst,
            cache_control,
            redirect_code,
            quality,
            max_pixels,
            max_bytes,
            max_output_pixels,
            batch,
            batch_concurrency,
            on_upload,
            permissions_boundary,
        } = self;
        [
            ("Bucket", bucket.clone()),
            ("Prefix", prefix.clone()),
            ("Url", url.clone()),
            ("AllowedDimensions", allowed_dimensions.clone()),
            ("Sources", sources.clone()),
            ("AllowUnsafe", allow_unsafe.to_string()),
            ("Presets", presets.clone()),
            ("PresetsOnly", presets_only.to_string()),
            ("KeepMetadata", keep_metadata.clone()),
            ("CodeBucket", code_bucket.clone()),
            ("CodeKey", code_key.clone()),
            ("CodeSha256", code_sha256.clone()),
            ("Architecture", architecture.clone()),
            ("MemorySize", memory_size.to_string()),
            ("Timeout", timeout.to_string()),
            ("LogRetentionDays", log_retention_days.to_string()),
            ("ThrottleRate", throttle_rate.to_string()),
            ("ThrottleBurst", throttle_burst.to_string()),
            ("CacheControl", cache_control.clone()),
            ("RedirectCode", redirect_code.to_string()),
            ("Quality", quality.to_string()),
            ("MaxPixels", max_pixels.to_string()),
            ("MaxBytes", max_bytes.to_string()),
            ("MaxOutputPixels", max_output_pixels.to_string()),
            ("Batch", batch.to_string()),
            ("BatchConcurrency", batch_concurrency.to_string()),
            // AWS's advice: six times what the function may take. Less than that time itself is refused.
            ("BatchVisibility", (timeout * 6).to_string()),
            ("OnUpload", on_upload.clone()),
            ("PermissionsBoundary", permissions_boundary.clone()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    /// The template's secret parameters (`NoEcho`).
    pub fn secrets(&self) -> Secrets {
        let key = self.security_key.as_ref().map_or("", SecurityKey::expose);
        Secrets::new([("SecurityKey".to_owned(), key.to_owned())])
    }

    /// The stack, as the given version of the tool makes it. For a bucket of its own, see [`super::OwnBucket::desired`].
    pub fn desired(&self, tool_version: &str) -> DesiredStack {
        DesiredStack {
            name: stack_name(&self.bucket),
            template_body: render(self),
            parameters: self.parameters(),
            secrets: self.secrets(),
            tags: BTreeMap::from([
                (TAG_BUCKET.to_owned(), self.bucket.clone()),
                (TAG_VERSION.to_owned(), tool_version.to_owned()),
            ]),
            role: None,
        }
    }
}

/// The template's own default of a parameter; `None` if it has none or there is no such parameter.
pub fn default_of(parameter: &str) -> Option<String> {
    match PARSED.pointer(&format!("/Parameters/{parameter}/Default"))? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The template to send for `inputs`: the file with digests in its two changing logical ids.
pub fn render(inputs: &StackInputs) -> String {
    with_digests(SOURCE, &PARSED, inputs.parameters(), &inputs.secrets())
}

/// `text`, which is `template`, with the digests in its logical ids.
pub(super) fn with_digests(
    text: &str,
    template: &Value,
    mut parameters: BTreeMap<String, String>,
    secrets: &Secrets,
) -> String {
    // CloudFormation never shows a secret again: that it has changed is seen by the digest of the version.
    parameters.extend(secrets.iter().map(|(name, value)| (name.clone(), value.clone())));
    text.replace(VERSION, &format!("Version{}", version_digest(template, &parameters)))
        .replace(DEPLOYMENT, &format!("Deployment{}", api_digest(template, &parameters)))
}

/// Changes with everything that a published version holds: the function's properties, the version's, and the values of the
/// parameters that they use.
fn version_digest(template: &Value, parameters: &BTreeMap<String, String>) -> String {
    let parts = resources(template)
        .filter(|(_, kind, _)| matches!(*kind, "AWS::Lambda::Function" | "AWS::Lambda::Version"))
        .map(|(id, _, properties)| (id, properties.clone()));
    digest(parts.collect(), parameters)
}

/// Changes with the API's definition (CN-08): all of API Gateway but the snapshot itself and the stage, whose settings need no
/// deployment (AG-04), and but names and descriptions.
fn api_digest(template: &Value, parameters: &BTreeMap<String, String>) -> String {
    let parts = resources(template)
        .filter(|(id, ..)| exists(template, id, parameters))
        .filter(|(_, kind, _)| {
            kind.starts_with("AWS::ApiGateway::")
                && !matches!(*kind, "AWS::ApiGateway::Deployment" | "AWS::ApiGateway::Stage")
        })
        .map(|(id, _, properties)| {
            let mut properties = properties.clone();
            if let Some(map) = properties.as_object_mut() {
                map.retain(|name, _| !matches!(name.as_str(), "Name" | "Description" | "Tags"));
            }
            (id, properties)
        });
    digest(parts.collect(), parameters)
}

/// Whether a resource's condition holds. The template has conditions of one form: a parameter is not empty.
fn exists(template: &Value, id: &str, parameters: &BTreeMap<String, String>) -> bool {
    let Some(condition) = template.pointer(&format!("/Resources/{id}/Condition")).and_then(Value::as_str)
    else {
        return true;
    };
    let parameter = template.pointer(&format!("/Conditions/{condition}/Fn::Not/0/Fn::Equals/0/Ref"));
    parameter
        .and_then(Value::as_str)
        .and_then(|name| parameters.get(name))
        .is_some_and(|value| !value.is_empty())
}

/// Logical id, type and properties of each resource.
fn resources(template: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let resources = template.get("Resources").and_then(Value::as_object);
    resources.into_iter().flatten().map(|(id, resource)| {
        let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        (id.as_str(), kind, resource.get("Properties").unwrap_or(&Value::Null))
    })
}

fn digest(parts: BTreeMap<&str, Value>, parameters: &BTreeMap<String, String>) -> String {
    let mut used = BTreeSet::new();
    for part in parts.values() {
        references(part, &mut used);
    }
    let values: BTreeMap<&String, &String> =
        parameters.iter().filter(|(name, _)| used.contains(*name)).collect();
    let mut hash = Sha256::new();
    for (id, part) in &parts {
        hash.update(format!("{id}={}\n", canonical(part)));
    }
    for (name, value) in values {
        hash.update(format!("{name}={}\n", Value::String(value.clone())));
    }
    let mut hex = hex::encode(hash.finalize());
    hex.truncate(DIGITS);
    hex
}

/// JSON with sorted keys and without layout.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            let members: Vec<String> = sorted
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::String(key.clone()), canonical(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        other => other.to_string(),
    }
}

/// Collects what `Ref` and `Fn::Sub` name.
pub(super) fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("Ref", Value::String(name)) => {
                        found.insert(name.clone());
                    }
                    ("Fn::Sub", Value::String(text)) => substitutions(text, found),
                    ("Fn::Sub", Value::Array(parts)) => {
                        if let Some(text) = parts.first().and_then(Value::as_str) {
                            substitutions(text, found);
                        }
                        references(value, found);
                    }
                    _ => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

fn substitutions(text: &str, found: &mut BTreeSet<String>) {
    found.extend(text.split("${").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())));
}

#[cfg(test)]
#[path = "template_tests.rs"]
pub(crate) mod tests;

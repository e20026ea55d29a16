//! The stack of `imgdeploy up`: the same one, with a bucket of its own in it, and perhaps a distribution. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;

use super::template::{PARSED, StackInputs, references, with_digests};
use crate::aws::stack::{DesiredStack, PARAMETER_WITH_CDN, StackSeen, TAG_MADE_BY, UP};

/// What is laid over the template.
const OVERLAY: &str = include_str!("../../../templates/up/bucket.yaml");

/// Tag of a bucket that `up` made, with the value [`UP`]; it stays when the stack is gone. The stack has another, [`TAG_MADE_BY`].
pub const TAG_BUCKET_MADE_BY: &str = "imgdeploy:bucket-made-by";

/// Stands for the distribution's domain in the parameter `Url`, which the template then does not use.
const UNKNOWN_DOMAIN: &str = "https://known-after-the-stack.cloudfront.net";

pub(super) static JOINED: LazyLock<Value> = LazyLock::new(|| {
    let overlay =
        serde_yaml::from_str(OVERLAY).expect("the embedded overlay is plain YAML, which a test parses");
    let mut template = PARSED.clone();
    lay_over(&mut template, overlay);
    template
});

/// What an update of such a stack writes anew as a whole, with all that others put in there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewritten {
    /// The bucket's website configuration.
    Website,
    /// The bucket policy.
    Policy,
    /// The distribution.
    Distribution,
}

impl Rewritten {
    /// What there is.
    pub const ALL: [Self; 3] = [Self::Website, Self::Policy, Self::Distribution];

    /// Whether an update of `seen` to `desired` writes it. CloudFormation touches a resource only if its properties differ.
    pub fn by(self, desired: &DesiredStack, seen: &StackSeen) -> bool {
        let id = match self {
            Self::Website => "SiteBucket",
            Self::Policy => "SiteBucketPolicy",
            Self::Distribution => "Distribution",
        };
        let resource = |text: &str| {
            let template: Value = serde_yaml::from_str(text).ok()?;
            template.get("Resources")?.get(id).cloned()
        };
        let new = resource(&desired.template_body);
        // Conditions are no references.
        let mut used = BTreeSet::from(["RedirectCode".to_owned(), PARAMETER_WITH_CDN.to_owned()]);
        new.iter().for_each(|new| references(new, &mut used));
        new != seen.template.as_deref().and_then(resource)
            || used.iter().any(|name| desired.parameters.get(name) != seen.parameters.get(name))
    }
}

/// What the stack of `up` is made from, beside [`StackInputs`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnBucket {
    /// Host of the bucket's website endpoint (S3-01).
    pub website_host: String,
    /// Whether there is a CloudFront distribution in front.
    pub with_cdn: bool,
}

impl OwnBucket {
    fn parameters(&self, inputs: &StackInputs) -> BTreeMap<String, String> {
        let mut parameters = inputs.parameters();
        parameters.insert("WebsiteHost".to_owned(), self.website_host.clone());
        parameters.insert(PARAMETER_WITH_CDN.to_owned(), self.with_cdn.to_string());
        if self.with_cdn {
            parameters.insert("Url".to_owned(), UNKNOWN_DOMAIN.to_owned());
        }
        parameters
    }

    /// The stack of `inputs` with the bucket in it, as the given version of the tool makes it.
    pub fn desired(&self, inputs: &StackInputs, tool_version: &str) -> DesiredStack {
        let plain = inputs.desired(tool_version);
        let parameters = self.parameters(inputs);
        // JSON, which is YAML as well: for CloudFormation `2012-10-17` without quotes would be a date.
        let text = serde_json::to_string_pretty(&*JOINED).unwrap_or_default();
        let template_body = with_digests(&text, &JOINED, parameters.clone(), &plain.secrets);
        let mut tags = plain.tags;
        tags.insert(TAG_MADE_BY.to_owned(), UP.to_owned());
        DesiredStack { name: plain.name, template_body, parameters, secrets: plain.secrets, tags, role: None }
    }
}

/// Joins objects; anything else, and a call of an intrinsic function, takes the place of what is there.
fn lay_over(base: &mut Value, overlay: Value) {
    match (base, overlay) {
        (Value::Object(base), Value::Object(overlay)) if !is_call(base) && !is_call(&overlay) => {
            for (key, value) in overlay {
                match base.get_mut(&key) {
                    Some(there) => lay_over(there, value),
                    None => drop(base.insert(key, value)),
                }
            }
        }
        (base, overlay) => *base = overlay,
    }
}

fn is_call(object: &serde_json::Map<String, Value>) -> bool {
    object.keys().any(|key| key == "Ref" || key.starts_with("Fn::"))
}

#[cfg(test)]
#[path = "own_bucket_tests.rs"]
mod tests;

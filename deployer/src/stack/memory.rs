//! The stack as it is, but for the function's memory and, where that has moved on, its code. Pure.

use std::collections::BTreeMap;

use super::own_bucket::JOINED;
use super::template::{PARSED, SOURCE, with_digests};
use crate::aws::stack::{
    DesiredStack, Secrets, StackSeen, TAG_BUCKET, TAG_MADE_BY, TAG_VERSION, UP, same_template,
};
use crate::desired::code::Code;
use crate::settings::value::SecurityKey;

/// The one secret parameter.
const SECRET: &str = "SecurityKey";
const MEMORY: &str = "MemorySize";

/// `seen` with other memory (MB) and this code, all else as it is. None where that is not known: the template is another
/// version's of this tool, or the stack has a security key and `key` is not that one, which the template's digest tells.
pub fn with_memory(
    seen: &StackSeen,
    name: &str,
    key: Option<&SecurityKey>,
    code: Option<&Code>,
    memory: u32,
    tool_version: &str,
) -> Option<DesiredStack> {
    // CloudFormation shows `****` for it, or nothing where it is empty.
    let mut parameters = seen.parameters.clone();
    parameters.remove(SECRET);
    let secrets = Secrets::new([(SECRET.to_owned(), key.map_or("", SecurityKey::expose).to_owned())]);
    let present = template(seen, &parameters, &secrets);
    if !seen.template.as_deref().is_some_and(|template| same_template(template, &present)) {
        return None;
    }
    parameters.insert(MEMORY.to_owned(), memory.to_string());
    if let Some(code) = code {
        let Code { key, code_sha256, architecture, kept: _ } = code;
        for (name, value) in [("CodeKey", key), ("CodeSha256", code_sha256), ("Architecture", architecture)] {
            parameters.insert(name.to_owned(), value.clone());
        }
    }
    let mut tags = BTreeMap::from([(TAG_VERSION.to_owned(), tool_version.to_owned())]);
    tags.extend(seen.tags.get(TAG_BUCKET).map(|bucket| (TAG_BUCKET.to_owned(), bucket.clone())));
    if seen.has_bucket() {
        tags.insert(TAG_MADE_BY.to_owned(), UP.to_owned());
    }
    let template_body = template(seen, &parameters, &secrets);
    // CloudFormation goes on with the role that the stack has.
    Some(DesiredStack { name: name.to_owned(), template_body, parameters, secrets, tags, role: None })
}

/// The template of `attach`, or that of `up`, with the digests that go with these values.
fn template(seen: &StackSeen, parameters: &BTreeMap<String, String>, secrets: &Secrets) -> String {
    if seen.has_bucket() {
        let text = serde_json::to_string_pretty(&*JOINED).unwrap_or_default();
        return with_digests(&text, &JOINED, parameters.clone(), secrets);
    }
    with_digests(SOURCE, &PARSED, parameters.clone(), secrets)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::own_bucket::OwnBucket;
    use super::super::{StackInputs, StackPlan, plan};
    use super::*;
    use crate::settings::value::FromText as _;

    fn inputs(key: Option<&str>) -> StackInputs {
        StackInputs {
            bucket: "b".to_owned(),
            prefix: "resized/".to_owned(),
            url: "https://cdn.example.com".to_owned(),
            allowed_dimensions: "300x200".to_owned(),
            sources: String::new(),
            security_key: key.map(|key| SecurityKey::from_text(key).unwrap()),
            allow_unsafe: false,
            presets: String::new(),
            presets_only: false,
            keep_metadata: "icc,copyright".to_owned(),
            code_bucket: "imgdeploy-111122223333-eu-west-1".to_owned(),
            code_key: "code/a.zip".to_owned(),
            code_sha256: "E690jbaNfa/aIEY+RuRPd7/U9idhgi5TNerRis5G9aI=".to_owned(),
            architecture: "arm64".to_owned(),
            memory_size: 1024,
            timeout: 20,
            log_retention_days: 30,
            throttle_rate: 50,
            throttle_burst: 100,
            cache_control: "public".to_owned(),
            redirect_code: 307,
            quality: 77,
            max_pixels: 1,
            max_bytes: 2,
            max_output_pixels: 3,
            batch: false,
            batch_concurrency: 20,
            on_upload: String::new(),
            permissions_boundary: String::new(),
        }
    }

    /// As CloudFormation shows it.
    fn seen(stack: &DesiredStack) -> StackSeen {
        let mut parameters = stack.parameters.clone();
        let secret = |(name, value): (&String, &String)| {
            (name.clone(), if value.is_empty() { String::new() } else { "****".to_owned() })
        };
        parameters.extend(stack.secrets.iter().map(secret));
        StackSeen {
            id: "arn:aws:cloudformation:eu-west-1:111122223333:stack/s/1".to_owned(),
            status: "CREATE_COMPLETE".to_owned(),
            status_reason: None,
            parameters,
            template: Some(stack.template_body.clone()),
            outputs: BTreeMap::new(),
            tags: stack.tags.clone(),
            termination_protection: false,
        }
    }

    fn with(stack: &DesiredStack, key: Option<&SecurityKey>, memory: u32) -> Option<DesiredStack> {
        with_memory(&seen(stack), &stack.name, key, None, memory, "0.1.0")
    }

    #[test]
    fn it_is_what_attach_and_up_would_make_with_that_memory() {
        let key = "0123456789abcdef";
        let own =
            OwnBucket { website_host: "b.s3-website-eu-west-1.amazonaws.com".to_owned(), with_cdn: true };
        for key in [None, Some(key)] {
            let (before, after) = (inputs(key), StackInputs { memory_size: 512, ..inputs(key) });
            let given = before.security_key.clone();
            let made = with(&before.desired("0.1.0"), given.as_ref(), 512);
            assert_eq!(made, Some(after.desired("0.1.0")));
            let made = with(&own.desired(&before, "0.1.0"), given.as_ref(), 512);
            assert_eq!(made, Some(own.desired(&after, "0.1.0")));
        }
    }

    #[test]
    fn the_same_memory_is_nothing_to_do_and_another_is_one_parameter() {
        let stack = inputs(None).desired("0.1.0");
        let difference = |memory| match plan(&with(&stack, None, memory).unwrap(), Some(&seen(&stack))) {
            StackPlan::Nothing => Vec::new(),
            StackPlan::Update(found) => found.parameters.into_iter().map(|one| one.name).collect(),
            other => panic!("{other:?}"),
        };
        assert_eq!(difference(1024), Vec::<String>::new());
        assert_eq!(difference(2048), ["MemorySize"]);
    }

    #[test]
    fn what_is_not_known_is_not_made_up() {
        let stack = inputs(Some("0123456789abcdef")).desired("0.1.0");
        let other = SecurityKey::from_text("another-key-of-16").unwrap();
        assert_eq!(with(&stack, None, 512), None);
        assert_eq!(with(&stack, Some(&other), 512), None);
        let mut old = seen(&inputs(None).desired("0.1.0"));
        old.template = Some("Resources: {}".to_owned());
        assert_eq!(with_memory(&old, "s", None, None, 512, "0.1.0"), None);
    }
}

//! The stack against an emulator, with calls cut off and failing, and against scripted answers for what no emulator does.

#![allow(clippy::unwrap_used)]

mod answers;
mod code;
mod cut_off;
mod faults;
mod life;
mod lint;
mod ministack;
mod own_bucket;
mod policy;
mod replay;
mod scripted;
mod trouble;

use std::collections::BTreeMap;

use aws_sdk_cloudformation::Client as Cfn;
use imgdeploy::approval::{Approved, Proposal, Yes};
use imgdeploy::aws::stack::StackWrite;
use imgdeploy::stack::{
    self, DesiredStack, Outputs, StackError, StackEvent, StackInputs, StackPlan, Stacks, TAG_BUCKET,
    TAG_VERSION,
};

use code::Code;

/// The bucket that all tests serve.
pub const BUCKET: &str = "photos";

/// What a first `attach` of the bucket would ask for.
pub fn inputs(code: &Code) -> StackInputs {
    StackInputs {
        bucket: BUCKET.to_owned(),
        prefix: "resized/".to_owned(),
        url: "https://cdn.example.com".to_owned(),
        allowed_dimensions: "300x200, 800x".to_owned(),
        sources: String::new(),
        security_key: None,
        allow_unsafe: false,
        presets: String::new(),
        presets_only: false,
        keep_metadata: "icc,copyright".to_owned(),
        code_bucket: code.bucket.clone(),
        code_key: code.key.clone(),
        code_sha256: code.sha256.clone(),
        architecture: "x86_64".to_owned(),
        memory_size: 512,
        timeout: 20,
        log_retention_days: 30,
        throttle_rate: 50,
        throttle_burst: 100,
        cache_control: "public, max-age=1209600".to_owned(),
        redirect_code: 307,
        quality: 80,
        max_pixels: 50_000_000,
        max_bytes: 52_428_800,
        max_output_pixels: 16_000_000,
        batch: false,
        batch_concurrency: 20,
        on_upload: String::new(),
        permissions_boundary: String::new(),
    }
}

/// The stack for these inputs.
pub fn desired(inputs: &StackInputs) -> DesiredStack {
    inputs.desired("0.1.0")
}

/// The tags that make a stack ours.
pub fn our_tags() -> BTreeMap<String, String> {
    BTreeMap::from([(TAG_BUCKET.to_owned(), BUCKET.to_owned()), (TAG_VERSION.to_owned(), "0.1.0".to_owned())])
}

/// What looks at stacks through this client.
pub fn reads(cfn: &Cfn) -> Stacks {
    Stacks::from(cfn.clone())
}

/// What changes them, with somebody's yes.
pub fn writes(cfn: &Cfn) -> StackWrite {
    struct Anything;
    impl Proposal for Anything {
        fn is_refused(&self) -> bool {
            false
        }
    }
    let yes = Yes::by_flag(true).unwrap();
    reads(cfn).writer(Approved::new(&Anything, yes).unwrap().permit())
}

/// One run, as a command makes it: observe, plan, wait where need be, apply.
pub async fn run(cfn: &Cfn, desired: &DesiredStack) -> (Result<Outputs, StackError>, Vec<StackEvent>) {
    let mut events = Vec::new();
    let mut tell = |event| events.push(event);
    let result = async {
        loop {
            let seen = reads(cfn).observe(&desired.name).await?;
            match stack::plan(desired, seen.as_ref()) {
                StackPlan::Wait { .. } => {
                    reads(cfn).wait_stable(&desired.name, &mut tell).await?;
                }
                plan => return writes(cfn).apply(desired, &plan, &mut tell).await,
            }
        }
    }
    .await;
    (result, events)
}

/// The plan for the stack as it is now.
pub async fn plan_now(cfn: &Cfn, desired: &DesiredStack) -> StackPlan {
    let seen = reads(cfn).observe(&desired.name).await.unwrap();
    stack::plan(desired, seen.as_ref())
}

/// Names of the change sets that could still be executed.
pub async fn open_change_sets(cfn: &Cfn, stack: &str) -> Vec<String> {
    let Ok(list) = cfn.list_change_sets().stack_name(stack).send().await else { return Vec::new() };
    let open = |status: Option<&str>| status != Some("EXECUTE_COMPLETE");
    list.summaries()
        .iter()
        .filter(|set| open(set.execution_status().map(|s| s.as_str())))
        .filter_map(|set| set.change_set_name().map(str::to_owned))
        .collect()
}

//! The stack of `up`: what becomes of the bucket in it.

use aws_sdk_cloudformation::Client as Cfn;
use aws_types::SdkConfig;
use imgdeploy::stack::{DesiredStack, OwnBucket, StackError, StackInputs, StackPlan};

use crate::ministack::{MiniStack, REGION};
use crate::{BUCKET, code, desired, inputs, plan_now, run, writes};

fn with_bucket(inputs: &StackInputs, with_cdn: bool) -> DesiredStack {
    let website_host = format!("{BUCKET}.s3-website-{REGION}.amazonaws.com");
    OwnBucket { website_host, with_cdn }.desired(inputs, "0.1.0")
}

async fn bucket_exists(config: &SdkConfig) -> bool {
    let config = aws_sdk_s3::config::Builder::from(config).force_path_style(true).build();
    aws_sdk_s3::Client::from_conf(config).head_bucket().bucket(BUCKET).send().await.is_ok()
}

#[tokio::test]
async fn a_failed_creation_takes_it_along_and_a_deletion_keeps_it() {
    let aws = MiniStack::start().await;
    let config = aws.config();
    let cfn = Cfn::new(&config);
    let good = inputs(&code::put(&config, "one").await);
    // Lambda reads code from its own region only.
    code::bucket(&config, "far-away", "ap-southeast-2").await;
    let bad = StackInputs { code_bucket: "far-away".to_owned(), ..good.clone() };
    let failed = run(&cfn, &with_bucket(&bad, true)).await.0.unwrap_err();
    assert!(matches!(failed, StackError::Failed { .. }), "{failed:?}");
    assert!(!bucket_exists(&config).await, "it would be in the way of the next try");

    run(&cfn, &with_bucket(&good, true)).await.0.unwrap();
    assert!(bucket_exists(&config).await);
    // An update that fails is rolled back, and the bucket is none the worse.
    let bad = StackInputs { code_key: "code/missing.zip".to_owned(), ..good.clone() };
    let failed = run(&cfn, &with_bucket(&bad, true)).await.0.unwrap_err();
    assert!(matches!(failed, StackError::Failed { .. }), "{failed:?}");
    assert!(bucket_exists(&config).await);
    // The other template would take it out of the stack.
    assert!(matches!(plan_now(&cfn, &desired(&good)).await, StackPlan::Refused { .. }));
    let refused = run(&cfn, &desired(&good)).await.0.unwrap_err();
    assert!(matches!(refused, StackError::Refused { .. }), "{refused:?}");

    writes(&cfn).delete("imgdeploy-photos", None, &mut |_| ()).await.unwrap();
    assert!(bucket_exists(&config).await);
}

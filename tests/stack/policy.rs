//! The policy for whoever attaches is enough. That it is no more than needed: `tests/rights`.

use aws_credential_types::Credentials;
use aws_sdk_cloudformation::Client as Cfn;
use aws_types::SdkConfig;
use aws_types::sdk_config::SharedCredentialsProvider;
use imgdeploy::stack::StackError;
use serde_json::Value;

use crate::ministack::MiniStack;
use crate::{BUCKET, code, desired, inputs, reads, run, writes};

const POLICY: &str = include_str!("../../templates/attach-policy.json");
/// What whoever attaches with queues needs beside that.
const BATCH_POLICY: &str = include_str!("../../templates/attach-batch-policy.json");

/// A client config of a user who has `policy` and nothing else.
async fn user(root: &SdkConfig, name: &str, policy: &str) -> SdkConfig {
    let iam = aws_sdk_iam::Client::new(root);
    iam.create_user().user_name(name).send().await.unwrap();
    iam.put_user_policy().user_name(name).policy_name("p").policy_document(policy).send().await.unwrap();
    let key = iam.create_access_key().user_name(name).send().await.unwrap().access_key.unwrap();
    let credentials = Credentials::new(key.access_key_id, key.secret_access_key, None, None, "test");
    root.to_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build()
}

#[tokio::test]
async fn with_it_the_stack_can_be_made_changed_and_deleted() {
    let aws = MiniStack::start().await;
    let root = aws.config();
    let mut wanted = inputs(&code::put(&root, "one").await);
    let cfn = Cfn::new(&user(&root, "ann", &POLICY.replace("BUCKET", BUCKET)).await);
    run(&cfn, &desired(&wanted)).await.0.unwrap();
    wanted.quality = 60;
    run(&cfn, &desired(&wanted)).await.0.unwrap();
    wanted.code_key = "code/missing.zip".to_owned();
    let failed = run(&cfn, &desired(&wanted)).await.0.unwrap_err();
    assert!(matches!(failed, StackError::Failed { .. }), "{failed:?}");
    writes(&cfn).delete("imgdeploy-photos", None, &mut |_| ()).await.unwrap();
    // Stacks of others are out of reach.
    let error = reads(&cfn).observe("production").await.unwrap_err();
    assert!(
        matches!(&error, StackError::Aws { code: Some(code), .. } if code == "AccessDenied"),
        "{error:?}"
    );
}

#[tokio::test]
async fn with_that_for_batches_a_stack_has_queues() {
    let aws = MiniStack::start().await;
    let root = aws.config();
    let mut wanted = inputs(&code::put(&root, "one").await);
    wanted.batch = true;
    wanted.on_upload = "300x".to_owned();
    let mut policy: Value = serde_json::from_str(&POLICY.replace("BUCKET", BUCKET)).unwrap();
    let more: Value = serde_json::from_str(BATCH_POLICY).unwrap();
    policy["Statement"].as_array_mut().unwrap().extend(more["Statement"].as_array().unwrap().clone());
    let cfn = Cfn::new(&user(&root, "bob", &policy.to_string()).await);
    let outputs = run(&cfn, &desired(&wanted)).await.0.unwrap();
    assert!(outputs.batch_queue_arn.is_some_and(|arn| arn.contains("imgdeploy-photos")));
    // Without the setting the queues go again.
    wanted.batch = false;
    wanted.on_upload.clear();
    assert_eq!(run(&cfn, &desired(&wanted)).await.0.unwrap().batch_queue_arn, None);
    writes(&cfn).delete("imgdeploy-photos", None, &mut |_| ()).await.unwrap();
}

#[tokio::test]
async fn without_one_action_the_error_names_it_and_no_stack_stays() {
    let aws = MiniStack::start().await;
    let root = aws.config();
    let wanted = desired(&inputs(&code::put(&root, "one").await));
    for action in ["DescribeStacks", "CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet"] {
        let less =
            POLICY.replace("BUCKET", BUCKET).replace(&format!("cloudformation:{action}"), "s3:GetObjectAcl");
        let cfn = Cfn::new(&user(&root, &format!("without-{action}"), &less).await);
        let error = run(&cfn, &wanted).await.0.unwrap_err();
        match &error {
            StackError::Aws { operation, code, message, .. } => {
                assert_eq!((*operation, code.as_deref()), (action, Some("AccessDenied")));
                assert!(message.contains(action), "{message}");
            }
            other => panic!("{action}: {other:?}"),
        }
        let left = reads(&Cfn::new(&root)).observe(&wanted.name).await.unwrap();
        assert!(left.is_none_or(|s| s.status == "REVIEW_IN_PROGRESS"), "{action}");
    }
    // What the refused runs left is no obstacle.
    run(&Cfn::new(&root), &wanted).await.0.unwrap();
}

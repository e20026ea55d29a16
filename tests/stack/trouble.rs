//! Failing resources, stacks that someone left behind, and others at work on the same stack.

use aws_sdk_cloudformation::Client as Cfn;
use aws_sdk_cloudformation::types::{Capability, ChangeSetType, OnFailure, Parameter, Tag};
use imgdeploy::stack::{DesiredStack, StackError, StackPlan};

use crate::ministack::MiniStack;
use crate::{code, desired, inputs, open_change_sets, our_tags, plan_now, reads, run, writes};

const NAME: &str = "imgdeploy-photos";

fn tags() -> Option<Vec<Tag>> {
    Some(our_tags().iter().map(|(k, v)| Tag::builder().key(k).value(v).build()).collect())
}

fn parameters(desired: &DesiredStack) -> Option<Vec<Parameter>> {
    let all = desired.parameters.iter();
    Some(all.map(|(k, v)| Parameter::builder().parameter_key(k).parameter_value(v).build()).collect())
}

/// The first failure as (logical id, reason), and the status that the stack ended in.
fn cause(error: StackError) -> (String, String, String) {
    match error {
        StackError::Failed { status, resource: Some(r), .. } => (r.logical, r.reason, status),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_failed_creation_names_the_cause_and_leaves_nothing() {
    let aws = MiniStack::start().await;
    let config = aws.config();
    let cfn = Cfn::new(&config);
    let mut wanted = inputs(&code::put(&config, "one").await);
    // Lambda reads code from its own region only.
    code::bucket(&config, "far-away", "ap-southeast-2").await;
    let good = wanted.code_bucket.clone();
    wanted.code_bucket = "far-away".to_owned();
    let (result, _) = run(&cfn, &desired(&wanted)).await;
    let (logical, reason, status) = cause(result.unwrap_err());
    assert_eq!((logical.as_str(), status.as_str()), ("Function", "DELETE_COMPLETE"));
    assert!(reason.contains("PermanentRedirect"), "{reason}");
    assert_eq!(reads(&cfn).observe(NAME).await.unwrap(), None);
    assert_eq!(open_change_sets(&cfn, NAME).await, Vec::<String>::new());
    // With the cause mended the same command works.
    wanted.code_bucket = good;
    run(&cfn, &desired(&wanted)).await.0.unwrap();
}

#[tokio::test]
async fn a_failed_update_names_the_cause_and_is_rolled_back() {
    let aws = MiniStack::start().await;
    let config = aws.config();
    let cfn = Cfn::new(&config);
    let first = code::put(&config, "one").await;
    let mut wanted = inputs(&first);
    let before = run(&cfn, &desired(&wanted)).await.0.unwrap();
    wanted.code_key = "code/missing.zip".to_owned();
    let (logical, reason, status) = cause(run(&cfn, &desired(&wanted)).await.0.unwrap_err());
    assert_eq!((logical.as_str(), status.as_str()), ("Function", "UPDATE_ROLLBACK_COMPLETE"));
    assert!(reason.contains("code/missing.zip"), "{reason}");
    assert_eq!(
        open_change_sets(&cfn, NAME).await.len(),
        1,
        "only the executed one, which can't be executed again"
    );
    // The stack says again what it said before, and can be updated.
    wanted.code_key = first.key;
    assert_eq!(plan_now(&cfn, &desired(&wanted)).await, StackPlan::Nothing);
    assert_eq!(run(&cfn, &desired(&wanted)).await.0.unwrap(), before);
    wanted.quality = 60;
    assert_eq!(run(&cfn, &desired(&wanted)).await.0.unwrap().function_version, "2");
}

#[tokio::test]
async fn a_template_that_cloudformation_refuses_leaves_no_shell() {
    let aws = MiniStack::start().await;
    let config = aws.config();
    let cfn = Cfn::new(&config);
    let mut wanted = desired(&inputs(&code::put(&config, "one").await));
    wanted.parameters.insert("Unknown".to_owned(), "x".to_owned());
    wanted.parameters.insert("Architecture".to_owned(), "z80".to_owned());
    let error = run(&cfn, &wanted).await.0.unwrap_err();
    assert!(
        matches!(&error, StackError::Aws { operation: "CreateChangeSet", code: Some(_), .. }),
        "{error:?}"
    );
    assert_eq!(reads(&cfn).observe(NAME).await.unwrap(), None);
}

#[tokio::test]
async fn a_stack_in_rollback_complete_is_replaced() {
    let aws = MiniStack::start().await;
    let config = aws.config();
    let cfn = Cfn::new(&config);
    let mut wanted = inputs(&code::put(&config, "one").await);
    code::bucket(&config, "far-away", "ap-southeast-2").await;
    let mut broken = wanted.clone();
    broken.code_bucket = "far-away".to_owned();
    let broken = desired(&broken);
    cfn.create_stack()
        .stack_name(NAME)
        .template_body(&broken.template_body)
        .set_parameters(parameters(&broken))
        .set_tags(tags())
        .capabilities(Capability::CapabilityIam)
        .on_failure(OnFailure::Rollback)
        .send()
        .await
        .unwrap();
    assert_eq!(
        reads(&cfn).wait_stable(NAME, &mut |_| ()).await.unwrap().as_deref(),
        Some("ROLLBACK_COMPLETE")
    );
    assert!(matches!(plan_now(&cfn, &desired(&wanted)).await, StackPlan::DeleteThenCreate { .. }));
    run(&cfn, &desired(&wanted)).await.0.unwrap();
    assert_eq!(plan_now(&cfn, &desired(&wanted)).await, StackPlan::Nothing);
    wanted.quality = 60;
    run(&cfn, &desired(&wanted)).await.0.unwrap();
}

async fn shell(cfn: &Cfn, wanted: &DesiredStack, change_set: &str) {
    cfn.create_change_set()
        .stack_name(NAME)
        .change_set_name(change_set)
        .change_set_type(ChangeSetType::Create)
        .template_body(&wanted.template_body)
        .set_parameters(parameters(wanted))
        .set_tags(tags())
        .capabilities(Capability::CapabilityIam)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_shell_that_we_left_is_filled_and_one_of_others_is_not() {
    let aws = MiniStack::start().await;
    let config = aws.config();
    let cfn = Cfn::new(&config);
    let wanted = desired(&inputs(&code::put(&config, "one").await));
    shell(&cfn, &wanted, "imgdeploy-0123456789").await;
    assert!(matches!(plan_now(&cfn, &wanted).await, StackPlan::CreateInShell { .. }));
    run(&cfn, &wanted).await.0.unwrap();
    assert_eq!(open_change_sets(&cfn, NAME).await, Vec::<String>::new());
    writes(&cfn).delete(NAME, None, &mut |_| ()).await.unwrap();

    shell(&cfn, &wanted, "by-hand").await;
    let error = run(&cfn, &wanted).await.0.unwrap_err();
    assert!(matches!(&error, StackError::Refused { why, .. } if why.contains("by-hand")), "{error:?}");
    assert_eq!(open_change_sets(&cfn, NAME).await, ["by-hand"]);
}

#[tokio::test]
async fn a_stuck_rollback_is_finished_before_the_update() {
    // CN-04: the old code is gone when the update fails, so the function can't be sent back to it.
    let aws = MiniStack::start().await;
    let config = aws.config();
    let cfn = Cfn::new(&config);
    let first = code::put(&config, "one").await;
    let second = code::put(&config, "two").await;
    code::bucket(&config, "far-away", "ap-southeast-2").await;
    let mut wanted = inputs(&first);
    run(&cfn, &desired(&wanted)).await.0.unwrap();
    code::remove(&config, &first).await;
    (wanted.code_key, wanted.code_sha256) = (second.key.clone(), second.sha256.clone());
    let mut broken = desired(&wanted);
    let bad = "Resources:\n  Bad:\n    Type: AWS::Lambda::Function\n    DependsOn: Live\n    Properties: {Role: r, \
               Runtime: provided.al2023, Handler: x, Code: {S3Bucket: far-away, S3Key: x}}\n";
    broken.template_body = broken.template_body.replace("Resources:\n", bad);
    let error = run(&cfn, &broken).await.0.unwrap_err();
    assert!(error.to_string().contains("--resources-to-skip"), "{error}");
    let (logical, _, status) = cause(error);
    assert_eq!((logical.as_str(), status.as_str()), ("Bad", "UPDATE_ROLLBACK_FAILED"));

    // Still stuck: the cause of that is named.
    let plan = plan_now(&cfn, &desired(&wanted)).await;
    assert!(matches!(&plan, StackPlan::ContinueRollbackThenUpdate { .. }), "{plan:?}");
    let (logical, reason, status) = cause(run(&cfn, &desired(&wanted)).await.0.unwrap_err());
    assert_eq!((logical.as_str(), status.as_str()), ("Function", "UPDATE_ROLLBACK_FAILED"));
    assert!(reason.contains(&first.key), "{reason}");

    // With the cause mended one run finishes the rollback and the update.
    let again = code::put(&config, "one").await;
    assert_eq!(again.key, first.key, "the same code has the same key");
    let outputs = run(&cfn, &desired(&wanted)).await.0.unwrap();
    assert_eq!(outputs.code_sha256, second.sha256);
    assert_eq!(plan_now(&cfn, &desired(&wanted)).await, StackPlan::Nothing);
}

#[tokio::test]
async fn a_failed_update_that_was_not_rolled_back_is_rolled_back_first() {
    let aws = MiniStack::start().await;
    let config = aws.config();
    let cfn = Cfn::new(&config);
    let mut wanted = inputs(&code::put(&config, "one").await);
    run(&cfn, &desired(&wanted)).await.0.unwrap();
    let mut broken = wanted.clone();
    broken.code_key = "code/missing.zip".to_owned();
    let broken = desired(&broken);
    cfn.update_stack()
        .stack_name(NAME)
        .template_body(&broken.template_body)
        .set_parameters(parameters(&broken))
        .set_tags(tags())
        .capabilities(Capability::CapabilityIam)
        .disable_rollback(true)
        .send()
        .await
        .unwrap();
    let status = reads(&cfn).wait_stable(NAME, &mut |_| ()).await.unwrap();
    assert_eq!(status.as_deref(), Some("UPDATE_FAILED"));
    wanted.quality = 60;
    assert!(matches!(plan_now(&cfn, &desired(&wanted)).await, StackPlan::ContinueRollbackThenUpdate { .. }));
    assert_eq!(run(&cfn, &desired(&wanted)).await.0.unwrap().function_version, "2");
    assert_eq!(plan_now(&cfn, &desired(&wanted)).await, StackPlan::Nothing);
}

#[tokio::test]
async fn only_what_is_ours_and_unprotected_is_deleted() {
    let aws = MiniStack::start().await;
    let config = aws.config();
    let cfn = Cfn::new(&config);
    let wanted = desired(&inputs(&code::put(&config, "one").await));
    run(&cfn, &wanted).await.0.unwrap();
    let protect =
        |on| cfn.update_termination_protection().stack_name(NAME).enable_termination_protection(on).send();
    protect(true).await.unwrap();
    let error = writes(&cfn).delete(NAME, None, &mut |_| ()).await.unwrap_err();
    assert!(matches!(&error, StackError::Protected { .. }), "{error:?}");
    assert!(error.to_string().contains("--no-enable-termination-protection"), "{error}");
    protect(false).await.unwrap();

    let other = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n";
    cfn.create_stack().stack_name("imgdeploy-other").template_body(other).send().await.unwrap();
    reads(&cfn).wait_stable("imgdeploy-other", &mut |_| ()).await.unwrap();
    let error = writes(&cfn).delete("imgdeploy-other", None, &mut |_| ()).await.unwrap_err();
    assert!(matches!(&error, StackError::Refused { .. }), "{error:?}");
    let mut elsewhere = wanted.clone();
    elsewhere.name = "imgdeploy-other".to_owned();
    let error = run(&cfn, &elsewhere).await.0.unwrap_err();
    assert!(matches!(&error, StackError::Refused { .. }), "{error:?}");
}

#[tokio::test]
async fn a_stack_changed_after_the_plan_is_a_conflict() {
    let aws = MiniStack::start().await;
    let config = aws.config();
    let cfn = Cfn::new(&config);
    let mut wanted = inputs(&code::put(&config, "one").await);
    run(&cfn, &desired(&wanted)).await.0.unwrap();
    wanted.quality = 60;
    let mine = desired(&wanted);
    let plan = plan_now(&cfn, &mine).await;
    // Someone else gets in between, with something else …
    let mut theirs = wanted.clone();
    theirs.quality = 61;
    run(&cfn, &desired(&theirs)).await.0.unwrap();
    let error = writes(&cfn).apply(&mine, &plan, &mut |_| ()).await.unwrap_err();
    assert!(matches!(&error, StackError::Conflict { .. }), "{error:?}");
    // … or with the same.
    run(&cfn, &mine).await.0.unwrap();
    let mut events = 0;
    writes(&cfn).apply(&mine, &plan, &mut |_| events += 1).await.unwrap();
    assert_eq!(events, 0);
}

#[tokio::test]
async fn of_two_at_once_none_is_lost() {
    let aws = MiniStack::start().await;
    let config = aws.config();
    let cfn = Cfn::new(&config);
    let mut wanted = inputs(&code::put(&config, "one").await);
    for quality in [80, 60, 70] {
        wanted.quality = quality;
        let desired = desired(&wanted);
        let ((a, _), (b, _)) = tokio::join!(run(&cfn, &desired), run(&cfn, &desired));
        for result in [&a, &b] {
            assert!(matches!(result, Ok(_) | Err(StackError::Conflict { .. })), "{result:?}");
        }
        assert!(a.is_ok() || b.is_ok(), "{a:?} {b:?}");
        reads(&cfn).wait_stable(NAME, &mut |_| ()).await.unwrap();
        assert_eq!(plan_now(&cfn, &desired).await, StackPlan::Nothing, "{quality}");
        assert_eq!(open_change_sets(&cfn, NAME).await, Vec::<String>::new());
    }
}

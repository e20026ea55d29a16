//! The law of going on: whatever call a run was cut off at, running it again ends where one run would have.

use std::sync::atomic::Ordering;

use aws_sdk_cloudformation::Client as Cfn;
use imgdeploy::stack::{StackInputs, StackPlan};

use crate::faults::{self, Fault};
use crate::ministack::MiniStack;
use crate::{code, desired, inputs, open_change_sets, plan_now, run, writes};

const NAME: &str = "imgdeploy-photos";
/// More calls than any run here makes.
const MANY: usize = 200;

/// Runs `wanted` with a fault at each of its calls in turn; `prepare` makes the start anew.
async fn each_call<F>(aws: &MiniStack, start: Option<&StackInputs>, wanted: &StackInputs, fault: F)
where
    F: Fn(usize) -> Fault,
{
    let config = aws.config();
    let cfn = Cfn::new(&config);
    let mut reached = 0;
    for at in 0..MANY {
        writes(&cfn).delete(NAME, None, &mut |_| ()).await.unwrap();
        if let Some(start) = start {
            run(&cfn, &desired(start)).await.0.unwrap();
        }
        let (faulty, calls) = faults::client(&config, fault(at));
        let (result, _) = run(&faulty, &desired(wanted)).await;
        let made = calls.load(Ordering::SeqCst);
        let lost = matches!(fault(at), Fault::LoseAnswer(_));
        assert!(result.is_ok() || !lost, "{:?}: {result:?}", fault(at));
        let outputs =
            run(&cfn, &desired(wanted)).await.0.unwrap_or_else(|e| panic!("{:?}: {e:?}", fault(at)));
        assert_eq!(outputs.code_sha256, wanted.code_sha256);
        assert_eq!(plan_now(&cfn, &desired(wanted)).await, StackPlan::Nothing, "{:?}", fault(at));
        assert_eq!(open_change_sets(&cfn, NAME).await, Vec::<String>::new(), "{:?}", fault(at));
        if made <= at {
            assert!(result.is_ok(), "without a fault it works: {result:?}");
            reached = at;
            break;
        }
    }
    assert!((8..MANY).contains(&reached), "all calls were cut, {reached} of them");
}

#[tokio::test]
async fn a_creation_that_is_cut_off_before_each_call() {
    let aws = MiniStack::start().await;
    let wanted = inputs(&code::put(&aws.config(), "one").await);
    each_call(&aws, None, &wanted, Fault::CutBefore).await;
}

#[tokio::test]
async fn a_creation_that_is_cut_off_after_each_call() {
    let aws = MiniStack::start().await;
    let wanted = inputs(&code::put(&aws.config(), "one").await);
    each_call(&aws, None, &wanted, Fault::CutAfter).await;
}

#[tokio::test]
async fn a_creation_in_which_each_answer_is_lost_once() {
    let aws = MiniStack::start().await;
    let wanted = inputs(&code::put(&aws.config(), "one").await);
    each_call(&aws, None, &wanted, Fault::LoseAnswer).await;
}

#[tokio::test]
async fn an_update_that_is_cut_off_before_and_after_each_call() {
    let aws = MiniStack::start().await;
    let config = aws.config();
    let start = inputs(&code::put(&config, "one").await);
    let wanted = inputs(&code::put(&config, "two").await);
    each_call(&aws, Some(&start), &wanted, Fault::CutBefore).await;
    each_call(&aws, Some(&start), &wanted, Fault::CutAfter).await;
}

#[tokio::test]
async fn an_update_in_which_each_answer_is_lost_once() {
    let aws = MiniStack::start().await;
    let config = aws.config();
    let start = inputs(&code::put(&config, "one").await);
    let wanted = inputs(&code::put(&config, "two").await);
    each_call(&aws, Some(&start), &wanted, Fault::LoseAnswer).await;
}

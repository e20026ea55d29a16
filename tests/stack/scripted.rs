//! What AWS does and no emulator: late news, cancelled siblings, change sets in the making, refusals.

use imgdeploy::stack::{self, StackError, StackEvent, StackPlan};

use crate::answers::{
    BEFORE, ID, NAME, available, change_set, events, fine, made, no_stack, stack, template, wanted,
};
use crate::replay::{Replay, error, ok};
use crate::{reads, run, writes};

#[tokio::test]
async fn a_status_from_before_the_update_is_not_taken_for_its_end() {
    let replay = Replay::start(vec![
        (
            "DescribeStacks",
            vec![
                stack("UPDATE_COMPLETE"),
                stack("UPDATE_COMPLETE"),
                // Executed by now, but DescribeStacks does not know yet.
                stack("UPDATE_COMPLETE"),
                stack("UPDATE_COMPLETE"),
                stack("UPDATE_IN_PROGRESS"),
                stack("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
                stack("UPDATE_COMPLETE"),
            ],
        ),
        ("GetTemplate", vec![template()]),
        ("CreateChangeSet", made()),
        (
            "DescribeChangeSet",
            vec![
                change_set("CREATE_PENDING", "UNAVAILABLE", ""),
                change_set("CREATE_IN_PROGRESS", "UNAVAILABLE", ""),
                error(400, "Throttling", "Rate exceeded"),
                change_set("CREATE_COMPLETE", "AVAILABLE", ""),
            ],
        ),
        ("ExecuteChangeSet", fine("ExecuteChangeSet")),
        (
            "DescribeStackEvents",
            vec![
                events(&[BEFORE]),
                events(&[BEFORE]),
                events(&[BEFORE, ("2", NAME, "UPDATE_IN_PROGRESS", "User Initiated")]),
                events(&[
                    BEFORE,
                    ("2", NAME, "UPDATE_IN_PROGRESS", ""),
                    ("3", "Function", "UPDATE_COMPLETE", ""),
                ]),
                events(&[
                    BEFORE,
                    ("2", NAME, "UPDATE_IN_PROGRESS", ""),
                    ("3", "Function", "UPDATE_COMPLETE", ""),
                    ("4", NAME, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", ""),
                    ("5", NAME, "UPDATE_COMPLETE", ""),
                ]),
            ],
        ),
    ])
    .await;
    let (result, seen) = run(&replay.client(), &wanted()).await;
    assert_eq!(result.unwrap().api_host, "ApiHost-value");
    assert_eq!(replay.writes(), ["CreateChangeSet", "ExecuteChangeSet"]);
    // The last answer repeats: all seven were needed.
    assert!(replay.count("DescribeStacks") >= 7, "{}", replay.count("DescribeStacks"));
    let told: Vec<String> = seen
        .iter()
        .map(|event| match event {
            StackEvent::ChangeSet { changes } => format!("{} changes", changes.len()),
            StackEvent::Resource { logical, status, .. } => format!("{logical} {status}"),
            StackEvent::Stack { status, .. } => status.clone(),
        })
        .collect();
    assert_eq!(
        told,
        [
            "1 changes",
            "UPDATE_IN_PROGRESS",
            "Function UPDATE_COMPLETE",
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "UPDATE_COMPLETE"
        ],
        "each event once, oldest first, none from before"
    );
}

#[tokio::test]
async fn the_first_cause_is_told_and_not_what_was_cancelled_for_it() {
    let shell = ("1", NAME, "REVIEW_IN_PROGRESS", "");
    let failing = [
        shell,
        ("2", NAME, "CREATE_IN_PROGRESS", ""),
        ("3", "Api", "CREATE_FAILED", "Resource creation cancelled"),
        ("4", "Role", "CREATE_FAILED", "not authorized to perform: iam:CreateRole"),
        ("5", "LogGroup", "CREATE_FAILED", "Resource creation cancelled"),
        ("6", "Other", "CREATE_FAILED", "a later failure"),
        ("7", NAME, "ROLLBACK_COMPLETE", ""),
        ("8", NAME, "DELETE_IN_PROGRESS", "The following resource(s) failed to create"),
        ("9", NAME, "DELETE_COMPLETE", ""),
    ];
    let replay = Replay::start(vec![
        (
            "DescribeStacks",
            vec![
                no_stack(),
                no_stack(),
                stack("CREATE_IN_PROGRESS"),
                // Between the failure and the deletion that was ordered with it: not the end (CN-03).
                stack("ROLLBACK_COMPLETE"),
                stack("DELETE_IN_PROGRESS"),
                stack("DELETE_COMPLETE"),
            ],
        ),
        ("GetTemplate", vec![no_stack()]),
        ("CreateChangeSet", made()),
        ("DescribeChangeSet", available()),
        ("ExecuteChangeSet", fine("ExecuteChangeSet")),
        (
            "DescribeStackEvents",
            vec![events(&failing[..1]), events(&failing[..2]), events(&failing[..7]), events(&failing)],
        ),
    ])
    .await;
    let (result, _) = run(&replay.client(), &wanted()).await;
    match result.unwrap_err() {
        StackError::Failed { status, resource: Some(resource), .. } => {
            assert_eq!(status, "DELETE_COMPLETE");
            assert_eq!((resource.logical.as_str(), resource.status.as_str()), ("Role", "CREATE_FAILED"));
            assert!(resource.reason.contains("iam:CreateRole"));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nothing_to_change_is_success_and_leaves_no_change_set() {
    // CN-05: our comparison saw a difference, CloudFormation sees none.
    let empty = "The submitted information didn&apos;t contain changes. Submit different information to create a change set.";
    let replay = Replay::start(vec![
        ("DescribeStacks", vec![stack("UPDATE_COMPLETE")]),
        ("GetTemplate", vec![template()]),
        ("CreateChangeSet", made()),
        ("DescribeChangeSet", vec![change_set("FAILED", "UNAVAILABLE", empty)]),
        ("DeleteChangeSet", fine("DeleteChangeSet")),
        (
            "ListChangeSets",
            vec![ok(
                "ListChangeSets",
                "<Summaries><member><ChangeSetId>arn:left</ChangeSetId><ChangeSetName>imgdeploy-left</ChangeSetName>\
                 <ExecutionStatus>AVAILABLE</ExecutionStatus></member><member><ChangeSetId>arn:theirs</ChangeSetId>\
                 <ChangeSetName>theirs</ChangeSetName><ExecutionStatus>AVAILABLE</ExecutionStatus></member></Summaries>",
            )],
        ),
    ])
    .await;
    let (result, _) = run(&replay.client(), &wanted()).await;
    assert_eq!(result.unwrap().function_name, "FunctionName-value");
    assert_eq!(
        replay.writes(),
        ["CreateChangeSet", "DeleteChangeSet", "DeleteChangeSet"],
        "ours and our leftover, not theirs"
    );
}

#[tokio::test]
async fn a_change_set_that_cannot_be_made_says_why_and_is_removed() {
    let replay = Replay::start(vec![
        ("DescribeStacks", vec![stack("UPDATE_COMPLETE")]),
        ("GetTemplate", vec![template()]),
        ("CreateChangeSet", made()),
        ("DescribeChangeSet", vec![change_set("FAILED", "UNAVAILABLE", "Validation failed; call DescribeEvents.")]),
        (
            "DescribeEvents",
            vec![ok(
                "DescribeEvents",
                "<OperationEvents><member><EventId>1</EventId><ValidationPath>/Resources/Stage</ValidationPath>\
                 <ValidationStatusReason>rate is too high</ValidationStatusReason></member></OperationEvents>",
            )],
        ),
        ("DeleteChangeSet", fine("DeleteChangeSet")),
    ])
    .await;
    let error = run(&replay.client(), &wanted()).await.0.unwrap_err();
    assert!(matches!(error, StackError::ChangeSet { .. }), "{error:?}");
    assert!(
        error.to_string().ends_with("call DescribeEvents. /Resources/Stage: rate is too high"),
        "{error}"
    );
    assert_eq!(replay.writes(), ["CreateChangeSet", "DeleteChangeSet"]);
}

#[tokio::test]
async fn a_change_set_that_another_run_outdated_is_a_conflict() {
    for (answer, described) in [
        (error(400, "InvalidChangeSetStatus", "ChangeSet is in OBSOLETE status"), "OBSOLETE"),
        (error(404, "ChangeSetNotFound", "ChangeSet [x] does not exist"), ""),
    ] {
        let described = match described {
            "" => error(404, "ChangeSetNotFound", "ChangeSet [x] does not exist"),
            status => change_set("CREATE_COMPLETE", status, ""),
        };
        let replay = Replay::start(vec![
            ("DescribeStacks", vec![stack("UPDATE_COMPLETE")]),
            ("GetTemplate", vec![template()]),
            ("CreateChangeSet", made()),
            ("DescribeChangeSet", vec![change_set("CREATE_COMPLETE", "AVAILABLE", ""), described]),
            ("DescribeStackEvents", vec![events(&[BEFORE])]),
            ("ExecuteChangeSet", vec![answer]),
        ])
        .await;
        let error = run(&replay.client(), &wanted()).await.0.unwrap_err();
        assert!(matches!(&error, StackError::Conflict { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_refusal_keeps_the_code_and_writes_nothing() {
    let denied = "User: arn:aws:iam::1:user/x is not authorized to perform: cloudformation:CreateChangeSet";
    let replay = Replay::start(vec![
        ("DescribeStacks", vec![no_stack()]),
        ("GetTemplate", vec![no_stack()]),
        ("CreateChangeSet", vec![error(403, "AccessDenied", denied)]),
    ])
    .await;
    let error = run(&replay.client(), &wanted()).await.0.unwrap_err();
    match &error {
        StackError::Aws { operation, code, message, .. } => {
            assert_eq!((*operation, code.as_deref()), ("CreateChangeSet", Some("AccessDenied")));
            assert!(message.contains("not authorized"));
        }
        other => panic!("{other:?}"),
    }
    assert!(std::error::Error::source(&error).is_some(), "the SDK's error is kept");
    assert_eq!(replay.writes(), ["CreateChangeSet"]);
}

#[tokio::test]
async fn what_cannot_be_read_is_not_absent() {
    for code in ["AccessDenied", "ExpiredToken"] {
        let replay = Replay::start(vec![
            ("DescribeStacks", vec![error(403, code, "no")]),
            ("GetTemplate", vec![no_stack()]),
        ])
        .await;
        let error = reads(&replay.client()).observe(NAME).await.unwrap_err();
        assert!(matches!(&error, StackError::Aws { code: Some(c), .. } if c == code), "{error:?}");
    }
    let replay = Replay::start(vec![
        ("DescribeStacks", vec![stack("CREATE_COMPLETE")]),
        ("GetTemplate", vec![error(403, "AccessDenied", "no")]),
    ])
    .await;
    let error = reads(&replay.client()).observe(NAME).await.unwrap_err();
    assert!(matches!(&error, StackError::Aws { operation: "GetTemplate", .. }), "{error:?}");
}

#[tokio::test]
async fn a_shell_without_tags_and_template_can_be_observed() {
    let shell = format!(
        "<Stacks><member><StackId>{ID}</StackId><StackName>{NAME}</StackName><StackStatus>REVIEW_IN_PROGRESS</StackStatus>\
         <CreationTime>2026-01-01T00:00:00Z</CreationTime></member></Stacks>"
    );
    let replay = Replay::start(vec![
        ("DescribeStacks", vec![ok("DescribeStacks", &shell)]),
        (
            "GetTemplate",
            vec![error(400, "ValidationError", "Template unavailable for REVIEW_IN_PROGRESS stack")],
        ),
    ])
    .await;
    let seen = reads(&replay.client()).observe(NAME).await.unwrap().unwrap();
    assert_eq!(seen.template, None);
    assert!(matches!(stack::plan(&wanted(), Some(&seen)), StackPlan::CreateInShell { .. }));
}

#[tokio::test]
async fn a_deletion_that_fails_names_the_resource() {
    let replay = Replay::start(vec![
        (
            "DescribeStacks",
            vec![stack("CREATE_COMPLETE"), stack("DELETE_IN_PROGRESS"), stack("DELETE_FAILED")],
        ),
        ("DeleteStack", fine("DeleteStack")),
        (
            "DescribeStackEvents",
            vec![
                events(&[BEFORE]),
                events(&[
                    BEFORE,
                    ("2", NAME, "DELETE_IN_PROGRESS", ""),
                    ("3", "Role", "DELETE_FAILED", "Cannot delete entity, must detach all policies first."),
                    ("4", NAME, "DELETE_FAILED", "The following resource(s) failed to delete: [Role]."),
                ]),
            ],
        ),
    ])
    .await;
    let error = writes(&replay.client()).delete(NAME, None, &mut |_| ()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("Role") && text.contains("must detach all policies"), "{text}");
    assert_eq!(replay.writes(), ["DeleteStack"]);
}

#[tokio::test]
async fn a_creation_under_way_is_not_broken_off_by_a_deletion() {
    let replay = Replay::start(vec![("DescribeStacks", vec![stack("CREATE_IN_PROGRESS")])]).await;
    let error = writes(&replay.client()).delete(NAME, None, &mut |_| ()).await.unwrap_err();
    assert!(matches!(&error, StackError::Conflict { .. }), "{error:?}");
    assert_eq!(replay.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn the_role_is_named_whenever_cloudformation_is_to_do_something() {
    let role = "arn:aws:iam::111122223333:role/resizer-stack";
    let script = || {
        vec![
            ("DescribeStacks", vec![stack("UPDATE_COMPLETE"), stack("UPDATE_COMPLETE"), no_stack()]),
            ("GetTemplate", vec![template()]),
            ("CreateChangeSet", vec![error(400, "ValidationError", "enough")]),
            ("DescribeStackEvents", vec![events(&[BEFORE])]),
            ("DeleteStack", fine("DeleteStack")),
        ]
    };
    for role in [None, Some(role)] {
        let sent = role.map(|it| it.replace(':', "%3A").replace('/', "%2F"));
        let replay = Replay::start(script()).await;
        let mut wanted = wanted();
        wanted.role = role.map(str::to_owned);
        let _ = run(&replay.client(), &wanted).await.0.unwrap_err();
        assert_eq!(replay.sent("CreateChangeSet", "RoleARN"), std::slice::from_ref(&sent));
        let replay = Replay::start(script()).await;
        // Whatever it comes to after this call.
        let _ = writes(&replay.client()).delete(NAME, role, &mut |_| ()).await;
        assert_eq!(replay.sent("DeleteStack", "RoleARN"), [sent]);
    }
}

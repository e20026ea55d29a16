#![allow(clippy::unwrap_used)]
use super::*;

/// The template before rendering, and some of its parameters.
fn desired() -> DesiredStack {
    let map = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    DesiredStack {
        name: "imgdeploy-photos".to_owned(),
        template_body: include_str!("../../../../templates/stack.yaml").to_owned(),
        parameters: map(&[("Bucket", "photos"), ("MemorySize", "1024"), ("Quality", "80"), ("OnUpload", "")]),
        secrets: Secrets::default(),
        tags: map(&[(TAG_BUCKET, "photos"), (TAG_VERSION, "0.1.0")]),
        role: None,
    }
}

/// A stack that is exactly as wanted, in the given status.
fn seen(status: &str) -> StackSeen {
    let desired = desired();
    StackSeen {
        id: "arn:aws:cloudformation:eu-west-1:123456789012:stack/imgdeploy-photos/1".to_owned(),
        status: status.to_owned(),
        status_reason: None,
        parameters: desired.parameters,
        template: Some(desired.template_body),
        outputs: BTreeMap::new(),
        tags: desired.tags,
        termination_protection: false,
    }
}

#[test]
fn absent_or_deleted_is_created() {
    assert_eq!(plan(&desired(), None), StackPlan::Create);
    let mut gone = seen("DELETE_COMPLETE");
    gone.tags.clear();
    assert_eq!(plan(&desired(), Some(&gone)), StackPlan::Create);
}

#[test]
fn equal_is_nothing_in_every_steady_status() {
    for status in [
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
    ] {
        assert_eq!(plan(&desired(), Some(&seen(status))), StackPlan::Nothing, "{status}");
    }
}

#[test]
fn a_template_that_came_back_in_other_layout_is_the_same() {
    let mut other = seen("CREATE_COMPLETE");
    let value: serde_json::Value = serde_yaml::from_str(&desired().template_body).unwrap();
    other.template = Some(serde_json::to_string(&value).unwrap());
    assert_eq!(plan(&desired(), Some(&other)), StackPlan::Nothing);
    other.template = Some(format!("{}\r\n", desired().template_body.replace('\n', "\r\n")));
    assert_eq!(plan(&desired(), Some(&other)), StackPlan::Nothing);
    other.template = Some(desired().template_body.replace("RetentionInDays", "RetentionInDay"));
    assert!(matches!(plan(&desired(), Some(&other)), StackPlan::Update(d) if d.template_changed));
    other.template = None;
    assert!(matches!(plan(&desired(), Some(&other)), StackPlan::Update(d) if d.template_changed));
}

#[test]
fn each_changed_parameter_is_named_with_both_values() {
    let mut old = seen("UPDATE_COMPLETE");
    old.parameters.insert("MemorySize".to_owned(), "512".to_owned());
    old.parameters.remove("Quality");
    old.parameters.insert("Gone".to_owned(), "x".to_owned());
    let StackPlan::Update(difference) = plan(&desired(), Some(&old)) else { panic!("an update") };
    assert!(!difference.template_changed);
    assert!(difference.tags.is_empty());
    let lines: Vec<_> =
        difference.parameters.iter().map(|c| (c.name.as_str(), c.old.as_deref(), c.new.as_deref())).collect();
    assert_eq!(
        lines,
        [("Gone", Some("x"), None), ("MemorySize", Some("512"), Some("1024")), ("Quality", None, Some("80")),]
    );
}

#[test]
fn tags_of_others_are_kept_and_the_version_alone_is_nothing() {
    let mut old = seen("UPDATE_COMPLETE");
    old.tags.insert("cost-centre".to_owned(), "42".to_owned());
    old.tags.insert(TAG_VERSION.to_owned(), "0.0.1".to_owned());
    assert_eq!(plan(&desired(), Some(&old)), StackPlan::Nothing);
    let mut wanted = desired();
    wanted.tags.insert("team".to_owned(), "web".to_owned());
    let StackPlan::Update(difference) = plan(&wanted, Some(&old)) else { panic!("an update") };
    assert_eq!(difference.all_tags["cost-centre"], "42");
    assert_eq!(difference.all_tags["team"], "web");
    assert_eq!(difference.all_tags[TAG_VERSION], "0.1.0");
}

#[test]
fn a_foreign_stack_is_refused_whatever_its_status() {
    use aws_sdk_cloudformation::types::StackStatus;
    for status in StackStatus::values().iter().filter(|s| **s != "DELETE_COMPLETE") {
        let mut other = seen(status);
        other.tags.insert(TAG_BUCKET.to_owned(), "other".to_owned());
        assert!(
            matches!(plan(&desired(), Some(&other)), StackPlan::Refused { why } if why.contains("bucket other")),
            "{status}"
        );
        other.tags = BTreeMap::from([("k".to_owned(), "v".to_owned())]);
        assert!(matches!(plan(&desired(), Some(&other)), StackPlan::Refused { .. }), "{status}");
    }
}

#[test]
fn a_shell_is_filled() {
    let mut shell = seen("REVIEW_IN_PROGRESS");
    shell.template = None;
    assert!(matches!(plan(&desired(), Some(&shell)), StackPlan::CreateInShell { .. }));
    shell.tags.clear();
    assert!(matches!(plan(&desired(), Some(&shell)), StackPlan::CreateInShell { .. }));
}

#[test]
fn dead_stacks_are_deleted_by_id_unless_protected() {
    for status in ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"] {
        let mut dead = seen(status);
        dead.status_reason = Some("because".to_owned());
        let StackPlan::DeleteThenCreate { id, why } = plan(&desired(), Some(&dead)) else {
            panic!("{status}")
        };
        assert_eq!(id, dead.id);
        assert!(why.contains(status) && why.contains("because"), "{why}");
        dead.termination_protection = true;
        assert!(matches!(plan(&desired(), Some(&dead)), StackPlan::Refused { .. }), "{status}");
    }
}

#[test]
fn stuck_stacks_are_rolled_back_first() {
    for status in ["UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"] {
        let plan = plan(&desired(), Some(&seen(status)));
        assert!(matches!(plan, StackPlan::ContinueRollbackThenUpdate { status: s, .. } if s == status));
    }
}

#[test]
fn moving_stacks_are_waited_for() {
    for status in ["CREATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "DELETE_IN_PROGRESS"] {
        assert_eq!(plan(&desired(), Some(&seen(status))), StackPlan::Wait { status: status.to_owned() });
    }
}

#[test]
fn what_nobody_knows_is_refused() {
    for status in ["IMPORT_ROLLBACK_FAILED", "NEW_STATUS", ""] {
        assert!(matches!(plan(&desired(), Some(&seen(status))), StackPlan::Refused { .. }), "{status}");
    }
}

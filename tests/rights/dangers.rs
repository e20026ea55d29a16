//! Rights that give away more than they seem to.

use crate::policy::{self, Statement};

/// Rights over roles that have to hang on the boundary.
const BOUNDED: [&str; 3] = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"];

/// Rights with which a boundary is got rid of, or a role is taken over, in no policy of ours.
const NEVER: [&str; 11] = [
    "iam:AttachRolePolicy",
    "iam:CreateAccessKey",
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicyVersion",
    "iam:DeleteRolePermissionsBoundary",
    "iam:PassRole*",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "sts:AssumeRole",
];

fn with<'a>(statements: &'a [Statement], action: &str) -> Vec<&'a Statement> {
    statements.iter().filter(|it| it.actions.iter().any(|one| one == action)).collect()
}

#[test]
fn nobody_gets_rid_of_a_boundary_or_takes_over_a_role() {
    for file in policy::files() {
        let statements = policy::read(&file);
        for action in NEVER {
            assert!(with(&statements, action).is_empty(), "{file}: {action}");
        }
        for action in BOUNDED {
            for statement in with(&statements, action) {
                assert_eq!(statement.resources, ["arn:aws:iam::*:role/imgdeploy-*"], "{file}: {action}");
                // The one that README calls what it is.
                let demanded = statement.condition("StringEquals", "iam:PermissionsBoundary");
                assert!(demanded == ["BOUNDARY"] || file == "attach-policy.json", "{file}: {action}");
            }
        }
    }
    for file in ["attach-boundary-policy.json", "stack-role-policy.json"] {
        assert!(BOUNDED.iter().all(|it| !with(&policy::read(file), it).is_empty()), "{file}");
    }
}

#[test]
fn roles_are_passed_to_one_service() {
    for file in policy::files() {
        for statement in with(&policy::read(&file), "iam:PassRole") {
            assert_eq!(statement.actions, ["iam:PassRole"], "{file}");
            let service = statement.condition("StringEquals", "iam:PassedToService");
            let expected = match statement.resources.as_slice() {
                [one] if one == "STACK-ROLE" => "cloudformation.amazonaws.com",
                [one] if one == "arn:aws:iam::*:role/imgdeploy-*" => "lambda.amazonaws.com",
                other => panic!("{file}: {other:?}"),
            };
            assert_eq!(service, [expected], "{file}");
        }
    }
}

#[test]
fn with_a_role_for_the_stack_no_other_right_over_roles_is_needed() {
    let statements = policy::read("attach-stack-role-policy.json");
    let iam: Vec<&String> =
        statements.iter().flat_map(|it| &it.actions).filter(|it| it.starts_with("iam:")).collect();
    assert_eq!(iam, ["iam:PassRole", "iam:SimulatePrincipalPolicy"]);
    for gone in
        ["lambda:CreateFunction", "lambda:UpdateFunctionCode", "apigateway:POST", "logs:CreateLogGroup"]
    {
        assert!(with(&statements, gone).is_empty(), "{gone}");
    }
}

#[test]
fn whoever_brings_code_or_measures_deletes_versions_only() {
    let function = "arn:aws:lambda:eu-west-1:111122223333:function:imgdeploy-shop";
    for file in ["update-code-policy.json", "tune-policy.json"] {
        let statements = policy::read(file);
        for statement in with(&statements, "lambda:DeleteFunction") {
            assert!(statement.covers(&format!("{function}:7")), "{file}");
            assert!(!statement.covers(function), "{file} lets the function be deleted");
        }
        assert_eq!(with(&statements, "lambda:DeleteFunction").len(), 1, "{file}");
    }
}

#[test]
fn whoever_only_looks_sees_no_secrets_of_others() {
    for file in ["doctor-policy.json", "status-policy.json"] {
        for statement in policy::read(file) {
            let secret = |action: &String| {
                // Variables of functions, and where their code can be had.
                action.starts_with("lambda:Get") || action.starts_with("logs:Filter")
            };
            if statement.actions.iter().any(secret) {
                assert!(
                    statement.resources.iter().all(|it| it.contains("imgdeploy-*")),
                    "{file}: {statement:?}"
                );
            }
            for path in ["/apikeys", "/apikeys/a", "/usageplans/a/keys", "/clientcertificates", "/account"] {
                let arn = format!("arn:aws:apigateway:eu-west-1::{path}");
                let reads = statement.actions.iter().any(|it| it == "apigateway:GET");
                assert!(!reads || !statement.covers(&arn), "{file}: {path}");
            }
        }
    }
}

#[test]
fn cloudformation_alone_may_assume_the_stacks_role() {
    let path = test_support::workspace::root().join("templates/stack-role-trust.json");
    let trust: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let statements = trust["Statement"].as_array().unwrap();
    assert_eq!(statements.len(), 1);
    assert_eq!(statements[0]["Principal"], serde_json::json!({ "Service": "cloudformation.amazonaws.com" }));
    assert_eq!(statements[0]["Action"], "sts:AssumeRole");
}

//! With a role for CloudFormation and a boundary for the function's role.

use serde_json::{Value, json};
use test_support::iam;

use crate::bench::{BUCKET, Bench, words};

const ROLE: &str = "arn:aws:iam::000000000000:role/resizer-stack";
const BOUNDARY: &str = "arn:aws:iam::000000000000:policy/resizer-boundary";

#[test]
fn without_rights_over_roles_and_functions_a_bucket_is_attached_and_detached() {
    let bench = Bench::used();
    let policy = iam::template("attach-stack-role-policy.json", BUCKET).replace("STACK-ROLE", ROLE);
    // The emulator asks for the permission to list where one alias is read.
    let policy = policy.replace("\"lambda:GetAlias\"", "\"lambda:GetAlias\", \"lambda:ListAliases\"");
    // And the probe at the emulator reads the chain, of which it walks a model.
    let mut policy: Value = serde_json::from_str(&policy).unwrap();
    let probe =
        json!({ "Effect": "Allow", "Action": ["apigateway:GET", "lambda:GetPolicy"], "Resource": "*" });
    policy["Statement"].as_array_mut().unwrap().push(probe);
    let bench = bench.called_by_user(&policy.to_string());
    let mut arguments = bench.attach_arguments();
    arguments.extend(words(&["--stack-role", ROLE, "--permissions-boundary", BOUNDARY]));
    let run = bench.tool.run(&arguments).exits(0);
    assert!(run.to_string().contains(&format!("+ PermissionsBoundary: {BOUNDARY}")), "{run}");
    bench.proxy.clear();
    let again = bench.tool.run(&arguments).exits(0);
    assert!(again.stdout.contains("nothing to do"), "{again}");
    bench.assert_no_writes();
    // Another boundary is a change of one parameter.
    let other = BOUNDARY.replace("resizer", "narrower");
    arguments.extend(words(&["--dry-run", "--output", "json"]));
    let boundary = arguments.iter().position(|word| word == BOUNDARY).unwrap();
    arguments[boundary].clone_from(&other);
    let plan = bench.tool.run(&arguments).exits(0).json();
    let text = plan.to_string();
    // What the stack is to have, and what differs.
    assert!(text.matches(&other).count() >= 2 && text.contains(BOUNDARY), "{plan:#}");
    let _ = bench.detach().exits(0);
}

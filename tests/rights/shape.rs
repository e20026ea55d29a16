//! Each policy on its own: actions that there are, no wildcards, resources named wherever IAM can tell them apart.

use std::collections::BTreeSet;

use imgdeploy::names;
use serde_json::Value;
use test_support::workspace;

use crate::aws;
use crate::policy::{self, Statement};

/// Actions with a wildcard, and why.
const WILDCARDS: [(&str, &str); 1] =
    [("sqs:SendMessage*", "IAM has one action for SendMessage and SendMessageBatch, the emulator has two")];

/// Actions on all resources although they can be limited to some, and why.
const EVERYWHERE: [(&str, &str); 2] = [
    ("iam:SimulatePrincipalPolicy", "asked about whoever calls, whose name is not known here"),
    ("cloudwatch:GetMetricData", "its resources are data sets, which metrics of AWS's services are not in"),
];

/// Policies inside the template: the rights of the function.
fn in_template() -> Vec<Statement> {
    let path = workspace::root().join("templates/stack.yaml");
    let template: Value = serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut found = Vec::new();
    for resource in template["Resources"].as_object().unwrap().values() {
        let properties = &resource["Properties"];
        let inline = properties["Policies"].as_array().into_iter().flatten();
        let documents = inline.chain([properties]).map(|it| &it["PolicyDocument"]);
        for document in documents.filter(|it| it.is_object()) {
            found.extend(policy::statements(document, "stack.yaml"));
        }
    }
    assert!(found.len() >= 9, "{found:?}");
    found
}

/// Every statement with the name of what it is in.
fn all() -> Vec<(String, Statement)> {
    let files = policy::files();
    let of_files = files.iter().flat_map(|file| policy::read(file).into_iter().map(|it| (file.clone(), it)));
    of_files.chain(in_template().into_iter().map(|it| ("stack.yaml".to_owned(), it))).collect()
}

#[test]
fn every_action_is_one_of_iams_and_none_has_a_wildcard() {
    let allowed: BTreeSet<&str> = WILDCARDS.iter().map(|(action, _)| *action).collect();
    let mut met = BTreeSet::new();
    for (file, statement) in all() {
        for action in &statement.actions {
            if action.contains('*') {
                assert!(allowed.contains(action.as_str()), "{file}, {}: {action}", statement.sid);
                assert_eq!(
                    file, "stack.yaml",
                    "nobody else runs at the emulator with rights from a template"
                );
                met.insert(action.clone());
            } else {
                assert!(aws::limits(action).is_some(), "{file}, {}: IAM has no {action}", statement.sid);
            }
        }
    }
    assert_eq!(met.len(), WILDCARDS.len(), "an exception that nothing needs");
}

#[test]
fn resources_are_named_wherever_iam_can_tell_them_apart() {
    let exceptions: BTreeSet<&str> = EVERYWHERE.iter().map(|(action, _)| *action).collect();
    let mut met = BTreeSet::new();
    for (file, statement) in all() {
        let everywhere = statement.resources == ["*"];
        assert!(everywhere || !statement.resources.iter().any(|it| it == "*"), "{file}: {statement:?}");
        for action in statement.actions.iter().filter(|action| !action.contains('*')) {
            let limits = aws::limits(action).unwrap();
            if !everywhere {
                // Such a statement would allow nothing.
                assert!(limits, "{file}, {}: {action} can't be limited to resources", statement.sid);
            } else if limits {
                let sid = &statement.sid;
                assert!(exceptions.contains(action.as_str()), "{file}, {sid}: {action} everywhere");
                met.insert(action.clone());
            }
        }
    }
    assert_eq!(met.len(), EVERYWHERE.len(), "an exception that nothing needs");
}

#[test]
fn each_fits_into_a_managed_policy_and_is_in_order() {
    for file in policy::files() {
        let path = workspace::root().join("templates").join(&file);
        let compact: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let size = compact.to_string().replace("ACCOUNT", policy::ACCOUNT).len();
        assert!(size <= 6_144, "{file}: {size} characters are too many for a managed policy");
        let statements = policy::read(&file);
        let sids: BTreeSet<&str> = statements.iter().map(|it| it.sid.as_str()).collect();
        assert_eq!(sids.len(), statements.len(), "{file}: a Sid twice");
        for statement in &statements {
            assert!(statement.actions.is_sorted(), "{file}, {}", statement.sid);
        }
    }
}

/// A site's bucket may be called `imgdeploy-…` as well, and is nobody's whom only the artifacts bucket concerns.
#[test]
fn buckets_are_the_one_of_the_site_and_the_artifacts_bucket_of_the_account() {
    let artifacts = names::artifacts_bucket("ACCOUNT", "*");
    for file in policy::files() {
        for statement in policy::read(&file) {
            for bucket in statement.resources.iter().filter_map(|it| it.strip_prefix("arn:aws:s3:::")) {
                let (bucket, keys) = bucket.split_once('/').unwrap_or((bucket, ""));
                let sid = &statement.sid;
                assert!(bucket == "BUCKET" || bucket == artifacts, "{file}, {sid}: {bucket}");
                let folder = keys.split_once('/').is_some_and(|(folder, _)| !folder.contains('*'));
                assert!(bucket == "BUCKET" || keys.is_empty() || folder, "{file}, {sid}: all of {bucket}");
            }
        }
    }
}

#[test]
fn buckets_are_those_of_the_own_account() {
    for file in policy::files() {
        for statement in policy::read(&file) {
            // A bucket that is yet to be made has no owner, and lookups have no bucket.
            let named = statement.resources != ["*"];
            let s3 = statement.actions.iter().any(|it| it.starts_with("s3:") && it != "s3:CreateBucket");
            let owner = statement.condition("StringEquals", "aws:ResourceAccount");
            assert!(!(s3 && named) || owner == ["ACCOUNT"], "{file}, {}", statement.sid);
            // Queues and functions can be opened to other accounts by their own policies, as buckets can.
            let open = |it: &String| {
                let new = ["CreateFunction", "CreateEventSourceMapping", "CreateQueue"].iter();
                let mapping = it.contains("EventSourceMapping") || statement.sid.starts_with("BatchMapping");
                (it.starts_with("lambda:") || it.starts_with("sqs:"))
                    && !new.clone().any(|name| it.ends_with(name))
                    && !mapping
            };
            let shared = statement.actions.iter().any(open) && statement.sid != "BatchQueues";
            assert!(!(shared && named) || owner == ["ACCOUNT"], "{file}, {}", statement.sid);
        }
    }
}

#[test]
fn the_boundary_holds_all_that_the_function_ever_needs() {
    let boundary = policy::read("boundary-policy.json");
    // As for the bucket `photos` with the default prefix, in the stack `imgdeploy-photos`.
    let filled = |text: &str| {
        let text = text
            .replace("${AWS::Partition}", "aws")
            .replace("${AWS::Region}", "eu-west-1")
            .replace("${AWS::AccountId}", "111122223333")
            .replace("${AWS::StackName}", "imgdeploy-photos")
            .replace("${CodeBucket}", "imgdeploy-111122223333-eu-west-1")
            .replace("${Prefix}", "resized/")
            .replace("${Bucket}", "BUCKET");
        match text.as_str() {
            "BatchQueue" | "BatchErrors" | "BatchDead" => {
                format!("arn:aws:sqs:eu-west-1:111122223333:imgdeploy-photos-{text}-1")
            }
            _ => text,
        }
    };
    let mut used = BTreeSet::new();
    for statement in in_template().iter().filter(|it| it.sid != "Uploads") {
        for action in &statement.actions {
            let action = action.trim_end_matches('*');
            let resources = statement.resources.iter().filter(|it| *it != "Arn").map(|it| filled(it));
            for resource in resources {
                let holds = boundary
                    .iter()
                    .filter(|it| it.actions.iter().any(|held| held == action) && it.covers(&resource))
                    .map(|it| it.sid.clone());
                let held: Vec<String> = holds.collect();
                assert!(!held.is_empty(), "{}: {action} on {resource} is beyond the boundary", statement.sid);
                used.extend(held.into_iter().map(|sid| (sid, action.to_owned())));
            }
        }
    }
    for statement in &boundary {
        for action in &statement.actions {
            assert!(used.contains(&(statement.sid.clone(), action.clone())), "{}: {action}", statement.sid);
        }
    }
}

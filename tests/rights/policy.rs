//! Policies as statements.

use serde_json::Value;
use test_support::workspace;

/// The account that policies are filled in for.
pub const ACCOUNT: &str = "111122223333";

/// One statement.
#[derive(Debug, Clone)]
pub struct Statement {
    pub sid: String,
    pub actions: Vec<String>,
    pub resources: Vec<String>,
    pub condition: Value,
}

impl Statement {
    /// The values of a condition `operator` on `key`.
    pub fn condition(&self, operator: &str, key: &str) -> Vec<String> {
        texts(&self.condition[operator][key])
    }

    /// Whether one of the resources, in which `*` stands for anything, is `arn`, in the account that the policy is filled in for.
    pub fn covers(&self, arn: &str) -> bool {
        self.resources.iter().any(|pattern| matches(&pattern.replace("ACCOUNT", ACCOUNT), arn))
    }
}

/// Files in `templates/` that are policies for people and roles.
pub fn files() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(workspace::root().join("templates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with("policy.json"))
        .collect();
    names.sort();
    assert!(names.len() > 10, "{names:?}");
    names
}

/// The statements of a file in `templates/`.
pub fn read(file: &str) -> Vec<Statement> {
    let path = workspace::root().join("templates").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let policy: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(policy["Version"], "2012-10-17", "{file}");
    statements(&policy, file)
}

/// The statements of a policy document, all of which have to allow.
pub fn statements(policy: &Value, name: &str) -> Vec<Statement> {
    let all = policy["Statement"].as_array().unwrap();
    let one = |it: &Value| {
        assert_eq!(it["Effect"], "Allow", "{name}");
        for other in ["NotAction", "NotResource"] {
            assert!(it.get(other).is_none(), "{name} has {other}");
        }
        Statement {
            sid: it["Sid"].as_str().unwrap().to_owned(),
            actions: texts(&it["Action"]),
            resources: texts(&it["Resource"]),
            condition: it["Condition"].clone(),
        }
    };
    all.iter().map(one).collect()
}

/// A text, or a list of them; intrinsic functions of CloudFormation give the text in them.
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(one) => vec![one.clone()],
        Value::Array(many) => many.iter().flat_map(texts).collect(),
        Value::Object(call) => call.values().flat_map(texts).collect(),
        other => panic!("{other}"),
    }
}

/// Whether `pattern`, in which `*` stands for anything, is `text`.
pub fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| matches(rest, &text[at..]))
        }),
    }
}

#[test]
fn stars_match_anything() {
    for (pattern, text, fits) in [
        ("arn:aws:s3:::imgdeploy-*/code/*", "arn:aws:s3:::imgdeploy-1-eu/code/a.zip", true),
        ("arn:aws:s3:::imgdeploy-*/code/*", "arn:aws:s3:::imgdeploy-1-eu/journal/a", false),
        ("function:imgdeploy-*:*", "function:imgdeploy-shop", false),
        ("function:imgdeploy-*:*", "function:imgdeploy-shop:3", true),
        ("*", "", true),
    ] {
        assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
    }
}

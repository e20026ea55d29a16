//! What AWS says: IAM's actions, and what CloudFormation calls for each type of resource. Both come with cfn-lint, which
//! lies beside the emulator (`make venv`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::Value;

fn data() -> PathBuf {
    let emulator = std::env::var_os("IMGDEPLOY_MINISTACK").expect("`make test` sets IMGDEPLOY_MINISTACK");
    let lib = PathBuf::from(emulator).parent().unwrap().with_file_name("lib");
    let python = std::fs::read_dir(&lib).unwrap().map(|entry| entry.unwrap().path());
    python
        .map(|python| python.join("site-packages/cfnlint/data"))
        .find(|data| data.is_dir())
        .unwrap_or_else(|| panic!("no cfn-lint below {lib:?}: `make venv` puts it there"))
}

fn json(path: &str) -> Value {
    let path = data().join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    serde_json::from_str(&text).unwrap()
}

static IAM: LazyLock<Value> = LazyLock::new(|| json("AdditionalSpecs/Policies.json"));
static TYPES: LazyLock<Value> = LazyLock::new(|| json("schemas/providers/us-east-1.json"));

/// Whether IAM has this action. `None`: it has not; else whether the action can be limited to resources.
pub fn limits(action: &str) -> Option<bool> {
    let (service, name) = action.split_once(':')?;
    let known = IAM.get(service)?["Actions"].get(name.to_lowercase())?;
    Some(known.get("Resources").is_some())
}

/// The actions that CloudFormation needs for a type of resource, by its schema, with those for its tags.
pub fn handlers(kind: &str) -> BTreeSet<String> {
    let file = TYPES[kind].as_str().unwrap_or_else(|| panic!("no schema of {kind}"));
    let schema = json(&format!("schemas/resources/{file}.json"));
    let mut found: BTreeSet<String> = texts(&schema["tagging"]["permissions"]);
    for handler in schema["handlers"].as_object().into_iter().flat_map(serde_json::Map::values) {
        found.extend(texts(&handler["permissions"]));
    }
    found
}

fn texts(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The types of resources in the template, and what CloudFormation calls for each.
pub fn stack(template: &str) -> BTreeMap<String, BTreeSet<String>> {
    let path = test_support::workspace::root().join("templates").join(template);
    let template: Value = serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let resources = template["Resources"].as_object().unwrap().values();
    let kinds: BTreeSet<String> = resources.filter_map(|it| it["Type"].as_str()).map(str::to_owned).collect();
    kinds.into_iter().map(|kind| (kind.clone(), handlers(&kind))).collect()
}

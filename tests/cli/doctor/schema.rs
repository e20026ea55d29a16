//! The published schema, held against real reports. A small reader of the part of JSON Schema that it uses: a keyword that it does not
//! know fails the test, so that nothing goes unchecked.

use serde_json::Value;
use test_support::workspace;

use super::ward::Ward;
use crate::bench::REGION;

fn schema() -> Value {
    let path = workspace::root().join("docs/doctor.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What is wrong with `value`, with the place.
fn wrong(root: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let mut say = |what: String| found.push(format!("{place}: {what}"));
    for (keyword, wanted) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "title" | "$defs" | "properties" | "items" => {}
            "$ref" => {
                let name = wanted.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                wrong(root, &root["$defs"][name], value, place, found);
                return;
            }
            "const" if wanted != value => say(format!("{value} is not {wanted}")),
            "enum" if !wanted.as_array().unwrap().contains(value) => {
                say(format!("{value} is none of {wanted}"))
            }
            "const" | "enum" => {}
            "type" => {
                let one = std::slice::from_ref(wanted);
                let kinds = wanted.as_array().map_or(one, Vec::as_slice);
                if !kinds.iter().any(|kind| is(kind.as_str().unwrap(), value)) {
                    say(format!("{value} is no {wanted}"));
                }
            }
            "pattern" => {
                assert_eq!(wanted, "^IMG0[0-9]{2}$");
                let text = value.as_str().unwrap_or_default();
                let digits = text.strip_prefix("IMG0").unwrap_or_default();
                if digits.len() != 2 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    say(format!("{value} is no code"));
                }
            }
            "required" => {
                for name in wanted.as_array().unwrap() {
                    if value.get(name.as_str().unwrap()).is_none() {
                        say(format!("{name} is missing"));
                    }
                }
            }
            "additionalProperties" => {
                assert_eq!(wanted, false);
                for name in value.as_object().into_iter().flat_map(|fields| fields.keys()) {
                    if schema["properties"].get(name).is_none() {
                        say(format!("{name} is not in the schema"));
                    }
                }
            }
            other => panic!("the test does not know the keyword {other}"),
        }
    }
    for (name, wanted) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            wrong(root, wanted, value, &format!("{place}.{name}"), found);
        }
    }
    if let (Some(wanted), Some(items)) = (schema.get("items"), value.as_array()) {
        for (at, value) in items.iter().enumerate() {
            wrong(root, wanted, value, &format!("{place}[{at}]"), found);
        }
    }
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the test does not know the type {other}"),
    }
}

fn valid(report: &Value) {
    let schema = schema();
    let mut found = Vec::new();
    wrong(&schema, &schema, report, "$", &mut found);
    assert!(found.is_empty(), "{}\n{report:#}", found.join("\n"));
}

#[test]
fn reports_are_as_the_schema_says() {
    let ward = Ward::used();
    valid(&ward.doctor(&["--output", "json"]).exits(0).json());
    // With findings, effects and failing requests.
    ward.bench.scenario.delete("website");
    ward.bench
        .proxy
        .fault(test_support::proxy::Fault::on("lambda:GetPolicy", test_support::proxy::What::AccessDenied));
    let report = ward.doctor(&["--output", "json"]).exits(3).json();
    valid(&report);
    assert!(!report["not_checked"].as_array().unwrap().is_empty(), "{report:#}");
    ward.bench.proxy.clear();
    ward.restore();
    ward.configure(&serde_json::json!({ "Timeout": 3 }));
    let report = ward.doctor(&["--fix", "--yes", "--output", "json"]).exits(0).json();
    valid(&report);
    assert_eq!(report["mended"].as_array().unwrap().len(), 1, "{report:#}");
    assert_eq!(report["region"], REGION);
    // And the reader of schemas can say no.
    let mut found = Vec::new();
    let mut broken = report;
    broken["complete"] = "yes".into();
    broken["ok"][0] = "IMG1".into();
    broken["more"] = 1.into();
    let schema = schema();
    wrong(&schema, &schema, &broken, "$", &mut found);
    assert_eq!(found.len(), 3, "{found:?}");
}

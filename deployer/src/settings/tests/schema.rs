//! The shipped JSON Schema says what the code does.

use super::file;
use crate::settings::schema::schema;
use crate::settings::table::SETTINGS;
use regex_lite::Regex;
use serde_json::Value;
use std::path::Path;

/// Checks a value against the parts of JSON Schema that ours uses. An unknown keyword is a panic, so
/// that nothing is passed over.
pub(super) fn fits(root: &Value, schema: &Value, value: &Value) -> bool {
    schema.as_object().unwrap().iter().all(|(keyword, rule)| match keyword.as_str() {
        "$schema" | "$defs" | "title" | "description" | "default" => true,
        "$ref" => {
            let target = root.pointer(rule.as_str().unwrap().trim_start_matches('#')).unwrap();
            fits(root, target, value)
        }
        "type" => match rule {
            Value::Array(types) => types.iter().any(|one| has_type(one, value)),
            one => has_type(one, value),
        },
        "const" => rule == value,
        "enum" => rule.as_array().unwrap().contains(value),
        "minimum" => value.as_u64().is_none_or(|number| number >= rule.as_u64().unwrap()),
        "maximum" => value.as_u64().is_none_or(|number| number <= rule.as_u64().unwrap()),
        "pattern" => {
            value.as_str().is_none_or(|text| Regex::new(rule.as_str().unwrap()).unwrap().is_match(text))
        }
        "anyOf" => rule.as_array().unwrap().iter().any(|one| fits(root, one, value)),
        "not" => !fits(root, rule, value),
        "items" => value.as_array().is_none_or(|items| items.iter().all(|item| fits(root, rule, item))),
        "required" => value.as_object().is_none_or(|object| {
            rule.as_array().unwrap().iter().all(|key| object.contains_key(key.as_str().unwrap()))
        }),
        "properties" => value.as_object().is_none_or(|object| {
            let rules = rule.as_object().unwrap();
            object.iter().all(|(key, value)| rules.get(key).is_none_or(|rule| fits(root, rule, value)))
        }),
        "propertyNames" => value
            .as_object()
            .is_none_or(|object| object.keys().all(|key| fits(root, rule, &Value::from(key.as_str())))),
        "additionalProperties" => value.as_object().is_none_or(|object| {
            let known = schema["properties"].as_object();
            let other = object.iter().filter(|(key, _)| known.is_none_or(|known| !known.contains_key(*key)));
            other.into_iter().all(|(_, value)| rule.is_object() && fits(root, rule, value))
        }),
        unknown => panic!("the schema uses {unknown}, which this check doesn't know"),
    })
}

fn has_type(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{other}"),
    }
}

/// Whether a YAML text fits the schema.
pub(super) fn text_fits(text: &str) -> bool {
    let schema = schema();
    fits(&schema, &schema, &serde_yaml::from_str(text).unwrap())
}

#[test]
fn the_shipped_schema_is_the_one_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/imgdeploy.schema.json");
    let right = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("IMGDEPLOY_UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &right).unwrap();
    }
    let shipped = std::fs::read_to_string(&path).unwrap();
    assert_eq!(shipped, right, "run the test with IMGDEPLOY_UPDATE_SCHEMA=1 to write the file anew");
}

#[test]
fn names_and_defaults_are_those_of_the_settings() {
    let schema = schema();
    let site = schema["properties"]["sites"]["additionalProperties"]["properties"].as_object().unwrap();
    let names: Vec<&str> = site.keys().map(String::as_str).collect();
    assert_eq!(names, SETTINGS.iter().map(|setting| setting.name).collect::<Vec<_>>());
    let defaults = schema["properties"]["defaults"]["properties"].as_object().unwrap();
    assert_eq!(defaults.len() + 1, site.len());
    for setting in SETTINGS {
        let definition = &schema["$defs"][setting.name];
        assert!(!definition["description"].as_str().unwrap().is_empty(), "{}", setting.name);
        let default = match &definition["default"] {
            Value::String(text) => Some(text.clone()),
            Value::Array(items) if items.is_empty() => Some(String::new()),
            Value::Null => None,
            other => Some(other.to_string()),
        };
        assert_eq!(default.as_deref(), setting.default, "{}", setting.name);
        if !definition["default"].is_null() {
            assert!(fits(&schema, definition, &definition["default"]), "{}", setting.name);
        }
    }
}

/// The code may refuse more than the schema can say, never less.
#[test]
fn what_the_schema_refuses_the_code_refuses_and_what_the_code_takes_the_schema_takes() {
    let values = [
        "abc",
        "a-b.c",
        "ABC",
        "ab",
        "a..b",
        "E2QWRUHAPOMQZL",
        "e2",
        "true",
        "false",
        "website",
        "failover",
        "''",
        "resized/",
        "a/b/",
        "/a/",
        "a//b/",
        "./",
        "a b/",
        "~",
        "x",
        "https://cdn.example.com",
        "http://[::1]:4566/x/",
        "https://a?b",
        "ftp://a",
        "cdn.example.com",
        "arm64",
        "x86_64",
        "307",
        "308",
        "0",
        "1",
        "29",
        "30",
        "127",
        "128",
        "731",
        "10240",
        "10241",
        "1000000001",
        "5000000001",
        "-1",
        "1.5",
        "[]",
        "[300x200, x1, 2x]",
        "[0x1]",
        "[x]",
        "[1]",
        "300x200,800x",
        "' 300x200,  x9 '",
        "300x200;",
        "{}",
        "'public, max-age=1'",
        "eu-west-1",
        "us-gov-east-1",
        "eu-west-1a",
        "\"a\\nb\"",
        "ü",
        "99999x1",
        "images.example.com,*.example.org",
        "'http://a.example.com:8080  [::1]'",
        "thumb=300x200/smart",
        "' thumb = 300x200/smart ;\ta=1x'",
        "0123456789abcdef",
        "\"with a blank in it\"",
    ];
    let mut taken = 0;
    for setting in SETTINGS.iter().filter(|setting| setting.name != "bucket") {
        for value in values {
            let text = format!("version: 1\nsites:\n  a:\n    bucket: abc\n    {}: {value}\n", setting.name);
            let (code, schema) = (file(&text).is_ok(), text_fits(&text));
            assert!(schema || !code, "the code takes it, the schema doesn't: {text}");
            taken += usize::from(code);
        }
    }
    assert!(taken > 60, "only {taken} were taken: the table of values has grown stale");
    for (text, right) in [
        ("version: 1", true),
        ("version: 1\ndefaults:\nsites:\n", true),
        ("version: 2", false),
        ("sites: {}", false),
        ("version: 1\nsite: {}", false),
        ("version: 1\nsites: {a: {}}", false),
        ("version: 1\nsites: {a: {bucket: abc, x: 1}}", false),
        ("version: 1\nsites: {' a': {bucket: abc}}", false),
        ("version: 1\ndefaults: {bucket: abc}", false),
        ("version: 1\nsites: {a: {bucket: abc, distribution: E1, no-distribution: true}}", false),
        ("version: 1\nsites: {a: {bucket: abc, distribution: E1, no-distribution: false}}", true),
    ] {
        assert_eq!((text_fits(text), file(text).is_ok()), (right, right), "{text}");
    }
}

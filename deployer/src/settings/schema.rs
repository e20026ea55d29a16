//! The JSON Schema of the settings file, made from the table. Shipped as
//! `deployer/schema/imgdeploy.schema.json`; a test keeps both equal.

use super::check::VERSION;
use super::table::{Kind, SETTINGS, Setting};
use super::value::pattern;
use serde_json::{Map, Value, json};

/// The schema, draft 2020-12.
pub fn schema() -> Value {
    let definitions: Map<String, Value> =
        SETTINGS.iter().map(|setting| (setting.name.to_owned(), definition(setting))).collect();
    let references = |site: bool| -> Map<String, Value> {
        SETTINGS
            .iter()
            .filter(|setting| site || setting.shared)
            .map(|setting| (setting.name.to_owned(), json!({ "$ref": format!("#/$defs/{}", setting.name) })))
            .collect()
    };
    // The type is needed: `required` says nothing about a `null`, which would then be refused.
    let not_both = json!({
        "type": "object",
        "required": ["distribution", "no-distribution"],
        "properties": { "no-distribution": { "const": true } }
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of imgdeploy (imgdeploy.yaml)",
        "type": "object",
        "required": ["version"],
        "additionalProperties": false,
        "properties": {
            "version": { "description": "Version of this file's shape", "type": "integer", "const": VERSION as u64 },
            "defaults": {
                "description": "Settings for all sites; a site's own win",
                "type": ["object", "null"],
                "additionalProperties": false,
                "properties": references(false),
                "not": not_both
            },
            "sites": {
                "description": "The sites by name: one for each bucket",
                "type": ["object", "null"],
                "propertyNames": { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" },
                "additionalProperties": {
                    "description": "A site: a bucket and what differs from the defaults",
                    "type": "object",
                    "required": ["bucket"],
                    "additionalProperties": false,
                    "properties": references(true),
                    "not": not_both
                }
            }
        },
        "$defs": definitions
    })
}

fn definition(setting: &Setting) -> Value {
    let mut definition = match setting.kind {
        Kind::Text { pattern, .. } => json!({ "type": "string", "pattern": pattern }),
        Kind::Word { words, .. } => json!({ "type": "string", "enum": words }),
        Kind::Whole { min, max, .. } => {
            json!({ "type": "integer", "minimum": min, "maximum": max })
        }
        Kind::Number { numbers, .. } => json!({ "type": "integer", "enum": numbers }),
        Kind::Switch => json!({ "type": "boolean" }),
        Kind::Sizes => json!({ "anyOf": [
            { "type": "array", "items": { "type": "string", "pattern": pattern::DIMENSION } },
            { "type": "string", "pattern": pattern::DIMENSION_LIST }
        ] }),
    };
    definition["description"] = setting.help.into();
    if let Some(default) = default(setting) {
        definition["default"] = default;
    }
    definition
}

/// The default in the type that the file has.
fn default(setting: &Setting) -> Option<Value> {
    let text = setting.default?;
    match setting.kind {
        Kind::Text { .. } | Kind::Word { .. } => Some(text.into()),
        Kind::Whole { .. } | Kind::Number { .. } => text.parse::<u64>().ok().map(Value::from),
        Kind::Switch => Some((text == "true").into()),
        Kind::Sizes => Some(json!([])),
    }
}

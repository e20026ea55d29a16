//! Our statement: how it is written, and whether one found is right.

use super::{OurAccess, SID_READ};
use crate::document::json::{Json, quote};

/// Whether a statement of ours says what it should. S3 may have spelled single values as lists, or everyone as
/// `{"AWS":"*"}`; those are right as well.
pub(super) fn is_right(statement: &Json, ours: &OurAccess) -> bool {
    let is = |key: &str, expected: &str| {
        let found = statement.get(key).map(Json::texts).unwrap_or_default();
        found.len() == 1
            && (found[0] == expected || (key == "Action" && found[0].eq_ignore_ascii_case(expected)))
    };
    let everyone = statement.get("Principal").is_some_and(|principal| {
        let principal =
            if principal.fields().len() == 1 { principal.get("AWS").unwrap_or(principal) } else { principal };
        principal.texts() == ["*"]
    });
    const FIELDS: [&str; 5] = ["Sid", "Effect", "Principal", "Action", "Resource"];
    statement.fields().iter().all(|(key, _)| FIELDS.contains(&key.as_str()))
        && everyone
        && is("Sid", SID_READ)
        && is("Effect", "Allow")
        && is("Action", "s3:GetObject")
        && is("Resource", &ours.resource())
}

/// Our statement. `space` is the white space in front of it; if it has a line break, fields get lines of their own, indented by
/// one more `unit`.
pub(super) fn render(ours: &OurAccess, space: &str, unit: &str) -> String {
    let resource = ours.resource();
    let fields = [
        ("Sid", SID_READ),
        ("Effect", "Allow"),
        ("Principal", "*"),
        ("Action", "s3:GetObject"),
        ("Resource", &resource),
    ];
    let (open, colon, close) = match space.rfind('\n') {
        Some(line) => (format!("{}{unit}", &space[line..]), ": ", &space[line..]),
        None => (String::new(), ":", ""),
    };
    let fields = fields.map(|(key, value)| format!("{open}{}{colon}{}", quote(key), quote(value)));
    format!("{{{}{close}}}", fields.join(","))
}

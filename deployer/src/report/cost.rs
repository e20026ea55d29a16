//! What a month costs.

use serde_json::{Value, json};

use super::json::joined;
use super::{DOCUMENT_VERSION, Report, Screen};
use crate::cost::Estimate;
use crate::price;

impl Report {
    /// The month, and why calls that were counted are not in it.
    pub fn cost(&self, estimate: &Estimate, unseen: Option<&str>) {
        self.result(&object(estimate, unseen), &text(estimate, unseen));
    }
}

fn object(estimate: &Estimate, unseen: Option<&str>) -> Value {
    let head =
        json!({ "version": DOCUMENT_VERSION, "command": "cost", "outcome": "shown", "unseen": unseen });
    joined(head, estimate)
}

fn text(estimate: &Estimate, unseen: Option<&str>) -> Screen {
    let Estimate { images, size_mb, specs, region, items, usd, notes, .. } = estimate;
    let mut text = Screen::of(format_args!(
        "{images} new originals of {size_mb} MB in a month, each in {specs} sizes, in {region}: about {} USD",
        price::in_words(*usd)
    ));
    let width = items.iter().map(|item| item.what.len()).max().unwrap_or(0);
    for item in items {
        let sum = price::in_words(item.usd);
        text.line(format_args!("  {:width$}  {sum:>10} USD = {}", item.what, item.formula));
    }
    for note in unseen.into_iter().chain(notes.iter().map(String::as_str)) {
        text.line(format_args!("note: {note}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::{Question, estimate};

    #[test]
    fn the_formula_is_shown_line_by_line() {
        let question = Question {
            images: 20_000,
            size_mb: 2.5,
            specs: 3,
            memory_mb: 1024,
            architecture: "arm64".to_owned(),
            region: "eu-west-1".to_owned(),
            duration_ms: None,
            month: None,
        };
        insta::assert_snapshot!(text(&estimate(&question), Some("CloudWatch has no numbers")).as_str());
        let object = object(&estimate(&question), None);
        assert_eq!((&object["command"], &object["unseen"]), (&json!("cost"), &Value::Null));
        assert_eq!(object["items"].as_array().map(Vec::len), Some(6));
    }
}

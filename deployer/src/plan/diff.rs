//! Readable differences between two documents.

use similar::{ChangeTag, TextDiff};

/// Lines that differ, each behind its sign and a blank.
pub(super) fn signed(before: Option<&str>, after: Option<&str>) -> Vec<String> {
    lines(before, after).into_iter().map(|line| format!("{} {}", line.sign, line.text)).collect()
}

/// One line of a difference.
struct Line {
    /// `+`, `-` or blank.
    sign: char,
    /// Without its line break.
    text: String,
}

/// Lines that differ, with two lines around them. XML and JSON are broken into lines first: AWS hands both out in
/// one. Only what is shown is reformatted, never what is sent.
fn lines(before: Option<&str>, after: Option<&str>) -> Vec<Line> {
    let before = pretty(before.unwrap_or_default());
    let after = pretty(after.unwrap_or_default());
    let diff = TextDiff::from_lines(&before, &after);
    let mut lines = Vec::new();
    for (index, group) in diff.grouped_ops(2).iter().enumerate() {
        if index > 0 {
            lines.push(Line { sign: ' ', text: "…".to_owned() });
        }
        for op in group {
            for change in diff.iter_changes(op) {
                let sign = match change.tag() {
                    ChangeTag::Delete => '-',
                    ChangeTag::Insert => '+',
                    ChangeTag::Equal => ' ',
                };
                lines.push(Line { sign, text: change.value().trim_end().to_owned() });
            }
        }
    }
    lines
}

fn pretty(text: &str) -> String {
    if text.trim_start().starts_with('<') {
        return pretty_xml(text).unwrap_or_else(|| text.to_owned());
    }
    serde_json::from_str::<serde_json::Value>(text)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .map(|text| text + "\n")
        .unwrap_or_else(|_| text.to_owned())
}

fn pretty_xml(text: &str) -> Option<String> {
    let document = roxmltree::Document::parse(text).ok()?;
    let mut out = String::new();
    write(document.root_element(), 0, &mut out);
    Some(out)
}

fn write(node: roxmltree::Node<'_, '_>, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let name = node.tag_name().name();
    let children: Vec<_> = node.children().filter(roxmltree::Node::is_element).collect();
    if children.is_empty() {
        let text = node.text().unwrap_or_default().trim();
        out.push_str(&format!("{indent}<{name}>{text}</{name}>\n"));
        return;
    }
    out.push_str(&format!("{indent}<{name}>\n"));
    for child in children {
        write(child, depth + 1, out);
    }
    out.push_str(&format!("{indent}</{name}>\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(before: Option<&str>, after: Option<&str>) -> Vec<String> {
        lines(before, after).iter().map(|line| format!("{}{}", line.sign, line.text)).collect()
    }

    #[test]
    fn one_line_documents_differ_line_by_line() {
        assert_eq!(
            text(Some("<W><A>1</A></W>"), Some("<W><A>1</A><B>2</B></W>")),
            [" <W>", "   <A>1</A>", "+  <B>2</B>", " </W>"]
        );
        assert_eq!(text(None, Some("{\"a\":1}")), ["+{", "+  \"a\": 1", "+}"]);
    }
}

//! Elements to be put into a document, as text.

use std::fmt;

/// What stands between the name and the `>` of the end tag of an element that was not there before.
pub(super) const CREATED: &str = "\t\t";

/// An element to be put in.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    name: &'static str,
    text: String,
    children: Vec<Self>,
    end_tag_space: &'static str,
}

impl Element {
    /// An element with text.
    pub(crate) fn leaf(name: &'static str, text: impl ToString) -> Self {
        Self { name, text: text.to_string(), children: Vec::new(), end_tag_space: "" }
    }

    /// An element with elements in it.
    pub(crate) fn node(name: &'static str, children: Vec<Self>) -> Self {
        Self { name, text: String::new(), children, end_tag_space: "" }
    }

    /// The same, recognisable as made by us though it stands alone.
    pub(crate) fn created(mut self) -> Self {
        self.end_tag_space = CREATED;
        self
    }

    /// The text of the element. `prefix` is the namespace prefix with its colon.
    pub(crate) fn render(&self, prefix: &str, layout: &Layout) -> String {
        let Self { name, end_tag_space, .. } = self;
        let inside = if self.children.is_empty() {
            escape(&self.text)
        } else {
            let inner = layout.deeper();
            let line = inner.indent.as_deref().unwrap_or("");
            let children =
                self.children.iter().map(|child| format!("{line}{}", child.render(prefix, &inner)));
            children.collect::<String>() + layout.indent.as_deref().unwrap_or("")
        };
        format!("<{prefix}{name}>{inside}</{prefix}{name}{end_tag_space}>")
    }
}

impl fmt::Display for Element {
    /// Without prefix, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render("", &Layout::COMPACT))
    }
}

/// How the text around is laid out.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// Line break and indentation of the element; `None` if all is on one line.
    indent: Option<String>,
    /// One more step of indentation.
    unit: String,
}

impl Layout {
    /// Everything on one line.
    pub(crate) const COMPACT: Self = Self { indent: None, unit: String::new() };

    /// The layout of an element that has this white space in front of it, when its parent has that.
    pub(crate) fn of(space: &str, parent_space: &str) -> Self {
        let indent = |space: &str| space.rfind('\n').map(|line| space[line..].to_owned());
        let own = indent(space);
        let parent = indent(parent_space).unwrap_or_else(|| "\n".to_owned());
        let step = own.as_deref().and_then(|own| own.strip_prefix(&parent)).filter(|step| !step.is_empty());
        Self { unit: step.unwrap_or("  ").to_owned(), indent: own }
    }

    fn deeper(&self) -> Self {
        Self {
            indent: self.indent.as_ref().map(|indent| format!("{indent}{}", self.unit)),
            unit: self.unit.clone(),
        }
    }
}

/// Text as it may stand inside an element or an attribute.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\r' => escaped.push_str("&#13;"),
            other => escaped.push(other),
        }
    }
    escaped
}

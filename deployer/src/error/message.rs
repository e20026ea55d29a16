//! What is said of a failure.

use std::fmt;

/// One or more lines. A text becomes one line, whatever it holds: a line break in it, which is of others then, is shown as an escape
/// (see [`crate::report::Screen`]). `Display`, for JSON, joins the lines as they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message(Vec<String>);

impl Message {
    /// These lines.
    pub fn of(lines: Vec<String>) -> Self {
        Self(lines)
    }

    /// The first as it is, the others below it behind `lead`.
    pub fn listed(all: impl IntoIterator<Item = impl Into<Self>>, lead: &'static str) -> Self {
        let mut lines: Vec<String> = Vec::new();
        for (at, one) in all.into_iter().enumerate() {
            for (row, line) in one.into().0.into_iter().enumerate() {
                lines.push(if at > 0 && row == 0 { format!("{lead}{line}") } else { line });
            }
        }
        Self(lines)
    }

    /// With `lead` before its first line.
    #[must_use]
    pub fn behind(mut self, lead: &'static str) -> Self {
        match self.0.first_mut() {
            Some(first) => first.insert_str(0, lead),
            None => self.0.push(lead.to_owned()),
        }
        self
    }

    /// With another line below.
    #[must_use]
    pub fn with(mut self, line: impl Into<String>) -> Self {
        self.0.push(line.into());
        self
    }

    /// Its lines.
    pub fn lines(&self) -> &[String] {
        &self.0
    }

    /// Whether this stands in it.
    pub fn contains(&self, part: &str) -> bool {
        self.0.iter().any(|line| line.contains(part))
    }
}

impl From<String> for Message {
    fn from(line: String) -> Self {
        Self(vec![line])
    }
}

impl From<&str> for Message {
    fn from(line: &str) -> Self {
        line.to_owned().into()
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

//! The only text that gets to a terminal.

use std::fmt::{Display, Write as _};

use imgdeploy_model::terminal::{Escaped, is_plain};

/// What people read, line by line.
///
/// Whatever is put in is shown by its escapes where it would act on a terminal (see [`imgdeploy_model::terminal`]), also a line
/// break in it: lines and colours come from the methods alone. So no key, answer of a server or line of a log can forge a line of
/// a plan, and none has to be remembered. [`Report`](super::Report) prints nothing else:
///
/// ```compile_fail
/// # fn shown(report: &imgdeploy::report::Report, json: &serde_json::Value) {
/// report.result(json, "a text that was put together elsewhere\n");
/// # }
/// ```
///
/// ```compile_fail
/// let screen = imgdeploy::report::Screen::from(String::from("\u{1b}[2K"));
/// ```
///
/// ```
/// let screen = imgdeploy::report::Screen::of("a\u{1b}[2K\nb");
/// assert_eq!(screen.as_str(), "a\\u{1b}[2K\\nb\n");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct Screen(String);

/// How a part of a line is set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// As it is.
    Plain,
    /// Bold.
    Bold,
    /// Something goes, or failed.
    Red,
    /// Something comes.
    Green,
    /// A bad finding.
    BoldRed,
    /// A warning.
    BoldYellow,
    /// Worth knowing.
    BoldCyan,
}

impl Paint {
    fn sequence(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Bold => Some("\u{1b}[1m"),
            Self::Red => Some("\u{1b}[31m"),
            Self::Green => Some("\u{1b}[32m"),
            Self::BoldRed => Some("\u{1b}[1;31m"),
            Self::BoldYellow => Some("\u{1b}[1;33m"),
            Self::BoldCyan => Some("\u{1b}[1;36m"),
        }
    }

    /// This, where colours are `on`.
    #[must_use]
    pub fn only_if(self, on: bool) -> Self {
        if on { self } else { Self::Plain }
    }
}

impl Screen {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One line.
    pub fn of(line: impl Display) -> Self {
        let mut screen = Self::new();
        screen.line(line);
        screen
    }

    /// What is there so far.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A part of a line.
    pub fn part(&mut self, part: impl Display) {
        // Writing to a text does not fail.
        let _ = write!(self.0, "{}", Escaped(part));
    }

    /// A part of a line, set off.
    pub fn painted(&mut self, paint: Paint, part: impl Display) {
        match paint.sequence() {
            Some(sequence) => {
                self.0.push_str(sequence);
                self.part(part);
                self.0.push_str("\u{1b}[0m");
            }
            None => self.part(part),
        }
    }

    /// The end of a line; on its own an empty one.
    pub fn end(&mut self) {
        self.0.push('\n');
    }

    /// A line, or the rest of one.
    pub fn line(&mut self, line: impl Display) {
        self.part(line);
        self.end();
    }

    /// A line in which what others wrote is escaped already: what still acts on a terminal is escaped too, but no backslash again.
    pub(super) fn escaped_line(&mut self, line: &str) {
        for one in line.chars() {
            if is_plain(one) {
                self.0.push(one);
            } else {
                self.0.extend(one.escape_unicode());
            }
        }
        self.end();
    }

    /// A tab, for columns that come with them.
    pub fn tab(&mut self) {
        self.0.push('\t');
    }

    /// The lines of another screen.
    pub fn add(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }

    /// Back to the beginning of the line, in which nothing stands then.
    pub fn rub_out(&mut self) {
        self.0.push_str("\r\u{1b}[K");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_and_colours_are_ours_alone(texts in proptest::collection::vec(any::<String>(), 0..5), on: bool) {
            let mut screen = Screen::new();
            for text in &texts {
                screen.painted(Paint::Bold.only_if(on), text);
                screen.line(format_args!(" {text}"));
            }
            let shown = screen.as_str();
            prop_assert_eq!(shown.lines().count(), texts.len());
            let ours = shown.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "").replace('\n', "");
            prop_assert!(ours.chars().all(imgdeploy_model::terminal::is_plain), "{shown:?}");
            prop_assert_eq!(shown.matches('\u{1b}').count(), if on { 2 * texts.len() } else { 0 });
        }
    }
}

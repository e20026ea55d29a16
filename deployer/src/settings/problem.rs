//! What is wrong with the settings: one [`Problem`] each, all of them in one [`SettingsError`].

use imgdeploy_model::terminal::{Name, escape};
use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a settings file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// What is wrong with one value, as the rest of a sentence that begins with the setting's name.
///
/// Each way to give a setting (flag, variable, file) puts its own name in front, so that the user
/// reads the name that they wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// For example "must be 1 to 29 seconds, not 30".
    pub message: String,
    /// What to do about it, if that isn't plain from the message.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault without a hint.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// The same fault with a hint on what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The piece of a settings file that a problem points at.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Excerpt {
    path: PathBuf,
    at: Option<Position>,
    line: String,
    width: usize,
}

/// One thing that is wrong, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    excerpt: Option<Excerpt>,
    message: String,
    hint: Option<String>,
}

impl Problem {
    /// A problem of a flag, of a variable, or of all settings together.
    pub fn new(message: impl Into<String>, hint: Option<String>) -> Self {
        Self { excerpt: None, message: message.into(), hint }
    }

    /// A problem at a place of the file `path`, whose whole text is `text`. `width` is how many
    /// characters are to be underlined, without quotes; what goes past the end of the line is cut.
    pub fn in_file(
        path: &Path,
        text: &str,
        at: Option<Position>,
        width: usize,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Self {
        let line = without_secret(at.and_then(|at| text.lines().nth(at.line - 1)).unwrap_or_default());
        let quoted = at.is_some_and(|at| matches!(line.chars().nth(at.column - 1), Some('\'' | '"')));
        let width = if quoted { width + 2 } else { width };
        Self {
            excerpt: Some(Excerpt { path: path.to_owned(), at, line, width }),
            message: message.into(),
            hint,
        }
    }

    /// Place and message, and the line of the file with a mark under the place.
    pub fn lines(&self) -> Vec<String> {
        let Some(excerpt) = &self.excerpt else {
            return vec![self.message.clone()];
        };
        let path = Name(&excerpt.path);
        let Some(at) = excerpt.at else {
            return vec![format!("{path}: {}", self.message)];
        };
        let number = at.line.to_string();
        let gutter = " ".repeat(number.len());
        let (shown, before, width) = window(&excerpt.line, at.column - 1, excerpt.width);
        vec![
            format!("{path}:{}:{}: {}", at.line, at.column, self.message),
            format!(" {gutter} |"),
            format!(" {number} | {shown}"),
            format!(" {gutter} | {before}{}", "^".repeat(width)),
        ]
    }

    /// Message without place and hint.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do next, if that isn't plain from the message.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Where in the file the problem is, if it is in a file and the place is known.
    pub fn position(&self) -> Option<Position> {
        self.excerpt.as_ref().and_then(|excerpt| excerpt.at)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines().join("\n"))
    }
}

/// A line of the file, without the value of the setting that is a secret.
fn without_secret(line: &str) -> String {
    const KEY: &str = "security-key";
    match line.find(KEY) {
        Some(at) => format!("{}: …", line.get(..at + KEY.len()).unwrap_or_default()),
        None => line.to_owned(),
    }
}

/// Characters of a line that are shown at most.
const WINDOW: usize = 100;

/// Cuts a long line to the part around `column` (from 0). Returns the text to show, the space that leads up to the mark, and the
/// mark's width: both as wide as the text is with its escapes, as [`crate::report::Screen`] shows it.
fn window(line: &str, column: usize, width: usize) -> (String, String, usize) {
    let start = if column + width.min(WINDOW) > WINDOW { column.saturating_sub(WINDOW / 4) } else { 0 };
    let shown: String = line.chars().skip(start).take(WINDOW).collect();
    let escaped = |from: usize, count: usize| {
        let part: String = shown.chars().skip(from).take(count).collect();
        escape(&part).chars().count()
    };
    let at = column - start;
    let past = at.saturating_sub(shown.chars().count());
    (shown.trim_end().to_owned(), " ".repeat(escaped(0, at) + past), escaped(at, width).max(1))
}

/// The settings can't be used. Holds every problem found, not only the first. Exit code 2.
///
/// `Display` gives the problems in the order of the file; a lone problem's hint is left to
/// [`SettingsError::hint`], with several each stands under its problem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.lines().join("\n"))]
pub struct SettingsError {
    problems: Vec<Problem>,
}

impl SettingsError {
    /// The exit code that all settings errors map to.
    pub const EXIT_CODE: u8 = 2;

    /// `Err` if there is any problem. Problems come out by place in the file.
    pub(crate) fn check(mut problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() {
            return Ok(());
        }
        problems.sort_by_key(Problem::position);
        Err(Self { problems })
    }

    /// Every problem, in the order in which they are shown.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What to do next, where there is one problem only.
    pub fn hint(&self) -> Option<&str> {
        match self.problems.as_slice() {
            [only] => only.hint(),
            _ => None,
        }
    }

    /// The problems line by line.
    pub fn lines(&self) -> Vec<String> {
        if let [only] = self.problems.as_slice() {
            return only.lines();
        }
        let mut lines = vec![format!("{} problems in the settings", self.problems.len())];
        for problem in &self.problems {
            lines.push(String::new());
            lines.extend(problem.lines());
            lines.extend(problem.hint().map(|hint| format!("hint: {hint}")));
        }
        lines
    }
}

impl From<Problem> for SettingsError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::report::Screen;

    fn shown(problem: &Problem) -> String {
        problem.lines().iter().map(|line| Screen::of(line).as_str().to_owned()).collect()
    }

    #[test]
    fn the_mark_stands_under_its_word_also_after_tabs_and_letters_of_several_bytes() {
        let at = Some(Position { line: 2, column: 6 });
        let problem = Problem::in_file(Path::new("f.yaml"), "a\n\tüü: bad\nz", at, 3, "no", None);
        assert_eq!(shown(&problem), "f.yaml:2:6: no\n   |\n 2 | \\tüü: bad\n   |       ^^^\n");
    }

    #[test]
    fn long_lines_are_cut_and_control_characters_do_not_reach_the_terminal() {
        let text = format!("{}\u{1b}[31mBAD{}", "x".repeat(500), "y".repeat(500));
        let at = Some(Position { line: 1, column: 506 });
        let shown = shown(&Problem::in_file(Path::new("f"), &text, at, 3, "no", None));
        assert!(shown.lines().all(|line| line.chars().count() < 120), "{shown}");
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[2].find("BAD").map(|byte| lines[2][..byte].chars().count()), lines[3].find('^'));
    }

    #[test]
    fn one_problem_leaves_its_hint_apart_and_several_carry_theirs() {
        let one = SettingsError::from(Problem::new("first", Some("do this".into())));
        assert_eq!((one.to_string().as_str(), one.hint()), ("first", Some("do this")));
        let two = SettingsError::check(vec![
            Problem::new("first", Some("do this".into())),
            Problem::new("second", None),
        ])
        .unwrap_err();
        assert_eq!(two.to_string(), "2 problems in the settings\n\nfirst\nhint: do this\n\nsecond");
        assert_eq!(two.hint(), None);
    }
}

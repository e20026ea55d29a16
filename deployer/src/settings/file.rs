//! The settings file: `imgdeploy.yaml`, checked as a whole.

use super::check::Reader;
use super::node::{Node, locate, position};
use super::problem::{Position, Problem, SettingsError};
use super::section::Section;
use super::site::Origin;
use crate::input;
use imgdeploy_model::terminal::Name;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Name of the file that is read if no other is named.
pub const DEFAULT_FILE: &str = "imgdeploy.yaml";

/// Bytes of the largest file that is read.
const MOST_BYTES: u64 = 1024 * 1024;
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A settings file that was read and found right.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    path: PathBuf,
    text: String,
    pub(crate) defaults: Section,
    pub(crate) sites: BTreeMap<String, Section>,
}

impl ConfigFile {
    /// Reads a file.
    ///
    /// # Errors
    /// It can't be read, is no UTF-8, no YAML, or doesn't hold settings; all problems are named.
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        Self::read_as(path, path)
    }

    /// Reads `file`, which messages call `path`.
    pub(super) fn read_as(file: &Path, path: &Path) -> Result<Self, SettingsError> {
        let bytes = input::read(file, MOST_BYTES)
            .map_err(|error| Problem::new(format!("can't read {}: {error}", Name(path)), None))?;
        if let Some(encoding) = wide(&bytes) {
            let message = format!("{} is {encoding} text, and settings are read as UTF-8", Name(path));
            let hint = "save it as UTF-8: editors ask for the encoding under \"save as\"; PowerShell's `>` writes UTF-16";
            return Err(Problem::new(message, Some(hint.to_owned())).into());
        }
        match String::from_utf8(bytes) {
            Ok(text) => Self::parse(path, text),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let lossy = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let before = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
                let at = Some(Position { line, column });
                Err(Problem::in_file(path, &lossy, at, 1, "is not UTF-8 text", None).into())
            }
        }
    }

    /// Checks the text of a file. `path` is for messages, and relative paths in the file start from
    /// its folder.
    ///
    /// # Errors
    /// As [`ConfigFile::read`].
    pub fn parse(path: &Path, mut text: String) -> Result<Self, SettingsError> {
        // Editors of Windows put it in front; places in the file don't count it.
        if text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len_utf8());
        }
        let root: Node = serde_yaml::from_str(&text).map_err(|error| syntax(path, &text, &error))?;
        let mut reader = Reader::new(path, &text);
        let (defaults, sites) = reader.root(&root);
        SettingsError::check(reader.problems)?;
        Ok(Self { path: path.to_owned(), text, defaults, sites })
    }

    /// The path as it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names of the sites with their buckets, in order of name.
    pub fn sites(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sites.iter().map(|(name, site)| (name.as_str(), site.get("bucket").unwrap_or_default()))
    }

    /// Where a value of a section stands.
    pub(crate) fn origin(&self, section: &Section, name: &str) -> Origin {
        let at = section.values.get(name).and_then(|(_, steps)| locate(&self.text, steps));
        Origin::File {
            path: self.path.clone(),
            line: at.map_or(1, |at| at.line),
            column: at.map_or(1, |at| at.column),
        }
    }
}

/// The encoding of a text whose characters have two or four bytes, by its mark, or by how ASCII looks in it.
fn wide(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=0x7f, ..] | [1..=0x7f, 0, ..] => Some("UTF-16"),
        _ => None,
    }
}

/// What `serde_yaml` says, with the place in our own form.
fn syntax(path: &Path, text: &str, error: &serde_yaml::Error) -> Problem {
    let at = position(error);
    let mut message = error.to_string();
    if let Some(at) = at {
        let place = format!(" at line {} column {}", at.line, at.column);
        message = message.replacen(&place, "", 1);
    }
    let begins_with =
        |odd: char| text.lines().any(|line| line.trim_start_matches([' ', '-']).starts_with(odd));
    let hint = if begins_with('\t') {
        Some("YAML indents with spaces; a line here begins with a tab".to_owned())
    } else if begins_with('\u{a0}') {
        Some("YAML indents with plain spaces; a line here begins with a no-break space".to_owned())
    } else {
        None
    };
    Problem::in_file(path, text, at, 1, format!("not valid YAML: {message}"), hint)
}

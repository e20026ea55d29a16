//! Writes a file as a whole or not at all, and says why not in one sentence.

use imgdeploy_model::terminal::Name;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::output::{self, Over};

/// Where a result is to be written, if it may: with `force` the file itself, should `path` be a link to it.
///
/// # Errors
/// Something is there already and may not, or can't, be written over.
pub(super) fn place(path: &Path, force: bool) -> Result<PathBuf, String> {
    output::place(path, over(force)).map_err(|error| said(path, &error))
}

/// Writes it.
///
/// # Errors
/// Nothing is left behind then.
pub fn store(path: &Path, bytes: &[u8], force: bool) -> Result<(), String> {
    output::store(path, over(force), |file| file.write_all(bytes)).map_err(|error| said(path, &error))
}

fn over(force: bool) -> Over<'static> {
    if force { Over::Anything } else { Over::Nothing }
}

fn said(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::AlreadyExists => format!("{} is there already; `--force` writes over it", Name(path)),
        _ => format!("cannot write {}: {error}", Name(path)),
    }
}

//! Writes a file as a whole or not at all.

use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Makes the names of unfinished files different.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Where a result is to be written, if it may: with `force` the file itself, should `path` be a link to it.
///
/// # Errors
/// Something is there already and may not, or can't, be written over.
pub(super) fn place(path: &Path, force: bool) -> Result<PathBuf, String> {
    match std::fs::symlink_metadata(path) {
        Err(_) => Ok(path.to_owned()),
        Ok(_) if !force => Err(taken(path)),
        Ok(_) => {
            // A device or a pipe would be replaced, not written to.
            let real =
                path.canonicalize().map_err(|error| format!("cannot write {}: {error}", path.display()))?;
            if real.is_file() {
                Ok(real)
            } else {
                Err(format!("{} is there and no plain file", path.display()))
            }
        }
    }
}

/// Writes beside and renames.
///
/// # Errors
/// Nothing is left behind then.
pub fn store(path: &Path, bytes: &[u8], force: bool) -> Result<(), String> {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let beside = path.with_file_name(format!(".imgdeploy-{}-{number}.part", std::process::id()));
    let stored = write(&beside, bytes).and_then(|()| put(&beside, path, force));
    if stored.is_err() {
        // It may not even have come to be; the first error is the one to tell.
        let _ = std::fs::remove_file(&beside);
    }
    stored.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => taken(path),
        _ => format!("cannot write {}: {error}", path.display()),
    })
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)
}

/// A rename would replace what came to be there meanwhile; a second name for the file does not.
fn put(beside: &Path, path: &Path, force: bool) -> io::Result<()> {
    if !force {
        match std::fs::hard_link(beside, path) {
            Ok(()) => return std::fs::remove_file(beside),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
            // Not every file system has second names.
            Err(_) if path.symlink_metadata().is_ok() => return Err(ErrorKind::AlreadyExists.into()),
            Err(_) => {}
        }
    }
    std::fs::rename(beside, path)
}

fn taken(path: &Path) -> String {
    format!("{} is there already; `--force` writes over it", path.display())
}

//! Files that this program writes: as a whole or not at all, and never over what is another's.
//!
//! What is new is written beside, under a name that nobody has, and renamed at the end. A run that is cut off or fails leaves what was
//! there as it was.

use std::fs::File;
use std::io::{Error, ErrorKind, Read as _, Result};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::input;

/// What a new file may take the place of. A link is followed; only plain files are ever written over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over<'a> {
    /// Nothing.
    Nothing,
    /// A file that begins like this, as the new one does, or has nothing in it.
    Alike(&'a [u8]),
    /// Any file: the user has said so.
    Anything,
}

/// Where a file is to be written, if it may: the file itself, should `path` be a link to it.
///
/// # Errors
/// [`ErrorKind::AlreadyExists`]: something is there that may not be written over. Others: nothing can be.
pub fn place(path: &Path, over: Over<'_>) -> Result<PathBuf> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(path.to_owned()),
        Err(error) => return Err(error),
        Ok(_) if over == Over::Nothing => return Err(taken("it is there already")),
        Ok(_) => {}
    }
    // A device or a pipe would be replaced, not written to.
    let real = path.canonicalize()?;
    let kind = real.metadata()?.file_type();
    if !kind.is_file() {
        let what = input::what(kind);
        return Err(Error::new(
            ErrorKind::InvalidInput,
            format!("it is {what}, and only plain files are written over"),
        ));
    }
    if let Over::Alike(begin) = over {
        let mut found = Vec::new();
        input::open(&real)?.take(begin.len() as u64).read_to_end(&mut found)?;
        if !found.is_empty() && found != begin {
            return Err(taken("something else is there, and would be lost"));
        }
    }
    Ok(real)
}

/// The same, and makes sure that something can be written there: for what takes its time to be made.
///
/// # Errors
/// As [`place`].
pub fn ready(path: &Path, over: Over<'_>) -> Result<()> {
    beside(&place(path, over)?).map(drop)
}

/// Writes a file by `write`.
///
/// # Errors
/// As [`place`], or those of `write`. Nothing is left behind then.
pub fn store(path: &Path, over: Over<'_>, write: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
    let path = place(path, over)?;
    let mut unfinished = beside(&path)?;
    write(unfinished.as_file_mut())?;
    if over != Over::Nothing {
        return unfinished.persist(path).map(drop).map_err(|error| error.error);
    }
    match unfinished.persist_noclobber(&path) {
        Ok(_) => Ok(()),
        // Not every file system can say "unless it is there".
        Err(error) if error.error.kind() != ErrorKind::AlreadyExists && path.symlink_metadata().is_err() => {
            error.file.persist(path).map(drop).map_err(|error| error.error)
        }
        Err(_) if path.symlink_metadata().is_ok() => Err(taken("it is there already")),
        Err(error) => Err(error.error),
    }
}

fn taken(why: &str) -> Error {
    Error::new(ErrorKind::AlreadyExists, why)
}

/// A new file in the same folder, deleted unless it is renamed.
fn beside(path: &Path) -> Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new();
    file.prefix(".imgdeploy-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As for any new file: the user's umask is taken off by the system.
        file.permissions(std::fs::Permissions::from_mode(0o666));
    }
    // The error alone: the name in tempfile's message is one that nobody knows.
    file.tempfile_in(folder).map_err(|error| Error::from(error.kind()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Write as _;

    fn write(path: &Path, over: Over<'_>) -> Result<()> {
        store(path, over, |file| file.write_all(b"<new>"))
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_takes_the_place_of_what_it_may_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (there, over, written) in [
            (None, Over::Nothing, true),
            (None, Over::Alike(b"<"), true),
            (Some("<old>"), Over::Nothing, false),
            (Some(""), Over::Nothing, false),
            (Some("<old>"), Over::Alike(b"<"), true),
            (Some(""), Over::Alike(b"<"), true),
            (Some("old"), Over::Alike(b"<"), false),
            (Some("<"), Over::Alike(b"<n"), false),
            (Some("old"), Over::Anything, true),
        ] {
            let _ = std::fs::remove_file(at("a"));
            if let Some(text) = there {
                std::fs::write(at("a"), text).unwrap();
            }
            assert_eq!(ready(&at("a"), over).is_ok(), written, "{there:?} {over:?}");
            match write(&at("a"), over) {
                Ok(()) => assert!(written, "{there:?} {over:?}"),
                Err(error) => {
                    assert!(!written && error.kind() == ErrorKind::AlreadyExists, "{there:?} {error}")
                }
            }
            let text = if written { "<new>" } else { there.unwrap() };
            assert_eq!(std::fs::read_to_string(at("a")).unwrap(), text, "{over:?}");
            assert_eq!(names(folder.path()), ["a"]);
        }
    }

    #[test]
    fn unfinished_files_have_names_that_nobody_has_and_are_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["a.part", "a.tmp", "a.new", ".a.part"] {
            std::fs::write(at(name), name).unwrap();
        }
        write(&at("a"), Over::Nothing).unwrap();
        let failed = store(&at("b"), Over::Anything, |file| {
            file.write_all(b"half")?;
            Err(Error::other("no"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "no");
        assert_eq!(names(folder.path()), [".a.part", "a", "a.new", "a.part", "a.tmp"]);
        for name in ["a.part", "a.tmp", "a.new", ".a.part"] {
            assert_eq!(std::fs::read_to_string(at(name)).unwrap(), name);
        }
        assert!(ready(&at("no/a"), Over::Anything).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn links_are_followed_and_what_is_no_plain_file_stays() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a"), "old").unwrap();
        symlink(at("a"), at("link")).unwrap();
        assert!(write(&at("link"), Over::Nothing).is_err());
        write(&at("link"), Over::Anything).unwrap();
        assert_eq!(std::fs::read_to_string(at("a")).unwrap(), "<new>");
        assert!(at("link").symlink_metadata().unwrap().is_symlink());

        assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
        let before = at("pipe").symlink_metadata().unwrap().ino();
        for over in [Over::Alike(b"<"), Over::Anything] {
            let error = write(&at("pipe"), over).unwrap_err();
            assert_eq!(error.to_string(), "it is a pipe, and only plain files are written over");
            assert!(write(folder.path(), over).unwrap_err().to_string().starts_with("it is a folder"));
        }
        assert_eq!(at("pipe").symlink_metadata().unwrap().ino(), before);

        // What the user's umask leaves, as for every other file.
        let mode = |name: &str| at(name).metadata().unwrap().permissions().mode();
        std::fs::write(at("usual"), "").unwrap();
        assert_eq!(mode("a"), mode("usual"));
    }
}

//! A zip from anywhere, read with care: nothing is written, and memory and time are bounded whatever it declares.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

use zip::{CompressionMethod, ZipArchive};

use super::lambda::{EMPTY, MAX_UNZIPPED, NOT_UNZIPPED, Problem, TOO_LARGE};

/// Bytes that may be read to find the list of files: each entry of it is held in memory.
const MAX_LISTING: u64 = 16 * 1024 * 1024;
/// `S_IFLNK` among the bits of `S_IFMT`.
const FILE_TYPE: u32 = 0o170_000;
const SYMLINK: u32 = 0o120_000;

/// What is in a zip.
#[derive(Debug, Default)]
pub struct Contents {
    /// Names of the files, `./` taken away.
    pub names: BTreeSet<String>,
    /// Declared size of all files, in bytes; the real one where nothing is wrong.
    pub unzipped: u64,
    /// `bootstrap` at the root.
    pub bootstrap: Option<File>,
    /// What is wrong with the zip as such; if anything is, no files were looked into.
    pub problems: Vec<Problem>,
}

/// A file in a zip.
#[derive(Debug)]
pub struct File {
    /// Unix permissions, if the zip has any.
    pub mode: Option<u32>,
    /// A symbolic link: `bytes` is where to.
    pub link: bool,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Reads a zip to its end.
pub fn read(reader: impl Read + Seek) -> Contents {
    let mut contents = Contents::default();
    let budget = Rc::new(Cell::new(MAX_LISTING));
    let mut archive = match ZipArchive::new(Guard { inner: reader, budget: Rc::clone(&budget) }) {
        Ok(archive) => archive,
        Err(error) => {
            let what = format!("it is no whole zip: {error}");
            contents.problems.push(Problem::refused(what, NOT_UNZIPPED, "make or fetch it again"));
            return contents;
        }
    };
    budget.set(u64::MAX);
    if archive.is_empty() {
        contents.problems.push(Problem::refused("it has no files", EMPTY, "put `bootstrap` into it"));
        return contents;
    }
    list(&archive, &mut contents);
    if contents.problems.is_empty()
        && let Err(problem) = look_into(&mut archive, &mut contents)
    {
        contents.problems.push(problem);
    }
    contents
}

/// What the list of files says about them.
fn list<R: Read + Seek>(archive: &ZipArchive<R>, contents: &mut Contents) {
    let mut problems = Vec::new();
    if archive.has_duplicate_names() {
        problems
            .push(Problem::unknown("it has two files of the same name", "make it again with one of each"));
    }
    for index in 0..archive.len() {
        let Ok(entry) = archive.by_index_data(index) else { continue };
        let name = entry.name().map_or_else(
            |_| String::from_utf8_lossy(entry.name_raw()).into_owned(),
            std::borrow::Cow::into_owned,
        );
        contents.unzipped = contents.unzipped.saturating_add(entry.size());
        if name.starts_with('/') || entry.enclosed_name().is_none() {
            let what = format!("the entry \"{name}\" lies outside of the folder that it is unpacked to");
            problems.push(Problem::unknown(what, "do not use it: no honest tool makes such zips"));
        }
        if entry.encrypted() {
            let what = format!("the entry \"{name}\" is encrypted");
            problems.push(Problem::refused(what, NOT_UNZIPPED, "make it again without a password"));
        } else if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            let what = format!("the entry \"{name}\" is compressed by {:?}", entry.compression());
            problems.push(Problem::refused(what, NOT_UNZIPPED, "make it again with deflate"));
        }
        // One of each kind tells enough.
        problems.truncate(8);
        if entry.is_file() || entry.is_symlink() {
            contents.names.insert(root(&name).to_owned());
        }
    }
    if contents.unzipped >= MAX_UNZIPPED {
        let what = format!("unzipped it has {} bytes", contents.unzipped);
        problems.push(Problem::refused(what, TOO_LARGE, "take out what the function does not need"));
    }
    contents.problems = problems;
}

/// Unpacks every file, keeping only `bootstrap`. No more is unpacked than is declared, which is below the limit.
fn look_into<R: Read + Seek>(archive: &mut ZipArchive<R>, contents: &mut Contents) -> Result<(), Problem> {
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| broken(&error.to_string()))?;
        let name = entry.name().map_or_else(|error| error.to_string(), std::borrow::Cow::into_owned);
        let declared = entry.size();
        let link = entry.unix_mode().is_some_and(|mode| mode & FILE_TYPE == SYMLINK);
        let mode = entry.unix_mode();
        let is_ours = root(&name) == "bootstrap" && !entry.is_dir();
        let mut bytes = Vec::new();
        let mut limited = entry.by_ref().take(declared.saturating_add(1));
        let read = if is_ours {
            limited.read_to_end(&mut bytes).map(|read| read as u64)
        } else {
            io::copy(&mut limited, &mut io::sink())
        };
        let read = read.map_err(|error| broken(&format!("\"{name}\": {error}")))?;
        if read != declared {
            let real = if read > declared { "more" } else { "less" };
            return Err(broken(&format!("\"{name}\" declares {declared} bytes and has {real}")));
        }
        if is_ours {
            contents.bootstrap = Some(File { mode, link, bytes });
        }
    }
    Ok(())
}

fn broken(why: &str) -> Problem {
    Problem::refused(format!("it is damaged: {why}"), NOT_UNZIPPED, "make or fetch it again")
}

fn root(name: &str) -> &str {
    name.strip_prefix("./").unwrap_or(name)
}

/// Lets so many bytes be read and no more.
struct Guard<R> {
    inner: R,
    budget: Rc<Cell<u64>>,
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.budget.get().checked_sub(read as u64);
        self.budget
            .set(left.ok_or_else(|| io::Error::other("its list of files is too long, or it has none"))?);
        Ok(read)
    }
}

impl<R: Seek> Seek for Guard<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

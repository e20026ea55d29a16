//! The check of a zip: what it is, and whether Lambda would take and start it (LA-07, LA-10, LA-11).

use std::io::{self, Read, Seek, SeekFrom};

use base64::Engine as _;
use sha2::{Digest as _, Sha256};

use super::archive;
use super::elf::Binary;
use super::lambda::{self, EMPTY, MAX_DIRECT, MAX_UNZIPPED, Problem, Runs, TOO_LARGE};
use crate::settings::value::Arch;

/// A zip that was looked at.
#[derive(Debug)]
pub struct Checked {
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// SHA-256 in base64: what Lambda calls `CodeSha256` (LA-05).
    pub code_sha256: String,
    /// Size of the zip in bytes.
    pub size: u64,
    /// Declared size of its files in bytes.
    pub unzipped: u64,
    /// Where `bootstrap` is instead, if it is not at the root.
    pub elsewhere: Option<String>,
    /// `bootstrap`, if it is a binary.
    pub binary: Option<Binary>,
    /// What is wrong; empty: it starts.
    pub problems: Vec<Problem>,
    /// What is worth knowing.
    pub notes: Vec<String>,
}

/// Reads a whole zip and judges it.
///
/// # Errors
/// The file can't be read; everything that is wrong with its content is in [`Checked::problems`].
pub fn check(mut reader: impl Read + Seek, arch: Arch, runs: Runs) -> io::Result<Checked> {
    let mut hasher = Sha256::new();
    let size = io::copy(&mut reader, &mut hasher)?;
    let digest = hasher.finalize();
    let mut checked = Checked {
        sha256: hex::encode(digest),
        code_sha256: base64::engine::general_purpose::STANDARD.encode(digest),
        size,
        unzipped: 0,
        elsewhere: None,
        binary: None,
        problems: Vec::new(),
        notes: Vec::new(),
    };
    if size == 0 {
        checked.problems.push(Problem::refused("the file is empty", EMPTY, "make or fetch it again"));
        return Ok(checked);
    }
    if size >= MAX_UNZIPPED {
        let what = format!("the zip alone has {size} bytes");
        checked.problems.push(Problem::refused(what, TOO_LARGE, "take out what the function does not need"));
        return Ok(checked);
    }
    if size > MAX_DIRECT {
        checked.notes.push(format!(
            "the zip has {size} bytes, over the {MAX_DIRECT} (50 MB) that Lambda takes in a call: it has to go \
             through S3, which is how imgdeploy uploads; the limit there is that of the unzipped size, {MAX_UNZIPPED} \
             (250 MB)"
        ));
    }
    reader.seek(SeekFrom::Start(0))?;
    let contents = archive::read(reader);
    checked.unzipped = contents.unzipped;
    checked.problems = contents.problems;
    let carried = |name: &str| contents.names.contains(name);
    let Some(bootstrap) = contents.bootstrap else {
        if checked.problems.is_empty() {
            let elsewhere = contents.names.iter().find(|name| name.ends_with("/bootstrap"));
            checked.elsewhere = elsewhere.cloned();
            checked.problems.push(lambda::no_bootstrap(match elsewhere {
                Some(name) => format!("`{name}` has to be `bootstrap`, at the root of the zip"),
                None => "it has no file `bootstrap` at its root".to_owned(),
            }));
        }
        return Ok(checked);
    };
    if bootstrap.link {
        checked.problems.push(Problem::unknown(
            "`bootstrap` is a symbolic link, so it cannot be checked",
            "put the program itself there",
        ));
        return Ok(checked);
    }
    if bootstrap.mode.is_none_or(|mode| mode & 0o005 != 0o005) {
        checked.problems.push(lambda::not_executable(bootstrap.mode));
    }
    match Binary::read(&bootstrap.bytes) {
        Err(found) => checked.problems.push(lambda::no_binary(&found)),
        Ok(binary) => {
            checked.problems.extend(lambda::judge(&binary, arch, runs, &carried));
            if !binary.stripped {
                checked
                    .notes
                    .push("`bootstrap` has symbols: it would be smaller without (`strip`)".to_owned());
            }
            checked.binary = Some(binary);
        }
    }
    Ok(checked)
}

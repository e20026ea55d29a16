//! The function's code: a zip that AWS would start, with its digests.

mod archive;
mod build;
mod check;
mod elf;
pub mod embedded;
mod lambda;
mod package;
#[cfg(test)]
mod tests;
mod toolchain;
mod workspace;

use imgdeploy_model::terminal::Name;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use base64::Engine;
use sha2::{Digest, Sha256};

use crate::input;
use crate::settings::value::Arch;

pub use build::{Built, build};
pub use check::{Checked, check};
pub use elf::{Binary, Machine, Version};
pub use lambda::{Aws, Problem, Runs};
pub use toolchain::Linker;
pub use workspace::{Workspace, find as find_workspace};

/// Where code comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file that was named.
    File(PathBuf),
    /// Built just now.
    Built,
    /// This program carries it.
    Embedded,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", Name(path)),
            Self::Built => f.write_str("built from this source tree"),
            Self::Embedded => f.write_str("carried by this program"),
        }
    }
}

/// A checked zip. The bytes are left out wherever the plan is shown.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// Processor.
    pub arch: Arch,
    /// SHA-256 in hexadecimal: the key in the artifacts bucket.
    pub sha256: String,
    /// SHA-256 in base64: what Lambda calls `CodeSha256` (LA-05).
    pub code_sha256: String,
    /// Size in bytes.
    pub size: u64,
    /// The zip itself.
    pub bytes: Vec<u8>,
    /// Where it comes from.
    pub source: Source,
}

impl Artifact {
    /// A zip with its digests, unchecked.
    pub fn new(bytes: Vec<u8>, arch: Arch, source: Source) -> Self {
        let digest = Sha256::digest(&bytes);
        Self {
            arch,
            sha256: hex::encode(digest),
            code_sha256: base64::engine::general_purpose::STANDARD.encode(digest),
            size: bytes.len() as u64,
            bytes,
            source,
        }
    }

    /// A zip with the digests that its check has made.
    fn checked(bytes: Vec<u8>, checked: &Checked, arch: Arch, source: Source) -> Self {
        let Checked { sha256, code_sha256, size, .. } = checked;
        Self { arch, sha256: sha256.clone(), code_sha256: code_sha256.clone(), size: *size, bytes, source }
    }
}

/// Why there is no usable zip.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// The file can't be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Lambda would not start it.
    #[error("{path} is no zip that Lambda would start: {why}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong, with Lambda's own log text where it has one (LA-11).
        why: String,
        /// What to do.
        hint: String,
    },
    /// It could not be built here.
    #[error("cannot build the function: {why}")]
    Build {
        /// What failed.
        why: String,
        /// What to do.
        hint: String,
    },
    /// The zip that this program carries can't be used.
    #[error("the code that this program carries cannot be used: {why}")]
    Embedded {
        /// What is wrong.
        why: String,
        /// What to do.
        hint: String,
    },
    /// There is none anywhere.
    #[error(
        "there is no code for the function: no `--zip FILE`, none in this program, and none can be built here: {why}"
    )]
    Nowhere {
        /// Why it can't be built.
        why: String,
    },
}

/// The function's code: the zip that is named, else built where this is imgdeploy's source tree, else the one that
/// this program carries. All are checked for where the code is going to run.
///
/// # Errors
/// [`ArtifactError`] when there is none, or it is unusable.
pub fn code(zip: Option<&Path>, arch: Arch, runs: Runs) -> Result<Artifact, ArtifactError> {
    if let Some(path) = zip {
        return load(path, arch, runs);
    }
    let here = std::env::current_dir();
    match here.map_err(|error| error.to_string()).and_then(|here| workspace::find(&here)) {
        Ok(workspace) => {
            let built = build(&workspace, arch, runs)?;
            usable(Path::new("the build"), &built.checked)?;
            Ok(built.artifact)
        }
        Err(why) => embedded::load(arch)?.ok_or(ArtifactError::Nowhere { why }),
    }
}

/// Reads and checks a ready zip.
///
/// # Errors
/// [`ArtifactError`] when it can't be read or Lambda would not start it on `arch` (LA-10).
pub fn load(path: &Path, arch: Arch, runs: Runs) -> Result<Artifact, ArtifactError> {
    let read = |source| ArtifactError::Read { path: path.to_owned(), source };
    // One that is far too large must not fill the memory.
    let bytes = input::read(path, lambda::MAX_UNZIPPED).map_err(read)?;
    let checked = check::check(Cursor::new(&bytes), arch, runs).map_err(read)?;
    usable(path, &checked)?;
    Ok(Artifact::checked(bytes, &checked, arch, Source::File(path.to_owned())))
}

/// Checks a zip from anywhere.
///
/// # Errors
/// It can't be read; what is wrong with its content is in [`Checked::problems`].
pub fn check_file(path: &Path, arch: Arch, runs: Runs) -> Result<Checked, ArtifactError> {
    input::open(path)
        .and_then(|file| check::check(std::io::BufReader::new(file), arch, runs))
        .map_err(|source| ArtifactError::Read { path: path.to_owned(), source })
}

fn usable(path: &Path, checked: &Checked) -> Result<(), ArtifactError> {
    let Some(first) = checked.problems.first() else { return Ok(()) };
    let all = checked.problems.iter().map(|problem| match &problem.aws {
        Aws::Refuses(message) => format!("{} (AWS refuses it: {message})", problem.what),
        Aws::Logs(log) => format!("{} (AWS would log: {log})", problem.what),
        Aws::Unknown => problem.what.clone(),
    });
    let why = all.collect::<Vec<_>>().join("; ");
    Err(ArtifactError::Unusable { path: path.to_owned(), why, hint: first.cure.clone() })
}

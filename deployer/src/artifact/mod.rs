//! The function's code: a zip that AWS would start, with its digests.

mod build;
mod elf;
mod package;

use std::path::{Path, PathBuf};

use base64::Engine;
use sha2::{Digest, Sha256};

use crate::settings::value::Arch;

pub use build::build;
pub use elf::Machine;

/// Largest zip that Lambda takes from S3, unzipped limit aside, in bytes (LA-07: 250 MB unzipped).
const MAX_ZIP_BYTES: u64 = 250 * 1024 * 1024;

/// The ELF machine of a processor.
fn machine(arch: Arch) -> Machine {
    match arch {
        Arch::Arm64 => Machine::Aarch64,
        Arch::X86_64 => Machine::X86_64,
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
    },
    /// It could not be built here.
    #[error("cannot build the function: {why}")]
    Build {
        /// What failed.
        why: String,
        /// What to do.
        hint: String,
    },
}

/// Reads and checks a ready zip.
///
/// # Errors
/// [`ArtifactError`] when it can't be read or Lambda would not start it on `arch` (LA-10).
pub fn load(path: &Path, arch: Arch) -> Result<Artifact, ArtifactError> {
    let read = |source| ArtifactError::Read { path: path.to_owned(), source };
    let size = std::fs::metadata(path).map_err(read)?.len();
    let unusable = |why: String| ArtifactError::Unusable { path: path.to_owned(), why };
    if size > MAX_ZIP_BYTES {
        return Err(unusable(format!("{size} bytes, Lambda takes {MAX_ZIP_BYTES} at most")));
    }
    let bytes = std::fs::read(path).map_err(read)?;
    package::check(&bytes, machine(arch)).map_err(unusable)?;
    Ok(artifact(bytes, arch))
}

/// The code for a function: the zip if one was given, else what the workspace here makes.
///
/// # Errors
/// [`ArtifactError`].
pub fn code(zip: Option<&Path>, arch: Arch) -> Result<Artifact, ArtifactError> {
    match zip {
        Some(path) => load(path, arch),
        None => build(arch),
    }
}

fn artifact(bytes: Vec<u8>, arch: Arch) -> Artifact {
    let digest = Sha256::digest(&bytes);
    Artifact {
        arch,
        sha256: hex::encode(digest),
        code_sha256: base64::engine::general_purpose::STANDARD.encode(digest),
        size: bytes.len() as u64,
        bytes,
    }
}

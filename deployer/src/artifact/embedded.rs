//! A zip that this very program carries: appended to the executable, so that one file is the whole tool.
//!
//! After the executable come the zip and 64 bytes that say what it is: SHA-256 (32), processor (8, padded with
//! zeros), length (8, little-endian), mark (16). The kernel loads what the executable's own headers name and does
//! not look at the rest. `strip` cuts it off again; a macOS program has to be signed before, not after.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::{Artifact, ArtifactError, Source};
use crate::output::{self, Over};
use crate::settings::value::{Arch, FromText as _};

const MARK: &[u8; 16] = b"imgdeploy-zip-1\n";
const TRAILER: u64 = 64;
/// Bytes at the beginning of a program that say that it is one.
const MAGIC: u64 = 4;

/// What is said about a carried zip without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    /// Processor.
    pub arch: Arch,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub size: u64,
}

/// What the running program carries; `None`: nothing.
pub fn look() -> Option<Embedded> {
    look_at(&running_path().ok()?)
}

/// What a program carries; `None`: nothing, or it can't be read.
pub fn look_at(program: &Path) -> Option<Embedded> {
    find(&mut File::open(program).ok()?).ok()?.map(|(embedded, _)| embedded)
}

/// The zip that the running program carries; `None`: nothing.
///
/// # Errors
/// It is damaged, or is for another processor than `arch`.
pub fn load(arch: Arch) -> Result<Option<Artifact>, ArtifactError> {
    running_path().map_or(Ok(None), |program| load_from(&program, arch))
}

/// The zip that a program carries; `None`: nothing, or the program can't be read.
///
/// # Errors
/// It is damaged, or is for another processor than `arch`.
pub fn load_from(program: &Path, arch: Arch) -> Result<Option<Artifact>, ArtifactError> {
    let damaged = |why: &str| ArtifactError::Embedded {
        why: why.to_owned(),
        hint: "install imgdeploy again, or give a ready zip with `--zip FILE`".to_owned(),
    };
    let Ok(mut file) = File::open(program) else { return Ok(None) };
    let Some((embedded, start)) = find(&mut file).map_err(|error| damaged(&error.to_string()))? else {
        return Ok(None);
    };
    if embedded.arch != arch {
        return Err(ArtifactError::Embedded {
            why: format!("it is for {}, the function is to run on {arch}", embedded.arch),
            hint: format!("add `--arch {}`, or give a ready zip with `--zip FILE`", embedded.arch),
        });
    }
    let read = |file: &mut File| {
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(embedded.size).read_to_end(&mut bytes).map(|_| bytes)
    };
    let bytes = read(&mut file).map_err(|error| damaged(&error.to_string()))?;
    let artifact = Artifact::new(bytes, arch, Source::Embedded);
    if artifact.sha256 != embedded.sha256 {
        return Err(damaged("its SHA-256 is not the one that it was stored with"));
    }
    Ok(Some(artifact))
}

/// Writes a copy of the program `from` that carries `artifact`, in place of what it may carry already.
///
/// # Errors
/// Reading or writing fails, or what is there is no program; then there is no new file.
pub fn write(from: &Path, to: &Path, artifact: &Artifact) -> io::Result<()> {
    let mut program = File::open(from)?;
    let length = find(&mut program)?.map_or(program.metadata()?.len(), |(_, start)| start);
    let begin = begin(&mut program)?;
    output::store(to, Over::Alike(&begin), |file| {
        program.seek(SeekFrom::Start(0))?;
        io::copy(&mut (&program).take(length), file)?;
        file.write_all(&artifact.bytes)?;
        file.write_all(&trailer(artifact))?;
        file.set_permissions(program.metadata()?.permissions())?;
        file.sync_all()
    })
}

/// Whether [`write`] may write to `to`, and can.
///
/// # Errors
/// What would stop it.
pub fn ready(from: &Path, to: &Path) -> io::Result<()> {
    output::ready(to, Over::Alike(&begin(&mut File::open(from)?)?))
}

/// How a program begins: what is written over has to be one.
fn begin(program: &mut File) -> io::Result<Vec<u8>> {
    program.seek(SeekFrom::Start(0))?;
    let mut begin = Vec::new();
    program.take(MAGIC).read_to_end(&mut begin)?;
    Ok(begin)
}

/// The running program's file.
pub fn running_path() -> io::Result<std::path::PathBuf> {
    std::env::current_exe()
}

fn trailer(artifact: &Artifact) -> Vec<u8> {
    let mut trailer = Sha256::digest(&artifact.bytes).to_vec();
    let mut arch = artifact.arch.to_string().into_bytes();
    arch.resize(8, 0);
    trailer.extend(arch);
    trailer.extend(artifact.size.to_le_bytes());
    trailer.extend(MARK);
    trailer
}

/// What a program carries, and where it begins.
fn find(program: &mut (impl Read + Seek)) -> io::Result<Option<(Embedded, u64)>> {
    let length = program.seek(SeekFrom::End(0))?;
    let Some(end) = length.checked_sub(TRAILER) else { return Ok(None) };
    program.seek(SeekFrom::Start(end))?;
    let mut trailer = Vec::new();
    program.read_to_end(&mut trailer)?;
    let Some(rest) = trailer.strip_suffix(MARK) else { return Ok(None) };
    let broken = || io::Error::other("its description cannot be read");
    let (digest, rest) = rest.split_first_chunk::<32>().ok_or_else(broken)?;
    let (arch, size) = rest.split_first_chunk::<8>().ok_or_else(broken)?;
    let arch = String::from_utf8_lossy(arch);
    let arch = Arch::from_text(arch.trim_end_matches('\0')).map_err(|_| broken())?;
    let size = u64::from_le_bytes(size.try_into().map_err(|_| broken())?);
    let start = end.checked_sub(size).ok_or_else(broken)?;
    Ok(Some((Embedded { arch, sha256: hex::encode(digest), size }, start)))
}

//! Builds the function with the toolchain that is here, so that the same source gives the same bytes in any folder.

use imgdeploy_model::terminal::Name;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::toolchain::{self, Linker};
use super::workspace::{BINARY, PACKAGE, Workspace};
use super::{Artifact, ArtifactError, Checked, Runs, Source, check, package};
use crate::settings::value::Arch;

/// Where the workspace keeps the cmake, meson and ninja that the function's C codecs are built with.
const BUILD_TOOLS: &str = "resizer-fn/av1/build-tools";
/// Newest glibc that zig links against (LA-10).
const GLIBC: &str = "2.34";
/// What C's `__DATE__` and `__TIME__` say: 1 January 1980, in seconds since 1970.
const TIME: &str = "315532800";
/// Between the flags in `CARGO_ENCODED_RUSTFLAGS`.
const SEPARATOR: &str = "\u{1f}";
/// Variables that would change the code, or its paths, from one machine to the next. A `-C target-cpu=native`
/// of a developer would also not start on Lambda.
const NOT_PASSED_ON: &[&str] = &[
    "RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CFLAGS",
    "CXXFLAGS",
    "TARGET_CFLAGS",
    "TARGET_CXXFLAGS",
];
const PROFILE: &str = "CARGO_PROFILE_RELEASE_";

/// A build and its check.
#[derive(Debug)]
pub struct Built {
    /// The zip, whatever the check says.
    pub artifact: Artifact,
    /// What the check says.
    pub checked: Checked,
    /// What it was linked with.
    pub linker: Linker,
}

/// Builds in release mode, packs and checks. Cargo's progress goes to standard error.
///
/// # Errors
/// [`ArtifactError::Build`] with the command that mends it.
pub fn build(workspace: &Workspace, arch: Arch, runs: Runs) -> Result<Built, ArtifactError> {
    let failed = |why: String, hint: &str| ArtifactError::Build { why, hint: hint.to_owned() };
    let linker = toolchain::choose(toolchain::look(arch), arch).map_err(|missing| ArtifactError::Build {
        why: format!("something is missing on this machine to build for {arch} on Linux"),
        hint: format!("{missing}; or give a ready zip with `--zip FILE`"),
    })?;
    let triple = toolchain::triple(arch);
    let others =
        workspace.sources_of_others(triple).map_err(|why| failed(why, "cargo's message says why"))?;
    let prefixes = prefixes(workspace, &others);
    let status = cargo(workspace, arch, linker, &prefixes).status().map_err(|error| {
        failed(format!("cargo did not start: {error}"), "install Rust: https://rustup.rs")
    })?;
    if !status.success() {
        return Err(failed(
            format!("cargo ended with {status}"),
            "cargo's own message above says why; if it misses cmake, meson or ninja: `make venv`",
        ));
    }
    let binary = workspace.target.join(triple).join("release").join(BINARY);
    let bytes =
        std::fs::read(&binary).map_err(|source| ArtifactError::Read { path: binary.clone(), source })?;
    let zip = package::pack(&bytes).map_err(|why| failed(why, "check the free memory"))?;
    let mut checked = check::check(std::io::Cursor::new(&zip), arch, runs)
        .map_err(|error| failed(error.to_string(), "run this again"))?;
    for (folder, _) in &prefixes {
        if names(&bytes, folder) {
            let folder = Name(folder);
            checked.notes.push(format!("the binary names {folder}: built in another folder it will differ"));
        }
    }
    Ok(Built { artifact: Artifact::checked(zip, &checked, arch, Source::Built), checked, linker })
}

/// Folders whose names must not be in the binary, and what is written instead; where several fit, the last one counts.
fn prefixes(workspace: &Workspace, others: &[PathBuf]) -> Vec<(PathBuf, &'static str)> {
    let mut all =
        vec![(workspace.root.clone(), "/imgdeploy"), (workspace.target.clone(), "/imgdeploy/target")];
    all.extend(others.iter().map(|folder| (folder.clone(), "/crates")));
    all
}

/// The cargo that builds.
fn cargo(workspace: &Workspace, arch: Arch, linker: Linker, prefixes: &[(PathBuf, &'static str)]) -> Command {
    let triple = toolchain::triple(arch);
    let key = triple.replace('-', "_");
    let mut cargo = Command::new("cargo");
    cargo.arg(if linker == Linker::Zig { "zigbuild" } else { "build" });
    cargo.args(["--release", "--locked", "--package", PACKAGE, "--bin", BINARY, "--target"]);
    cargo.arg(if linker == Linker::Zig { format!("{triple}.{GLIBC}") } else { triple.to_owned() });
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if NOT_PASSED_ON.contains(&&*text) || text.starts_with(PROFILE) {
            cargo.env_remove(&name);
        }
    }
    if linker == Linker::CrossGcc {
        let gcc = toolchain::cross_gcc(arch);
        cargo.env(format!("CARGO_TARGET_{}_LINKER", key.to_uppercase()), gcc);
        cargo.env(format!("CC_{key}"), gcc);
        cargo.env(format!("CXX_{key}"), gcc.replace("gcc", "g++"));
    }
    let rust: Vec<OsString> = prefixes.iter().map(|prefix| mapped("--remap-path-prefix=", prefix)).collect();
    cargo.env("CARGO_ENCODED_RUSTFLAGS", rust.join(OsString::from(SEPARATOR).as_os_str()));
    // Flags of C compilers are split at spaces, so such a folder cannot be named here; `names` tells if it matters.
    let c: Vec<OsString> = prefixes
        .iter()
        .filter(|(folder, _)| !folder.to_string_lossy().contains(char::is_whitespace))
        .map(|prefix| mapped("-ffile-prefix-map=", prefix))
        .collect();
    let c = c.join(OsString::from(" ").as_os_str());
    cargo.env(format!("CFLAGS_{key}"), &c).env(format!("CXXFLAGS_{key}"), &c).env("SOURCE_DATE_EPOCH", TIME);
    cargo.env("CARGO_TARGET_DIR", &workspace.target).env("CARGO_INCREMENTAL", "0");
    if let Some(path) = path_with(&workspace.root.join(BUILD_TOOLS)) {
        cargo.env("PATH", path);
    }
    cargo.current_dir(&workspace.root).stdin(Stdio::null()).stdout(Stdio::null());
    cargo
}

fn mapped(flag: &str, (folder, instead): &(PathBuf, &'static str)) -> OsString {
    let mut text = OsString::from(flag);
    text.push(folder);
    text.push("=");
    text.push(instead);
    text
}

/// Whether a binary has the name of a folder in it.
fn names(binary: &[u8], folder: &Path) -> bool {
    let name = folder.as_os_str().as_encoded_bytes();
    let Some(first) = name.first().filter(|_| name.len() > 1) else { return false };
    let mut rest = binary;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = rest.get(at..).unwrap_or_default();
        if rest.starts_with(name) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// The PATH with `first` in front.
fn path_with(first: &Path) -> Option<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(first.to_owned()).chain(std::env::split_paths(&path))).ok()
}

//! Builds the function with the toolchain that is here.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use cargo_metadata::MetadataCommand;

use super::{Artifact, ArtifactError, artifact, machine, package};
use crate::settings::value::Arch;

/// Package and binary of the function in its workspace.
const PACKAGE: &str = "resizer-fn";
const BINARY: &str = "bootstrap";
/// Where the workspace keeps the cmake, meson and ninja that the function's C codecs are built with.
const BUILD_TOOLS: &str = "resizer-fn/av1/build-tools";

/// Finds the function's workspace from the current folder upwards, builds it in release mode and packs it.
/// Cargo's progress goes to the terminal.
///
/// # Errors
/// [`ArtifactError::Build`] with the command that mends it.
pub fn build(arch: Arch) -> Result<Artifact, ArtifactError> {
    let failed = |why: String, hint: &str| ArtifactError::Build { why, hint: hint.to_owned() };
    let metadata = MetadataCommand::new().no_deps().exec().map_err(|error| {
        failed(
            format!("there is no cargo workspace here ({error})"),
            "give a ready zip with `--zip FILE`, or run this inside imgdeploy's source tree",
        )
    })?;
    if !metadata.packages.iter().any(|package| package.name.as_str() == PACKAGE) {
        return Err(failed(
            format!("the workspace at {} has no package {PACKAGE}", metadata.workspace_root),
            "give a ready zip with `--zip FILE`, or run this inside imgdeploy's source tree",
        ));
    }
    let target = target_triple(arch);
    let native = std::env::consts::OS == "linux" && std::env::consts::ARCH == rust_arch(arch);
    let mut cargo = Command::new("cargo");
    if native {
        cargo.arg("build");
    } else if installed("cargo-zigbuild") {
        // The suffix pins the newest glibc symbol to what Amazon Linux 2023 has (LA-10).
        cargo.arg("zigbuild");
    } else if arch == Arch::Arm64 && installed("aarch64-linux-gnu-gcc") {
        cargo
            .arg("build")
            .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc")
            .env("CC_aarch64_unknown_linux_gnu", "aarch64-linux-gnu-gcc");
    } else {
        return Err(failed(
            format!("this machine cannot link for {} on Linux", arch),
            "give a ready zip with `--zip FILE`, or install a cross linker \
             (`cargo install cargo-zigbuild` with `pip install ziglang`, or Debian's gcc-aarch64-linux-gnu) \
             and `rustup target add aarch64-unknown-linux-gnu`",
        ));
    }
    if let Some(path) = path_with(metadata.workspace_root.join(BUILD_TOOLS).into()) {
        cargo.env("PATH", path);
    }
    let zig_target = format!("{target}.2.34");
    let uses_zig = cargo.get_args().any(|arg| arg == "zigbuild");
    let status = cargo
        .args(["--release", "--package", PACKAGE, "--bin", BINARY, "--target"])
        .arg(if uses_zig { zig_target.as_str() } else { target })
        .current_dir(&metadata.workspace_root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|error| failed(format!("cargo did not start: {error}"), "install Rust's cargo"))?;
    if !status.success() {
        return Err(failed(
            format!("cargo ended with {status}"),
            "cargo's own message above says why; `rustup target list --installed` shows the targets",
        ));
    }
    let binary: PathBuf =
        metadata.target_directory.join(target).join("release").join(BINARY).into_std_path_buf();
    let bytes =
        std::fs::read(&binary).map_err(|source| ArtifactError::Read { path: binary.clone(), source })?;
    let zip = package::pack(&bytes).map_err(|why| failed(why, "check the free disk space"))?;
    package::check(&zip, machine(arch)).map_err(|why| ArtifactError::Unusable { path: binary, why })?;
    Ok(artifact(zip, arch))
}

fn target_triple(arch: Arch) -> &'static str {
    match arch {
        Arch::Arm64 => "aarch64-unknown-linux-gnu",
        Arch::X86_64 => "x86_64-unknown-linux-gnu",
    }
}

fn rust_arch(arch: Arch) -> &'static str {
    match arch {
        Arch::Arm64 => "aarch64",
        Arch::X86_64 => "x86_64",
    }
}

/// The PATH with `first` in front.
fn path_with(first: PathBuf) -> Option<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(first).chain(std::env::split_paths(&path))).ok()
}

/// Whether `program` is on the PATH.
fn installed(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

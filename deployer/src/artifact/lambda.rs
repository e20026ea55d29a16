//! What `provided.al2023` has for a binary, and what AWS says of code that it cannot take or start.

use super::elf::{Binary, Machine, NoBinary, glibc};
use crate::settings::value::Arch;

/// Newest glibc there (LA-10).
pub const GLIBC: (u32, u32) = (2, 34);
/// The unzipped code and its layers must be smaller (LA-07), in bytes: 250 MiB.
pub const MAX_UNZIPPED: u64 = 262_144_000;
/// Zips up to here are taken in the call itself, larger ones from S3 (LA-07), in bytes: 50 MiB.
pub const MAX_DIRECT: u64 = 52_428_800;

/// Libraries of glibc 2.34 and of gcc. The others of the image, such as OpenSSL's, come and go with its packages.
/// [unverified] that the C++ library is there: AWS lists no packages for the runtime.
const LIBRARIES: &[&str] = &[
    "libc.so.6",
    "libm.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libutil.so.1",
    "libresolv.so.2",
    "libanl.so.1",
    "libgcc_s.so.1",
    "libstdc++.so.6",
];
/// Interpreters of scripts: AWS's own examples of `bootstrap` are shell scripts.
const SHELLS: &[&str] = &["/bin/sh", "/bin/bash", "/usr/bin/sh", "/usr/bin/bash"];

/// Where the code is going to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// On Lambda, runtime `provided.al2023`.
    OnLambda,
    /// At an emulator, with the libraries of the machine that it runs on: these are not looked at.
    AtEmulator,
}

/// What AWS says, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aws {
    /// The upload is refused, with this message.
    Refuses(&'static str),
    /// The upload is taken, the function does not start, and its log has this (LA-11).
    Logs(String),
    /// Not known.
    Unknown,
}

/// Something that is wrong with a zip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What, and where.
    pub what: String,
    /// What AWS makes of it.
    pub aws: Aws,
    /// What to do.
    pub cure: String,
}

impl Problem {
    /// The zip itself is wrong: `CreateFunction`, `UpdateFunctionCode` and CloudFormation say so.
    pub fn refused(what: impl Into<String>, message: &'static str, cure: &str) -> Self {
        Self { what: what.into(), aws: Aws::Refuses(message), cure: cure.to_owned() }
    }

    /// The function would not start.
    pub fn logged(what: impl Into<String>, log: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { what: what.into(), aws: Aws::Logs(log.into()), cure: cure.into() }
    }

    /// Whatever AWS does, it must not be used.
    pub fn unknown(what: impl Into<String>, cure: &str) -> Self {
        Self { what: what.into(), aws: Aws::Unknown, cure: cure.to_owned() }
    }
}

// The messages are as users report them [obs]; which of the first two an odd zip gets is [unverified].

/// AWS's message for a zip that it cannot unpack.
pub const NOT_UNZIPPED: &str = "InvalidParameterValueException: Could not unzip uploaded file. Please check your \
                            file, then try to upload again.";
/// AWS's message for a zip without files.
pub const EMPTY: &str = "InvalidParameterValueException: Uploaded file must be a non-empty zip";
/// AWS's message for a zip over [`MAX_UNZIPPED`].
pub const TOO_LARGE: &str =
    "InvalidParameterValueException: Unzipped size must be smaller than 262144000 bytes";

const EXEC_FORMAT: &str = "fork/exec /var/task/bootstrap: exec format error (Runtime.InvalidEntrypoint)";
const NO_LOADER: &str =
    "fork/exec /var/task/bootstrap: no such file or directory (Runtime.InvalidEntrypoint)";
const BUILD: &str = "build it with `imgdeploy build`";

/// The log of a zip without `bootstrap` at its root.
pub fn no_bootstrap(what: impl Into<String>) -> Problem {
    let log =
        "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap] (Runtime.InvalidEntrypoint)";
    Problem::logged(what, log, "zip the file itself, without a folder: `cd FOLDER && zip code.zip bootstrap`")
}

/// The log of a `bootstrap` that Lambda's user may not run: others than its owner have to be allowed to read and
/// run it.
pub fn not_executable(mode: Option<u32>) -> Problem {
    let mode = mode.map_or("no mode".to_owned(), |mode| format!("mode {:04o}", mode & 0o7777));
    Problem::logged(
        format!("`bootstrap` has {mode}: it has to be readable and executable by everyone"),
        "fork/exec /var/task/bootstrap: permission denied (Runtime.InvalidEntrypoint)",
        "`chmod 755 bootstrap` before zipping it, on a system with such modes",
    )
}

/// What is wrong with a file that is no binary.
pub fn no_binary(found: &NoBinary) -> Problem {
    match found {
        NoBinary::Foreign => {
            Problem::logged("`bootstrap` is no 64-bit Linux program (ELF)", EXEC_FORMAT, BUILD)
        }
        NoBinary::Damaged(why) => {
            Problem::unknown(format!("`bootstrap` is an ELF file that cannot be read: {why}"), BUILD)
        }
        NoBinary::Script(line) => {
            let shell = line.trim_start().split(' ').next().unwrap_or_default();
            if SHELLS.contains(&shell) {
                let what = format!(
                    "`bootstrap` is a script for {shell}: Lambda starts it, but what it starts cannot be checked"
                );
                return Problem::unknown(what, "give a zip with the program itself as `bootstrap`");
            }
            let what = format!(
                "`bootstrap` is a script for \"{shell}\", which Amazon Linux 2023 does not have there"
            );
            Problem::logged(what, NO_LOADER, "give a zip with the program itself as `bootstrap`")
        }
    }
}

/// Whether Lambda would start a binary; `carried` says whether the zip has a file of this name.
pub fn judge(binary: &Binary, arch: Arch, runs: Runs, carried: &dyn Fn(&str) -> bool) -> Vec<Problem> {
    let (wanted, loader) = match arch {
        Arch::Arm64 => (Machine::Aarch64, "/lib/ld-linux-aarch64.so.1"),
        Arch::X86_64 => (Machine::X86_64, "/lib64/ld-linux-x86-64.so.2"),
    };
    if binary.machine != wanted {
        let what = format!("`bootstrap` is for {}, the function is to run on {arch}", binary.machine);
        return vec![Problem::logged(what, EXEC_FORMAT, cure_for(binary.machine))];
    }
    if runs == Runs::AtEmulator {
        return Vec::new();
    }
    if let Some(found) = &binary.interpreter
        && found != loader
    {
        let musl = if found.contains("musl") { " (linked dynamically with musl)" } else { "" };
        let what =
            format!("`bootstrap` needs the loader {found}{musl}, which Amazon Linux 2023 does not have");
        let cure = "link it statically, or build it for glibc with `imgdeploy build`";
        return vec![Problem::logged(what, NO_LOADER, cure)];
    }
    let mut problems = Vec::new();
    for library in &binary.needed {
        // Both folders are in LD_LIBRARY_PATH of every function.
        let there = LIBRARIES.contains(&library.as_str())
            || loader.ends_with(&format!("/{library}"))
            || carried(library)
            || carried(&format!("lib/{library}"));
        if !there {
            problems.push(Problem::logged(
                format!("`bootstrap` needs the library {library}, which Amazon Linux 2023 does not have for it"),
                format!(
                    "/var/task/bootstrap: error while loading shared libraries: {library}: cannot open shared \
                     object file: No such file or directory"
                ),
                format!("link it statically, or put it into the zip as lib/{library}"),
            ));
        }
    }
    problems.extend(newer(binary));
    problems
}

/// The newest version of glibc's libraries that is not there; names without a number came after 2.34.
fn newer(binary: &Binary) -> Option<Problem> {
    let missing = binary.versions.iter().filter(|one| !one.weak && one.name.starts_with("GLIBC_"));
    let missing = missing.filter(|one| one.name != "GLIBC_PRIVATE");
    let missing = missing.filter(|one| glibc(&one.name).is_none_or(|version| version > GLIBC));
    let newest = missing.max_by_key(|one| glibc(&one.name))?;
    Some(Problem::logged(
        format!(
            "`bootstrap` needs {} of {}, Amazon Linux 2023 has glibc {}.{}",
            newest.name, newest.library, GLIBC.0, GLIBC.1
        ),
        format!(
            "/var/task/bootstrap: /lib64/{}: version `{}' not found (required by /var/task/bootstrap)",
            newest.library, newest.name
        ),
        "it was linked on a newer system: build it with zig, which pins glibc: \
         `cargo install --locked cargo-zigbuild && python3 -m pip install ziglang && imgdeploy build`",
    ))
}

fn cure_for(found: Machine) -> String {
    match found {
        Machine::Aarch64 => {
            "if that is what you want, add `--arch arm64`; else build it for the other".to_owned()
        }
        Machine::X86_64 => {
            "if that is what you want, add `--arch x86_64`; else build it for the other".to_owned()
        }
        Machine::Other(_) => BUILD.to_owned(),
    }
}

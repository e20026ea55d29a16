//! Which of the tools that are here links the function, and what to install if none does.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::settings::value::Arch;

/// What links for Linux. The first that is there is taken, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linker {
    /// zig, by cargo-zigbuild: on every system, for every processor, and with glibc 2.34 whatever the host has.
    Zig,
    /// Debian's cross compiler (`gcc-aarch64-linux-gnu`), with the glibc of its release.
    CrossGcc,
    /// The compiler of a Linux machine with this very processor, with its own glibc.
    Native,
}

impl std::fmt::Display for Linker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Zig => "zig (cargo-zigbuild)",
            Self::CrossGcc => "gcc (cross)",
            Self::Native => "this machine's compiler",
        })
    }
}

/// What was found on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)]
pub struct Found {
    /// A Linux machine with the processor that is built for.
    pub native: bool,
    /// `cargo zigbuild`.
    pub zigbuild: bool,
    /// zig itself, as a program or as Python's `ziglang`.
    pub zig: bool,
    /// The cross compiler.
    pub cross_gcc: bool,
    /// Rust's standard library for the target.
    pub std: bool,
    /// rustup, which could install it.
    pub rustup: bool,
}

/// Rust's name of the target.
pub fn triple(arch: Arch) -> &'static str {
    match arch {
        Arch::Arm64 => "aarch64-unknown-linux-gnu",
        Arch::X86_64 => "x86_64-unknown-linux-gnu",
    }
}

/// The cross compiler's C part; its C++ part ends in `g++`.
pub fn cross_gcc(arch: Arch) -> &'static str {
    match arch {
        Arch::Arm64 => "aarch64-linux-gnu-gcc",
        Arch::X86_64 => "x86_64-linux-gnu-gcc",
    }
}

/// Looks at this machine.
pub fn look(arch: Arch) -> Found {
    let processor = match arch {
        Arch::Arm64 => "aarch64",
        Arch::X86_64 => "x86_64",
    };
    let python = std::env::var_os("CARGO_ZIGBUILD_PYTHON_PATH").unwrap_or_else(|| "python3".into());
    Found {
        native: std::env::consts::OS == "linux" && std::env::consts::ARCH == processor,
        zigbuild: on_path("cargo-zigbuild"),
        zig: on_path("zig")
            || std::env::var_os("CARGO_ZIGBUILD_ZIG_PATH").is_some()
            || works(Command::new(python).args(["-m", "ziglang", "version"])),
        cross_gcc: on_path(cross_gcc(arch)),
        std: has_std(triple(arch)),
        rustup: on_path("rustup"),
    }
}

/// The linker to use.
///
/// # Errors
/// The commands that install what is missing, in one line.
pub fn choose(found: Found, arch: Arch) -> Result<Linker, String> {
    let linker = if found.zigbuild && found.zig {
        Some(Linker::Zig)
    } else if found.native {
        Some(Linker::Native)
    } else if found.cross_gcc {
        Some(Linker::CrossGcc)
    } else {
        None
    };
    let mut missing = Vec::new();
    if !found.std {
        missing.push(if found.rustup {
            format!("rustup target add {}", triple(arch))
        } else {
            format!("install Rust's standard library for {} (with https://rustup.rs)", triple(arch))
        });
    }
    if linker.is_none() && !found.zigbuild {
        missing.push("cargo install --locked cargo-zigbuild".to_owned());
    }
    if linker.is_none() && !found.zig {
        missing.push("python3 -m pip install ziglang".to_owned());
    }
    match linker {
        Some(linker) if missing.is_empty() => Ok(linker),
        _ => Err(missing.join(" && ")),
    }
}

/// Whether rustc has a standard library for a target.
fn has_std(triple: &str) -> bool {
    let output = Command::new("rustc").args(["--print", "target-libdir", "--target", triple]).output();
    output.is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout);
        output.status.success() && Path::new(folder.trim()).is_dir()
    })
}

fn works(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Whether `program` is on the PATH.
fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NOTHING: Found =
        Found { native: false, zigbuild: false, zig: false, cross_gcc: false, std: true, rustup: true };

    #[test]
    fn the_order_is_zig_then_the_machines_own_then_a_cross_compiler() {
        let all = Found { native: true, zigbuild: true, zig: true, cross_gcc: true, ..NOTHING };
        assert_eq!(choose(all, Arch::Arm64), Ok(Linker::Zig));
        assert_eq!(choose(Found { zig: false, ..all }, Arch::Arm64), Ok(Linker::Native));
        assert_eq!(
            choose(Found { zigbuild: false, native: false, ..all }, Arch::Arm64),
            Ok(Linker::CrossGcc)
        );
    }

    #[test]
    fn what_is_missing_is_one_line() {
        let line = |found| choose(found, Arch::Arm64).unwrap_err();
        assert_eq!(line(NOTHING), "cargo install --locked cargo-zigbuild && python3 -m pip install ziglang");
        assert_eq!(line(Found { zigbuild: true, ..NOTHING }), "python3 -m pip install ziglang");
        assert_eq!(
            line(Found { cross_gcc: true, std: false, ..NOTHING }),
            "rustup target add aarch64-unknown-linux-gnu"
        );
        assert!(line(Found { native: true, std: false, rustup: false, ..NOTHING }).contains("rustup.rs"));
    }
}

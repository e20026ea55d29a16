//! The function's real `bootstrap` for this machine, zipped as Lambda wants it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use zip::write::SimpleFileOptions;

use crate::workspace;

/// `arm64` or `x86_64`: the processor that the emulator's Lambda runs on.
#[must_use]
pub fn host_arch() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    }
}

/// A zip with `bootstrap` for this machine: `IMGDEPLOY_TEST_ZIP` where set (`make` does), else built by cargo.
///
/// # Panics
/// When it can't be built.
#[must_use]
pub fn bootstrap_zip() -> &'static Path {
    static ZIP: OnceLock<PathBuf> = OnceLock::new();
    ZIP.get_or_init(|| {
        if let Some(path) = std::env::var_os("IMGDEPLOY_TEST_ZIP") {
            let path = PathBuf::from(path);
            assert!(
                path.is_file(),
                "IMGDEPLOY_TEST_ZIP is {}, which is no file: run `make test`",
                path.display()
            );
            return path;
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--package", "resizer-fn", "--bin", "bootstrap"])
            .current_dir(workspace::root())
            .status()
            .expect("cargo can be started");
        assert!(built.success(), "cargo build -p resizer-fn failed");
        let zip = workspace::target().join("test/bootstrap.zip");
        write(&code(&workspace::target().join("debug/bootstrap")), &zip);
        zip
    })
}

/// The binary without symbols where `strip` is at hand: they are most of the file, and every test uploads it.
fn code(binary: &Path) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stripped = folder.path().join("bootstrap");
    let status = Command::new("strip").arg("-o").arg(&stripped).arg(binary).status();
    let best = if status.is_ok_and(|status| status.success()) { &stripped } else { binary };
    std::fs::read(best).expect("bootstrap was built")
}

/// Zips `code` as an executable `bootstrap` (LA-10). Another process may be doing the same: the file is moved
/// into place when complete.
fn write(code: &[u8], zip: &Path) {
    let folder = zip.parent().expect("a folder");
    std::fs::create_dir_all(folder).expect("the folder can be made");
    let unfinished = tempfile::NamedTempFile::new_in(folder).expect("a temporary file");
    let mut writer = zip::ZipWriter::new(unfinished);
    let options = SimpleFileOptions::default().unix_permissions(0o755);
    writer.start_file("bootstrap", options).expect("a zip entry");
    writer.write_all(code).expect("the entry can be written");
    let finished = writer.finish().expect("the zip can be finished");
    finished.persist(zip).expect("the zip can be moved into place");
}

/// A zip with a small program of this machine under that name and with that mode.
///
/// # Panics
/// On a machine without `/bin/true`.
#[must_use]
pub fn with_mode(name: &str, mode: u32) -> Vec<u8> {
    with(name, mode, &std::fs::read("/bin/true").expect("a small program"))
}

/// A zip with one file.
///
/// # Panics
/// When it can't be written.
#[must_use]
pub fn with(name: &str, mode: u32, content: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file(name, SimpleFileOptions::default().unix_permissions(mode)).expect("a zip entry");
    writer.write_all(content).expect("the entry can be written");
    writer.finish().expect("the zip can be finished").into_inner()
}

//! `build`: the same bytes for the same source, the check of zips, and the program that carries one.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use imgdeploy::artifact::{Artifact, Source, embedded};
use imgdeploy::settings::value::Arch;
use serde_json::Value;
use test_support::elf;
use test_support::tool::{Run, Tool};
use test_support::workspace;
use test_support::zip_file::{bootstrap_zip, host_arch};
use zip::write::SimpleFileOptions;

use crate::bench::Bench;

/// A workspace in the place of imgdeploy's own, with all that could carry the folder or the time into the binary:
/// places of Rust and C code, generated code, the compiler's clock.
const STAND_IN: &[(&str, &str)] = &[
    ("README.md", "# Stand-in\n"),
    (
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"resizer-fn\"]\n[profile.release]\nstrip = true\n",
    ),
    ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"resizer-fn\"\nversion = \"0.1.0\"\n"),
    (
        "resizer-fn/Cargo.toml",
        "[package]\nname = \"resizer-fn\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [[bin]]\nname = \"bootstrap\"\npath = \"src/main.rs\"\n",
    ),
    (
        "resizer-fn/build.rs",
        r#"use std::{env, fs, process::Command};
fn main() {
    let out = env::var("OUT_DIR").unwrap();
    fs::write(format!("{out}/made.rs"), "pub fn made() -> &'static str { file!() }").unwrap();
    let key = env::var("TARGET").unwrap().replace('-', "_");
    let cc = env::var(format!("CC_{key}")).unwrap_or_else(|_| "cc".to_owned());
    let flags = env::var(format!("CFLAGS_{key}")).unwrap_or_default();
    let source = format!("{}/part.c", env::var("CARGO_MANIFEST_DIR").unwrap());
    let compiled = Command::new(cc).args(flags.split_whitespace())
        .args(["-g", "-Wno-builtin-macro-redefined", "-c", &source, "-o", &format!("{out}/part.o")]).status().unwrap();
    assert!(compiled.success());
    let packed = Command::new("ar").args(["crsD", &format!("{out}/libpart.a"), &format!("{out}/part.o")]).status();
    assert!(packed.unwrap().success());
    println!("cargo::rustc-link-search=native={out}\ncargo::rustc-link-lib=static=part");
    println!("cargo::rerun-if-changed=part.c\ncargo::rerun-if-changed=build.rs");
}
"#,
    ),
    (
        "resizer-fn/part.c",
        "const char *place(void) { return __FILE__; }\nconst char *time_of(void) { return __DATE__ \" \" __TIME__; }\n",
    ),
    (
        "resizer-fn/src/main.rs",
        r#"include!(concat!(env!("OUT_DIR"), "/made.rs"));
unsafe extern "C" { fn place() -> *const i8; fn time_of() -> *const i8; }
fn main() {
    println!("{} {}", file!(), made());
    // SAFETY: both return constants.
    println!("{:?} {:?}", unsafe { place() }, unsafe { time_of() });
    if std::env::args().count() > 9 { panic!("somewhere") }
}
"#,
    ),
];

fn stand_in(folder: &Path) {
    for (name, text) in STAND_IN {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// The tool without AWS. Cargo and rustup stay in the home of whoever runs the tests.
fn tool() -> Tool {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap());
    let or = |name: &str, folder: &str| std::env::var_os(name).unwrap_or_else(|| home.join(folder).into());
    Tool::new(env!("CARGO_BIN_EXE_imgdeploy"))
        .without_credentials()
        .endpoint("http://127.0.0.1:1")
        .env("CARGO_HOME", or("CARGO_HOME", ".cargo"))
        .env("RUSTUP_HOME", or("RUSTUP_HOME", ".rustup"))
        // The compiler of this machine: zig is slow when it is used for the first time.
        .env("CARGO_ZIGBUILD_PYTHON_PATH", "/nonexistent")
}

/// Builds the stand-in in `folder`, which is inside of the tool's.
fn built(tool: &Tool, folder: &str) -> Value {
    let script = "cd \"$1\" && shift && exec \"$0\" \"$@\"";
    let binary = env!("CARGO_BIN_EXE_imgdeploy");
    let shell = tool.with_binary("/bin/sh");
    shell
        .run(["-c", script, binary, folder, "build", "--arch", host_arch(), "--output", "json"])
        .exits(0)
        .json()
}

#[test]
fn the_same_source_is_the_same_zip_in_any_folder_at_any_time() {
    let tool = tool();
    for folder in ["one", "another/much/longer/folder"] {
        stand_in(&tool.home().join(folder));
    }
    let one = built(&tool, "one");
    // The compiler's clock has gone on by a second at least.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let other = built(&tool, "another/much/longer/folder");
    let bytes = |built: &Value| fs::read(built["zip"].as_str().unwrap()).unwrap();
    assert_eq!(one["outcome"], "built");
    assert_eq!((&one["notes"], &one["problems"]), (&Value::from([""; 0]), &Value::from([""; 0])));
    assert_eq!(one["sha256"], other["sha256"]);
    assert_eq!(bytes(&one), bytes(&other));

    let home = tool.home().join("one");
    fs::write(home.join("README.md"), "# Other words\n").unwrap();
    assert_eq!(built(&tool, "one")["sha256"], one["sha256"]);
    let main = home.join("resizer-fn/src/main.rs");
    let text = fs::read_to_string(&main).unwrap();
    fs::write(&main, text.replace("somewhere", "somewherf")).unwrap();
    assert_ne!(built(&tool, "one")["sha256"], one["sha256"]);
}

#[test]
fn outside_of_the_source_tree_there_is_nothing_to_build() {
    let run = tool().run(["build"]).exits(2);
    assert!(run.stderr.contains("is not inside of a cargo workspace"), "{run}");
}

fn zip_of(name: &str, mode: u32, content: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(name, SimpleFileOptions::default().unix_permissions(mode)).unwrap();
    zip.write_all(content).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_check_says_what_aws_would_and_ends_with_3() {
    let tool = tool();
    let check = |zip: &[u8], arguments: &[&str]| -> Run {
        fs::write(tool.home().join("code.zip"), zip).unwrap();
        tool.run([&["build", "--check", "code.zip"], arguments].concat())
    };
    let good = zip_of("bootstrap", 0o755, &elf::aarch64().bytes());
    let run = check(&good, &[]).exits(0);
    assert!(run.stdout.contains("AWS takes and starts it") && run.stdout.contains("needs 2.34"), "{run}");
    assert_eq!(run.stderr, "");
    let object = check(&good, &["--output", "json"]).exits(0).json();
    assert_eq!((&object["version"], &object["command"]), (&Value::from(1), &Value::from("build")));
    assert_eq!(
        (&object["outcome"], &object["binary"]["glibc"]),
        (&Value::from("checked"), &Value::from("2.34"))
    );

    let mut newer = elf::aarch64();
    newer.versions.push(("libc.so.6", "GLIBC_2.38", false));
    let newer = zip_of("bootstrap", 0o755, &newer.bytes());
    let run = check(&newer, &[]).exits(3);
    assert!(
        run.stdout.contains("version `GLIBC_2.38' not found") && run.stdout.contains("cargo-zigbuild"),
        "{run}"
    );
    let object = check(&newer, &["--output", "json"]).exits(3).json();
    assert_eq!(
        (&object["outcome"], &object["problems"][0]["stage"]),
        (&Value::from("unusable"), &Value::from("start"))
    );
    let _ = check(&good, &["--arch", "x86_64"]).exits(3);
    let _ = check(&zip_of("bin/bootstrap", 0o755, b""), &[]).exits(3);
    let object = check(b"PK", &["--output", "json"]).exits(3).json();
    assert_eq!(object["problems"][0]["stage"], "upload");
    let _ = tool.run(["build", "--check", "none.zip"]).exits(2);
    let _ = tool.run(["build", "--check", "code.zip", "--output-zip", "x.zip"]).exits(2);
}

#[test]
fn an_attach_with_code_that_cannot_start_is_wrong_usage() {
    let tool = tool();
    fs::write(tool.home().join("code.zip"), zip_of("bootstrap", 0o644, &elf::aarch64().bytes())).unwrap();
    let run = tool.run(["attach", "--bucket", "abc", "--zip", "code.zip"]).exits(2);
    assert!(run.stderr.contains("permission denied") && run.stderr.contains("chmod 755"), "{run}");
}

/// A copy of the tool in a folder of its own that carries a zip.
fn carrying(folder: &Path, zip: &Path, arch: Arch) -> (PathBuf, String) {
    let artifact = Artifact::new(fs::read(zip).unwrap(), arch, Source::Built);
    let program = folder.join("imgdeploy");
    embedded::write(Path::new(env!("CARGO_BIN_EXE_imgdeploy")), &program, &artifact).unwrap();
    (program, artifact.sha256)
}

#[test]
fn one_file_is_the_whole_tool() {
    let bench = Bench::used();
    let alone = tempfile::tempdir().unwrap();
    let arch = if host_arch() == "arm64" { Arch::Arm64 } else { Arch::X86_64 };
    let (program, sha256) = carrying(alone.path(), bootstrap_zip(), arch);
    let single =
        Tool::new(&program).endpoint(&bench.proxy.url()).region("us-east-1").env("PATH", alone.path());

    let version = single.run(["--version"]).exits(0).stdout;
    let lines: Vec<&str> = version.lines().collect();
    assert_eq!(lines.len(), 2, "{version}");
    assert!(lines[1].contains(&sha256) && lines[1].contains(host_arch()), "{version}");
    let plain = Tool::new(env!("CARGO_BIN_EXE_imgdeploy"));
    assert_eq!(plain.run(["-V"]).exits(0).stdout.lines().count(), 1);

    let mut arguments = bench.attach_arguments();
    let at = arguments.iter().position(|argument| argument == "--zip").unwrap();
    arguments.drain(at..at + 2);
    let mut dry: Vec<String> = arguments.iter().filter(|argument| *argument != "--yes").cloned().collect();
    dry.push("--dry-run".to_owned());
    let run = single.run(&dry).exits(0);
    assert!(run.stdout.contains(&format!("SHA-256 {sha256}")), "{run}");
    bench.assert_no_writes();
    let run = single.run(&arguments).exits(0);
    assert!(run.stderr.contains("carried by this program"), "{run}");

    // Without one, both ways to code are named.
    let run = plain.endpoint(&bench.proxy.url()).run(&dry).exits(2);
    assert!(run.stderr.contains("--zip FILE") && run.stderr.contains("make dist"), "{run}");
}

#[test]
fn a_program_carries_only_what_was_checked_and_only_one() {
    let tool = tool();
    let path = |name: &str| tool.home().join(name);
    fs::write(path("arm.zip"), zip_of("bootstrap", 0o755, &elf::aarch64().bytes())).unwrap();
    fs::write(path("x86.zip"), zip_of("bootstrap", 0o755, &elf::x86_64().bytes())).unwrap();
    let _ = tool.run(["build", "--check", "x86.zip", "--single-binary", "single"]).exits(3);
    assert!(!path("single").exists());
    let _ = tool.run(["build", "--check", "arm.zip", "--single-binary", "single"]).exits(0);
    let single = tool.with_binary(path("single"));
    assert!(single.run(["--version"]).exits(0).stdout.contains("carries code for arm64"));
    let _ =
        single.run(["build", "--check", "x86.zip", "--arch", "x86_64", "--single-binary", "other"]).exits(0);
    let other = tool.with_binary(path("other"));
    assert!(other.run(["--version"]).exits(0).stdout.contains("carries code for x86_64"));
    let size = |name: &str| fs::metadata(path(name)).unwrap().len();
    assert_eq!(size("other") - size("x86.zip"), size("single") - size("arm.zip"));

    let run = other.run(["attach", "--bucket", "abc", "--dry-run"]).exits(2);
    assert!(run.stderr.contains("--arch x86_64"), "the default is arm64: {run}");
}

#[test]
fn what_is_written_takes_the_place_of_nothing_else() {
    let tool = tool();
    let path = |name: &str| tool.home().join(name);
    fs::write(path("arm.zip"), zip_of("bootstrap", 0o755, &elf::aarch64().bytes())).unwrap();
    for name in ["single.part", "one.zip.part", "notes.txt"] {
        fs::write(path(name), "mine").unwrap();
    }
    let zip = fs::read(path("arm.zip")).unwrap();
    let carry = |to: &str| tool.run(["build", "--check", "arm.zip", "--single-binary", to]);
    let _ = carry("single").exits(0);
    let _ = carry("single").exits(0);
    for to in ["notes.txt", "arm.zip"] {
        let run = carry(to).exits(4);
        assert!(run.stderr.contains(to) && run.stderr.contains("something else is there"), "{run}");
    }
    stand_in(&path("tree"));
    for (to, code) in [("../one.zip", 0), ("../one.zip", 0), ("../notes.txt", 4), ("../single", 4)] {
        let script = "cd tree && exec \"$0\" build --arch \"$1\" --output-zip \"$2\"";
        let binary = env!("CARGO_BIN_EXE_imgdeploy");
        let _ = tool.with_binary("/bin/sh").run(["-c", script, binary, host_arch(), to]).exits(code);
    }
    assert_eq!(&fs::read(path("one.zip")).unwrap()[..4], b"PK\x03\x04");
    assert_eq!(fs::read(path("arm.zip")).unwrap(), zip);
    for name in ["single.part", "one.zip.part", "notes.txt"] {
        assert_eq!(fs::read_to_string(path(name)).unwrap(), "mine", "{name}");
    }
    let hidden = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(".imgdeploy");
    assert_eq!(fs::read_dir(tool.home()).unwrap().filter(|it| hidden(it.as_ref().unwrap())).count(), 0);
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let tool = tool();
    let help = tool.run(["--help"]).exits(0).stdout;
    let commands: Vec<&str> = help
        .split_once("Commands:\n")
        .unwrap()
        .1
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.contains(&"attach") && commands.contains(&"man"), "{commands:?}");
    // Roff writes a hyphen that is to stay one with a backslash.
    let page = tool.run(["man"]).exits(0).stdout.replace("\\-", "-");
    for shell in ["bash", "zsh", "fish"] {
        let script = tool.run(["completions", shell]).exits(0).stdout;
        for command in &commands {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    for command in commands {
        assert!(page.contains(command), "{command}");
        let own = tool.run(["man", command]).exits(0).stdout.replace("\\-", "-");
        assert!(own.contains(&format!(".TH imgdeploy-{command} 1")), "{own}");
    }
    let run = tool.run(["man", "atach"]).exits(2);
    assert!(run.stderr.contains("attach"), "{run}");
}

#[test]
fn an_installation_has_the_program_completions_and_pages() {
    let place = tempfile::tempdir().unwrap();
    let made = Command::new("make")
        .args(["--no-print-directory", "install", "PREFIX=/usr"])
        .arg(format!("BINARY={}", env!("CARGO_BIN_EXE_imgdeploy")))
        .arg(format!("DESTDIR={}", place.path().to_str().unwrap()))
        .current_dir(workspace::root())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    for file in [
        "bin/imgdeploy",
        "share/bash-completion/completions/imgdeploy",
        "share/zsh/site-functions/_imgdeploy",
        "share/fish/vendor_completions.d/imgdeploy.fish",
        "share/man/man1/imgdeploy.1",
        "share/man/man1/imgdeploy-attach.1",
        "share/man/man1/imgdeploy-build.1",
    ] {
        let path = place.path().join("usr").join(file);
        assert!(fs::metadata(&path).is_ok_and(|meta| meta.len() > 100), "{file}");
    }
}

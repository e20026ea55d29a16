//! What the check says of zips, good and bad, and of what a program carries.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::{Cursor, Write as _};

use test_support::elf::{Program, aarch64, x86_64};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

/// A zip of files: name, mode, content.
fn zip_of(files: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, mode, content) in files {
        zip.start_file(*name, SimpleFileOptions::default().unix_permissions(*mode)).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn checked(zip: &[u8], arch: Arch) -> Checked {
    check::check(Cursor::new(zip), arch, Runs::OnLambda).unwrap()
}

fn of(program: &Program) -> Vec<u8> {
    package::pack(&program.bytes()).unwrap()
}

#[track_caller]
fn starts(zip: &[u8]) -> Checked {
    let checked = checked(zip, Arch::Arm64);
    assert_eq!(checked.problems, []);
    checked
}

/// The only problem: its text, and what AWS says.
#[track_caller]
fn problem(zip: &[u8]) -> (String, Aws) {
    let mut problems = checked(zip, Arch::Arm64).problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    let Problem { what, aws, cure } = problems.remove(0);
    assert!(!cure.is_empty());
    (what, aws)
}

#[track_caller]
fn logs(zip: &[u8], what: &str, log: &str) {
    let (found, aws) = problem(zip);
    assert!(found.contains(what), "{found}");
    let Aws::Logs(found) = aws else { panic!("{aws:?}") };
    assert!(found.contains(log), "{found}");
}

#[track_caller]
fn refused(zip: &[u8], what: &str, message: &str) {
    let (found, aws) = problem(zip);
    assert!(found.contains(what), "{found}");
    let Aws::Refuses(found) = aws else { panic!("{aws:?}") };
    assert!(found.contains(message), "{found}");
}

/// Writes over every place where `from` stands.
fn patched(zip: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut all = zip.to_vec();
    let places: Vec<usize> = (0..all.len() - from.len()).filter(|at| all[*at..].starts_with(from)).collect();
    assert!(!places.is_empty());
    for at in places {
        all[at..at + to.len()].copy_from_slice(to);
    }
    all
}

/// Sets a 16-bit field in the local headers (`local` bytes in) and in the list at the end (`central` bytes in).
fn with_field(zip: &[u8], local: usize, central: usize, value: u16) -> Vec<u8> {
    let mut all = zip.to_vec();
    for (mark, offset) in [(b"PK\x03\x04", local), (b"PK\x01\x02", central)] {
        let places: Vec<usize> = (0..all.len() - 4).filter(|at| all[*at..].starts_with(mark)).collect();
        for at in places {
            all[at + offset..at + offset + 2].copy_from_slice(&value.to_le_bytes());
        }
    }
    all
}

#[test]
fn a_program_for_amazon_linux_starts_and_is_described() {
    let zip = of(&aarch64());
    assert_eq!(zip, of(&aarch64()));
    let checked = starts(&zip);
    let binary = checked.binary.unwrap();
    assert_eq!(binary.newest_glibc(), Some((2, 34)));
    assert_eq!(binary.needed, ["libm.so.6", "libgcc_s.so.1", "libc.so.6", "ld-linux-aarch64.so.1"]);
    assert_eq!((binary.machine, binary.stripped), (Machine::Aarch64, true));
    assert_eq!((checked.size, checked.unzipped), (zip.len() as u64, aarch64().bytes().len() as u64));
    assert_eq!(checked.sha256, Artifact::new(zip, Arch::Arm64, Source::Built).sha256);
    assert_eq!(
        super::check::check(Cursor::new(of(&x86_64())), Arch::X86_64, Runs::OnLambda).unwrap().problems,
        []
    );
}

#[test]
fn one_that_is_linked_statically_starts() {
    let binary = starts(&of(&aarch64().linked_statically())).binary.unwrap();
    assert_eq!((binary.interpreter.clone(), binary.newest_glibc()), (None, None));
}

#[test]
fn symbols_are_noted() {
    let checked = starts(&of(&Program { symbols: true, ..aarch64() }));
    assert!(checked.notes[0].contains("symbols"), "{:?}", checked.notes);
}

#[test]
fn another_processor_is_an_exec_format_error() {
    logs(
        &of(&x86_64()),
        "is for x86_64, the function is to run on arm64",
        "/var/task/bootstrap: exec format error",
    );
    logs(&of(&Program { machine: 243, ..aarch64() }), "ELF machine 243", "exec format error");
}

#[test]
fn glibc_has_to_be_2_34_at_most() {
    let newer = |name, weak| {
        let mut program = aarch64();
        program.versions.push(("libc.so.6", name, weak));
        of(&program)
    };
    let log = "/lib64/libc.so.6: version `GLIBC_2.38' not found (required by /var/task/bootstrap)";
    logs(&newer("GLIBC_2.38", false), "needs GLIBC_2.38 of libc.so.6, Amazon Linux 2023 has glibc 2.34", log);
    logs(&newer("GLIBC_2.35", false), "GLIBC_2.35", "not found");
    logs(&newer("GLIBC_ABI_DT_RELR", false), "GLIBC_ABI_DT_RELR", "not found");
    let found = checked(&newer("GLIBC_2.38", false), Arch::Arm64);
    assert!(found.problems[0].cure.contains("cargo-zigbuild"), "the cure is zig");
    // The loader goes on without a weak one.
    assert_eq!(starts(&newer("GLIBC_2.39", true)).binary.unwrap().newest_glibc(), Some((2, 34)));
}

#[test]
fn an_emulator_has_the_libraries_of_its_own_machine() {
    let mut program = aarch64();
    program.versions.push(("libc.so.6", "GLIBC_2.41", false));
    program.needed.push("libfoo.so.1");
    let on = |arch| check::check(Cursor::new(of(&program)), arch, Runs::AtEmulator).unwrap().problems.len();
    assert_eq!((on(Arch::Arm64), on(Arch::X86_64)), (0, 1));
}

#[test]
fn libraries_are_there_or_come_along() {
    let mut program = aarch64();
    program.needed.push("libvips.so.42");
    let bytes = program.bytes();
    let log = "error while loading shared libraries: libvips.so.42: cannot open shared object file";
    logs(&zip_of(&[("bootstrap", 0o755, &bytes)]), "needs the library libvips.so.42", log);
    for place in ["lib/libvips.so.42", "libvips.so.42"] {
        starts(&zip_of(&[("bootstrap", 0o755, &bytes), (place, 0o644, b"x")]));
    }
    let elsewhere = [("bootstrap", 0o755, &*bytes), ("lib/deep/libvips.so.42", 0o644, b"x")];
    logs(&zip_of(&elsewhere), "libvips", "shared libraries");
}

#[test]
fn musl_without_its_loader_is_no_such_file() {
    let program = Program {
        loader: Some("/lib/ld-musl-aarch64.so.1"),
        needed: vec!["libc.so"],
        versions: Vec::new(),
        ..aarch64()
    };
    logs(
        &of(&program),
        "/lib/ld-musl-aarch64.so.1 (linked dynamically with musl)",
        "fork/exec /var/task/bootstrap: no such file or directory",
    );
}

#[test]
fn bootstrap_is_at_the_root_and_executable_by_all() {
    let program = aarch64().bytes();
    let none = "Couldn't find valid bootstrap(s)";
    logs(&zip_of(&[("bin/bootstrap", 0o755, &program)]), "`bin/bootstrap` has to be `bootstrap`", none);
    logs(&zip_of(&[("main", 0o755, &program)]), "no file `bootstrap`", none);
    starts(&zip_of(&[("./bootstrap", 0o755, &program)]));
    for mode in [0o644, 0o700, 0o754] {
        let zip = zip_of(&[("bootstrap", mode, &program)]);
        logs(&zip, &format!("mode {mode:04o}"), "/var/task/bootstrap: permission denied");
    }
    starts(&zip_of(&[("bootstrap", 0o555, &program)]));
    // Made on a system without such modes: the high byte of "made by" is 0.
    let zip = zip_of(&[("bootstrap", 0o755, &program)]);
    let at = zip.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let mut dos = zip;
    dos[at + 5] = 0;
    logs(&dos, "mode 0664", "permission denied");
    let mut link = ZipWriter::new(Cursor::new(Vec::new()));
    link.add_symlink("bootstrap", "main", SimpleFileOptions::default()).unwrap();
    let (what, aws) = problem(&link.finish().unwrap().into_inner());
    assert_eq!(aws, Aws::Unknown);
    assert!(what.contains("symbolic link"), "{what}");
}

#[test]
fn scripts_and_other_files_are_told_apart() {
    let with = |content: &[u8]| zip_of(&[("bootstrap", 0o755, content)]);
    for shell in ["#!/bin/sh\necho hello\n", "#! /bin/bash -e\n"] {
        let (what, aws) = problem(&with(shell.as_bytes()));
        assert_eq!(aws, Aws::Unknown);
        assert!(what.contains("Lambda starts it, but what it starts cannot be checked"), "{what}");
    }
    // A carriage return belongs to the name of the interpreter.
    for other in ["#!/usr/bin/python3\n", "#!/bin/sh\r\n"] {
        logs(&with(other.as_bytes()), "is a script for", "no such file or directory");
    }
    let elf32 = [&[0x7f, b'E', b'L', b'F', 1, 1][..], &[0; 60]].concat();
    for content in [&b"echo hello\n"[..], b"MZ\x90\0", b"\xcf\xfa\xed\xfe", b"", &elf32] {
        logs(&with(content), "no 64-bit Linux program", "exec format error");
    }
}

#[test]
fn a_program_that_is_cut_or_forged_is_never_taken() {
    let whole = Program { symbols: true, ..aarch64() }.bytes();
    for length in 0..whole.len() {
        let checked = checked(&zip_of(&[("bootstrap", 0o755, &whole[..length])]), Arch::Arm64);
        assert_eq!(checked.problems.len(), 1, "{length} bytes");
    }
    // Whatever single byte is wrong, there is an answer.
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            let _ = Binary::read(&bytes);
        }
    }
}

#[test]
fn zips_that_aws_cannot_unpack_are_named() {
    let unzip = "Could not unzip uploaded file";
    let zip = of(&aarch64());
    refused(&[], "the file is empty", "non-empty zip");
    for length in [1, 21, 40, zip.len() / 2, zip.len() - 1] {
        refused(&zip[..length], "no whole zip", unzip);
    }
    refused(b"<html>404</html>", "no whole zip", unzip);
    let empty = ZipWriter::new(Cursor::new(Vec::new())).finish().unwrap().into_inner();
    refused(&empty, "no files", "Uploaded file must be a non-empty zip");
    // Bit 0 of the flags.
    refused(&with_field(&zip, 6, 8, 1), "\"bootstrap\" is encrypted", unzip);
    // 12 is bzip2, 93 zstd.
    for method in [12, 93] {
        refused(&with_field(&zip, 8, 10, method), "is compressed by", unzip);
    }
    let mut wrong = zip.clone();
    wrong[60] ^= 0x55;
    refused(&wrong, "it is damaged", unzip);
}

#[test]
fn files_outside_of_the_folder_are_refused() {
    let program = aarch64().bytes();
    let zip = zip_of(&[("bootstrap", 0o755, &program), ("aa/aa/etc/cron", 0o644, b"x")]);
    for name in ["../../etc/cron", "/aa/aa/etc/cro"] {
        let (what, aws) = problem(&patched(&zip, b"aa/aa/etc/cron", name.as_bytes()));
        assert_eq!(aws, Aws::Unknown);
        assert!(what.contains("lies outside"), "{what}");
    }
    let two = zip_of(&[("bootstrap", 0o755, &program), ("bootstraq", 0o644, b"x")]);
    let (what, _) = problem(&patched(&two, b"bootstraq", b"bootstrap"));
    assert!(what.contains("two files of the same name"), "{what}");
}

#[test]
fn sizes_are_those_of_aws() {
    let program = aarch64().bytes();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip.start_file("bootstrap", stored.unix_permissions(0o755)).unwrap();
    zip.write_all(&program).unwrap();
    zip.start_file("data", stored).unwrap();
    zip.write_all(&vec![7; 60_000_000]).unwrap();
    let sixty = starts(&zip.finish().unwrap().into_inner());
    assert!(
        sixty.notes[0].contains("52428800") && sixty.notes[0].contains("through S3"),
        "{:?}",
        sixty.notes
    );

    // 263 MB of zeros in a small file: refused by what is declared, nothing is unpacked.
    let mut bomb = ZipWriter::new(Cursor::new(Vec::new()));
    bomb.start_file("bootstrap", SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
    bomb.write_all(&program).unwrap();
    bomb.start_file("zeros", SimpleFileOptions::default().compression_level(Some(1))).unwrap();
    let million = vec![0; 1_000_000];
    for _ in 0..263 {
        bomb.write_all(&million).unwrap();
    }
    let bomb = bomb.finish().unwrap().into_inner();
    assert!(bomb.len() < 10_000_000);
    refused(&bomb, "unzipped it has 263", "Unzipped size must be smaller than 262144000 bytes");
    // One that lies about it ends where its own word ends.
    let real = 263_000_000_u32.to_le_bytes();
    refused(&patched(&bomb, &real, &1000_u32.to_le_bytes()), "it is damaged: \"zeros\"", "Could not unzip");
}

#[test]
fn a_list_of_files_that_would_fill_the_memory_is_not_read() {
    // A name and a comment of 65000 bytes for each of no files: 17 MB.
    let mut list = Vec::new();
    for number in 0..262_u32 {
        list.extend(b"PK\x01\x02\x14\x03\x14\0");
        list.extend([0; 20]);
        list.extend(4_u16.to_le_bytes());
        list.extend(0_u16.to_le_bytes());
        list.extend(65_000_u16.to_le_bytes());
        list.extend([0; 12]);
        list.extend(format!("{number:04}").bytes());
        list.extend([b' '; 65_000]);
    }
    let end = |list: &[u8], files: u16| {
        let counts = [files.to_le_bytes(), files.to_le_bytes()].concat();
        let size = u32::try_from(list.len()).unwrap().to_le_bytes();
        [list, b"PK\x05\x06\0\0\0\0", &counts, &size, &[0; 6]].concat()
    };
    let one = list.len() / 262;
    let short = checked(&end(&list[..one * 3], 3), Arch::Arm64);
    assert!(!short.problems[0].what.contains("too long"), "three of them are a list: {:?}", short.problems);
    refused(&end(&list, 262), "its list of files is too long", "Could not unzip");
}

#[test]
fn a_program_carries_a_zip_and_gives_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let (program, once, twice) =
        (folder.path().join("program"), folder.path().join("once"), folder.path().join("twice"));
    std::fs::write(&program, b"any program").unwrap();
    let first = Artifact::new(of(&aarch64()), Arch::Arm64, Source::Built);
    let second = Artifact::new(of(&x86_64()), Arch::X86_64, Source::Built);
    embedded::write(&program, &once, &first).unwrap();
    embedded::write(&once, &twice, &second).unwrap();
    assert_eq!(std::fs::read(&once).unwrap().len(), 11 + first.bytes.len() + 64);
    assert_eq!(std::fs::read(&twice).unwrap().len(), 11 + second.bytes.len() + 64, "the first one is gone");
    let there = embedded::look_at(&twice).unwrap();
    assert_eq!((there.arch, there.sha256, there.size), (Arch::X86_64, second.sha256.clone(), second.size));
    assert_eq!(embedded::load_from(&twice, Arch::X86_64).unwrap().unwrap().bytes, second.bytes);
    assert!(embedded::load_from(&program, Arch::Arm64).unwrap().is_none());

    let other = embedded::load_from(&twice, Arch::Arm64).unwrap_err().to_string();
    assert!(other.contains("it is for x86_64, the function is to run on arm64"), "{other}");
    let mut damaged = std::fs::read(&twice).unwrap();
    damaged[100] ^= 1;
    std::fs::write(&twice, damaged).unwrap();
    let damaged = embedded::load_from(&twice, Arch::X86_64).unwrap_err().to_string();
    assert!(damaged.contains("SHA-256"), "{damaged}");
}

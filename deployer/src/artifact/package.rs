//! Zips for Lambda: made reproducibly, checked before anything is uploaded.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::elf::{self, Machine};

/// Whether Lambda would start this zip on `wanted` (LA-10); the error names its log text (LA-11).
pub fn check(bytes: &[u8], wanted: Machine) -> Result<(), String> {
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| format!("not a whole zip: {error}"))?;
    if archive.by_name("bootstrap").is_err() {
        let elsewhere = archive.file_names().filter_map(Result::ok).find(|name| name.ends_with("/bootstrap"));
        return Err(match elsewhere {
            Some(name) => format!("`{name}` must be `bootstrap` at the root (Runtime.InvalidEntrypoint)"),
            None => "it has no `bootstrap` at its root (Runtime.InvalidEntrypoint)".to_owned(),
        });
    }
    let mut file =
        archive.by_name("bootstrap").map_err(|error| format!("`bootstrap` is unreadable: {error}"))?;
    if file.unix_mode().is_some_and(|mode| mode & 0o111 == 0) {
        return Err(
            "`bootstrap` has no exec bit (fork/exec /var/task/bootstrap: permission denied)".to_owned()
        );
    }
    let mut head = Vec::new();
    std::io::copy(&mut file.by_ref().take(20), &mut head)
        .map_err(|error| format!("`bootstrap` is unreadable: {error}"))?;
    match elf::machine(&head) {
        None => Err("`bootstrap` is no 64-bit Linux binary (exec format error)".to_owned()),
        Some(found) if found != wanted => Err(format!(
            "`bootstrap` is for {found}, the function is to run on {wanted} \
             (fork/exec /var/task/bootstrap: exec format error); see --arch"
        )),
        Some(_) => Ok(()),
    }
}

/// A zip with `binary` as `bootstrap`, mode 0755; the same bytes for the same binary, whenever made.
pub fn pack(binary: &[u8]) -> Result<Vec<u8>, String> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("bootstrap", options).map_err(|error| error.to_string())?;
    zip.write_all(binary).map_err(|error| error.to_string())?;
    zip.finish().map(Cursor::into_inner).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn elf(machine: u16) -> Vec<u8> {
        let mut head = vec![0u8; 64];
        head[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1]);
        head[18..20].copy_from_slice(&machine.to_le_bytes());
        head
    }

    fn zip_with(name: &str, mode: u32, content: &[u8]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, SimpleFileOptions::default().unix_permissions(mode)).unwrap();
        zip.write_all(content).unwrap();
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_packed_binary_is_the_same_each_time_and_passes() {
        let zip = pack(&elf(183)).unwrap();
        assert_eq!(zip, pack(&elf(183)).unwrap());
        assert_eq!(check(&zip, Machine::Aarch64), Ok(()));
    }

    #[test]
    fn what_lambda_would_not_start_is_named() {
        for (zip, part) in [
            (pack(&elf(62)).unwrap(), "exec format error"),
            (zip_with("bin/bootstrap", 0o755, &elf(183)), "at the root"),
            (zip_with("main", 0o755, &elf(183)), "no `bootstrap`"),
            (zip_with("bootstrap", 0o644, &elf(183)), "permission denied"),
            (zip_with("bootstrap", 0o755, b"#!/bin/sh"), "no 64-bit"),
            (pack(&elf(183)).unwrap()[..40].to_vec(), "not a whole zip"),
            (Vec::new(), "not a whole zip"),
        ] {
            let error = check(&zip, Machine::Aarch64).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}

//! `SECURITY.md` says which C libraries are in the function; this compares it with what is built.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Library, version, crate and its version, of each row of the table.
fn table() -> Vec<[String; 4]> {
    let text = std::fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let rows = text.lines().skip_while(|line| !line.starts_with("| library |")).skip(2);
    rows.take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let (name, version) = cells[3].split_once(' ').unwrap();
            [cells[1], cells[2], name, version].map(str::to_owned)
        })
        .collect()
}

/// What a tool of Rust prints.
fn printed(variable: &str, tool: &str, arguments: &[&str]) -> Vec<u8> {
    let tool = std::env::var_os(variable).unwrap_or_else(|| tool.into());
    let output = Command::new(tool).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Versions and folders of the crates that are built, by their names.
fn packages() -> Vec<(String, String, PathBuf)> {
    // For this machine: what other platforms need was never fetched here.
    let about = String::from_utf8(printed("RUSTC", "rustc", &["-vV"])).unwrap();
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let arguments = ["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", host];
    let metadata: serde_json::Value = serde_json::from_slice(&printed("CARGO", "cargo", &arguments)).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let text = |key: &str| package[key].as_str().unwrap().to_owned();
            let folder = Path::new(&text("manifest_path")).parent().unwrap().to_owned();
            (text("name"), text("version"), folder)
        })
        .collect()
}

/// The library has no function that says it: what its build file says.
fn libjpeg_turbo(folder: &Path) -> String {
    let text = std::fs::read_to_string(folder.join("libjpeg-turbo/CMakeLists.txt")).unwrap();
    let version = text.lines().find_map(|line| line.strip_prefix("set(VERSION ")).unwrap();
    version.trim_end_matches(')').to_owned()
}

#[test]
fn the_table_of_c_libraries_is_what_is_built() {
    let packages = packages();
    let table = table();
    let (major, minor, revision) = resizer_webp::version();
    let [dav1d, aom] = resizer_av1::versions();
    for [library, version, name, of_crate] in &table {
        let (_, found, folder) = packages.iter().find(|(package, ..)| package == name).unwrap();
        // What stands after a plus is for people.
        assert_eq!(found.split('+').next(), Some(of_crate.as_str()), "{name}");
        let built = match library.as_str() {
            "libwebp" => format!("{major}.{minor}.{revision}"),
            "dav1d" => dav1d.clone(),
            "libaom" => aom.trim_start_matches('v').to_owned(),
            "libjpeg-turbo" => libjpeg_turbo(folder),
            other => panic!("{other} is not known here"),
        };
        assert_eq!(&built, version, "{library}");
    }
    // Crates that bundle C are named so; ring's and the compressors' are not codecs, and have no library of their own.
    let codecs = ["webp", "aom", "dav1d", "jpeg", "png", "gif", "heif", "jxl", "tiff"];
    let is_codec = |name: &str| name.ends_with("-sys") && codecs.iter().any(|codec| name.contains(codec));
    for (name, ..) in packages.iter().filter(|(name, ..)| is_codec(name)) {
        assert!(table.iter().any(|row| row[2] == *name), "{name} is not in the table");
    }
    assert_eq!(table.len(), 4);
}

//! What is said about the function's code.

use imgdeploy_model::terminal::Name;
use std::path::Path;

use serde_json::{Value, json};

use super::OwnWords;
use super::{DOCUMENT_VERSION, Report, Screen, generated, out};
use crate::artifact::embedded::Embedded;
use crate::artifact::{Artifact, Aws, Binary, Checked, Linker, Problem};
use crate::settings::value::Arch;

/// A zip that was built or checked.
#[derive(Debug)]
pub struct ZipReport<'a> {
    /// The file.
    pub path: &'a Path,
    /// Processor that it is to run on.
    pub arch: Arch,
    /// What it was linked with; `None`: it was not built now.
    pub linker: Option<Linker>,
    /// What it is.
    pub checked: &'a Checked,
    /// The program that carries it now.
    pub single_binary: Option<&'a Path>,
}

/// Below the version: what this program carries.
pub fn carried(embedded: Option<&Embedded>) {
    if let Some(Embedded { arch, sha256, size }) = embedded {
        out(&Screen::of(format_args!("carries code for {arch}: {size} bytes, SHA-256 {sha256}")));
    }
}

impl Report {
    /// The code that is going to be used.
    pub fn code(&self, artifact: &Artifact) {
        let Artifact { arch, size, sha256, source, .. } = artifact;
        self.say(format!("code: {source}, {arch}, {size} bytes, SHA-256 {sha256}"));
    }

    /// A text that the program makes of its own words alone, a completion or the man page: the result, whatever the form.
    pub fn text(&self, text: &OwnWords) {
        let _ = self;
        generated(text);
    }

    /// A zip that was built or checked.
    pub fn zip(&self, zip: &ZipReport<'_>) {
        self.result(&object(zip), &words(zip));
    }
}

fn words(zip: &ZipReport<'_>) -> Screen {
    let Checked { sha256, code_sha256, size, unzipped, binary, problems, notes, .. } = zip.checked;
    let verdict = if problems.is_empty() { "AWS takes and starts it" } else { "not usable" };
    let mut text = Screen::of(format_args!("{} for {}: {verdict}", Name(zip.path), zip.arch));
    let mut row = |name: &str, value: &str| {
        text.line(format_args!("  {name:<11} {value}"));
    };
    row("SHA-256", sha256);
    row("CodeSha256", code_sha256);
    row("zip", &format!("{size} bytes"));
    row("unzipped", &format!("{unzipped} bytes"));
    if let Some(binary) = binary {
        let stripped = if binary.stripped { "stripped" } else { "with symbols" };
        row("binary", &format!("ELF, {}, {stripped}", binary.machine));
        row("glibc", &glibc(binary));
        let needed = if binary.needed.is_empty() { "nothing".to_owned() } else { binary.needed.join(", ") };
        row("libraries", &needed);
    }
    if let Some(linker) = zip.linker {
        row("linked by", &linker.to_string());
    }
    if let Some(path) = zip.single_binary {
        row("carried by", &Name(path).to_string());
    }
    for note in notes {
        text.line(format_args!("note: {note}"));
    }
    for Problem { what, aws, cure } in problems {
        text.line(format_args!("problem: {what}"));
        match aws {
            Aws::Refuses(message) => text.line(format_args!("  AWS refuses it: {message}")),
            Aws::Logs(log) => text.line(format_args!("  AWS would log: {log}")),
            Aws::Unknown => {}
        }
        text.line(format_args!("  hint: {cure}"));
    }
    text
}

fn glibc(binary: &Binary) -> String {
    match (binary.newest_glibc(), &binary.interpreter) {
        (Some((major, minor)), _) => format!("needs {major}.{minor}, Amazon Linux 2023 has 2.34"),
        (None, None) => "not needed, it is linked statically".to_owned(),
        (None, Some(loader)) => format!("not needed, its loader is {loader}"),
    }
}

fn object(zip: &ZipReport<'_>) -> Value {
    let Checked { sha256, code_sha256, size, unzipped, binary, problems, notes, .. } = zip.checked;
    let outcome = match (problems.is_empty(), zip.linker) {
        (false, _) => "unusable",
        (true, Some(_)) => "built",
        (true, None) => "checked",
    };
    json!({
        "version": DOCUMENT_VERSION,
        "command": "build",
        "outcome": outcome,
        "zip": Name(zip.path).to_string(),
        "arch": zip.arch.to_string(),
        "linker": zip.linker.map(|linker| linker.to_string()),
        "sha256": sha256,
        "code_sha256": code_sha256,
        "zip_bytes": size,
        "unzipped_bytes": unzipped,
        "binary": binary.as_ref().map(|binary| json!({
            "machine": binary.machine.to_string(),
            "stripped": binary.stripped,
            "loader": binary.interpreter,
            "libraries": binary.needed,
            "glibc": binary.newest_glibc().map(|(major, minor)| format!("{major}.{minor}")),
        })),
        "problems": problems.iter().map(problem).collect::<Vec<_>>(),
        "notes": notes,
        "single_binary": zip.single_binary.map(|path| Name(path).to_string()),
    })
}

fn problem(problem: &Problem) -> Value {
    let (stage, says) = match &problem.aws {
        Aws::Refuses(message) => ("upload", Some(*message)),
        Aws::Logs(log) => ("start", Some(log.as_str())),
        Aws::Unknown => ("check", None),
    };
    json!({ "what": problem.what, "stage": stage, "aws_says": says, "hint": problem.cure })
}

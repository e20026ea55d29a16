//! `build`: the function's code as a zip, checked; or the check alone.

use imgdeploy_model::terminal::Name;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::artifact::{self, Artifact, Checked, Linker, Runs, embedded};
use crate::cli::BuildArgs;
use crate::error::{Exit, Failure};
use crate::output::{self, Over};
use crate::report::{Report, ZipReport};
use crate::settings::value::Arch;

/// What a zip may be written over: another one.
const ZIP: Over<'_> = Over::Alike(b"PK\x03\x04");

/// Runs the command. A zip that AWS would refuse or not start is a result, not an error.
///
/// # Errors
/// With the documented exit code.
pub fn run(arch: Arch, args: &BuildArgs, report: &Report) -> Result<Exit, Failure> {
    if let Some(to) = &args.single_binary {
        let ready = embedded::running_path().and_then(|program| embedded::ready(&program, to));
        ready.map_err(|error| unwritten(to, &error))?;
    }
    let (path, checked, linker) = match &args.check {
        Some(path) => (path.clone(), artifact::check_file(path, arch, Runs::OnLambda)?, None),
        None => {
            let (path, checked, linker) = build(arch, args.output_zip.as_deref(), report)?;
            (path, checked, Some(linker))
        }
    };
    let starts = checked.problems.is_empty();
    let single = args.single_binary.as_deref().filter(|_| starts);
    if let Some(to) = single {
        carry(to, &artifact::load(&path, arch, Runs::OnLambda)?)?;
    }
    report.zip(&ZipReport { path: &path, arch, linker, checked: &checked, single_binary: single });
    Ok(if starts { Exit::Done } else { Exit::UNUSABLE })
}

fn build(arch: Arch, to: Option<&Path>, report: &Report) -> Result<(PathBuf, Checked, Linker), Failure> {
    let here = std::env::current_dir().map_err(|error| unwritten(Path::new("."), &error))?;
    let workspace = artifact::find_workspace(&here).map_err(|why| {
        Failure::new(
            Exit::Usage,
            format!("there is nothing to build: {why}"),
            "run this inside of imgdeploy's source tree",
        )
    })?;
    let path =
        to.map_or_else(|| workspace.target.join(format!("lambda/bootstrap-{arch}.zip")), Path::to_owned);
    ready(&path).map_err(|error| unwritten(&path, &error))?;
    report.say(format!("building the function for {arch} in {}", Name(&workspace.root)));
    let built = artifact::build(&workspace, arch, Runs::OnLambda)?;
    let bytes = &built.artifact.bytes;
    output::store(&path, ZIP, |file| file.write_all(bytes)).map_err(|error| unwritten(&path, &error))?;
    Ok((path, built.checked, built.linker))
}

/// Makes sure that the zip can be written, before the minutes that it takes.
fn ready(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    output::ready(path, ZIP)
}

fn carry(to: &Path, artifact: &Artifact) -> Result<(), Failure> {
    let program = embedded::running_path();
    program.and_then(|program| embedded::write(&program, to, artifact)).map_err(|error| unwritten(to, &error))
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    let exit = if error.kind() == ErrorKind::AlreadyExists { Exit::Refused } else { Exit::Usage };
    Failure::new(exit, format!("cannot write {}: {error}", Name(path)), "choose another place")
}

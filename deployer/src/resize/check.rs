//! What is looked at before anything is made.

use super::ResizeError;
use super::plan::{Plan, Source, Target};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Refuses a plan by which a result would take the place of an input, whatever both are called.
///
/// # Errors
/// [`ResizeError::SameFile`].
pub fn refuse_same_file(plan: &Plan) -> Result<(), ResizeError> {
    let inputs: BTreeMap<Identity, &Source> = plan
        .tasks
        .iter()
        .filter_map(|task| {
            let found = match &task.source {
                Source::Stdin => identity(Path::new("/dev/stdin")),
                Source::File(path) => identity(path),
            };
            Some((found?, &task.source))
        })
        .collect();
    for target in plan.tasks.iter().flat_map(|task| &task.targets) {
        let Target::File(path) = target else { continue };
        if let Some(input) = identity(path).and_then(|identity| inputs.get(&identity)) {
            return Err(ResizeError::SameFile { output: target.to_string(), input: input.to_string() });
        }
    }
    Ok(())
}

/// Makes the folder that the plan names, unless it is there.
///
/// # Errors
/// [`ResizeError::Folder`].
pub fn make_folder(plan: &Plan) -> Result<(), ResizeError> {
    match &plan.folder {
        None => Ok(()),
        Some(path) => std::fs::create_dir_all(path)
            .map_err(|error| ResizeError::Folder { path: PathBuf::clone(path), error }),
    }
}

/// What makes a file that file; `None` where there is none.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = PathBuf;

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<Identity> {
    path.canonicalize().ok()
}

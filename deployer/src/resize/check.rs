//! What is looked at before anything is made.

use super::ResizeError;
use super::plan::{Plan, Source, Target};
use super::words::{self, Asked};
use imgdeploy_model::terminal::Name;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Refuses a plan by which a result would take the place of an input, whatever both are called: an original, a watermark of
/// `asked`, or one of `others`. Two results for one file are refused as well.
///
/// # Errors
/// [`ResizeError::SameFile`], [`ResizeError::Files`].
pub fn refuse_same_file(plan: &Plan, asked: &[Asked], others: &[PathBuf]) -> Result<(), ResizeError> {
    let mut inputs: BTreeMap<Identity, String> = BTreeMap::new();
    let mut add = |path: &Path, name: String| {
        if let Some(identity) = identity(path) {
            inputs.entry(identity).or_insert(name);
        }
    };
    for task in &plan.tasks {
        match &task.source {
            Source::Stdin => add(Path::new("/dev/stdin"), task.source.to_string()),
            Source::File(path) => add(path, task.source.to_string()),
        }
        for key in words::keys(asked) {
            let path = task.source.folder().join(key);
            add(&path, Name(&path).to_string());
        }
    }
    for path in others {
        add(path, Name(path).to_string());
    }
    let mut outputs: BTreeMap<Identity, &Target> = BTreeMap::new();
    for target in plan.tasks.iter().flat_map(|task| &task.targets) {
        let Target::File(path) = target else { continue };
        let Some(identity) = identity(path) else { continue };
        if let Some(input) = inputs.get(&identity) {
            return Err(ResizeError::SameFile { output: target.to_string(), input: input.clone() });
        }
        if let Some(other) = outputs.insert(identity, target) {
            return Err(ResizeError::Files {
                message: format!("{other} and {target} are one file, for two results"),
                hint: "leave one out, or run this once for each",
            });
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

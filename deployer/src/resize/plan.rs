//! Which file becomes which.

use super::ResizeError;
use super::names;
use super::words::Asked;
use imgdeploy_model::terminal::Name;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where an original comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// Where a result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

/// One original and its results, one for each spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The original.
    pub source: Source,
    /// The results, in the order of the specs.
    pub targets: Vec<Target>,
}

/// All that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Folder that has to be there, if one was named.
    pub folder: Option<PathBuf>,
    /// The originals, in the order of the command line.
    pub tasks: Vec<Task>,
}

impl Plan {
    /// Whether standard output is taken by an image.
    pub fn to_stdout(&self) -> bool {
        self.tasks.iter().any(|task| task.targets.contains(&Target::Stdout))
    }
}

impl Source {
    fn new(path: &Path) -> Self {
        if is_dash(path) { Self::Stdin } else { Self::File(path.to_owned()) }
    }

    /// The folder that relative names of watermarks start from.
    pub(super) fn folder(&self) -> &Path {
        match self {
            Self::Stdin => Path::new(""),
            Self::File(path) => path.parent().unwrap_or(Path::new("")),
        }
    }

    fn name(&self) -> Option<&OsStr> {
        match self {
            Self::Stdin => Some(OsStr::new("stdin")),
            Self::File(path) => path.file_name(),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("-"),
            Self::File(path) => Name(path).fmt(f),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("-"),
            Self::File(path) => Name(path).fmt(f),
        }
    }
}

/// Tells inputs from outputs. `out_dir` is the flag; `last_is_folder` says whether the last of `files` is
/// a folder that is there.
///
/// # Errors
/// Both can't be told apart, or two results would have one name.
pub fn plan(
    asked: &[Asked],
    files: &[PathBuf],
    out_dir: Option<&Path>,
    last_is_folder: bool,
) -> Result<Plan, ResizeError> {
    let (folder, inputs, out) = match (out_dir, files) {
        (Some(folder), inputs) => (Some(folder), inputs, None),
        (None, [inputs @ .., folder]) if last_is_folder && !inputs.is_empty() => {
            (Some(folder.as_path()), inputs, None)
        }
        (None, [input]) if is_dash(input) => {
            return Err(files_error(
                "where to write is not said",
                "write `resize SPEC - -` for standard output",
            ));
        }
        (None, [_]) => (None, files, None),
        (None, [input, out]) => (None, std::slice::from_ref(input), Some((input, out))),
        (None, _) => {
            let last = files.last().map(|last| Name(last).to_string()).unwrap_or_default();
            return Err(files_error(
                format!("several inputs, and {last} is no folder"),
                "write `--out-dir DIR` to have all files made there",
            ));
        }
    };
    if inputs.iter().filter(|path| is_dash(path)).count() > 1 {
        return Err(files_error("`-` is named twice as input", "standard input can be read once"));
    }
    let tasks = match out {
        Some((input, out)) => vec![to_one(asked, Source::new(input), out)?],
        None => inputs
            .iter()
            .map(|input| to_folder(asked, Source::new(input), folder))
            .collect::<Result<_, _>>()?,
    };
    refuse_twins(&tasks)?;
    Ok(Plan { folder: folder.map(Path::to_owned), tasks })
}

fn to_one(asked: &[Asked], source: Source, out: &Path) -> Result<Task, ResizeError> {
    if asked.len() > 1 {
        return Err(files_error(
            format!("several specs, and one file to write, {}", Name(out)),
            "`--also` needs `--out-dir DIR`: each result has a name of its own",
        ));
    }
    if out.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(files_error(
            format!("there is no folder {}", Name(out)),
            "write `--out-dir DIR` to have it made",
        ));
    }
    let target = if is_dash(out) { Target::Stdout } else { Target::File(out.to_owned()) };
    Ok(Task { source, targets: vec![target] })
}

fn to_folder(asked: &[Asked], source: Source, folder: Option<&Path>) -> Result<Task, ResizeError> {
    let name = source
        .name()
        .ok_or_else(|| files_error(format!("the input {source} is no file"), "name the image files"))?;
    // Beside the original, only the spec makes the name another one.
    let mark = folder.is_none() || asked.len() > 1;
    let folder = folder.unwrap_or_else(|| source.folder());
    let targets = asked.iter().map(|one| Target::File(folder.join(names::result(name, one, mark)))).collect();
    Ok(Task { source, targets })
}

fn refuse_twins(tasks: &[Task]) -> Result<(), ResizeError> {
    let mut by_path: BTreeMap<&Path, &Source> = BTreeMap::new();
    for task in tasks {
        for target in &task.targets {
            let Target::File(path) = target else { continue };
            let Some(other) = by_path.insert(path, &task.source) else { continue };
            let message = if *other == task.source {
                format!("two results of {other} would be {target}")
            } else {
                format!("the results of {other} and {} would both be {target}", task.source)
            };
            return Err(files_error(message, "leave one out, or run this once for each"));
        }
    }
    Ok(())
}

fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn files_error(message: impl Into<String>, hint: &'static str) -> ResizeError {
    ResizeError::Files { message: message.into(), hint }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::asked;
    use super::*;

    /// Each original with its results.
    fn planned(
        specs: &[&str],
        files: &[&str],
        dir: Option<&str>,
        last_is_folder: bool,
    ) -> Result<String, String> {
        let also: Vec<String> = specs[1..].iter().map(ToString::to_string).collect();
        let asked = asked(specs[0], &also).unwrap();
        let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
        let plan =
            plan(&asked, &files, dir.map(Path::new), last_is_folder).map_err(|error| error.to_string())?;
        let lines: Vec<String> = plan
            .tasks
            .iter()
            .map(|task| {
                let targets: Vec<String> = task.targets.iter().map(ToString::to_string).collect();
                format!("{} -> {}", task.source, targets.join(" "))
            })
            .collect();
        Ok(lines.join("; "))
    }

    #[test]
    fn inputs_are_told_from_outputs() {
        let one = &["9x9/filters:format(png)"][..];
        let fine = |files: &[&str], dir, last| planned(one, files, dir, last).unwrap();
        assert_eq!(fine(&["d/a.jpg"], None, false), "d/a.jpg -> d/a-9x9_filters_format_png.png");
        assert_eq!(fine(&["a.jpg", "b.x"], None, false), "a.jpg -> b.x");
        assert_eq!(fine(&["a.jpg", "b"], None, true), "a.jpg -> b/a.png");
        assert_eq!(fine(&["-", "-"], None, false), "- -> -");
        assert_eq!(
            fine(&["d/a.jpg", "e/b.gif", "-"], Some("o"), false),
            "d/a.jpg -> o/a.png; e/b.gif -> o/b.png; - -> o/stdin.png"
        );
        let two = planned(&["9x9", "8x"], &["d/a.jpg"], Some("o"), false).unwrap();
        assert_eq!(two, "d/a.jpg -> o/a-9x9.jpg o/a-8x.jpg");
    }

    #[test]
    fn what_cannot_be_told_apart_is_refused() {
        let wrong = |specs: &[&str], files: &[&str], dir| planned(specs, files, dir, false).unwrap_err();
        assert_eq!(wrong(&["9x9"], &["a", "b", "c"], None), "several inputs, and c is no folder");
        assert_eq!(wrong(&["9x9"], &["-"], None), "where to write is not said");
        assert_eq!(wrong(&["9x9"], &["-", "-"], Some("o")), "`-` is named twice as input");
        assert_eq!(wrong(&["9x9", "8x"], &["a", "b"], None), "several specs, and one file to write, b");
        assert_eq!(wrong(&["9x9"], &["a", "b/"], None), "there is no folder b/");
        assert_eq!(wrong(&["9x9"], &[".."], Some("o")), "the input .. is no file");
        assert_eq!(
            wrong(&["9x9"], &["a/x.png", "b/x.png"], Some("o")),
            "the results of a/x.png and b/x.png would both be o/x.png"
        );
        assert_eq!(
            wrong(&["9x9", "9x9"], &["a.png"], Some("o")),
            "two results of a.png would be o/a-9x9.png"
        );
    }
}

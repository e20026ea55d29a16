//! Makes the results of one original.

use super::names;
use super::plan::{Source, Target, Task};
use super::store;
use super::words::{self, Asked};
use crate::input;
use crate::settings::Images;
use imgdeploy_model::terminal::Name;
use resizer_core::{Assets, Defaults, Error, Format, Limits, Options, Output, Spec};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What holds for all originals.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What is asked of each.
    pub asked: Vec<Asked>,
    /// Quality and limits.
    pub images: Images,
    /// Whether files that are there are written over.
    pub force: bool,
}

/// How one result came out.
#[derive(Debug)]
pub struct Done {
    /// The original.
    pub source: Source,
    /// The spec as it was written.
    pub spec: String,
    /// Where the result went, or should have gone.
    pub target: Target,
    /// The result, or why there is none.
    pub made: Result<Made, String>,
}

/// A result that is there.
#[derive(Debug)]
pub struct Made {
    /// What the file is.
    pub format: Format,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Size of the file, in bytes.
    pub size: usize,
    /// The file, if it has still to go to standard output.
    pub bytes: Option<Vec<u8>>,
}

impl Done {
    /// What should be known about a result whose name says something else than its content.
    pub fn note(&self) -> Option<String> {
        let (Ok(made), Target::File(path)) = (&self.made, &self.target) else { return None };
        let said = path.extension().and_then(names::of_extension)?;
        (said != made.format).then(|| {
            format!(
                "{} is a {} file, whatever its name says; `filters:format({})` would make it {said}",
                Name(path),
                made.format,
                names::extension(said),
            )
        })
    }
}

/// Makes the results of one original, which is decoded once for all. Reads and writes files, and blocks.
pub fn work(task: Task, settings: &Settings) -> Vec<Done> {
    let Task { source, targets } = task;
    // Where nothing can be written, nothing has to be made.
    let places: Vec<Result<Option<PathBuf>, String>> = targets
        .iter()
        .map(|target| match target {
            Target::Stdout => Ok(None),
            Target::File(path) => store::place(path, settings.force).map(Some),
        })
        .collect();
    let specs: Vec<Spec> = settings
        .asked
        .iter()
        .zip(&places)
        .filter(|(_, place)| place.is_ok())
        .map(|(one, _)| one.spec.clone())
        .collect();
    let (mut results, reason) = match make(&source, &specs, settings) {
        Ok(results) => (results, String::new()),
        Err(reason) => (Vec::new(), reason),
    };
    let mut results = results.drain(..);
    let mut finish = |place: Result<Option<PathBuf>, String>| {
        let place = place?;
        let output = results.next().ok_or_else(|| reason.clone())?.map_err(|error| explained(&error))?;
        let (format, width, height, size) = (output.format, output.width, output.height, output.bytes.len());
        let bytes = match place {
            None => Some(output.bytes),
            Some(path) => {
                store::store(&path, &output.bytes, settings.force)?;
                None
            }
        };
        Ok(Made { format, width, height, size, bytes })
    };
    targets
        .into_iter()
        .zip(&settings.asked)
        .zip(places)
        .map(|((target, asked), place)| Done {
            source: source.clone(),
            spec: asked.text.clone(),
            target,
            made: finish(place),
        })
        .collect()
}

fn make(source: &Source, specs: &[Spec], settings: &Settings) -> Result<Vec<Result<Output, Error>>, String> {
    if specs.is_empty() {
        return Ok(Vec::new());
    }
    let images = settings.images;
    let limits = Limits {
        max_bytes: images.max_bytes,
        max_pixels: images.max_pixels,
        max_output_pixels: images.max_output_pixels,
        ..Limits::default()
    };
    let bytes = match source {
        Source::Stdin => input::limited(std::io::stdin().lock(), limits.max_bytes),
        Source::File(path) => input::read(path, limits.max_bytes),
    };
    let bytes = bytes.map_err(|error| format!("cannot be read: {}", unread(&error)))?;
    let assets = assets(source.folder(), &settings.asked, limits.max_bytes)?;
    let options = Options {
        defaults: &Defaults { quality: images.quality },
        limits: &limits,
        assets: &assets,
        stop: &resizer_core::stop::NEVER,
    };
    resizer_core::resize_all(&bytes, specs, &options).map_err(|error| explained(&error))
}

/// The watermarks that are there: the core names those that are not.
fn assets(folder: &Path, asked: &[Asked], limit: u64) -> Result<Assets, String> {
    let mut assets = Assets::new();
    for key in words::keys(asked) {
        match input::read(&folder.join(key), limit) {
            Ok(bytes) => {
                assets.insert(key.to_owned(), bytes);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(format!("the watermark `{key}` cannot be read: {}", unread(&error))),
        }
    }
    Ok(assets)
}

/// What stood against reading a file, and the flag or the way where there is one for it.
fn unread(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::FileTooLarge => format!("{error} (`--max-bytes`)"),
        ErrorKind::InvalidInput => format!("{error}; what is piped is read with `-`"),
        _ => error.to_string(),
    }
}

/// What the core says, and the flag where there is one for it.
fn explained(error: &Error) -> String {
    match error {
        Error::TooManyPixels { .. } => format!("{error} (`--max-pixels`)"),
        Error::OutputTooLarge { .. } => format!("{error} (`--max-output-pixels`)"),
        Error::MissingWatermark { .. } => format!("{error}: it is looked for in the folder of the image"),
        error => error.to_string(),
    }
}

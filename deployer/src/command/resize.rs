//! `resize`: files on this machine, by the image core of the function.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::StreamExt as _;

use crate::cli::ResizeArgs;
use crate::error::{Exit, Failure};
use crate::report::Report;
use crate::resize::{self, Done, ResizeError, Settings};
use crate::settings::{DEFAULT_FILE, Images};

/// Most originals worked on at once: each is held in memory as pixels.
const AT_ONCE: usize = 8;

/// Runs the command. `config` is the settings file that was named.
///
/// # Errors
/// With the documented exit code, before anything is written. Images that can't be made are no error, but
/// end with [`Exit::SOME_FAILED`].
pub async fn run(
    images: &Images,
    config: Option<&Path>,
    args: &ResizeArgs,
    report: &Report,
) -> Result<Exit, Failure> {
    let asked = resize::asked(&args.spec, &args.also)?;
    let last_is_folder = args.files.last().is_some_and(|last| last.is_dir());
    let plan = resize::plan(&asked, &args.files, args.out_dir.as_deref(), last_is_folder)?;
    let to_stdout = plan.to_stdout();
    if to_stdout && report.is_json() {
        return Err(ResizeError::Files {
            message: "standard output cannot have both the image and the JSON object".to_owned(),
            hint: "give a file as OUT, or leave out `--output json`",
        }
        .into());
    }
    // No image is worth the settings, named or not.
    let settings: Vec<PathBuf> =
        config.into_iter().chain([Path::new(DEFAULT_FILE)]).map(Path::to_owned).collect();
    resize::refuse_same_file(&plan, &asked, &settings)?;
    resize::make_folder(&plan)?;

    let settings = Arc::new(Settings { asked, images: *images, force: args.force });
    let at_once = std::thread::available_parallelism().map_or(1, usize::from).min(AT_ONCE);
    let work = plan.tasks.into_iter().map(|task| {
        let settings = Arc::clone(&settings);
        tokio::task::spawn_blocking(move || resize::work(task, &settings))
    });
    let mut work = futures::stream::iter(work).buffered(at_once);
    let mut all: Vec<Done> = Vec::new();
    while let Some(done) = work.next().await {
        let done = done.map_err(|error| {
            Failure::new(Exit::Unexpected, format!("a thread ended early: {error}"), "run this again")
        })?;
        for mut one in done {
            report.image(&mut one, to_stdout);
            all.push(one);
        }
    }
    report.images(&all);
    let failed = all.iter().any(|one| one.made.is_err());
    Ok(if failed { Exit::SOME_FAILED } else { Exit::Done })
}

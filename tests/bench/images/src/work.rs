//! A job, measured.

use crate::job::{Answer, Job};
use crate::memory;
use cpu_time::ProcessTime;
use resizer_core::{Assets, Defaults, Limits, Options, Output, Spec};
use std::path::PathBuf;
use std::{fs, path::Path};

/// The corpus is larger than what the function takes by default.
const LIMITS: Limits = Limits {
    max_bytes: 256 << 20,
    max_pixels: 100_000_000,
    max_output_pixels: 16_000_000,
    max_frames: 600,
    max_total_pixels: 400_000_000,
    max_total_output_pixels: 400_000_000,
    max_memory: u64::MAX,
    max_work: u64::MAX,
};

/// Does a job; a failure is a part of the answer.
pub fn run(job: &Job) -> Answer {
    memory::reset_peak();
    let done = match &job.input {
        Some(input) => outputs(input, job),
        None => Ok(Answer::default()),
    };
    let mut answer = done.unwrap_or_else(Answer::failed);
    answer.peak_rss_kb = memory::peak_kb();
    answer
}

fn outputs(input: &Path, job: &Job) -> Result<Answer, String> {
    let bytes = fs::read(input).map_err(|problem| format!("{}: {problem}", input.display()))?;
    let specs = job.specs.iter().map(|text| spec(text)).collect::<Result<Vec<_>, _>>()?;

    let start = ProcessTime::now();
    let outputs = resize_all(&bytes, &specs)?;
    let cpu_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);

    for (output, path) in outputs.iter().zip(&job.out) {
        write(path.as_ref(), &output.bytes)?;
    }
    let bytes = outputs.iter().map(|output| output.bytes.len()).collect();
    Ok(Answer { cpu_us, bytes, ..Answer::default() })
}

fn spec(text: &str) -> Result<Spec, String> {
    text.parse().map_err(|problem| format!("{text}: {problem}"))
}

/// All outputs of one input: the one place that knows how the core is called for several.
fn resize_all(bytes: &[u8], specs: &[Spec]) -> Result<Vec<Output>, String> {
    let options = Options {
        defaults: &Defaults::default(),
        limits: &LIMITS,
        assets: &Assets::new(),
        stop: &resizer_core::stop::NEVER,
    };
    let outputs = resizer_core::resize_all(bytes, specs, &options).map_err(|problem| problem.to_string())?;
    outputs.into_iter().map(|output| output.map_err(|problem| problem.to_string())).collect()
}

fn write(path: Option<&PathBuf>, bytes: &[u8]) -> Result<(), String> {
    match path {
        Some(path) => fs::write(path, bytes).map_err(|problem| format!("{}: {problem}", path.display())),
        None => Ok(()),
    }
}

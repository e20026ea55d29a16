//! What is said about images that were made of files.

use serde_json::{Value, json};

use super::{DOCUMENT_VERSION, Report, Screen, out, out_json};
use crate::resize::{Done, Made};
use std::io::Write as _;

impl Report {
    /// One image, when it is done. One that is meant for standard output is written there now; that this
    /// fails becomes its failure.
    pub fn image(&self, done: &mut Done, stdout_taken: bool) {
        if let Ok(made) = &mut done.made
            && let Some(bytes) = made.bytes.take()
            && let Err(error) = write(&bytes)
        {
            done.made = Err(format!("cannot write to standard output: {error}"));
        }
        match &done.made {
            Ok(made) if stdout_taken => self.say(line(done, made)),
            Ok(made) if !self.is_json() => out(&Screen::of(line(done, made))),
            Ok(_) => {}
            Err(reason) => {
                self.err(&super::text::image_failed(&done.source.to_string(), reason, self.colour))
            }
        }
        if let Some(note) = done.note() {
            self.say(format_args!("note: {note}"));
        }
    }

    /// All images, at the end.
    pub fn images(&self, all: &[Done]) {
        let failed = all.iter().filter(|done| done.made.is_err()).count();
        if failed > 0 && all.len() > 1 {
            self.say(format_args!("{failed} of {} images could not be made", all.len()));
        }
        if self.is_json() {
            out_json(&object(all, failed));
        }
    }
}

fn line(done: &Done, made: &Made) -> String {
    let Made { width, height, format, size, .. } = made;
    format!("{} -> {} ({width} x {height}, {format}, {size} bytes)", done.source, done.target)
}

fn object(all: &[Done], failed: usize) -> Value {
    json!({
        "version": DOCUMENT_VERSION,
        "command": "resize",
        "outcome": if failed == 0 { "written" } else { "incomplete" },
        "files": all.iter().map(file).collect::<Vec<_>>(),
    })
}

fn file(done: &Done) -> Value {
    let made = done.made.as_ref().ok();
    json!({
        "input": done.source.to_string(),
        "spec": done.spec,
        "output": made.map(|_| done.target.to_string()),
        "width": made.map(|made| made.width),
        "height": made.map(|made| made.height),
        "format": made.map(|made| made.format.content_type()),
        "bytes": made.map(|made| made.size),
        "error": done.made.as_ref().err(),
    })
}

fn write(bytes: &[u8]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

//! Whole files: size, and pixels compared with the references.

use crate::corpus::{Entry, Wanted, files, reference};
use crate::product;
use resizer_core::effect::channels::widen;
use resizer_core::pixels::{Channels, Pixels};
use resizer_core::{Error, Limits};

/// The references' largest width, in pixels.
const WIDEST: u32 = 24;

/// Compares all files of a kind; says everything that is wrong at once.
fn compare(end: &str) {
    let files = files(end);
    assert!(files.len() >= 20, "{} files", files.len());
    let wrong: Vec<String> = files
        .iter()
        .filter_map(|file| check(file).err().map(|why| format!("{}: {why}", file.name)))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), files.len(), wrong.join("\n"));
}

fn check(file: &Entry) -> Result<(), String> {
    let width = if file.size.0 == 0 { WIDEST } else { file.size.0.min(WIDEST) };
    let result = product::scaled(&file.bytes, width, &Limits::default());
    let output = match (result, file.wanted) {
        (Err(Error::Codec), _) => return Err("a codec panicked".into()),
        (Err(_), Wanted::Error | Wanted::Either) | (Ok(_), Wanted::Shown) => return Ok(()),
        (Ok(_), Wanted::Error) => return Err("was taken, should have been refused".into()),
        (Err(error), Wanted::Picture | Wanted::Shown) => return Err(format!("was refused: {error}")),
        (Ok(output), _) => output,
    };
    let frames = product::frames(&output);
    if frames.len() != file.frames as usize {
        return Err(format!("{} frames, not {}", frames.len(), file.frames));
    }
    let strip = reference(&file.name);
    let rows = strip.height / file.frames;
    let added = product::lossy_output(output.format);
    for (number, frame) in (0..).zip(frames) {
        if (frame.width, frame.height) != (strip.width, rows) {
            return Err(format!("{} x {}, not {} x {rows}", frame.width, frame.height, strip.width));
        }
        let part = 4 * strip.width as usize * rows as usize;
        let (mean, largest) = difference(frame, &strip.data[number * part..][..part]);
        if mean > file.tolerance.0 + added.0 || largest > file.tolerance.1 + added.1 {
            return Err(format!(
                "frame {number} differs by {mean:.2}, at most {largest}; tolerated {:?} + {added:?}",
                file.tolerance
            ));
        }
    }
    Ok(())
}

/// Mean and largest difference of premultiplied values, in 255ths.
fn difference(pixels: Pixels, reference: &[u8]) -> (f64, f64) {
    let pixels = widen(pixels, Channels::Rgba);
    let premultiplied = |p: &[u8; 4]| {
        let times = |v: u8| f64::from(v) * f64::from(p[3]) / 255.0;
        [times(p[0]), times(p[1]), times(p[2]), f64::from(p[3])]
    };
    let pairs = pixels.data.as_chunks::<4>().0.iter().zip(reference.as_chunks::<4>().0);
    let (mut sum, mut largest) = (0.0, 0f64);
    for (got, wanted) in pairs {
        for (a, b) in premultiplied(got).iter().zip(premultiplied(wanted)) {
            sum += (a - b).abs();
            largest = largest.max((a - b).abs());
        }
    }
    (sum / reference.len() as f64, largest.round())
}

#[test]
fn jpeg() {
    compare("jpg");
}

#[test]
fn png() {
    compare("png");
}

#[test]
fn webp() {
    compare("webp");
}

#[test]
fn gif() {
    compare("gif");
}

#[test]
fn avif() {
    compare("avif");
}

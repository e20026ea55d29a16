//! How much work a call may be, known before anything is decoded: microseconds of one processor, from sizes alone.
//!
//! The numbers were measured with `tests/calibrate.rs` on x86-64 at about 2.5 GHz in the dev profile, which compiles the core
//! and its codecs optimised, but dav1d and libaom without assembly. Another processor, or the release build, takes
//! between a third of it and twice as much. They say whether a request is worth to be begun, not when it will be done.

use super::shape::{self, Mark, Shape, Step};
use super::{Job, Options, Original, planar};
use crate::codec::{Header, Taken};
use crate::effect::blur::LARGEST_KERNEL;
use crate::effect::sharpen;
use crate::geometry::{self, Found, Layout, Size};
use crate::resample::Part;
use crate::sniff::Format;
use crate::spec::{Fill, Filter};

/// What any call costs, in nanoseconds.
const BASE: f64 = 1e6;

/// Tries that `max_bytes` makes at most; the lower the quality, the less each is.
const TRIES: f64 = 6.0;

/// Work of making `jobs` of an original, in microseconds of one processor.
pub(super) fn needed(original: &Original<'_>, jobs: &[&Job<'_>], options: &Options<'_>) -> u64 {
    let results = jobs.iter().map(|job| {
        let layout = geometry::layout(original.size, job.spec, &Found::default());
        result(original, job, &layout, options)
    });
    micros(BASE + decoding_once(original) + results.sum::<f64>())
}

/// That of one result whose layout is known by now.
pub(super) fn needed_for(
    original: &Original<'_>,
    job: &Job<'_>,
    layout: &Layout,
    options: &Options<'_>,
) -> u64 {
    micros(BASE + decoding_once(original) + result(original, job, layout, options))
}

/// Nanoseconds, as microseconds: casts stop at the ends of the range.
fn micros(nanos: f64) -> u64 {
    (nanos / 1000.0).ceil() as u64
}

fn decoding_once(original: &Original<'_>) -> f64 {
    let of = |taken: Taken| decoding(original.format, original.bytes.len(), &original.header, taken);
    original.taken.map_or(0.0, of)
}

/// Decoding the first picture of a file of that size.
fn decoding(format: Format, size: usize, header: &Header, Taken { density, passes, .. }: Taken) -> f64 {
    let (stored, pixels) = (header.first_pixels as f64, header.pixels() as f64);
    match format {
        // Passing over bits, and making samples of them.
        Format::Jpeg => {
            let passed = stored * f64::from(passes);
            1.5 * passed + 4.0 * size as f64 + 12.0 * pixels * density * density
        }
        Format::Png => stored * f64::from(header.pixel_bytes) * 5.0,
        Format::WebP => stored * 14.0,
        Format::Avif => stored * 50.0,
        Format::Gif => stored * 8.0 + pixels * 2.0,
    }
}

/// What one result takes besides decoding, in nanoseconds; of an animation, with it.
fn result(original: &Original<'_>, job: &Job<'_>, layout: &Layout, options: &Options<'_>) -> f64 {
    let header = &original.header;
    let (frames, density, each) = match original.taken.filter(|_| !job.animated) {
        Some(taken) => (1.0, taken.density, 0.0),
        None => {
            // The mean of all frames, not the first one.
            let mean =
                Header { first_pixels: header.stored_pixels / u64::from(header.frames.max(1)), ..*header };
            let each = decoding(original.format, original.bytes.len(), &mean, Taken::pixels(&mean, 1.0, 0));
            (f64::from(header.frames), 1.0, each)
        }
    };
    let size = (header.width, header.height);
    let part = Part::of(&header.orientation.unapply(&layout.window, original.size));
    let start = shape::handed_out(header, layout.window.output());
    let steps = shape::steps(job, original, layout);
    let last = steps.last().map_or(start, |step| step.after);
    let scaled = scaling(&part, size, density, start) + start.bytes() as f64;
    // One picture of what is seen, and its conversion to sRGB.
    let colours = start.pixels() as f64 * 20.0 * f64::from(u8::from(!is_srgb(original)));
    let filters: f64 = steps.iter().map(|step| filter(step, job.animated, frames)).sum();
    let planes = !job.animated && planar::in_planes(job, layout);
    let encoded = encoding(job, last, options) * if planes { 0.7 } else { 1.0 };
    let compared = if job.animated { last.pixels() as f64 * 12.0 } else { 0.0 };
    look(original, job, density) + frames * (each + scaled + colours + filters + encoded + compared)
}

/// Whether nothing says that colours are something else.
fn is_srgb(original: &Original<'_>) -> bool {
    !matches!(original.format, Format::Avif | Format::Png) && original.kept.icc == 0
}

/// Looking for borders, pixel by pixel, and for the subject, in a small picture.
fn look(original: &Original<'_>, job: &Job<'_>, density: f64) -> f64 {
    let size = (original.header.width, original.header.height);
    let whole = shape::handed_out(&original.header, original.size);
    let trim = if job.spec.trim.is_some() { whole.bytes() as f64 * 4.0 } else { 0.0 };
    let smart = if job.spec.smart {
        let to = (size.0.min(256), size.1.min(256));
        scaling(&Part::whole(size, to), size, density, shape::handed_out(&original.header, to)) + 8e6
    } else {
        0.0
    };
    trim + smart
}

/// Scaling: every sample of the rows that are made counts for as many as its kernel reaches, first down and then across.
fn scaling(part: &Part, size: Size, density: f64, to: Shape) -> f64 {
    if part.is_a_copy(density) {
        return to.bytes() as f64;
    }
    let channels = to.channels.count() as f64;
    let (across, down) = (part.extent.0 * density, part.extent.1 * density);
    let (width, height) = (f64::from(part.to.0), f64::from(part.to.1));
    let taps = |extent: f64, to: f64| (6.0 * extent / to).max(7.0);
    let samples = across * height * taps(down, height) + width * height * taps(across, width);
    let weights = width * taps(across, width) + height * taps(down, height);
    let premultiplied = f64::from(size.0) * f64::from(size.1) * density * density;
    let alpha = if to.channels.has_alpha() { premultiplied * 3.0 } else { 0.0 };
    samples * channels * 0.12 + weights * 10.0 + alpha
}

fn filter(step: &Step<'_>, animated: bool, frames: f64) -> f64 {
    let Step { filter, before, after, mark } = step;
    let samples = before.bytes() as f64;
    match filter {
        Filter::Blur { radius, .. } => blurring(*radius, samples),
        Filter::Sharpen { amount_thousandths: 0, .. } => 0.0,
        Filter::Sharpen { radius_thousandths, .. } => {
            let (radius, _) = sharpen::reach(*radius_thousandths as f32 / 1000.0);
            blurring(radius, samples) + samples * 2.5
        }
        Filter::Watermark(_) => match mark {
            // Decoded for the first frame alone.
            Some(mark) => {
                let made = making(mark);
                laying(mark, *after) + if animated { made / frames.max(1.0) } else { made }
            }
            None => 0.0,
        },
        Filter::Fill { with, .. } => {
            let canvas = after.bytes() as f64;
            canvas * if matches!(with, Fill::Blur) { 3.0 } else { 0.5 } + samples
        }
        _ => after.bytes() as f64 * 2.0,
    }
}

/// A blur of so many samples: small kernels are used as they are, large ones stand for running means.
fn blurring(radius: u32, samples: f64) -> f64 {
    let each = if radius <= LARGEST_KERNEL { 2.5 + 0.25 * f64::from(2 * radius + 1) } else { 9.0 };
    samples * each
}

/// Decoding a mark and scaling what is seen of it.
fn making(mark: &Mark) -> f64 {
    let Mark { format, header, taken, picture, part, bytes, .. } = mark;
    decoding(*format, *bytes as usize, header, *taken)
        + picture.bytes() as f64 * 3.0
        + scaling(part, picture.size, 1.0, mark.seen())
}

/// Laying it down as often as it repeats.
fn laying(mark: &Mark, base: Shape) -> f64 {
    let times = mark.placed.times() as f64;
    base.bytes() as f64 + times * (30.0 + mark.seen().pixels() as f64 * 5.0)
}

/// Encoding one frame with all tries.
fn encoding(job: &Job<'_>, last: Shape, options: &Options<'_>) -> f64 {
    let quality = f64::from(job.quality(options.defaults));
    let each = match job.format {
        Format::Jpeg if planar::half_chroma(job, options.defaults) => 12.0,
        Format::Jpeg => 35.0,
        Format::Png => 27.0 * last.channels.count() as f64,
        Format::WebP => 120.0,
        Format::Avif => 600.0 + 18.0 * (quality - 50.0).max(0.0),
        Format::Gif => 90.0,
    };
    let limited = job.spec.filters.iter().any(|filter| matches!(filter, Filter::MaxBytes(_)));
    let lossy = matches!(job.format, Format::Jpeg | Format::WebP | Format::Avif);
    let tries = if limited && lossy && !job.animated { TRIES } else { 1.0 };
    last.pixels() as f64 * each * tries
}

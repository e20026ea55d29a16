//! How much memory a call may take, known before anything is decoded: the way of the pixels is gone with sizes alone, and
//! each step adds what it allocates to what is held meanwhile. `tests/meter.rs` measures with a counting allocator that no
//! call takes more, `tests/memory.rs` with processes, which sees the codecs in C, too.
//!
//! ```text
//! BASE + input + watermarks' files
//!   + the larger of: decoder's own + pixels handed out
//!                    pixels handed out + results so far + the costliest moment of the next
//! ```
//!
//! Results are made one after the other and held to the end.

mod scale;

use super::shape::{self, Mark, Shape, Step};
use super::{Job, Options, Original, planar};
use crate::codec::Taken;
use crate::geometry::{self, Found, Layout, Size};
use crate::pixels::Channels;
use crate::resample::Part;
use crate::sniff::Format;
use crate::spec::{Fill, Filter};
use scale::{may_be_planes, resampling, scaling};

/// Codecs' tables, stacks, and what the allocator keeps, in bytes.
pub(super) const BASE: u64 = 16 << 20;

/// What looking for the subject takes: planes of numbers for a picture of 256 x 256 pixels.
const SMART: u64 = 65_536 * 64;

/// Bytes for each byte of a colour profile: it is there twice as it is, and its tables as numbers of 4 bytes in two forms.
const PROFILE: u64 = 20;

/// A `Vec` that grows by doubling may be there with twice of what is in it, while half of that is copied.
const GROWTH: u64 = 3;

/// What is held, and the most that ever was, in bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Peak {
    held: u64,
    most: u64,
}

impl Peak {
    fn hold(&mut self, bytes: u64) {
        self.held = self.held.saturating_add(bytes);
        self.most = self.most.max(self.held);
    }

    fn briefly(&mut self, bytes: u64) {
        self.most = self.most.max(self.held.saturating_add(bytes));
    }

    fn also(&mut self, other: Self) {
        self.briefly(other.most);
    }
}

/// Bytes that making `jobs` of an original may take.
pub(super) fn needed(original: &Original<'_>, jobs: &[&Job<'_>], options: &Options<'_>) -> u64 {
    let mut peak = before(original, options);
    for job in jobs {
        let layout = geometry::layout(original.size, job.spec, &Found::default());
        peak.also(result(original, job, &layout, options));
        peak.hold(output(job, last_shape(original, job, &layout), frames(original, job), options));
    }
    peak.most
}

/// Bytes that the call may take while this result is made, whose layout is known by now, and so much is held of others.
pub(super) fn needed_for(
    original: &Original<'_>,
    job: &Job<'_>,
    layout: &Layout,
    others: u64,
    options: &Options<'_>,
) -> u64 {
    let mut peak = before(original, options);
    peak.hold(others);
    peak.also(result(original, job, layout, options));
    peak.most
}

/// Up to the first result.
fn before(original: &Original<'_>, options: &Options<'_>) -> Peak {
    let mut peak = Peak::default();
    peak.hold(BASE);
    peak.hold(original.bytes.len() as u64);
    peak.hold(options.assets.values().fold(0, |sum, file| sum.saturating_add(file.len() as u64)));
    // Read, cleaned, put into the file, copied with it.
    peak.hold(original.kept.exif_xmp.saturating_mul(4));
    peak.hold(original.kept.icc.saturating_mul(PROFILE));
    if let Some(Taken { held, working, .. }) = original.taken {
        peak.briefly(held.saturating_add(working));
        peak.hold(held);
    }
    peak
}

fn frames(original: &Original<'_>, job: &Job<'_>) -> u64 {
    if job.animated { original.header.frames.into() } else { 1 }
}

/// The shape that is encoded.
fn last_shape(original: &Original<'_>, job: &Job<'_>, layout: &Layout) -> Shape {
    let steps = shape::steps(job, original, layout);
    let first = shape::handed_out(&original.header, layout.window.output());
    steps.last().map_or(first, |step| step.after)
}

/// What one result takes besides what is there before it.
fn result(original: &Original<'_>, job: &Job<'_>, layout: &Layout, options: &Options<'_>) -> Peak {
    let mut peak = Peak::default();
    let header = &original.header;
    let density = match original.taken.filter(|_| !job.animated) {
        Some(taken) => taken.density,
        None => {
            // Its canvas, what was there before, and one frame as it is decoded.
            let canvas = header.pixels().saturating_mul(4);
            peak.hold(canvas);
            peak.hold(header.working_bytes);
            peak.briefly(canvas.saturating_add((original.bytes.len() as u64).saturating_mul(GROWTH)));
            1.0
        }
    };
    let part = Part::of(&header.orientation.unapply(&layout.window, original.size));
    look(&mut peak, original, job, density);
    if !job.animated && planar::in_planes(job, layout) && may_be_planes(original.format) {
        peak.also(in_planes(&part, density, job, options));
    }
    let start = shape::handed_out(header, layout.window.output());
    peak.briefly(scaling(original.format, &part, header_size(original), density, start));
    peak.hold(start.bytes());
    // Turned, or its colours converted.
    peak.briefly(start.bytes());
    let steps = shape::steps(job, original, layout);
    for step in &steps {
        filter(&mut peak, step, job.animated);
    }
    let last = steps.last().map_or(start, |step| step.after);
    if job.format == Format::Jpeg {
        peak.briefly(last.pixels().saturating_mul(3));
    }
    let frames = frames(original, job);
    let out = output(job, last, frames, options);
    let tries =
        if job.spec.filters.iter().any(|filter| matches!(filter, Filter::MaxBytes(_))) { 3 } else { 0 };
    peak.briefly(encoding(job, last, options).saturating_add(out.saturating_mul(GROWTH + tries)));
    peak
}

fn header_size(original: &Original<'_>) -> Size {
    (original.header.width, original.header.height)
}

/// Looking for borders and the subject.
fn look(peak: &mut Peak, original: &Original<'_>, job: &Job<'_>, density: f64) {
    let size = header_size(original);
    if job.spec.trim.is_some() {
        let whole = shape::handed_out(&original.header, original.size);
        let scaled = scaling(original.format, &Part::whole(size, size), size, density, whole);
        // Turned upright.
        peak.briefly(scaled.max(whole.bytes().saturating_mul(2)));
    }
    if job.spec.smart {
        let small = |side: u32| side.min(256);
        let to = (small(size.0), small(size.1));
        let shape = shape::handed_out(&original.header, to);
        let scaled = scaling(original.format, &Part::whole(size, to), size, density, shape);
        peak.briefly(scaled.saturating_add(SMART));
    }
}

/// A JPEG that stays in planes.
fn in_planes(part: &Part, density: f64, job: &Job<'_>, options: &Options<'_>) -> Peak {
    let mut peak = Peak::default();
    let pixels = u64::from(part.to.0).saturating_mul(part.to.1.into());
    let planes = if planar::half_chroma(job, options.defaults) {
        pixels.saturating_mul(2)
    } else {
        pixels.saturating_mul(3)
    };
    peak.briefly(resampling(part, part.to, density, Channels::Grey).saturating_add(planes));
    peak.hold(planes);
    // Turned, or made even.
    peak.briefly(pixels);
    peak
}

fn filter(peak: &mut Peak, step: &Step<'_>, animated: bool) {
    let Step { filter, before, after, mark } = step;
    let (old, new) = (before.bytes(), after.bytes());
    match filter {
        // Samples of 16 bits, before and after.
        Filter::Blur { .. } => {
            peak.briefly(old.saturating_mul(3).saturating_add(rows(*before)));
        }
        Filter::Sharpen { .. } => peak.briefly(old.saturating_mul(4).saturating_add(rows(*before))),
        Filter::Watermark(_) => {
            if let Some(mark) = mark {
                watermark(peak, mark, new, animated);
            }
        }
        Filter::Fill { with, .. } => {
            let wide = before.pixels().saturating_mul(after.channels.count() as u64);
            let cover = match with {
                Fill::Blur => {
                    let small = crate::effect::background::SMALL;
                    let part = Part::whole(before.size, (small, small));
                    let down = resampling(&part, before.size, 1.0, before.channels);
                    let part = Part::whole((small, small), after.size);
                    down.max(resampling(&part, (small, small), 1.0, before.channels))
                }
                _ => 0,
            };
            peak.briefly(wide.saturating_add(new).saturating_add(cover));
        }
        // One copy at most.
        _ => peak.briefly(new),
    }
    peak.hold(new.saturating_sub(old));
}

/// Room for rows of numbers of 4 bytes with edges.
fn rows(shape: Shape) -> u64 {
    (u64::from(shape.size.0) + 1000) * 64
}

/// A mark is decoded when it is needed, and what is not seen of it is not made. Animations keep what is seen for all frames.
fn watermark(peak: &mut Peak, mark: &Mark, base: u64, animated: bool) {
    let Mark { format, header, picture, part, .. } = mark;
    let size = (header.width, header.height);
    let working = header.working_bytes.saturating_add(mark.bytes);
    let whole = picture.bytes();
    let decoded = if may_be_planes(*format) { whole.saturating_mul(4) / 3 } else { whole };
    // Handed out; turned, or its colours converted.
    peak.briefly(working.saturating_add(decoded));
    peak.briefly(decoded.saturating_add(scaling(*format, &Part::whole(size, size), size, 1.0, *picture)));
    peak.briefly(whole.saturating_mul(2));
    let seen = mark.seen().bytes();
    peak.briefly(
        whole.saturating_add(resampling(part, picture.size, 1.0, picture.channels)).saturating_add(seen),
    );
    // A copy, widened, and the picture with more channels.
    let wide = mark.seen().pixels().saturating_mul(4);
    peak.briefly(seen.saturating_add(wide.saturating_mul(2)).saturating_add(base));
    if animated {
        peak.hold(seen);
    }
}

/// The most bytes that the file of a result can have, with what it holds while it is written of earlier frames.
fn output(job: &Job<'_>, last: Shape, frames: u64, options: &Options<'_>) -> u64 {
    let pixels = last.pixels();
    // Found with noise at each quality.
    let (bytes, of) = match job.format {
        Format::Jpeg if planar::half_chroma(job, options.defaults) => (3, 2),
        Format::Jpeg => (4, 1),
        Format::Png => (last.channels.count() as u64, 1),
        Format::WebP => (3, 2),
        Format::Avif => (3, 1),
        Format::Gif => (3, 2),
    };
    // Rows of a PNG have a byte of their own.
    let each = (pixels.saturating_mul(bytes) / of).saturating_add(last.size.1.into());
    each.saturating_mul(frames).saturating_add(4096)
}

/// What an encoder takes for a frame besides pixels and file.
fn encoding(job: &Job<'_>, last: Shape, options: &Options<'_>) -> u64 {
    let each = match job.format {
        // All coefficients: the tables are made for the picture.
        Format::Jpeg if planar::half_chroma(job, options.defaults) => 4,
        Format::Jpeg => 7,
        // Without needless alpha.
        Format::Png => last.channels.count() as u64,
        // Alpha is a picture of its own, without loss.
        Format::WebP if last.channels.has_alpha() => 32,
        Format::WebP => 24,
        Format::Avif => 40,
        Format::Gif => 24,
    };
    let animated = if job.animated { 16 } else { 0 };
    last.pixels().saturating_mul(each + animated).saturating_add(rows(last))
}

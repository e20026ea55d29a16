//! How much memory a call may take, known before anything is decoded; `tests/memory.rs` measures that
//! it takes no more.
//!
//! ```text
//! BASE + input + decoder's own + pixels handed out (twice with alpha: premultiplied) + watermarks
//!      + the largest of: stretched rows + result x OUTPUT
//! ```
//!
//! The decoder's own and the bytes of a pixel are in [`Header`]; results are made one after the other.

use super::{Job, Options, Original};
use crate::codec::{self, Header};
use crate::geometry::{self, Found};
use crate::picture::Wanted;
use crate::resample::Part;
use crate::sniff::{self, Format};
use crate::spec::{Filter, Spec};

/// Codecs' tables, stacks, and what the allocator keeps, in bytes.
const BASE: u64 = 16 << 20;

/// Bytes for a pixel of a result: its copies in filters, and the encoder's own.
const fn of_output(format: Format) -> u64 {
    match format {
        Format::Avif => 40,
        Format::Jpeg | Format::Png | Format::WebP | Format::Gif => 24,
    }
}

/// Bytes that making `jobs` of an original may take, when `wanted` is decoded of it (nothing, if all are
/// animations).
pub(super) fn needed(
    original: &Original<'_>,
    jobs: &[&Job<'_>],
    wanted: Option<&Wanted>,
    options: &Options<'_>,
) -> u64 {
    let header = &original.header;
    let density = wanted.map_or(1.0, |wanted| codec::density(original.format, wanted));
    let decoded = header.working_bytes.saturating_add(handed_out(header, density));
    let results = jobs.iter().map(|job| {
        let watermarks = watermarks(job.spec, options);
        let layout = geometry::layout(original.size, job.spec, &Found::default());
        let part = Part::of(&header.orientation.unapply(&layout.window, original.size));
        // Rows are scaled first: their number is that of the result, their length still that of the source.
        let rows = (part.extent.0 * density + 8.0) * f64::from(part.to.1) * f64::from(header.pixel_bytes);
        // The whole picture is looked at, upright and in colours with alpha.
        let looked_at = if job.spec.trim.is_some() { header.pixels().saturating_mul(8) } else { 0 };
        let (width, height) = layout.output();
        let result = u64::from(width).saturating_mul(height.into()).saturating_mul(of_output(job.format));
        watermarks.saturating_add(rows as u64).saturating_add(looked_at).saturating_add(result)
    });
    BASE.saturating_add(original.bytes.len() as u64)
        .saturating_add(decoded)
        .saturating_add(results.max().unwrap_or(0))
}

/// The pixels, and a premultiplied copy.
fn handed_out(header: &Header, density: f64) -> u64 {
    let side = |side: u32| (f64::from(side) * density).ceil() as u64 + 8;
    let copies = if header.pixel_bytes.is_multiple_of(2) { 2 } else { 1 };
    side(header.width)
        .saturating_mul(side(header.height))
        .saturating_mul(copies * u64::from(header.pixel_bytes))
}

/// All watermarks of a spec, decoded and scaled.
fn watermarks(spec: &Spec, options: &Options<'_>) -> u64 {
    let marks = spec.filters.iter().filter_map(|filter| match filter {
        Filter::Watermark(mark) => options.assets.get(&mark.key),
        _ => None,
    });
    // One that cannot be read is refused later.
    let headers = marks.filter_map(|bytes| codec::read_header(sniff::sniff(bytes)?, bytes).ok());
    headers.fold(0, |sum, header| {
        sum.saturating_add(header.working_bytes).saturating_add(handed_out(&header, 2.0))
    })
}

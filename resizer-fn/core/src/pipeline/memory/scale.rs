//! What scaling takes.

use super::super::shape::Shape;
use crate::geometry::Size;
use crate::pixels::Channels;
use crate::resample::Part;
use crate::sniff::Format;
use resizer_resample::BAND;

/// Whether such files may be decoded to planes.
pub(super) const fn may_be_planes(format: Format) -> bool {
    matches!(format, Format::Jpeg | Format::Avif)
}

/// Scaling to pixels of that shape, with the result.
pub(super) fn scaling(format: Format, part: &Part, size: Size, density: f64, to: Shape) -> u64 {
    if may_be_planes(format) {
        // One plane after the other, and in the end the pixels.
        let planes = to.pixels().saturating_mul(if to.channels == Channels::Grey { 1 } else { 3 });
        let one = resampling(part, size, density, Channels::Grey);
        let plain = resampling(part, size, density, to.channels).saturating_add(to.bytes());
        return one.saturating_add(planes).max(planes.saturating_add(to.bytes())).max(plain);
    }
    resampling(part, size, density, to.channels).saturating_add(to.bytes())
}

/// What the resampler takes besides its result: rows that are scaled in one direction alone, weights, and a premultiplied copy.
pub(super) fn resampling(part: &Part, size: Size, density: f64, channels: Channels) -> u64 {
    let (across, down) = (part.extent.0 * density, part.extent.1 * density);
    let to = (f64::from(part.to.0), f64::from(part.to.1));
    let reach = 6.0 * (across / to.0).max(1.0) + 8.0;
    // Weights as numbers of 8 and of 2 bytes, seven of them or six for each sample.
    let weights = 64.0 * (across + down) + 136.0 * (to.0 + to.1);
    let all = (f64::from(size.0) * density + 1.0) * (f64::from(size.1) * density + 1.0);
    let step = match channels {
        Channels::Grey => 1.0,
        Channels::Rgb => 3.0,
        // Grey with alpha takes the way of colours.
        Channels::GreyAlpha | Channels::Rgba => 4.0,
    };
    // In strips of columns, at least 16 of them, each premultiplied and scaled on its own.
    let banded = step * all.max(to.0 * to.1) > BAND as f64;
    let strip = if banded { (BAND as f64).max(64.0 * f64::from(size.1) * density) } else { 0.0 };
    let premultiplied = if banded { strip.min(4.0 * all) } else { 4.0 * all };
    let copies = match channels {
        Channels::Grey | Channels::Rgb => 0.0,
        Channels::Rgba if part.is_a_copy(density) => 0.0,
        Channels::Rgba => premultiplied,
        Channels::GreyAlpha => 4.0 * all + premultiplied + 6.0 * to.0 * to.1,
    };
    ((across + reach) * to.1 * step + weights + strip + copies) as u64
}

//! PNG, written.

use super::EncodeOptions;
use crate::error::Error;
use crate::metadata;
use crate::pixels::{Channels, Pixels};
use crate::sniff::Format;
use crate::stop::Stop;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use png::{BitDepth, ColorType, Info, chunk};
use std::borrow::Cow;
use std::io::Write;

/// Of flate2's nine levels. Photographs hardly shrink above it, and take much longer.
const LEVEL: u32 = 4;

/// 8 bits a channel; alpha that says nothing is left out.
pub(super) fn encode(pixels: &Pixels, options: &EncodeOptions, stop: &Stop) -> Result<Vec<u8>, Error> {
    let failed = |error: png::EncodingError| Error::encode(Format::Png, error);
    let pixels = match pixels.channels {
        Channels::Grey | Channels::Rgb => Cow::Borrowed(pixels),
        Channels::GreyAlpha | Channels::Rgba if pixels.is_opaque() => {
            Cow::Owned(pixels.clone().without_needless_alpha())
        }
        Channels::GreyAlpha | Channels::Rgba => Cow::Borrowed(pixels),
    };
    let mut info = Info::with_size(pixels.width, pixels.height);
    info.bit_depth = BitDepth::Eight;
    info.color_type = match pixels.channels {
        Channels::Grey => ColorType::Grayscale,
        Channels::GreyAlpha => ColorType::GrayscaleAlpha,
        Channels::Rgb => ColorType::Rgb,
        Channels::Rgba => ColorType::Rgba,
    };
    let kept = &options.kept;
    info.icc_profile = kept.icc.as_deref().map(Cow::Borrowed);
    info.exif_metadata = kept.exif.as_deref().map(Cow::Borrowed);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::with_info(&mut bytes, info).map_err(failed)?;
    if let Some(xmp) = kept.xmp.as_deref().and_then(|xmp| std::str::from_utf8(xmp).ok()) {
        encoder.add_itxt_chunk(metadata::XMP_IN_PNG.to_owned(), xmp.to_owned()).map_err(failed)?;
    }
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_chunk(chunk::IDAT, &compressed(&pixels, stop)?).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// The rows, filtered and compressed. The `png` crate does this in one go, in which nothing can be stopped.
fn compressed(pixels: &Pixels, stop: &Stop) -> Result<Vec<u8>, Error> {
    /// Paeth's filter (PNG, third edition, section 9.4).
    const PAETH: u8 = 4;
    let failed = |error: std::io::Error| Error::encode(Format::Png, error);
    let step = pixels.channels.count();
    let row = pixels.width as usize * step;
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::new(LEVEL));
    let (above, mut filtered) = (vec![0; row], vec![0; row]);
    let mut above = above.as_slice();
    for row in pixels.data.chunks_exact(row) {
        stop.check()?;
        filter(row, above, step, &mut filtered);
        zlib.write_all(&[PAETH]).map_err(failed)?;
        zlib.write_all(&filtered).map_err(failed)?;
        above = row;
    }
    zlib.finish().map_err(failed)
}

/// What is left of each byte when what its neighbours foretell is taken away; `step` bytes are a pixel.
fn filter(row: &[u8], above: &[u8], step: usize, out: &mut [u8]) {
    let (first, rest) = out.split_at_mut(step.min(row.len()));
    // Left of the first pixel there is nothing, so the one above foretells it.
    for ((out, value), above) in first.iter_mut().zip(row).zip(above) {
        *out = value.wrapping_sub(*above);
    }
    let (left, corner) = (row.iter(), above.iter());
    let here = row.iter().skip(step).zip(above.iter().skip(step));
    for ((out, (value, above)), (left, corner)) in rest.iter_mut().zip(here).zip(left.zip(corner)) {
        *out = value.wrapping_sub(foretold(*left, *above, *corner));
    }
}

/// The one of the three that is nearest to left + above - corner.
fn foretold(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let (to_left, to_above, to_corner) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    if to_left <= to_above && to_left <= to_corner {
        left
    } else if to_above <= to_corner {
        above
    } else {
        corner
    }
}

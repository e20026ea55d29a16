//! PNG, written.

use super::EncodeOptions;
use crate::error::Error;
use crate::metadata;
use crate::pixels::{Channels, Pixels};
use crate::sniff::Format;
use crate::stop::Stop;
use png::{BitDepth, ColorType, DeflateCompression, Filter, Info};
use std::borrow::Cow;
use std::io::Write;

/// Of flate2's nine levels. Photographs hardly shrink above it, and take much longer.
const LEVEL: u8 = 4;

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
    encoder.set_deflate_compression(DeflateCompression::Level(LEVEL));
    encoder.set_filter(Filter::Paeth);
    if let Some(xmp) = kept.xmp.as_deref().and_then(|xmp| std::str::from_utf8(xmp).ok()) {
        encoder.add_itxt_chunk(metadata::XMP_IN_PNG.to_owned(), xmp.to_owned()).map_err(failed)?;
    }
    let mut writer = encoder.write_header().map_err(failed)?;
    // A buffer for all of it, so that it becomes one chunk; what can't be compressed grows by less than a thousandth.
    let row = pixels.width as usize * pixels.channels.count();
    let most = (row + 1) * pixels.height as usize;
    let mut stream = writer.stream_writer_with_size(most + most / 1000 + 1024).map_err(failed)?;
    for row in pixels.data.chunks_exact(row) {
        stop.check()?;
        stream.write_all(row).map_err(|error| Error::encode(Format::Png, error))?;
    }
    stream.finish().map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

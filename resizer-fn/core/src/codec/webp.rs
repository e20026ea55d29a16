//! WebP, by libwebp.

use super::webp_chunks::{self as riff, Chunk, Extended, corrupt};
use super::webp_frames::WebPFrames;
use super::webp_still::{info, still};
use super::{Decoded, EncodeOptions, Header};
use crate::colour::ColourInfo;
use crate::error::Error;
use crate::metadata::Kept;
use crate::orientation::Orientation;
use crate::picture::Picture;
use crate::pixels::{Channels, Pixels};
use crate::sniff::Format;
use crate::stop::Stop;
use resizer_webp::{Layout, Settings};
use std::borrow::Cow;

/// How hard libwebp tries, 0 to 6; its own default.
const METHOD: u8 = 4;

pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Error> {
    let chunks = riff::read(bytes)?;
    let info = info(bytes)?;
    let orientation = riff::find(&chunks, b"EXIF").map_or(Orientation::UPRIGHT, |exif| {
        // Some writers keep the prefix that the data have in a JPEG.
        Orientation::from_exif(exif.strip_prefix(b"Exif\0\0").unwrap_or(exif))
    });
    let still = Header::still(info.width, info.height, orientation);
    // Lossless pictures are decoded to a buffer of libwebp's own, and what it gives is copied.
    let still = Header { working_bytes: still.stored_pixels.saturating_mul(9), ..still };
    if !info.animated {
        return Ok(still);
    }
    let frames = chunks.iter().filter(|(name, _)| *name == b"ANMF").count();
    if frames == 0 {
        return Err(corrupt("it is an animation without frames"));
    }
    let frames = frames.try_into().unwrap_or(u32::MAX);
    // After the background colour, which browsers ignore.
    let plays = match riff::find(&chunks, b"ANIM") {
        Some([_, _, _, _, low, high, ..]) => u16::from_le_bytes([*low, *high]).into(),
        _ => 0,
    };
    let stored_pixels = still.stored_pixels.saturating_mul(frames.into());
    Ok(Header { frames, plays, stored_pixels, ..still })
}

/// Of an animation, the first frame.
pub(super) fn decode(bytes: &[u8], header: &Header, stop: &Stop) -> Result<Decoded, Error> {
    // libwebp decodes a picture in one go, which the estimate of the work has to bound.
    stop.check()?;
    if info(bytes)?.animated {
        let mut frames = WebPFrames::new(bytes, header, stop)?;
        frames.next_frame()?;
        let colour = frames.colour();
        return Ok(Decoded { picture: Picture::full(frames.into_canvas().without_needless_alpha()), colour });
    }
    let chunks = riff::read(bytes)?;
    let pixels = still(bytes, header.width, header.height)?;
    let icc = riff::find(&chunks, b"ICCP").map(<[u8]>::to_vec);
    let colour = ColourInfo::with_profile(icc, pixels.channels);
    Ok(Decoded { picture: Picture::full(pixels), colour })
}

pub(super) fn encode(pixels: &Pixels, options: &EncodeOptions, stop: &Stop) -> Result<Vec<u8>, Error> {
    let pixels = match pixels.channels {
        Channels::Rgb | Channels::Rgba => Cow::Borrowed(pixels),
        Channels::Grey | Channels::GreyAlpha => Cow::Owned(pixels.clone().into_colour()),
    };
    let alpha = pixels.channels == Channels::Rgba;
    let layout = if alpha { Layout::Rgba } else { Layout::Rgb };
    let size = (pixels.width, pixels.height);
    let file = compress(&pixels.data, layout, size, &settings(options.quality, METHOD), stop)?;
    if options.kept == Kept::default() {
        return Ok(file);
    }
    let chunks = riff::read(&file)?;
    let picture: Vec<_> = chunks.into_iter().filter(|(name, _)| *name != b"VP8X").collect();
    Ok(assemble(Extended { width: size.0, height: size.1, alpha }, &picture, &options.kept))
}

/// libwebp's settings for lossy images.
pub(super) fn settings(quality: u8, method: u8) -> Settings {
    Settings { quality: f32::from(quality.clamp(1, 100)), method, lossless: false, exact: false }
}

/// Makes a file of its own out of pixels of that width and height.
pub(super) fn compress(
    data: &[u8],
    layout: Layout,
    size: (u32, u32),
    settings: &Settings,
    stop: &Stop,
) -> Result<Vec<u8>, Error> {
    resizer_webp::encode(data, layout, size, settings, &|| !stop.is_said()).map_err(|error| match error {
        resizer_webp::Error::Stopped => Error::Stopped,
        error => Error::encode(Format::WebP, error),
    })
}

/// A file of a picture's (or an animation's) chunks and metadata, in the order that the container
/// specification asks for.
pub(super) fn assemble(image: Extended, picture: &[Chunk<'_>], kept: &Kept) -> Vec<u8> {
    let named = |name, data: &'_ Option<Vec<u8>>| data.clone().map(|data| (name, data));
    let before = named(b"ICCP", &kept.icc);
    let after = [named(b"EXIF", &kept.exif), named(b"XMP ", &kept.xmp)];
    let chunks: Vec<Chunk<'_>> = before
        .iter()
        .map(|(name, data)| (*name, data.as_slice()))
        .chain(picture.iter().copied())
        .chain(after.iter().flatten().map(|(name, data)| (*name, data.as_slice())))
        .collect();
    riff::write(image, &chunks)
}

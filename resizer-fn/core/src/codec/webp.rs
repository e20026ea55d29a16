//! WebP, by libwebp.

use super::webp_chunks::{self as riff, Chunk, Extended, corrupt};
use super::webp_frames::WebPFrames;
use super::{Decoded, EncodeOptions, Header};
use crate::colour::ColourInfo;
use crate::error::Error;
use crate::metadata::Kept;
use crate::orientation::Orientation;
use crate::picture::Picture;
use crate::pixels::{Channels, Pixels};
use crate::sniff::Format;
use crate::stop::Stop;
use std::borrow::Cow;
use webp::{BitstreamFeatures, Decoder, PixelLayout, WebPConfig};

/// How hard libwebp tries, 0 to 6; its own default.
const METHOD: i32 = 4;

pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Error> {
    let chunks = riff::read(bytes)?;
    let features = features(bytes)?;
    let orientation = riff::find(&chunks, b"EXIF").map_or(Orientation::UPRIGHT, |exif| {
        // Some writers keep the prefix that the data have in a JPEG.
        Orientation::from_exif(exif.strip_prefix(b"Exif\0\0").unwrap_or(exif))
    });
    let still = Header::still(features.width(), features.height(), orientation);
    // Lossless pictures are decoded to a buffer of libwebp's own, and what it gives is copied.
    let still = Header { working_bytes: still.stored_pixels.saturating_mul(9), ..still };
    if !features.has_animation() {
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

fn features(bytes: &[u8]) -> Result<BitstreamFeatures, Error> {
    let features = BitstreamFeatures::new(bytes).ok_or_else(|| corrupt("its header is wrong"))?;
    if features.width() == 0 || features.height() == 0 {
        return Err(corrupt("its width or height is 0"));
    }
    Ok(features)
}

/// Of an animation, the first frame.
pub(super) fn decode(bytes: &[u8], header: &Header, stop: &Stop) -> Result<Decoded, Error> {
    // libwebp decodes a picture in one go, which the estimate of the work has to bound.
    stop.check()?;
    if features(bytes)?.has_animation() {
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

/// Decodes a file that is one still image of that size.
pub(super) fn still(bytes: &[u8], width: u32, height: u32) -> Result<Pixels, Error> {
    let found = features(bytes)?;
    if (found.width(), found.height()) != (width, height) {
        return Err(corrupt("its headers contradict each other"));
    }
    // libwebp says no more than that it failed.
    let image = Decoder::new(bytes).decode().ok_or_else(|| corrupt("its pixels can't be decoded"))?;
    let channels = match image.layout() {
        PixelLayout::Rgb => Channels::Rgb,
        PixelLayout::Rgba => Channels::Rgba,
    };
    Ok(Pixels { width, height, channels, data: image.to_vec() })
}

pub(super) fn encode(pixels: &Pixels, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    let pixels = match pixels.channels {
        Channels::Rgb | Channels::Rgba => Cow::Borrowed(pixels),
        Channels::Grey | Channels::GreyAlpha => Cow::Owned(pixels.clone().into_colour()),
    };
    let alpha = pixels.channels == Channels::Rgba;
    let layout = if alpha { PixelLayout::Rgba } else { PixelLayout::Rgb };
    let size = (pixels.width, pixels.height);
    let file = compress(&pixels.data, layout, size, &config(options.quality, METHOD)?)?;
    if options.kept == Kept::default() {
        return Ok(file);
    }
    let chunks = riff::read(&file)?;
    let picture: Vec<_> = chunks.into_iter().filter(|(name, _)| *name != b"VP8X").collect();
    Ok(assemble(Extended { width: size.0, height: size.1, alpha }, &picture, &options.kept))
}

/// libwebp's settings for lossy images.
pub(super) fn config(quality: u8, method: i32) -> Result<WebPConfig, Error> {
    let mut config =
        WebPConfig::new().map_err(|()| Error::encode(Format::WebP, "libwebp refused its own defaults"))?;
    config.quality = f32::from(quality.clamp(1, 100));
    config.method = method;
    Ok(config)
}

/// Makes a file of its own out of pixels of that width and height.
pub(super) fn compress(
    data: &[u8],
    layout: PixelLayout,
    (width, height): (u32, u32),
    config: &WebPConfig,
) -> Result<Vec<u8>, Error> {
    let step = if matches!(layout, PixelLayout::Rgba) { 4 } else { 3 };
    if data.len() != width as usize * height as usize * step {
        return Err(Error::encode(Format::WebP, "its pixels do not fit its size"));
    }
    let file = webp::Encoder::new(data, layout, width, height)
        .encode_advanced(config)
        .map_err(|error| Error::encode(Format::WebP, format!("{error:?}")))?;
    Ok(file.to_vec())
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

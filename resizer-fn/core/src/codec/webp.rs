//! WebP, by libwebp. Of an animation the first frame is taken.

use super::webp_chunks::{self as riff, Chunk, Frame, corrupt};
use super::{Colour, Decoded, Header};
use crate::error::Error;
use crate::orientation::Orientation;
use crate::pixels::{Channels, Pixels};
use crate::sniff::Format;
use webp::{BitstreamFeatures, Decoder, PixelLayout, WebPConfig};

pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Error> {
    let chunks = riff::read(bytes)?;
    let features = features(bytes)?;
    Ok(Header {
        width: features.width(),
        height: features.height(),
        orientation: riff::find(&chunks, b"EXIF").map_or(Orientation::UPRIGHT, |exif| {
            // Some writers keep the prefix that the data have in a JPEG.
            Orientation::from_exif(exif.strip_prefix(b"Exif\0\0").unwrap_or(exif))
        }),
    })
}

fn features(bytes: &[u8]) -> Result<BitstreamFeatures, Error> {
    let features = BitstreamFeatures::new(bytes).ok_or_else(|| corrupt("its header is wrong"))?;
    if features.width() == 0 || features.height() == 0 {
        return Err(corrupt("its width or height is 0"));
    }
    Ok(features)
}

pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Decoded, Error> {
    let chunks = riff::read(bytes)?;
    let pixels = if features(bytes)?.has_animation() {
        first_frame(&chunks, header)?
    } else {
        still(bytes, header.width, header.height)?
    };
    let icc = riff::find(&chunks, b"ICCP").map(<[u8]>::to_vec);
    let colour = Colour::with_profile(icc, pixels.channels);
    Ok(Decoded { pixels, colour })
}

/// Decodes a file that is one still image of that size.
fn still(bytes: &[u8], width: u32, height: u32) -> Result<Pixels, Error> {
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

/// The first frame, put where it belongs on a clear canvas. It is made a still image of its own
/// for that: the decoder for animations would decode all frames at once.
fn first_frame(chunks: &[Chunk<'_>], canvas: &Header) -> Result<Pixels, Error> {
    let data = riff::find(chunks, b"ANMF").ok_or_else(|| corrupt("it is an animation without frames"))?;
    let Frame { x, y, width, height, chunks } = riff::frame(data)?;
    let right = x.checked_add(width).ok_or_else(|| corrupt("its first frame is too large"))?;
    let bottom = y.checked_add(height).ok_or_else(|| corrupt("its first frame is too large"))?;
    if right > canvas.width || bottom > canvas.height {
        return Err(corrupt("its first frame reaches out of the image"));
    }
    let picture: Vec<_> =
        chunks.into_iter().filter(|(name, _)| matches!(*name, b"ALPH" | b"VP8 " | b"VP8L")).collect();
    let alpha = riff::find(&picture, b"ALPH").is_some() || riff::find(&picture, b"VP8L").is_some();
    let frame = still(&riff::write(width, height, alpha, &picture), width, height)?;
    if (width, height) == (canvas.width, canvas.height) {
        return Ok(frame);
    }
    let step = Channels::Rgba.count();
    let mut data = vec![0; canvas.width as usize * canvas.height as usize * step];
    let row = canvas.width as usize * step;
    let from = frame.channels.count();
    for (line, source) in frame.data.chunks_exact(width as usize * from).enumerate() {
        let start = (y as usize + line) * row + x as usize * step;
        let target = data[start..].chunks_exact_mut(step);
        for (target, source) in target.zip(source.chunks_exact(from)) {
            target[3] = 255;
            target[..from].copy_from_slice(source);
        }
    }
    Ok(Pixels { width: canvas.width, height: canvas.height, channels: Channels::Rgba, data })
}

pub(super) fn encode(pixels: &Pixels, colour: &Colour, quality: u8) -> Result<Vec<u8>, Error> {
    let layout = match pixels.channels {
        Channels::Rgb => PixelLayout::Rgb,
        Channels::Rgba => PixelLayout::Rgba,
        Channels::Grey | Channels::GreyAlpha => {
            return Err(Error::encode(Format::WebP, "it has no grey pixels"));
        }
    };
    let mut config =
        WebPConfig::new().map_err(|()| Error::encode(Format::WebP, "libwebp refused its own defaults"))?;
    config.quality = f32::from(quality.clamp(1, 100));
    let file = webp::Encoder::new(&pixels.data, layout, pixels.width, pixels.height)
        .encode_advanced(&config)
        .map_err(|error| Error::encode(Format::WebP, format!("{error:?}")))?;
    let Some(icc) = &colour.icc else { return Ok(file.to_vec()) };
    let chunks = riff::read(&file)?;
    let with_profile: Vec<Chunk<'_>> = std::iter::once((b"ICCP", icc.as_slice()))
        .chain(chunks.into_iter().filter(|(name, _)| *name != b"VP8X"))
        .collect();
    let alpha = layout_has_alpha(layout);
    Ok(riff::write(pixels.width, pixels.height, alpha, &with_profile))
}

fn layout_has_alpha(layout: PixelLayout) -> bool {
    matches!(layout, PixelLayout::Rgba)
}

//! libjpeg-turbo: for the kinds of JPEG that `resizer-jpeg` leaves, and for writing.

use crate::error::Error;
use crate::pixels::{Channels, Pixels};
use crate::planes::{Plane, Planes};
use crate::sniff::Format;
use turbojpeg::{Compressor, Decompressor, Image, PixelFormat, ScalingFactor, Subsamp, YuvPlanesImage};

/// From this quality on, colour is kept at full resolution; below, at half (4:2:0).
pub(crate) const FULL_CHROMA_FROM: u8 = 90;

/// A file may have any number of scans, each of which costs a pass over the whole picture, however short it is. Usual
/// progressive files have 10, and some tools write twice as many.
pub(super) const MOST_SCANS: u32 = 100;

/// What came out: pixels, or the four inks, which need a conversion of their own.
#[derive(Debug)]
pub(super) enum Raw {
    Pixels(Pixels),
    /// 4 bytes a pixel, as stored.
    Cmyk {
        width: u32,
        height: u32,
        data: Vec<u8>,
    },
}

/// Decodes at `scale`/8 (1, 2, 4 or 8) of the size, rounded up.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Unsupported`].
pub(super) fn decode(bytes: &[u8], scale: u8, components: u8) -> Result<Raw, Error> {
    let failed = |error: turbojpeg::Error| Error::corrupt(Format::Jpeg, error);
    let mut decompressor = Decompressor::new().map_err(failed)?;
    decompressor.set_scan_limit(MOST_SCANS).map_err(failed)?;
    let factor = ScalingFactor::new(scale.into(), 8);
    let header = decompressor.read_header(bytes).map_err(failed)?;
    if !header.is_lossless {
        decompressor.set_scaling_factor(factor).map_err(failed)?;
    }
    let header = if header.is_lossless { header } else { header.scaled(factor) };
    let (format, channels) = match components {
        1 => (PixelFormat::GRAY, 1),
        4 => (PixelFormat::CMYK, 4),
        _ => (PixelFormat::RGB, 3),
    };
    let (width, height, pitch) = (header.width, header.height, header.width * channels);
    let mut data = vec![0; pitch * height];
    let image = Image { pixels: &mut data[..], width, pitch, height, format };
    match decompressor.decompress(bytes, image) {
        Err(error) if !is_warning(&error) => return Err(failed(error)),
        // What the file does not have is grey.
        _ => {}
    }
    let (width, height) = (width as u32, height as u32);
    Ok(match components {
        4 => Raw::Cmyk { width, height, data },
        1 => Raw::Pixels(Pixels { width, height, channels: Channels::Grey, data }),
        _ => Raw::Pixels(Pixels { width, height, channels: Channels::Rgb, data }),
    })
}

/// libjpeg goes on after these, to a whole picture with some damage; the crate gives their text alone.
fn is_warning(error: &turbojpeg::Error) -> bool {
    let text = error.to_string();
    ["Premature end of JPEG file", "Corrupt JPEG data", "Inconsistent progression", "Invalid SOS parameters"]
        .iter()
        .any(|warning| text.contains(warning))
}

fn compressor(quality: u8) -> Result<Compressor, turbojpeg::Error> {
    let mut compressor = Compressor::new()?;
    compressor.set_quality(quality.clamp(1, 100).into())?;
    // Tables of the picture's own save some per cent of the bytes.
    compressor.set_optimize(true)?;
    Ok(compressor)
}

/// Encodes planes as they are: grey, or 4:4:4 or 4:2:0 by the size of the chroma planes.
///
/// # Errors
/// [`Error::Encode`].
pub(super) fn encode_planes(planes: &Planes, quality: u8) -> Result<Vec<u8>, Error> {
    let failed = |error: turbojpeg::Error| Error::encode(Format::Jpeg, error);
    let Planes { luma, chroma } = planes;
    let Some([cb, cr]) = chroma else {
        return encode_bytes(
            &luma.data,
            (luma.width, luma.height),
            PixelFormat::GRAY,
            Subsamp::Gray,
            quality,
        );
    };
    let full = (cb.width, cb.height) == (luma.width, luma.height);
    let subsamp = if full { Subsamp::None } else { Subsamp::Sub2x2 };
    // With 4:2:0, libjpeg-turbo reads an even number of columns and rows.
    let padded;
    let luma = if full {
        luma
    } else {
        padded = even(luma);
        padded.as_ref().unwrap_or(luma)
    };
    let image = YuvPlanesImage {
        y_plane: &luma.data[..],
        u_plane: &cb.data[..],
        v_plane: &cr.data[..],
        width: planes.luma.width as usize,
        height: planes.luma.height as usize,
        y_stride: luma.width as usize,
        u_stride: cb.width as usize,
        v_stride: cr.width as usize,
        subsamp,
    };
    let encoded =
        compressor(quality).and_then(|mut c| c.compress_yuv_planes_to_owned(&image)).map_err(failed)?;
    Ok(encoded.to_vec())
}

/// The plane with its last column and row repeated where a side is odd; none if both are even.
fn even(plane: &Plane) -> Option<Plane> {
    let (width, height) = (plane.width.next_multiple_of(2), plane.height.next_multiple_of(2));
    if (width, height) == (plane.width, plane.height) {
        return None;
    }
    let mut data = Vec::with_capacity(width as usize * height as usize);
    for row in plane.data.chunks_exact(plane.width as usize) {
        data.extend_from_slice(row);
        data.extend(row.last().filter(|_| width > plane.width));
    }
    if height > plane.height {
        data.extend_from_within(data.len() - width as usize..);
    }
    Some(Plane { width, height, density: plane.density, data })
}

/// Encodes grey or RGB; chroma at half the size below [`FULL_CHROMA_FROM`].
///
/// # Errors
/// [`Error::Encode`].
pub(super) fn encode_pixels(pixels: &Pixels, quality: u8) -> Result<Vec<u8>, Error> {
    let (format, subsamp) = match pixels.channels {
        Channels::Grey => (PixelFormat::GRAY, Subsamp::Gray),
        Channels::Rgb if quality < FULL_CHROMA_FROM => (PixelFormat::RGB, Subsamp::Sub2x2),
        Channels::Rgb => (PixelFormat::RGB, Subsamp::None),
        Channels::GreyAlpha | Channels::Rgba => {
            return Err(Error::encode(Format::Jpeg, "it has no alpha channel"));
        }
    };
    encode_bytes(&pixels.data, (pixels.width, pixels.height), format, subsamp, quality)
}

fn encode_bytes(
    data: &[u8],
    (width, height): (u32, u32),
    format: PixelFormat,
    subsamp: Subsamp,
    quality: u8,
) -> Result<Vec<u8>, Error> {
    let failed = |error: turbojpeg::Error| Error::encode(Format::Jpeg, error);
    let (width, height) = (width as usize, height as usize);
    let image = Image { pixels: data, width, pitch: width * format.size(), height, format };
    let mut compressor = compressor(quality).map_err(failed)?;
    compressor.set_subsamp(subsamp).map_err(failed)?;
    Ok(compressor.compress_to_owned(image).map_err(failed)?.to_vec())
}

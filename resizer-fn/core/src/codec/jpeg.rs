//! JPEG: the usual kinds are decoded to planes by `resizer-jpeg`, all others, and what is written,
//! by libjpeg-turbo.

use super::jpeg_header::{self, JpegHeader};
use super::jpeg_turbo::{MOST_SCANS, Raw};
use super::{Decoded, EncodeOptions, Header, Taken, jpeg_planes, jpeg_turbo};
use crate::colour::{self, ColourInfo};
use crate::error::Error;
use crate::metadata::{self, Kept};
use crate::orientation::Orientation;
use crate::picture::{Picture, Wanted};
use crate::pixels::{Channels, Pixels};
use crate::planes::Planes;
use crate::sniff::Format;
use crate::stop::Stop;

pub(crate) use super::jpeg_turbo::FULL_CHROMA_FROM;

pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Error> {
    let JpegHeader { width, height, components, in_first_scan, exif, .. } = jpeg_header::read(bytes)?;
    let orientation = exif.map_or(Orientation::UPRIGHT, Orientation::from_exif);
    let header = Header::still(width.into(), height.into(), orientation);
    let pixel_bytes = if components == 1 { 1 } else { 3 };
    let working_bytes = match resizer_jpeg::frame(bytes) {
        // With all components in one scan, libjpeg-turbo, too, holds no more than some rows.
        Ok(frame) if !frame.progressive && in_first_scan == components => 0,
        // All coefficients, of two bytes, in whole blocks.
        Ok(frame) => frame.blocks().saturating_mul(2 * 64),
        // It does not scale each kind; inks are there three times before they are colours.
        Err(_) => {
            let each = 2 * components + if components == 4 { 11 } else { pixel_bytes };
            header.stored_pixels.saturating_mul(each.into())
        }
    };
    Ok(Header { working_bytes, pixel_bytes, ..header })
}

/// What decoding takes: the planes, or where these can't be had libjpeg-turbo's pixels, whichever is more.
pub(super) fn taken(bytes: &[u8], header: &Header, wanted: &Wanted) -> Taken {
    let pixels = Taken::pixels(header, f64::from(scale(wanted)) / 8.0, header.working_bytes);
    match jpeg_planes::taken(bytes, wanted) {
        Ok(planes) => Taken {
            held: pixels.held.max(planes.held),
            working: pixels.working.max(planes.working),
            density: pixels.density.max(planes.density),
            passes: planes.passes,
        },
        // Scans are counted here alone: it takes going through the whole file.
        Err(_) => {
            // More are refused by whoever would go through them.
            let passes = u32::try_from(resizer_jpeg::scans(bytes))
                .map_or(MOST_SCANS, |scans| scans.clamp(1, MOST_SCANS));
            Taken { passes, ..pixels }
        }
    }
}

/// The scale, in eighths, that libjpeg-turbo is asked for.
pub(super) fn scale(wanted: &Wanted) -> u8 {
    [1, 2, 4].into_iter().find(|scale| f64::from(*scale) >= 8.0 * wanted.detail).unwrap_or(8)
}

/// Grey stays grey, everything else (CMYK and YCCK too) becomes RGB or its planes. Of a file that is
/// cut short, what is there is shown, the rest being grey, if anything is.
pub(super) fn decode(bytes: &[u8], wanted: &Wanted, stop: &Stop) -> Result<Decoded, Error> {
    let header = jpeg_header::read(bytes)?;
    let channels = if header.components == 1 { Channels::Grey } else { Channels::Rgb };
    let colour = ColourInfo::with_profile(header.icc(), channels);
    let most_passed = match jpeg_planes::decode(bytes, wanted, stop) {
        Ok(planes) => return Ok(Decoded { picture: Picture::Planes(planes), colour }),
        Err(resizer_jpeg::Error::Truncated) => return Err(Error::Truncated { format: Format::Jpeg }),
        Err(resizer_jpeg::Error::Stopped) => return Err(Error::Stopped),
        Err(resizer_jpeg::Error::Unsupported(_)) => MOST_PASSED,
        // The other decoder may know better what is to be made of it.
        Err(_) => MOST_PASSED_UNFORESEEN,
    };
    check_scans(resizer_jpeg::scans(bytes), most_passed, header.width, header.height)?;
    // It does all in one go, which the estimate of the work has to bound.
    stop.check()?;
    let scale = scale(wanted);
    let decoded = jpeg_turbo::decode(bytes, scale, header.components).map_err(|error| {
        // Without an end, that is what is wrong with it.
        let ends = bytes.windows(2).rev().any(|pair| pair == [0xFF, 0xD9]);
        if ends { error } else { Error::Truncated { format: Format::Jpeg } }
    })?;
    let (pixels, colour) = match decoded {
        Raw::Pixels(pixels) => (pixels, colour),
        Raw::Cmyk { width, height, data } => {
            stop.check()?;
            let data = colour::cmyk_to_srgb(&data, header.icc().as_deref(), header.adobe);
            (Pixels { width, height, channels: Channels::Rgb, data }, ColourInfo::default())
        }
    };
    // Lossless files are not scaled while they are decoded.
    let whole = (pixels.width, pixels.height) == (header.width.into(), header.height.into());
    let density = if whole { 1.0 } else { f64::from(scale) / 8.0 };
    Ok(Decoded { picture: Picture::Pixels { pixels, density: (density, density) }, colour })
}

/// Pixels of all passes together: 20 passes over the largest picture that the default limits allow.
const MOST_PASSED: u64 = 1_000_000_000;
/// As many of a file that [`taken`] took for one that is decoded to planes: ten passes over 24 megapixels, a third of a second.
const MOST_PASSED_UNFORESEEN: u64 = 250_000_000;

fn check_scans(scans: usize, most_passed: u64, width: u16, height: u16) -> Result<(), Error> {
    let pixels = u64::from(width) * u64::from(height);
    if scans > MOST_SCANS as usize || pixels.saturating_mul(scans as u64) > most_passed {
        let feature = "more scans than its pixels need";
        return Err(Error::Unsupported { format: Format::Jpeg, feature });
    }
    Ok(())
}

/// The metadata of a file; none if its headers cannot be read.
pub(super) fn metadata(bytes: &[u8]) -> Kept {
    let Ok(header) = jpeg_header::read(bytes) else { return Kept::default() };
    let owned = |data: Option<&[u8]>| data.map(<[u8]>::to_vec);
    Kept { exif: owned(header.exif), icc: header.icc(), xmp: owned(header.xmp) }
}

pub(super) fn encode(pixels: &Pixels, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    Ok(with_metadata(jpeg_turbo::encode_pixels(pixels, options.quality)?, &options.kept))
}

/// Encodes planes, whose chroma says by its size whether it is 4:4:4 or 4:2:0.
///
/// # Errors
/// [`Error::Encode`].
pub(crate) fn encode_planes(planes: &Planes, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    Ok(with_metadata(jpeg_turbo::encode_planes(planes, options.quality)?, &options.kept))
}

/// Puts the segments in after the start marker and JFIF's segment, which has to be the first.
fn with_metadata(file: Vec<u8>, kept: &Kept) -> Vec<u8> {
    let mut segments = Vec::new();
    let mut segment = |marker: u8, parts: &[&[u8]]| {
        let length = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
        // A segment has room for so much; what is larger is left out.
        if let Ok(length) = u16::try_from(length) {
            segments.extend_from_slice(&[0xFF, marker]);
            segments.extend_from_slice(&length.to_be_bytes());
            parts.iter().for_each(|part| segments.extend_from_slice(part));
        }
    };
    if let Some(exif) = &kept.exif {
        segment(0xE1, &[b"Exif\0\0", exif]);
    }
    if let Some(xmp) = &kept.xmp {
        segment(0xE1, &[metadata::XMP_IN_JPEG, xmp]);
    }
    // ICC.1, annex B.4: chunks with their number and how many there are.
    const CHUNK: usize = 65_519;
    if let Some((icc, count)) =
        kept.icc.as_ref().and_then(|icc| Some((icc, u8::try_from(icc.len().div_ceil(CHUNK)).ok()?)))
    {
        for (number, chunk) in (1..=count).zip(icc.chunks(CHUNK)) {
            segment(0xE2, &[b"ICC_PROFILE\0", &[number, count], chunk]);
        }
    }
    if segments.is_empty() {
        return file;
    }
    let jfif = match &file[..] {
        [0xFF, 0xD8, 0xFF, 0xE0, high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])) + 2,
        _ => 0,
    };
    let (head, tail) = file.split_at((2 + jfif).min(file.len()));
    [head, &segments, tail].concat()
}

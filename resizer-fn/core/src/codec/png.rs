//! PNG, by the `png` crate. Whatever comes in (palette, 1 to 16 bits, interlaced) comes out as
//! 8-bit grey or colour, with alpha if it had any.

use super::png_chunks::{chunks, corrupt, truncated};
use super::png_rows::Rows;
use super::{Decoded, Header};
use crate::error::Error;
use crate::orientation::Orientation;
use crate::picture::{Picture, Wanted};
use crate::pixels::Pixels;
use crate::stop::{NEVER, Stop};

pub(super) use super::png_encode::encode;

/// Walks the chunks. The end chunk has to be there: without it the decoder would hand out what
/// there is. Checksums are left to the decoder.
pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Error> {
    let mut header = None;
    let mut orientation = Orientation::UPRIGHT;
    let mut clear_colour = false;
    for chunk in chunks(bytes) {
        match chunk? {
            (b"IHDR", data) if header.is_none() => header = Some(data),
            _ if header.is_none() => return Err(corrupt("it does not begin with its header")),
            (b"tRNS", _) => clear_colour = true,
            (b"eXIf", data) => orientation = Orientation::from_exif(data),
            _ => {}
        }
    }
    let data = header.ok_or_else(truncated)?;
    let (width, height) = dimensions(data)?;
    let header = Header::still(width, height, orientation);
    let [.., depth, colour, _, _, interlaced] = data else { return Ok(header) };
    let alpha = clear_colour || matches!(colour, 4 | 6);
    let pixel_bytes = if matches!(colour, 0 | 4) { 1 } else { 3 } + u8::from(alpha);
    // Rows are handed out as they come, but those of an interlaced image come in another order: it is there
    // as it is stored, and as it is handed out.
    let held = pixel_bytes * if *depth == 16 { 3 } else { 2 };
    let whole = if *interlaced == 0 { 0 } else { header.stored_pixels.saturating_mul(held.into()) };
    // Some rows, of up to 8 bytes a pixel, and the sums of columns.
    let working_bytes = whole.saturating_add(u64::from(width) * 80);
    Ok(Header { working_bytes, pixel_bytes, ..header })
}

/// By how much rows and columns are averaged while decoding: twice the pixels of the result are left for the
/// resampler, as libvips does.
pub(super) fn reduction(wanted: &Wanted) -> u32 {
    ((0.5 / wanted.detail) as u32).clamp(1, MAX_SHRINK)
}

fn dimensions(header: &[u8]) -> Result<(u32, u32), Error> {
    let [w3, w2, w1, w0, h3, h2, h1, h0, ..] = header else {
        return Err(corrupt("its header is too short"));
    };
    let (width, height) =
        (u32::from_be_bytes([*w3, *w2, *w1, *w0]), u32::from_be_bytes([*h3, *h2, *h1, *h0]));
    if width == 0 || height == 0 {
        return Err(corrupt("its width or height is 0"));
    }
    Ok((width, height))
}

/// Of an animation, the image that stands for it where animations are not shown.
pub(super) fn decode(bytes: &[u8], header: &Header, stop: &Stop) -> Result<Decoded, Error> {
    let mut rows = Rows::open(bytes, header, stop)?;
    let data = rows.read_all()?;
    let colour = rows.colour();
    let pixels = Pixels { width: header.width, height: header.height, channels: rows.channels, data };
    Ok(Decoded { picture: Picture::full(pixels), colour })
}

/// Decodes and shrinks at once: each pixel is the average of `shrink` x `shrink` stored ones, fewer
/// at the right and lower edge, so that the whole image is never in memory (but if it is
/// interlaced). The result is `header`'s size divided by `shrink`, rounded up. Averages are taken of
/// the stored numbers, weighted with alpha.
///
/// # Errors
/// Those of [`super::decode`].
pub fn decode_shrunk(bytes: &[u8], header: &Header, shrink: u32) -> Result<Decoded, Error> {
    decode_shrunk_until(bytes, header, shrink, &NEVER)
}

/// [`decode_shrunk`] that can be stopped between two rows.
pub(super) fn decode_shrunk_until(
    bytes: &[u8],
    header: &Header,
    shrink: u32,
    stop: &Stop,
) -> Result<Decoded, Error> {
    let shrink = shrink.clamp(1, MAX_SHRINK);
    if shrink == 1 {
        return decode(bytes, header, stop);
    }
    let mut rows = Rows::open(bytes, header, stop)?;
    let pixels = super::png_shrink::shrink(&mut rows, header, shrink)?;
    let density = 1.0 / f64::from(shrink);
    Ok(Decoded { picture: Picture::Pixels { pixels, density: (density, density) }, colour: rows.colour() })
}

/// Sums of so many values of 16 bits fit into 32 bits.
const MAX_SHRINK: u32 = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sniff::PNG_SIGNATURE;

    #[test]
    fn broken_structures_are_told_apart() {
        let ihdr = b"\0\0\0\x0DIHDR\0\0\0\x07\0\0\0\x05\x08\0\0\0\0crc!";
        let iend = b"\0\0\0\0IENDcrc!";
        let file = |parts: &[&[u8]]| [&PNG_SIGNATURE[..], &parts.concat()].concat();
        let whole = file(&[ihdr, iend]);
        let header = read_header(&whole).map(|h| (h.width, h.height));
        assert_eq!(header, Ok((7, 5)));
        for end in 8..whole.len() {
            assert_eq!(read_header(&whole[..end]), Err(truncated()), "cut at {end}");
        }
        for bad in [
            file(&[b"\0\0\0\x02IHDR\0\0crc!", iend]),
            file(&[b"\0\0\0\x04tEXt\0\0\0\0crc!", iend]),
            file(&[b"\0\0\0\x0DIHDR\0\0\0\0\0\0\0\x05\x08\0\0\0\0crc!", iend]),
            file(&[ihdr, b"\0\0\0\0\0\0\0\0\0\0\0\0", iend]),
        ] {
            assert!(matches!(read_header(&bad), Err(Error::Corrupt { .. })), "{bad:?}");
        }
        assert_eq!(read_header(&file(&[iend])), Err(truncated()));
    }
}

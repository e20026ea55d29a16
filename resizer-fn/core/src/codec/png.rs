//! PNG, by the `png` crate. Whatever comes in (palette, 1 to 16 bits, interlaced) goes out as
//! 8-bit grey or colour, with alpha if it had any.

use super::{Colour, Decoded, Header};
use crate::error::Error;
use crate::orientation::Orientation;
use crate::pixels::{Channels, Pixels};
use crate::sniff::{Format, PNG_SIGNATURE};
use png::{BitDepth, ColorType, DecodingError, Info, Transformations};
use std::borrow::Cow;
use std::io::{Cursor, ErrorKind};

fn truncated() -> Error {
    Error::Truncated { format: Format::Png }
}

fn corrupt(reason: impl ToString) -> Error {
    Error::corrupt(Format::Png, reason)
}

/// Walks the chunks. The end chunk has to be there: without it the decoder would hand out what
/// there is. Checksums are left to the decoder.
pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Error> {
    let mut size = None;
    let mut orientation = Orientation::UPRIGHT;
    let mut rest = bytes.get(PNG_SIGNATURE.len()..).ok_or_else(truncated)?;
    loop {
        let (length, name) = rest.split_first_chunk::<4>().ok_or_else(truncated)?;
        let (name, body) = name.split_first_chunk::<4>().ok_or_else(truncated)?;
        let length = u32::from_be_bytes(*length) as usize;
        if !name.iter().all(u8::is_ascii_alphabetic) {
            return Err(corrupt("a chunk has no name"));
        }
        // Four bytes of checksum follow the data.
        if length.saturating_add(4) > body.len() {
            return Err(truncated());
        }
        let (data, after) = (&body[..length], &body[length + 4..]);
        match name {
            b"IHDR" if size.is_none() => size = Some(dimensions(data)?),
            _ if size.is_none() => return Err(corrupt("it does not begin with its header")),
            b"eXIf" => orientation = Orientation::from_exif(data),
            b"IEND" => break,
            _ => {}
        }
        rest = after;
    }
    let (width, height) = size.ok_or_else(truncated)?;
    Ok(Header { width, height, orientation })
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
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Decoded, Error> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().map_err(decoding)?;
    if (reader.info().width, reader.info().height) != (header.width, header.height) {
        return Err(corrupt("its headers contradict each other"));
    }
    let channels = match reader.output_color_type() {
        (ColorType::Grayscale, BitDepth::Eight) => Channels::Grey,
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => Channels::GreyAlpha,
        (ColorType::Rgb, BitDepth::Eight) => Channels::Rgb,
        (ColorType::Rgba, BitDepth::Eight) => Channels::Rgba,
        _ => return Err(Error::Unsupported { format: Format::Png, feature: "this kind of pixels" }),
    };
    let size = reader.output_buffer_size().ok_or_else(|| corrupt("it is too large"))?;
    let mut data = vec![0; size];
    let frame = reader.next_frame(&mut data).map_err(decoding)?;
    if (frame.width, frame.height) != (header.width, header.height)
        || size != header.width as usize * header.height as usize * channels.count()
    {
        return Err(corrupt("its first frame has another size"));
    }
    reader.finish().map_err(decoding)?;
    let colour = colour(reader.info(), channels);
    let pixels = Pixels { width: header.width, height: header.height, channels, data };
    Ok(Decoded { pixels, colour })
}

fn decoding(error: DecodingError) -> Error {
    match error {
        DecodingError::IoError(io) if io.kind() == ErrorKind::UnexpectedEof => truncated(),
        other => corrupt(other),
    }
}

fn colour(info: &Info<'_>, channels: Channels) -> Colour {
    let icc = info.icc_profile.as_deref().map(<[u8]>::to_vec);
    let mut colour = Colour::with_profile(icc, channels);
    // sRGB is what a PNG without any of these chunks is taken for, so it needs no chunk.
    if colour.icc.is_none() && info.srgb.is_none() {
        colour.gamma = info.gama_chunk;
        colour.chromaticities = info.chrm_chunk;
    }
    colour
}

pub(super) fn encode(pixels: &Pixels, colour: &Colour) -> Result<Vec<u8>, Error> {
    let failed = |error: png::EncodingError| Error::encode(Format::Png, error);
    let mut info = Info::with_size(pixels.width, pixels.height);
    info.bit_depth = BitDepth::Eight;
    info.color_type = match pixels.channels {
        Channels::Grey => ColorType::Grayscale,
        Channels::GreyAlpha => ColorType::GrayscaleAlpha,
        Channels::Rgb => ColorType::Rgb,
        Channels::Rgba => ColorType::Rgba,
    };
    info.icc_profile = colour.icc.as_deref().map(Cow::Borrowed);
    info.source_gamma = colour.gamma;
    info.source_chromaticities = colour.chromaticities;
    let mut bytes = Vec::new();
    let encoder = png::Encoder::with_info(&mut bytes, info).map_err(failed)?;
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&pixels.data).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            file(&[iend]),
            file(&[b"\0\0\0\x02IHDR\0\0crc!", iend]),
            file(&[b"\0\0\0\x0DIHDR\0\0\0\0\0\0\0\x05\x08\0\0\0\0crc!", iend]),
            file(&[ihdr, b"\0\0\0\0\0\0\0\0\0\0\0\0", iend]),
        ] {
            assert!(matches!(read_header(&bad), Err(Error::Corrupt { .. })), "{bad:?}");
        }
    }
}

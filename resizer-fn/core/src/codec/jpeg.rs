//! JPEG: decoded by zune-jpeg (rare kinds by jpeg-decoder), encoded by jpeg-encoder.

use super::jpeg_scan::{self, Scan};
use super::{Colour, Decoded, Header};
use crate::error::Error;
use crate::orientation::Orientation;
use crate::pixels::{Channels, Pixels};
use crate::sniff::Format;
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// From this quality on, colour is kept at full resolution; below, at half (4:2:0).
pub(super) const FULL_CHROMA_FROM: u8 = 90;

pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Error> {
    Ok(header(&jpeg_scan::scan(bytes)?))
}

fn header(scan: &Scan<'_>) -> Header {
    Header {
        width: scan.width.into(),
        height: scan.height.into(),
        orientation: scan.exif.map_or(Orientation::UPRIGHT, Orientation::from_exif),
    }
}

/// Grey stays grey, everything else (CMYK and YCCK too) becomes RGB.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Decoded, Error> {
    let scan = jpeg_scan::scan(bytes)?;
    let channels = if scan.components == 1 { Channels::Grey } else { Channels::Rgb };
    let size = header.width as usize * header.height as usize * channels.count();
    let data = if scan.sequential_in_parts {
        decode_in_parts(bytes, header, scan.components)?
    } else {
        decode_usual(bytes, header, channels)?
    };
    if data.len() != size {
        return Err(contradiction());
    }
    Ok(Decoded {
        pixels: Pixels { width: header.width, height: header.height, channels, data },
        colour: Colour::with_profile(scan.icc(), channels),
    })
}

fn contradiction() -> Error {
    Error::corrupt(Format::Jpeg, "its headers contradict each other")
}

fn decode_usual(bytes: &[u8], header: &Header, channels: Channels) -> Result<Vec<u8>, Error> {
    let space = if channels == Channels::Grey { ColorSpace::Luma } else { ColorSpace::RGB };
    let options = DecoderOptions::default()
        // Not strict means: fill what is missing with grey and call it done.
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(space);
    let corrupt = |error: zune_jpeg::errors::DecodeErrors| Error::corrupt(Format::Jpeg, error);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(corrupt)?;
    if decoder.dimensions() != Some((header.width as usize, header.height as usize)) {
        return Err(contradiction());
    }
    let mut data = vec![0; header.width as usize * header.height as usize * channels.count()];
    decoder.decode_into(&mut data).map_err(corrupt)?;
    Ok(data)
}

/// Sequential images whose components are not interleaved. zune-jpeg 0.5.15 takes them, but with
/// 4:2:0 the colours come out wrong without an error (its issues 422 and 448).
fn decode_in_parts(bytes: &[u8], header: &Header, components: u8) -> Result<Vec<u8>, Error> {
    if components == 4 {
        return Err(Error::Unsupported { format: Format::Jpeg, feature: "CMYK in several scans" });
    }
    let corrupt = |error: jpeg_decoder::Error| Error::corrupt(Format::Jpeg, error);
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.read_info().map_err(corrupt)?;
    let size = decoder.info().map(|info| (u32::from(info.width), u32::from(info.height)));
    if size != Some((header.width, header.height)) {
        return Err(contradiction());
    }
    decoder.decode().map_err(corrupt)
}

pub(super) fn encode(pixels: &Pixels, colour: &Colour, quality: u8) -> Result<Vec<u8>, Error> {
    let failed = |error: jpeg_encoder::EncodingError| Error::encode(Format::Jpeg, error);
    let kind = match pixels.channels {
        Channels::Grey => ColorType::Luma,
        Channels::Rgb => ColorType::Rgb,
        Channels::GreyAlpha | Channels::Rgba => {
            return Err(Error::encode(Format::Jpeg, "it has no alpha channel"));
        }
    };
    let side =
        |side: u32| u16::try_from(side).map_err(|_| Error::encode(Format::Jpeg, "a side is above 65535"));
    let (width, height) = (side(pixels.width)?, side(pixels.height)?);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality.clamp(1, 100));
    encoder.set_sampling_factor(if quality < FULL_CHROMA_FROM {
        SamplingFactor::R_4_2_0
    } else {
        SamplingFactor::R_4_4_4
    });
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    // Tables of its own would save a few per cent, but with them this encoder writes each component
    // as a scan of its own: nothing could be shown in colour before the end has arrived.
    encoder.set_optimized_huffman_tables(false);
    if let Some(icc) = &colour.icc {
        encoder.add_icc_profile(icc).map_err(failed)?;
    }
    encoder.encode(&pixels.data, width, height, kind).map_err(failed)?;
    Ok(bytes)
}

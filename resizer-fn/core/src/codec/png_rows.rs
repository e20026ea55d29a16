//! The pixels of a PNG, row by row, 8 bits a channel.

use super::Header;
use super::png_chunks::{corrupt, truncated};
use crate::colour::{Chromaticities, Cicp, ColourInfo};
use crate::error::Error;
use crate::pixels::Channels;
use crate::sniff::Format;
use crate::stop::Stop;
use png::{
    BitDepth, ColorType, DecodingError, Info, InterlaceInfo, Reader, Transformations, expand_interlaced_row,
};
use std::io::{Cursor, ErrorKind};

/// Bytes that a compressed profile, or a row, may have more than the file.
const ROOM: usize = 4 << 20;

/// A decoder that allocates for chunks and profiles no more than in proportion to the file. Of a picture whose rows
/// are longer than [`ROOM`], which the limits have passed, it reads no profile.
pub(super) fn decoder(bytes: &[u8]) -> png::Decoder<Cursor<&[u8]>> {
    let width = bytes.get(16..20).and_then(|width| width.try_into().ok()).map_or(0, u32::from_be_bytes);
    // Up to four channels of two bytes.
    let row = width as usize * 8;
    let long = if row > ROOM { row } else { 0 };
    // Chunks are read into buffers that are doubled.
    let limit = bytes.len().saturating_mul(2).saturating_add(ROOM).saturating_add(long);
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: limit });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(long > 0);
    decoder
}

fn decoding(error: DecodingError) -> Error {
    match error {
        DecodingError::IoError(io) if io.kind() == ErrorKind::UnexpectedEof => truncated(),
        other => corrupt(other),
    }
}

/// A PNG whose rows are being read.
pub(super) struct Rows<'a> {
    reader: Reader<Cursor<&'a [u8]>>,
    pub(super) channels: Channels,
    /// Whether the decoder gives two bytes a channel.
    wide: bool,
    width: u32,
    height: u32,
    /// The whole image, if it is interlaced: its rows come in an order of their own.
    whole: Option<std::vec::IntoIter<u8>>,
    /// A row of two bytes a channel.
    buffer: Vec<u8>,
    left: u32,
    stop: Stop,
}

impl<'a> Rows<'a> {
    /// Opens the file that `header` was read from; refuses one that is of another size.
    pub(super) fn open(bytes: &'a [u8], header: &Header, stop: &Stop) -> Result<Self, Error> {
        let mut decoder = decoder(bytes);
        decoder.set_transformations(Transformations::EXPAND);
        let reader = decoder.read_info().map_err(decoding)?;
        if (reader.info().width, reader.info().height) != (header.width, header.height) {
            return Err(corrupt("its headers contradict each other"));
        }
        let (colour, depth) = reader.output_color_type();
        let wide = depth == BitDepth::Sixteen;
        let channels = match colour {
            ColorType::Grayscale => Channels::Grey,
            ColorType::GrayscaleAlpha => Channels::GreyAlpha,
            ColorType::Rgb => Channels::Rgb,
            ColorType::Rgba => Channels::Rgba,
            ColorType::Indexed => return Err(unsupported()),
        };
        let bytes = channels.count() * if wide { 2 } else { 1 };
        let row = header.width as usize * bytes;
        if reader.output_buffer_size() != Some(row * header.height as usize) {
            return Err(unsupported());
        }
        let buffer = if wide { vec![0; row] } else { Vec::new() };
        let (width, height) = (header.width, header.height);
        Ok(Self {
            reader,
            channels,
            wide,
            width,
            height,
            whole: None,
            buffer,
            left: height,
            stop: stop.clone(),
        })
    }

    /// Bytes of a row as it is handed out.
    pub(super) fn row_length(&self) -> usize {
        self.width as usize * self.channels.count()
    }

    /// Reads the next row into `row`, which has [`Self::row_length`] bytes. After the last one,
    /// checks what follows.
    pub(super) fn read(&mut self, row: &mut [u8]) -> Result<(), Error> {
        if self.reader.info().interlaced {
            return self.read_interlaced(row);
        }
        self.stop.check()?;
        let target = if self.wide { &mut self.buffer[..] } else { &mut *row };
        if target.len() != self.reader.output_line_size(self.width).unwrap_or(0) {
            return Err(corrupt("its first frame has another size"));
        }
        self.reader.read_row(target).map_err(decoding)?.ok_or_else(|| corrupt("it has too few rows"))?;
        if self.wide {
            narrow(&self.buffer, row);
        }
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            self.reader.finish().map_err(decoding)?;
        }
        Ok(())
    }

    fn read_interlaced(&mut self, row: &mut [u8]) -> Result<(), Error> {
        if self.whole.is_none() {
            self.whole = Some(self.read_all()?.into_iter());
        }
        let rest = self.whole.as_ref().map(|whole| whole.as_slice()).unwrap_or_default();
        row.copy_from_slice(rest.get(..row.len()).ok_or_else(|| corrupt("it has too few rows"))?);
        if let (Some(whole), Some(last)) = (&mut self.whole, row.len().checked_sub(1)) {
            whole.nth(last);
        }
        Ok(())
    }

    /// Reads the whole image.
    pub(super) fn read_all(&mut self) -> Result<Vec<u8>, Error> {
        let (row, height) = (self.row_length(), self.height as usize);
        if !self.reader.info().interlaced {
            // Row by row, so that an image of 16 bits is not there twice.
            let mut data = vec![0; row * height];
            for row in data.chunks_exact_mut(row) {
                self.read(row)?;
            }
            return Ok(data);
        }
        let row = row * if self.wide { 2 } else { 1 };
        if self.reader.output_line_size(self.width) != Some(row) {
            return Err(corrupt("its first frame has another size"));
        }
        let mut data = vec![0; row * height];
        let bits = 8 * (row / self.width.max(1) as usize) as u8;
        while let Some(part) = self.reader.next_interlaced_row().map_err(decoding)? {
            self.stop.check()?;
            if let InterlaceInfo::Adam7(place) = part.interlace() {
                expand_interlaced_row(&mut data, row, part.data(), place, bits);
            }
        }
        self.reader.finish().map_err(decoding)?;
        if self.wide {
            let mut narrowed = vec![0; data.len() / 2];
            narrow(&data, &mut narrowed);
            data = narrowed;
        }
        Ok(data)
    }

    /// What the numbers mean. Of several statements the most exact one counts (PNG, third edition,
    /// section 4.3); none at all means sRGB.
    pub(super) fn colour(&self) -> ColourInfo {
        let info = self.reader.info();
        let icc = info.icc_profile.as_deref().map(<[u8]>::to_vec);
        let profile = ColourInfo::with_profile(icc, self.channels);
        if let Some(cicp) = info.coding_independent_code_points {
            let cicp = Cicp { primaries: cicp.color_primaries, transfer: cicp.transfer_function };
            return ColourInfo { cicp: Some(cicp), ..profile };
        }
        if profile.icc.is_some() || info.srgb.is_some() {
            return profile;
        }
        ColourInfo {
            gamma: info.gama_chunk.map(|gamma| gamma.into_scaled()),
            chromaticities: chromaticities(info),
            ..profile
        }
    }
}

fn chromaticities(info: &Info<'_>) -> Option<Chromaticities> {
    let all = info.chrm_chunk?;
    let pair = |(x, y): (png::ScaledFloat, png::ScaledFloat)| (x.into_scaled(), y.into_scaled());
    Some(Chromaticities {
        white: pair(all.white),
        red: pair(all.red),
        green: pair(all.green),
        blue: pair(all.blue),
    })
}

fn unsupported() -> Error {
    Error::Unsupported { format: Format::Png, feature: "this kind of pixels" }
}

/// 16 bits (the upper byte first) to 8, rounded to the nearest.
fn narrow(from: &[u8], to: &mut [u8]) {
    for (to, from) in to.iter_mut().zip(from.as_chunks().0) {
        let value = u32::from(u16::from_be_bytes(*from));
        *to = ((value * 255 + 32_767) / 65_535) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_are_rounded() {
        for value in 0..=u16::MAX {
            let mut to = [0];
            narrow(&value.to_be_bytes(), &mut to);
            let exact = f64::from(value) * 255.0 / 65535.0;
            assert_eq!(f64::from(to[0]), exact.round(), "{value}");
        }
    }
}

//! The outline of a lossless WebP bitstream (WebP Lossless Bitstream Specification, sections 3 to 6), up to the number of
//! its prefix codes. For each group of five libwebp holds look-up tables of 12 kB or more, which a file can ask for in
//! three bytes: 65,536 of them in a picture of a million pixels. Encoders make a few hundred at most.

use super::webp_chunks::Chunk;
use crate::error::Error;
use crate::sniff::Format;

/// What tables may take besides 4 bytes for each pixel, in bytes.
const ROOM: u64 = 16 << 20;
/// Lengths of codes come in this order (section 5.2.2).
const ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/// Literals, lengths of copies and distances.
const LITERALS: usize = 256;
const LENGTHS: usize = 24;
const DISTANCES: usize = 40;

/// Refuses a picture of `pixels` pixels whose tables would be out of proportion. What is wrong with a bitstream otherwise
/// is libwebp's to say.
///
/// # Errors
/// [`Error::Unsupported`].
pub(super) fn check(chunks: &[Chunk<'_>], size: (u32, u32)) -> Result<(), Error> {
    let limit = ROOM + 4 * u64::from(size.0) * u64::from(size.1);
    if within(chunks, size, limit) {
        return Ok(());
    }
    Err(Error::Unsupported { format: Format::WebP, feature: "more prefix codes than its pixels need" })
}

/// Whether the tables of each stream take no more than `limit` bytes.
fn within(chunks: &[Chunk<'_>], (width, height): (u32, u32), limit: u64) -> bool {
    let streams = chunks.iter().filter_map(|(name, data)| match (*name, *data) {
        // A byte of signature, then sizes and alpha in 32 bits.
        (b"VP8L", [0x2F, _, _, _, _, stream @ ..]) => Some(stream),
        // Alpha by itself may be such a stream.
        (b"ALPH", [how, stream @ ..]) if how & 3 == 1 => Some(stream),
        _ => None,
    });
    streams.filter_map(|stream| table_bytes(stream, width, height)).all(|bytes| bytes <= limit)
}

/// Bytes of libwebp's tables for a stream of that size; `None` if it is damaged before that can be said.
fn table_bytes(stream: &[u8], width: u32, height: u32) -> Option<u64> {
    let mut bits = Bits { data: stream, at: 0 };
    let width = transforms(&mut bits, width, height)?;
    let cache = cache(&mut bits)?;
    let groups = if bits.read(1)? == 1 {
        let entropy = blocks(&mut bits, width, height)?;
        let mut numbers: Vec<u32> = entropy.iter().map(|pixel| pixel >> 8 & 0xFFFF).collect();
        let last = numbers.iter().max()? + 1;
        numbers.sort_unstable();
        numbers.dedup();
        // Gaps cost nothing from there on.
        if last > 1000 { numbers.len() as u64 } else { last.into() }
    } else {
        1
    };
    // Two levels, 8 bits the first one; what stands for a group itself.
    let green = 654 + if cache == 0 { 0 } else { 2 + (1_u64 << cache) };
    Some(groups * (4 * (630 * 3 + 410 + green) + 600))
}

/// Passes over the transforms; the width that is left where several pixels are one.
fn transforms(bits: &mut Bits<'_>, mut width: u32, height: u32) -> Option<u32> {
    // Each comes once.
    for _ in 0..5 {
        if bits.read(1)? == 0 {
            return Some(width);
        }
        match bits.read(2)? {
            2 => {}
            3 => {
                let colours = bits.read(8)? + 1;
                image(bits, colours, 1)?;
                let bundled = match colours {
                    ..=2 => 3,
                    3..=4 => 2,
                    5..=16 => 1,
                    _ => 0,
                };
                width = width.div_ceil(1 << bundled);
            }
            _ => drop(blocks(bits, width, height)?),
        }
    }
    None
}

/// An image with a pixel for each block.
fn blocks(bits: &mut Bits<'_>, width: u32, height: u32) -> Option<Vec<u32>> {
    let block = 1 << (bits.read(3)? + 2);
    image(bits, width.div_ceil(block), height.div_ceil(block))
}

/// Bits of the colour cache's index, 0 without one.
fn cache(bits: &mut Bits<'_>) -> Option<u32> {
    if bits.read(1)? == 0 {
        return Some(0);
    }
    bits.read(4).filter(|size| (1..=11).contains(size))
}

/// Reads an image of a single group of codes (section 5.2): alpha, red, green, blue from the highest byte on.
fn image(bits: &mut Bits<'_>, width: u32, height: u32) -> Option<Vec<u32>> {
    let cache = cache(bits)?;
    pixels(bits, cache, (width as usize, height as usize))
}

fn pixels(bits: &mut Bits<'_>, cache: u32, (width, height): (usize, usize)) -> Option<Vec<u32>> {
    let mut recent = vec![0_u32; if cache == 0 { 0 } else { 1 << cache }];
    let place = |pixel: u32| (pixel.wrapping_mul(0x1E35_A7BD) >> (32 - cache)) as usize;
    let green = Code::read(bits, LITERALS + LENGTHS + recent.len())?;
    let [red, blue, alpha] =
        [Code::read(bits, LITERALS)?, Code::read(bits, LITERALS)?, Code::read(bits, LITERALS)?];
    let distance = Code::read(bits, DISTANCES)?;
    let near = near();
    let total = width * height;
    let mut out: Vec<u32> = Vec::new();
    while out.len() < total {
        let symbol = green.symbol(bits)?;
        let from = out.len();
        if let Some(symbol) = symbol.checked_sub(LITERALS + LENGTHS) {
            out.push(*recent.get(symbol)?);
        } else if let Some(symbol) = symbol.checked_sub(LITERALS) {
            let length = number(bits, symbol)?;
            let code = distance.symbol(bits)?;
            let back = distance_of(number(bits, code)?, &near, width);
            let start = from.checked_sub(back)?;
            if length > total - from {
                return None;
            }
            for at in start..start + length {
                out.push(*out.get(at)?);
            }
        } else {
            let (red, blue, alpha) = (red.symbol(bits)?, blue.symbol(bits)?, alpha.symbol(bits)?);
            out.push((alpha << 24 | red << 16 | symbol << 8 | blue) as u32);
        }
        if cache > 0 {
            out.get(from..)?.iter().for_each(|pixel| recent[place(*pixel)] = *pixel);
        }
    }
    Some(out)
}

/// A length or a distance (section 5.2.2).
fn number(bits: &mut Bits<'_>, symbol: usize) -> Option<usize> {
    if symbol < 4 {
        return Some(symbol + 1);
    }
    let extra = (symbol - 2) >> 1;
    Some(((2 + (symbol & 1)) << extra) + bits.read(extra as u32)? as usize + 1)
}

/// Where the first 120 distances point to, in columns to the left and rows up: what is around a pixel, the nearest first.
fn near() -> Vec<(i32, i32)> {
    let around = (0..8).flat_map(|up| (-7..=8).map(move |left| (left, up)));
    let mut near: Vec<(i32, i32)> = around.filter(|(left, up)| *up > 0 || *left > 0).collect();
    near.sort_by_key(|(left, up): &(i32, i32)| (left * left + up * up, left.abs(), *left < 0));
    near
}

/// How many pixels back a distance points, in rows of `width` pixels.
fn distance_of(number: usize, near: &[(i32, i32)], width: usize) -> usize {
    match near.get(number - 1) {
        Some((left, up)) => (*left as isize + *up as isize * width as isize).max(1) as usize,
        None => number - near.len(),
    }
}

/// A prefix code (section 6.2.1).
struct Code {
    /// How many codes there are of each length.
    counts: [u16; 16],
    /// Symbols by their codes.
    symbols: Vec<u16>,
}

impl Code {
    fn read(bits: &mut Bits<'_>, alphabet: usize) -> Option<Self> {
        let mut lengths = vec![0_u8; alphabet];
        if bits.read(1)? == 0 {
            read_lengths(bits, &mut lengths)?;
            return Self::new(&lengths);
        }
        let two = bits.read(1)? == 1;
        let first = if bits.read(1)? == 1 { bits.read(8)? } else { bits.read(1)? };
        *lengths.get_mut(first as usize)? = 1;
        if two {
            *lengths.get_mut(bits.read(8)? as usize)? = 1;
        }
        Self::new(&lengths)
    }

    fn new(lengths: &[u8]) -> Option<Self> {
        let mut counts = [0_u16; 16];
        let mut symbols: Vec<u16> =
            (0..lengths.len() as u16).filter(|at| lengths[usize::from(*at)] > 0).collect();
        symbols.sort_by_key(|symbol| lengths[usize::from(*symbol)]);
        symbols.iter().for_each(|symbol| counts[usize::from(lengths[usize::from(*symbol)])] += 1);
        (!symbols.is_empty()).then_some(Self { counts, symbols })
    }

    fn symbol(&self, bits: &mut Bits<'_>) -> Option<usize> {
        // A symbol that is alone takes no bits.
        if let [only] = self.symbols[..] {
            return Some(only.into());
        }
        let (mut code, mut first, mut index) = (0_u32, 0_u32, 0_u32);
        for count in self.counts[1..].iter().map(|count| u32::from(*count)) {
            code = code << 1 | bits.read(1)?;
            first <<= 1;
            if code < first + count {
                return self.symbols.get((index + code.checked_sub(first)?) as usize).map(|at| (*at).into());
            }
            first += count;
            index += count;
        }
        None
    }
}

/// The lengths of a code's codes, which are coded themselves.
fn read_lengths(bits: &mut Bits<'_>, lengths: &mut [u8]) -> Option<()> {
    let mut own = [0_u8; 19];
    let given = bits.read(4)? as usize + 4;
    for at in ORDER.iter().take(given) {
        own[*at] = bits.read(3)? as u8;
    }
    let code = Code::new(&own)?;
    let mut left = lengths.len();
    if bits.read(1)? == 1 {
        let size = 2 + 2 * bits.read(3)?;
        left = 2 + bits.read(size)? as usize;
    }
    let (mut at, mut last) = (0, 8);
    while at < lengths.len() && left > 0 {
        left -= 1;
        let symbol = code.symbol(bits)? as u8;
        let (length, times) = match symbol {
            0..16 => (symbol, 1),
            16 => (last, 3 + bits.read(2)?),
            17 => (0, 3 + bits.read(3)?),
            _ => (0, 11 + bits.read(7)?),
        };
        if (1..16).contains(&symbol) {
            last = symbol;
        }
        let end = at + times as usize;
        lengths.get_mut(at..end)?.fill(length);
        at = end;
    }
    Some(())
}

/// Reads numbers from the lowest bit on.
struct Bits<'a> {
    data: &'a [u8],
    /// The next bit.
    at: usize,
}

impl Bits<'_> {
    /// The next `count` bits, at most 24.
    fn read(&mut self, count: u32) -> Option<u32> {
        let end = self.at + count as usize;
        let bytes = self.data.get(self.at / 8..end.div_ceil(8))?;
        let word = bytes.iter().rev().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        let value = word >> (self.at % 8) & ((1 << count) - 1);
        self.at = end;
        Some(value)
    }
}

#[cfg(test)]
#[path = "webp_lossless/tests.rs"]
mod tests;

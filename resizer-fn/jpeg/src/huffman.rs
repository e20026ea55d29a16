//! Huffman tables (ITU-T T.81, annexes C and F.2.2) in the forms that make reading fast.
//!
//! One table of a file becomes up to three look-up tables, each indexed by the next bits of the
//! stream. An entry that is [`SLOW`] says: longer than the index, take [`Codes::symbol`].

use crate::Error;

/// Bits of the index of [`SkipTable`]. 4096 entries of 2 bytes for luma and for chroma stay in a first-level cache.
const SKIP_BITS: u32 = 12;
/// Bits of the index of [`ValueTable`].
const VALUE_BITS: u32 = 11;

/// Added to the position by an entry that ends the block; positions go to 63, so a sum above this
/// means the end whatever came before.
pub(crate) const END: u32 = 128;
/// Added to the position by an entry that can't be used: more than any other sum.
pub(crate) const SLOW: u32 = 255;

/// A table as the file gives it: canonical codes.
#[derive(Clone, Debug)]
pub(crate) struct Codes {
    symbols: Vec<u8>,
    /// For each length from 1 to 16: the first 16-bit window above all codes up to that length.
    limits: [u32; 17],
    /// For each length: index of a symbol minus its code.
    offsets: [i32; 17],
}

impl Codes {
    /// `counts`: how many codes there are of each length from 1 to 16.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if there are more codes than bits can tell apart.
    pub(crate) fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Self, Error> {
        let mut limits = [0; 17];
        let mut offsets = [0; 17];
        let (mut code, mut index) = (0u32, 0i32);
        for length in 1..=16 {
            let count = u32::from(counts[length - 1]);
            offsets[length] = index - code.cast_signed();
            code += count;
            index += count.cast_signed();
            if code > 1 << length {
                return Err(Error::Corrupt("a Huffman table has too many codes"));
            }
            limits[length] = code << (16 - length);
            code <<= 1;
        }
        Ok(Self { symbols: symbols.to_vec(), limits, offsets })
    }

    /// The symbol whose code `window` (the next 16 bits) begins with, and the code's length in bits.
    /// Bits that are no code are taken for a symbol 0 of 16 bits.
    pub(crate) fn symbol(&self, window: u32) -> (u8, u32) {
        for length in 1..=16u32 {
            if window < self.limits[length as usize] {
                let index = (window >> (16 - length)).cast_signed() + self.offsets[length as usize];
                let symbol = usize::try_from(index).ok().and_then(|index| self.symbols.get(index));
                return (symbol.copied().unwrap_or(0), length);
            }
        }
        (0, 16)
    }

    /// For each window of `bits` bits the symbol and the length of its code, or length 0.
    fn singles(&self, bits: u32) -> Vec<(u8, u8)> {
        let mut singles = vec![(0, 0); 1 << bits];
        let mut next = 0;
        for length in 1..=bits {
            let end = (self.limits[length as usize] >> (16 - bits)) as usize;
            while next < end {
                let window = (next as u32) << (16 - bits);
                let (symbol, _) = self.symbol(window);
                let same = 1usize << (bits - length);
                // `end` is a multiple of `same`, and so is `next`: codes of one length follow each other.
                for single in singles.iter_mut().skip(next).take(same) {
                    *single = (symbol, length as u8);
                }
                next += same;
            }
        }
        singles
    }
}

/// Several AC coefficients at once, for passing over them.
///
/// The low byte of an entry is the number of bits that these symbols have with their values, the
/// high byte how far they move the position in the block ([`END`], [`SLOW`]). As values are not
/// looked at, the last of them may reach beyond the index.
#[derive(Clone, Debug)]
pub(crate) struct SkipTable(Box<[u16; 1 << SKIP_BITS]>);

/// Most bits that one entry of a [`SkipTable`] passes over: three are no more than a refill gives.
pub(crate) const SKIP_MOST: u32 = 18;

impl SkipTable {
    pub(crate) fn new(codes: &Codes) -> Self {
        let singles = codes.singles(SKIP_BITS);
        let mut table = Box::new([0; 1 << SKIP_BITS]);
        for (window, entry) in table.iter_mut().enumerate() {
            let (mut used, mut moved) = (0, 0);
            while used < SKIP_BITS {
                let (symbol, length) = singles[(window << used) & ((1 << SKIP_BITS) - 1)];
                let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
                let (code, bits) = (u32::from(length), u32::from(length) + size);
                let ends = size == 0 && run != 15;
                // A position above 63 in the middle of an entry would hide in the sum.
                let fits = code > 0
                    && used + code <= SKIP_BITS
                    && used + bits <= SKIP_MOST
                    && (ends || moved + run < 63);
                if !fits {
                    break;
                }
                used += bits;
                if ends {
                    moved += END;
                    break;
                }
                moved += run + 1;
            }
            let moved = if used == 0 { SLOW } else { moved };
            *entry = (moved << 8 | used) as u16;
        }
        Self(table)
    }

    /// Bits used (low byte) and positions moved for a stream that goes on with `window`.
    #[inline(always)]
    pub(crate) fn at(&self, window: u64) -> u16 {
        self.0[(window >> (64 - SKIP_BITS)) as usize]
    }
}

/// One symbol at a time, for the coefficients whose value is wanted. As small as can be: the tables in use
/// share a first-level cache.
#[derive(Clone, Debug)]
pub(crate) struct ValueTable(Box<[Entry; 1 << VALUE_BITS]>);

/// An entry of a [`ValueTable`]. Bits 0 to 4 are the number of bits with the value's, 5 to 8 the number of the
/// value's alone, the others how far the position moves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Entry(u16);

impl Entry {
    /// Both move from any position far beyond the block's end.
    const END: u32 = 127;
    const SLOW: u32 = 126;

    const fn new(moved: u32, size: u32, used: u32) -> Self {
        Self((moved << 9 | size << 5 | used) as u16)
    }

    /// Whether the code is longer than the index.
    #[inline(always)]
    pub(crate) const fn is_slow(self) -> bool {
        self.moved() == Self::SLOW
    }

    /// Bits of the code and the value.
    #[inline(always)]
    pub(crate) const fn used(self) -> u32 {
        self.0 as u32 & 31
    }

    /// How far the position moves: above 63 in all if the block ends.
    #[inline(always)]
    pub(crate) const fn moved(self) -> u32 {
        self.0 as u32 >> 9
    }

    /// The value, where the stream goes on with `window`.
    #[inline(always)]
    pub(crate) const fn value(self, window: u64) -> i32 {
        value(window, self.used(), self.0 as u32 >> 5 & 15)
    }
}

impl ValueTable {
    /// For AC coefficients: the symbol is a run of zeros and a size.
    pub(crate) fn ac(codes: &Codes) -> Self {
        Self::new(codes, |symbol| match (symbol >> 4, symbol & 15) {
            (15, 0) => (16, 0),
            (_, 0) => (Entry::END, 0),
            (run, size) => (u32::from(run) + 1, u32::from(size)),
        })
    }

    /// For DC differences: the symbol is a size. Above 11 is damage for 8 bits a sample.
    pub(crate) fn dc(codes: &Codes) -> Self {
        Self::new(codes, |symbol| (1, u32::from(symbol).min(15)))
    }

    fn new(codes: &Codes, meaning: impl Fn(u8) -> (u32, u32)) -> Self {
        let mut table = Box::new([Entry::default(); 1 << VALUE_BITS]);
        for (entry, (symbol, length)) in table.iter_mut().zip(codes.singles(VALUE_BITS)) {
            let (moved, size) = meaning(symbol);
            *entry = match length {
                0 => Entry::new(Entry::SLOW, 0, 0),
                _ => Entry::new(moved, size, u32::from(length) + size),
            };
        }
        Self(table)
    }

    /// The entry for a stream that goes on with `window`.
    #[inline(always)]
    pub(crate) fn at(&self, window: u64) -> Entry {
        self.0[(window >> (64 - VALUE_BITS)) as usize]
    }
}

/// The value whose last bit is the last of the first `used` bits of `window`, `size` (0 to 15) bits
/// long (T.81, F.2.2.1): the lower half of what they can be is negative.
#[inline(always)]
pub(crate) const fn value(window: u64, used: u32, size: u32) -> i32 {
    let window = window << (used - size);
    // Two shifts, as one by 64 is none.
    let bits = (window >> 1 >> (63 - size)) as i32;
    let negative = !(window.cast_signed() >> 63) as i32;
    bits + (negative & ((-1 << size) + 1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Codes 00, 01, 100, 101, 110, 1110.
    fn codes(symbols: &[u8; 6]) -> Codes {
        let mut counts = [0; 16];
        (counts[1], counts[2], counts[3]) = (2, 3, 1);
        Codes::new(&counts, symbols).unwrap()
    }

    #[test]
    fn symbols_by_their_codes() {
        let codes = codes(b"abcdef");
        for (window, expected) in [
            (0x0000, (b'a', 2)),
            (0x3FFF, (b'a', 2)),
            (0x4000, (b'b', 2)),
            (0x8000, (b'c', 3)),
            (0xDFFF, (b'e', 3)),
            (0xE000, (b'f', 4)),
            (0xF000, (0, 16)),
            (0xFFFF, (0, 16)),
        ] {
            assert_eq!(codes.symbol(window), expected, "{window:#x}");
        }
    }

    #[test]
    fn too_many_codes_are_refused() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(Codes::new(&counts, &[1, 2, 3]).is_err());
        counts[0] = 2;
        assert!(Codes::new(&counts, &[1, 2]).is_ok());
        counts[1] = 1;
        assert!(Codes::new(&counts, &[1, 2, 3]).is_err());
    }

    #[test]
    fn singles_say_the_same_as_symbol() {
        let codes = codes(b"abcdef");
        for bits in [11, 12] {
            for (window, single) in codes.singles(bits).into_iter().enumerate() {
                let (symbol, length) = codes.symbol((window as u32) << (16 - bits));
                let expected = if length <= bits { (symbol, length as u8) } else { (0, 0) };
                assert_eq!(single, expected);
            }
        }
    }

    #[test]
    fn values_have_their_sign() {
        for (bits, size, expected) in
            [(0, 0, 0), (0, 1, -1), (1, 1, 1), (0, 3, -7), (3, 3, -4), (4, 3, 4), (7, 3, 7), (0, 11, -2047)]
        {
            let window = if size == 0 { u64::MAX } else { 0b10 << 62 | bits << (62 - size) };
            assert_eq!(value(window, 2 + size as u32, size as u32), expected);
        }
    }

    #[test]
    fn a_skip_swallows_what_fits() {
        // 00: one coefficient of 1 bit; 01: end; 100: run 2, 2 bits; 101: sixteen zeros; 1110: 10 bits.
        let table = SkipTable::new(&codes(&[0x01, 0x00, 0x22, 0xF0, 0x08, 0x0A]));
        let at =
            |window: u64| (u32::from(table.at(window << 52) & 255), u32::from(table.at(window << 52) >> 8));
        assert_eq!(at(0b0011_0001_0100), (10, 1 + 3 + END));
        assert_eq!(at(0b0100_0000_0000), (2, END));
        // Run 2 with 2 bits, twice one coefficient with 1 bit; the last bit is no whole code.
        assert_eq!(at(0b1001_1001_0001), (11, 3 + 1 + 1));
        // The value of the last reaches out of the index, by 1 bit and by 10.
        assert_eq!(at(0b1001_1001_1000), (13, 3 + 1 + 3));
        assert_eq!(at(0b1110_0000_0000), (14, 1));
        // Sixteen zeros thrice are 48; a fourth time would pass the end of a block.
        assert_eq!(at(0b1011_0110_1101), (9, 48));
        assert_eq!(at(0b1111_0000_0000), (0, SLOW));
    }

    #[test]
    fn values_come_with_their_length() {
        let table = ValueTable::ac(&codes(&[0x01, 0x00, 0x22, 0xF0, 0x09, 0x0A]));
        let at = |window: u64| {
            let entry = table.at(window << 54);
            (entry.used(), u32::from(entry.0) >> 5 & 15, entry.moved())
        };
        assert_eq!(at(0b00_0000_0000), (3, 1, 1));
        assert_eq!(at(0b01_0000_0000), (2, 0, Entry::END));
        assert_eq!(at(0b10_0110_0000), (5, 2, 3));
        assert_eq!(at(0b10_1000_0000), (3, 0, 16));
        assert_eq!(at(0b11_0000_0000), (12, 9, 1));
        assert_eq!(at(0b11_1100_0000), (0, 0, Entry::SLOW));
        assert!(table.at(0b11_1100_0000 << 54).is_slow());
    }
}

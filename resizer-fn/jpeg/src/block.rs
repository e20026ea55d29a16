//! One block: its DC difference, the coefficients that are kept, and the fast way over the others.

use crate::Error;
use crate::header::{NATURAL, Tables};
use crate::huffman::{Codes, END, SLOW, SkipTable, ValueTable, extend};
use crate::stream::Bits;

/// The tables of one component in one scan.
#[derive(Debug)]
pub(crate) struct BlockTables {
    dc: Codes,
    ac: Codes,
    dc_values: ValueTable,
    ac_values: ValueTable,
    ac_skip: SkipTable,
}

impl BlockTables {
    /// # Errors
    /// [`Error::Corrupt`] if one of the tables was never given.
    pub(crate) fn new(tables: &Tables, dc: usize, ac: usize) -> Result<Self, Error> {
        let find = |of: &[Option<Codes>; 4], number: usize| {
            of.get(number).and_then(Clone::clone).ok_or(Error::Corrupt("a Huffman table is missing"))
        };
        let (dc, ac) = (find(&tables.dc, dc)?, find(&tables.ac, ac)?);
        Ok(Self {
            dc_values: ValueTable::dc(&dc),
            ac_values: ValueTable::ac(&ac),
            ac_skip: SkipTable::new(&ac),
            dc,
            ac,
        })
    }

    /// The difference of the DC coefficient. Refills.
    #[inline(always)]
    pub(crate) fn difference(&self, bits: &mut Bits<'_>) -> i32 {
        bits.refill();
        let entry = self.dc_values.at(bits.window());
        if entry >> 8 & 255 == SLOW {
            return dc_difference(&self.dc, bits);
        }
        bits.consume(entry & 255);
        i32::from((entry >> 16) as i16)
    }

    /// Passes over all AC coefficients from position `k` (1 to 63) on.
    #[inline(always)]
    pub(crate) fn skip(&self, bits: &mut Bits<'_>, mut k: u32) {
        loop {
            bits.refill();
            // Four times 12 bits are no more than the 56 there are.
            for _ in 0..4 {
                let entry = u32::from(self.ac_skip.at(bits.window()));
                let to = k + (entry >> 8);
                if to < 64 {
                    bits.consume(entry & 255);
                    k = to;
                    continue;
                }
                if to == 64 || (END..END + 64).contains(&to) {
                    bits.consume(entry & 255);
                    return;
                }
                // A code longer than the index, or the block ends within the entry.
                k = self.step(bits, k);
                if k >= 64 {
                    return;
                }
                break;
            }
        }
    }

    /// Passes over one coefficient; the new position, 64 or more at the block's end.
    #[cold]
    fn step(&self, bits: &mut Bits<'_>, k: u32) -> u32 {
        bits.refill();
        let (symbol, length) = self.ac.symbol((bits.window() >> 48) as u32);
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        bits.consume(length + size);
        if size == 0 && run != 15 { END } else { k + run + 1 }
    }

    /// Reads the AC coefficients up to zigzag position `keep` (1 to 63) into `block` (natural order)
    /// and passes over the others. Returns the last position that was set, 0 for none.
    #[inline(always)]
    pub(crate) fn coefficients(&self, bits: &mut Bits<'_>, keep: u32, block: &mut [i16; 64]) -> u32 {
        let (mut k, mut last) = (1, 0);
        while k <= keep {
            bits.refill();
            // Twice 11 + 16 bits at most.
            let mut entry = self.ac_values.at(bits.window());
            if entry >> 8 & 255 == SLOW {
                entry = ac_value(&self.ac, bits);
            } else {
                bits.consume(entry & 255);
            }
            k += entry >> 8 & 255;
            if k > 64 {
                return last;
            }
            last = k - 1;
            block[usize::from(NATURAL[(last & 63) as usize])] = (entry >> 16) as i16;
        }
        if k < 64 {
            self.skip(bits, k);
        }
        last
    }
}

/// The DC difference by way of the codes. The window is refilled.
#[cold]
pub(crate) fn dc_difference(codes: &Codes, bits: &mut Bits<'_>) -> i32 {
    let (symbol, length) = codes.symbol((bits.window() >> 48) as u32);
    bits.consume(length);
    // Above 11 is damage for 8 bits a sample; 15 is what the window holds.
    let size = u32::from(symbol).min(15);
    extend(bits.take(size), size)
}

/// An entry as of [`ValueTable`] by way of the codes; its bits are consumed. The window is refilled.
#[cold]
fn ac_value(codes: &Codes, bits: &mut Bits<'_>) -> u32 {
    let (symbol, length) = codes.symbol((bits.window() >> 48) as u32);
    let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
    bits.consume(length);
    if size == 0 {
        return if run == 15 { 16 << 8 } else { END << 8 };
    }
    let value = extend(bits.take(size), size) as u16;
    u32::from(value) << 16 | (run + 1) << 8
}

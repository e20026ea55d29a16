//! One block: its DC difference, the coefficients that are kept, and the fast way over the others.

use crate::Error;
use crate::header::{NATURAL, Tables};
use crate::huffman::{Codes, END, SKIP_MOST, SLOW, SkipTable, ValueTable, value};
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

    /// The codes of DC differences.
    pub(crate) const fn dc_codes(&self) -> &Codes {
        &self.dc
    }

    /// The table of DC differences.
    #[inline(always)]
    pub(crate) const fn dc_values(&self) -> &ValueTable {
        &self.dc_values
    }

    /// The table for passing over AC coefficients.
    #[inline(always)]
    pub(crate) const fn ac_skip(&self) -> &SkipTable {
        &self.ac_skip
    }

    /// The difference of the DC coefficient. Refills.
    #[inline(always)]
    pub(crate) fn difference(&self, bits: &mut Bits<'_>) -> i32 {
        bits.refill();
        let entry = self.dc_values.at(bits.window());
        if entry >> 16 == SLOW {
            return dc_difference(&self.dc, bits);
        }
        let difference = value(bits.window(), entry & 63, entry >> 8 & 15);
        bits.consume(entry & 63);
        difference
    }

    /// Passes over all AC coefficients from position `k` (1 to 63) on.
    #[inline(always)]
    pub(crate) fn skip(&self, bits: &mut Bits<'_>, mut k: u32) {
        // A copy of the place in the stream stays in registers.
        let mut cursor = bits.cursor();
        loop {
            cursor.refill(bits.ready());
            for _ in 0..SKIPS {
                let entry = u32::from(self.ac_skip.at(cursor.window));
                let to = k + (entry >> 8);
                if to < 64 {
                    cursor.consume(entry & 63);
                    k = to;
                    continue;
                }
                if ends_within(to) {
                    cursor.consume(entry & 63);
                    bits.set(cursor);
                    return;
                }
                // A long code, or the block ends within the entry.
                bits.set(cursor);
                k = self.step(bits, k);
                if k >= 64 {
                    return;
                }
                cursor = bits.cursor();
                break;
            }
        }
    }

    /// Passes over one coefficient; the new position, 64 or more at the block's end.
    #[cold]
    #[inline(never)]
    pub(crate) fn step(&self, bits: &mut Bits<'_>, k: u32) -> u32 {
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
        let mut cursor = bits.cursor();
        'all: while k <= keep {
            cursor.refill(bits.ready());
            // Two codes of the index's length with their values are no more than a refill gives.
            for _ in 0..2 {
                let entry = self.ac_values.at(cursor.window);
                let (mut coefficient, mut moved) =
                    (value(cursor.window, entry & 63, entry >> 8 & 15), entry >> 16);
                if moved == SLOW {
                    bits.set(cursor);
                    bits.refill();
                    (coefficient, moved) = ac_value(&self.ac, bits);
                    cursor = bits.cursor();
                    cursor.refill(bits.ready());
                } else {
                    cursor.consume(entry & 63);
                }
                k += moved;
                if k > 64 {
                    bits.set(cursor);
                    return last;
                }
                last = k - 1;
                block[usize::from(NATURAL[(last & 63) as usize])] = coefficient as i16;
                if k > keep {
                    break 'all;
                }
            }
        }
        bits.set(cursor);
        if k < 64 {
            self.skip(bits, k);
        }
        last
    }
}

/// Look-ups in a [`SkipTable`] after one refill.
pub(crate) const SKIPS: u32 = 56 / SKIP_MOST;

/// Whether a sum of positions means that the block ended with the entry and not before.
#[inline(always)]
pub(crate) const fn ends_within(to: u32) -> bool {
    to == 64 || (to >= END && to < END + 64)
}

/// The DC difference by way of the codes. The window is refilled.
#[cold]
#[inline(never)]
pub(crate) fn dc_difference(codes: &Codes, bits: &mut Bits<'_>) -> i32 {
    let (symbol, length) = codes.symbol((bits.window() >> 48) as u32);
    let size = u32::from(symbol).min(15);
    let difference = value(bits.window(), length + size, size);
    bits.consume(length + size);
    difference
}

/// An AC coefficient by way of the codes, and how far the position moves. The window is refilled.
#[cold]
#[inline(never)]
fn ac_value(codes: &Codes, bits: &mut Bits<'_>) -> (i32, u32) {
    let (symbol, length) = codes.symbol((bits.window() >> 48) as u32);
    let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
    let coefficient = value(bits.window(), length + size, size);
    bits.consume(length + size);
    let moved = if size == 0 && run != 15 { END } else { run + 1 };
    (coefficient, moved)
}

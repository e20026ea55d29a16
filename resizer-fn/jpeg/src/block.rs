//! One block: its DC difference, the coefficients that are kept, and the fast way over the others.

use crate::Error;
use crate::header::{NATURAL, Tables};
use crate::huffman::{Codes, END, Entry, SKIP_MOST, SkipTable, ValueTable, value};
use crate::stream::{Cursor, Ready};

/// The table of DC differences of one component.
#[derive(Debug)]
pub(crate) struct DcTable {
    codes: Codes,
    values: ValueTable,
}

impl DcTable {
    /// # Errors
    /// [`Error::Corrupt`] if the table was never given.
    pub(crate) fn new(tables: &Tables, number: usize) -> Result<Self, Error> {
        let codes = find(&tables.dc, number)?;
        Ok(Self { values: ValueTable::dc(&codes), codes })
    }

    /// The next difference. Refills.
    #[inline(always)]
    pub(crate) fn difference(&self, ready: &Ready, cursor: &mut Cursor) -> i32 {
        cursor.refill(ready);
        let entry = self.values.at(cursor.window);
        if entry.is_slow() {
            let difference;
            (*cursor, difference) = self.by_code(*cursor);
            return difference;
        }
        let difference = entry.value(cursor.window);
        cursor.consume(entry.used());
        difference
    }

    /// What the stream goes on with, if its code is short.
    #[inline(always)]
    pub(crate) fn at(&self, window: u64) -> Entry {
        self.values.at(window)
    }

    /// The next difference by way of the codes. The window is refilled.
    #[cold]
    #[inline(never)]
    pub(crate) fn by_code(&self, mut cursor: Cursor) -> (Cursor, i32) {
        let (symbol, length) = self.codes.symbol((cursor.window >> 48) as u32);
        let size = u32::from(symbol).min(15);
        let difference = value(cursor.window, length + size, size);
        cursor.consume(length + size);
        (cursor, difference)
    }
}

fn find(of: &[Option<Codes>; 4], number: usize) -> Result<Codes, Error> {
    of.get(number).and_then(Clone::clone).ok_or(Error::Corrupt("a Huffman table is missing"))
}

/// The tables of one component in one scan.
#[derive(Debug)]
pub(crate) struct BlockTables {
    pub(crate) dc: DcTable,
    ac: Codes,
    ac_values: ValueTable,
    ac_skip: SkipTable,
}

impl BlockTables {
    /// # Errors
    /// [`Error::Corrupt`] if one of the tables was never given.
    pub(crate) fn new(tables: &Tables, dc: usize, ac: usize) -> Result<Self, Error> {
        let (dc, ac) = (DcTable::new(tables, dc)?, find(&tables.ac, ac)?);
        Ok(Self { dc, ac_values: ValueTable::ac(&ac), ac_skip: SkipTable::new(&ac), ac })
    }

    /// The table for passing over AC coefficients.
    #[inline(always)]
    pub(crate) const fn ac_skip(&self) -> &SkipTable {
        &self.ac_skip
    }

    /// Passes over all AC coefficients from position `k` (1 to 63) on.
    #[inline(always)]
    pub(crate) fn skip(&self, ready: &Ready, cursor: &mut Cursor, mut k: u32) {
        loop {
            cursor.refill(ready);
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
                    return;
                }
                // A long code, or the block ends within the entry.
                (*cursor, k) = self.step(ready, *cursor, k);
                if k >= 64 {
                    return;
                }
                break;
            }
        }
    }

    /// Passes over one coefficient; the new position, 64 or more at the block's end. Cursors come and go by
    /// value here and below: one whose address is given away does not stay in registers.
    #[cold]
    #[inline(never)]
    pub(crate) fn step(&self, ready: &Ready, mut cursor: Cursor, k: u32) -> (Cursor, u32) {
        cursor.refill(ready);
        let (symbol, length) = self.ac.symbol((cursor.window >> 48) as u32);
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        cursor.consume(length + size);
        (cursor, if size == 0 && run != 15 { END } else { k + run + 1 })
    }

    /// Reads the AC coefficients up to zigzag position `keep` (1 to 63) into `block` (natural order)
    /// and passes over the others. Returns the last position that was set, 0 for none.
    #[inline(always)]
    pub(crate) fn coefficients(
        &self,
        ready: &Ready,
        cursor: &mut Cursor,
        keep: u32,
        block: &mut [i16; 64],
    ) -> u32 {
        let mut k = 1;
        loop {
            // The one branch that cannot be foretold: a coefficient that is not kept, the block's end and a long
            // code all move further than is kept.
            let entry = 'kept: loop {
                cursor.refill(ready);
                // Two codes of the index's length with their values are no more than a refill gives.
                for _ in 0..2 {
                    let entry = self.ac_values.at(cursor.window);
                    let next = k + entry.moved();
                    if next > keep + 1 {
                        break 'kept entry;
                    }
                    block[usize::from(NATURAL[(next - 1) as usize & 63])] = entry.value(cursor.window) as i16;
                    cursor.consume(entry.used());
                    k = next;
                }
            };
            if !entry.is_slow() {
                break;
            }
            cursor.refill(ready);
            let (after, coefficient, moved) = ac_value(&self.ac, *cursor);
            if k + moved > keep + 1 {
                break;
            }
            *cursor = after;
            k += moved;
            block[usize::from(NATURAL[(k - 1) as usize & 63])] = coefficient as i16;
        }
        if k < 64 {
            self.skip(ready, cursor, k);
        }
        k - 1
    }
}

/// Look-ups in a [`SkipTable`] after one refill.
pub(crate) const SKIPS: u32 = 56 / SKIP_MOST;

/// Whether a sum of positions means that the block ended with the entry and not before.
#[inline(always)]
pub(crate) const fn ends_within(to: u32) -> bool {
    to == 64 || (to >= END && to < END + 64)
}

/// An AC coefficient by way of the codes, and how far the position moves. The window is refilled.
#[cold]
#[inline(never)]
fn ac_value(codes: &Codes, mut cursor: Cursor) -> (Cursor, i32, u32) {
    let (symbol, length) = codes.symbol((cursor.window >> 48) as u32);
    let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
    let coefficient = value(cursor.window, length + size, size);
    cursor.consume(length + size);
    let moved = if size == 0 && run != 15 { END } else { run + 1 };
    (cursor, coefficient, moved)
}

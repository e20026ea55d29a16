//! Sequential scans at 1/8: only the mean of each block is wanted, so nearly all bits are passed over.

use crate::block::{BlockTables, SKIPS, ends_within};
use crate::stream::Bits;

/// Blocks at a time.
const BATCH: usize = 120;

/// Reads a scan by many blocks at a time.
#[derive(Debug)]
pub(crate) struct Means<'t> {
    tables: &'t [BlockTables],
    /// Which of `tables` each block of a batch uses.
    order: Box<[u8; BATCH]>,
    /// Blocks in an MCU.
    blocks: usize,
    /// The sum of all DC differences since the batch began, up to and with each block.
    sums: Box<[i32; BATCH]>,
}

impl<'t> Means<'t> {
    /// For MCUs whose blocks (1 to 10 of them) use these tables: `order` has an index into `tables` for each.
    pub(crate) fn new(tables: &'t [BlockTables], order: &[u8]) -> Self {
        let mut batch = Box::new([0; BATCH]);
        batch.iter_mut().zip(order.iter().cycle()).for_each(|(to, from)| *to = *from);
        Self { tables, order: batch, blocks: order.len(), sums: Box::new([0; BATCH]) }
    }

    /// How many MCUs are read at a time.
    pub(crate) const fn batch(&self) -> usize {
        BATCH / self.blocks
    }

    /// Reads `mcus` (1 to [`Self::batch`]) MCUs; for each block in turn the sum of the DC
    /// differences of all blocks up to it.
    pub(crate) fn read(&mut self, bits: &mut Bits<'_>, mcus: usize) -> &[i32] {
        let blocks = (mcus * self.blocks).min(BATCH);
        let mut state = State { block: 0, k: 0, sum: 0 };
        loop {
            state = self.run(bits, blocks, state);
            if state.block >= blocks {
                return &self.sums[..blocks];
            }
            state = self.slowly(bits, state);
        }
    }

    /// Goes on until `blocks` blocks are read or an entry can't be used.
    fn run(&mut self, bits: &mut Bits<'_>, blocks: usize, state: State) -> State {
        let State { mut block, mut k, mut sum } = state;
        // A copy, to stay in registers.
        let mut cursor = bits.cursor();
        let ready = bits.ready();
        'out: while block < blocks {
            let Some(tables) = self.tables.get(usize::from(self.order[block])) else { break };
            cursor.refill(ready);
            if k == 0 {
                let entry = tables.dc.at(cursor.window);
                if entry.is_slow() {
                    break 'out;
                }
                sum = sum.wrapping_add(entry.value(cursor.window));
                self.sums[block] = sum;
                cursor.consume(entry.used());
                cursor.refill(ready);
                k = 1;
            }
            loop {
                for _ in 0..SKIPS {
                    let entry = u32::from(tables.ac_skip().at(cursor.window));
                    let to = k + (entry >> 8);
                    if to < 64 {
                        cursor.consume(entry & 63);
                        k = to;
                        continue;
                    }
                    if !ends_within(to) {
                        break 'out;
                    }
                    cursor.consume(entry & 63);
                    k = 0;
                    block += 1;
                    continue 'out;
                }
                cursor.refill(ready);
            }
        }
        bits.set(cursor);
        State { block, k, sum }
    }

    /// One symbol by way of its code.
    #[cold]
    #[inline(never)]
    fn slowly(&mut self, bits: &mut Bits<'_>, state: State) -> State {
        let State { mut block, mut k, mut sum } = state;
        let tables = &self.tables[usize::from(self.order[block])];
        let mut cursor = bits.cursor();
        if k == 0 {
            cursor.refill(bits.ready());
            let difference;
            (cursor, difference) = tables.dc.by_code(cursor);
            sum = sum.wrapping_add(difference);
            k = 1;
        } else {
            (cursor, k) = tables.step(bits.ready(), cursor, k);
        }
        bits.set(cursor);
        self.sums[block] = sum;
        if k >= 64 {
            block += 1;
            k = 0;
        }
        State { block, k, sum }
    }
}

#[derive(Clone, Copy, Debug)]
struct State {
    block: usize,
    /// Position in the block; 0 when its DC difference comes next.
    k: u32,
    sum: i32,
}

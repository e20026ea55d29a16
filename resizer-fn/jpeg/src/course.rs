//! The way through a scan: MCUs and their blocks, restart intervals, what is missing.

use crate::Error;
use crate::header::{Frame, ScanHeader, Tables};
use crate::stream::{Bits, Cursor, Ready};

/// One scan of a file.
pub(crate) struct Scan<'a, 'b> {
    /// The file from the scan's first bits on.
    pub(crate) raw: &'a [u8],
    pub(crate) frame: &'b Frame,
    pub(crate) header: &'b ScanHeader,
    pub(crate) tables: &'b Tables,
    /// Asked before each row of MCUs.
    pub(crate) stopped: &'b dyn Fn() -> bool,
}

impl Scan<'_, '_> {
    /// Whether to go on with the MCU in that column: asked at the begin of a row.
    #[inline(always)]
    pub(crate) fn go_on(&self, column: usize) -> Result<(), Error> {
        if column == 0 && (self.stopped)() { Err(Error::Stopped) } else { Ok(()) }
    }
}

/// A component's part in a scan.
pub(crate) struct Part<T> {
    pub(crate) index: usize,
    /// Blocks in an MCU, across and down.
    pub(crate) across: usize,
    pub(crate) down: usize,
    /// The prediction.
    pub(crate) dc: i32,
    /// What its blocks are read with.
    pub(crate) table: T,
}

impl<T> Part<T> {
    /// The part of component `index`.
    pub(crate) fn new(frame: &Frame, header: &ScanHeader, index: usize, table: T) -> Self {
        let component = &frame.components[index];
        let (across, down) = match header.components.len() {
            1 => (1, 1),
            _ => (component.horizontal.into(), component.vertical.into()),
        };
        Self { index, across, down, dc: 0, table }
    }
}

/// Goes through the blocks of `mcus` MCUs from column `x` and row `y` of MCUs on: `read` gets each block's part, and
/// its column and row among the component's blocks.
#[inline(always)]
pub(crate) fn blocks<T>(
    bits: &mut Bits<'_>,
    parts: &mut [Part<T>],
    (x, y): (usize, usize),
    mcus: usize,
    mut read: impl FnMut(&Ready, &mut Cursor, &mut Part<T>, (usize, usize)),
) {
    // A copy, to stay in registers.
    let mut cursor = bits.cursor();
    for x in x..x + mcus {
        for part in &mut *parts {
            for v in 0..part.down {
                for h in 0..part.across {
                    let at = (x * part.across + h, y * part.down + v);
                    read(bits.ready(), &mut cursor, part, at);
                }
            }
        }
    }
    bits.set(cursor);
}

/// How far a scan has come, in MCUs.
pub(crate) struct Course {
    place: u32,
    pub(crate) total: u32,
    /// MCUs between restart markers, 0 for none.
    interval: u32,
    left: u32,
    pub(crate) missing: u32,
}

enum Next {
    /// There is an MCU at `place`.
    Read,
    /// A restart marker was passed: predictions are 0 again.
    Restarted,
    /// Nothing more can be read.
    Over,
}

impl Course {
    /// At the begin of a scan of `total` MCUs with a restart marker after each `interval`.
    pub(crate) const fn new(total: u32, interval: u32) -> Self {
        Self { place: 0, total, interval, left: interval, missing: 0 }
    }

    /// Column and row of the next MCU that can be read, in a grid `across` MCUs wide; none at the end. Predictions
    /// of `parts` begin anew after each restart marker.
    #[inline(always)]
    pub(crate) fn step<T>(
        &mut self,
        bits: &mut Bits<'_>,
        across: u32,
        parts: &mut [Part<T>],
    ) -> Option<(usize, usize)> {
        while self.place < self.total {
            match self.next(bits) {
                Next::Read => {
                    return Some(((self.place % across) as usize, (self.place / across) as usize));
                }
                Next::Restarted => parts.iter_mut().for_each(|part| part.dc = 0),
                Next::Over => break,
            }
        }
        None
    }

    /// What comes next. To be called while `place` is below `total`.
    #[inline(always)]
    fn next(&mut self, bits: &mut Bits<'_>) -> Next {
        let whole = bits.prepare();
        if whole && (self.interval == 0 || self.left > 0) { Next::Read } else { self.leave(bits, whole) }
    }

    #[cold]
    fn leave(&mut self, bits: &mut Bits<'_>, whole: bool) -> Next {
        let remain = self.total - self.place;
        if !whole {
            // What is left of the interval is lost; the next one may be fine. One MCU was read that was not there.
            let lost = if self.interval > 0 { self.left.min(remain) } else { remain };
            self.missing += lost + 1;
            self.place += lost;
        }
        if self.place >= self.total || self.interval == 0 {
            return Next::Over;
        }
        if !bits.restart() {
            self.missing += self.total - self.place;
            return Next::Over;
        }
        self.left = self.interval;
        Next::Restarted
    }

    /// MCUs up to the end of the row (of `across` MCUs) or of the interval, whichever comes first.
    #[inline(always)]
    pub(crate) fn row(&self, across: u32) -> usize {
        let interval = if self.interval > 0 { self.left } else { u32::MAX };
        (across - self.place % across).min(interval) as usize
    }

    #[inline(always)]
    pub(crate) const fn advance(&mut self, mcus: u32) {
        self.place += mcus;
        self.left = self.left.wrapping_sub(mcus);
    }
}

/// MCUs of a scan across and down: of a component alone, each block is one (T.81, A.2.2).
pub(crate) fn grid(frame: &Frame, header: &ScanHeader) -> (u32, u32) {
    match &header.components[..] {
        [(index, ..)] => {
            let (width, height) = frame.component_size(&frame.components[*index]);
            (width.div_ceil(8), height.div_ceil(8))
        }
        _ => frame.mcus(),
    }
}

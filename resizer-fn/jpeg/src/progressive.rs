//! Progressive files at 1/8: the DC scans and nothing else.

use crate::Error;
use crate::block::DcTable;
use crate::header::{Frame, ScanHeader, Tables};
use crate::sequential::{Course, Next, grid};
use crate::stream::{Bits, Cursor, Ready};

/// The DC coefficients of one component, block by block, as wide as whole MCUs need.
#[derive(Debug)]
pub(crate) struct DcPlane {
    pub(crate) values: Vec<i16>,
    pub(crate) stride: usize,
    /// The lowest bit that has been read, 0 when all have; none before the first scan.
    pub(crate) low: Option<u8>,
}

impl DcPlane {
    pub(crate) fn new(frame: &Frame, index: usize) -> Self {
        let component = &frame.components[index];
        let (across, down) = frame.mcus();
        let stride = across as usize * usize::from(component.horizontal);
        let rows = down as usize * usize::from(component.vertical);
        Self { values: vec![0; stride * rows], stride, low: None }
    }
}

/// Reads one DC scan; what follows it, and how many MCUs of it are missing.
pub(crate) fn dc_scan<'a>(
    raw: &'a [u8],
    frame: &Frame,
    header: &ScanHeader,
    tables: &Tables,
    planes: &mut [DcPlane],
) -> Result<(&'a [u8], u32), Error> {
    let first = header.high == 0;
    let mut parts = Vec::new();
    for (index, dc, _) in &header.components {
        // Only the first pass is coded; refinements are single bits.
        let table = if first { Some(DcTable::new(tables, *dc)?) } else { None };
        let component = &frame.components[*index];
        let (across, down) = match header.components.len() {
            1 => (1, 1),
            _ => (component.horizontal.into(), component.vertical.into()),
        };
        parts.push(Part { index: *index, table, across, down, dc: 0 });
        planes[*index].low = Some(header.low);
    }
    let (across, down) = grid(frame, header);
    let mut bits = Bits::new(raw);
    let mut course = Course::new(across * down, tables.restart);
    while course.place < course.total {
        match course.next(&mut bits) {
            Next::Read => {}
            Next::Restarted => {
                parts.iter_mut().for_each(|part| part.dc = 0);
                continue;
            }
            Next::Over => break,
        }
        let (x, y) = ((course.place % across) as usize, (course.place / across) as usize);
        let mcus = course.row(across).min(bits.mcus_ready());
        // A copy, to stay in registers.
        let mut cursor = bits.cursor();
        for x in x..x + mcus {
            for part in &mut parts {
                let plane = &mut planes[part.index];
                for v in 0..part.down {
                    for h in 0..part.across {
                        let at = (y * part.down + v) * plane.stride + x * part.across + h;
                        let Some(value) = plane.values.get_mut(at) else { continue };
                        part.read(bits.ready(), &mut cursor, value, header.low);
                    }
                }
            }
        }
        bits.set(cursor);
        course.advance(mcus as u32);
    }
    let missing = course.missing.max(u32::from(bits.overrun()));
    if first && missing >= course.total {
        return Err(Error::Truncated);
    }
    Ok((bits.rest(), missing))
}

struct Part {
    index: usize,
    /// None for refinements.
    table: Option<DcTable>,
    across: usize,
    down: usize,
    dc: i32,
}

impl Part {
    #[inline(always)]
    fn read(&mut self, ready: &Ready, cursor: &mut Cursor, value: &mut i16, low: u8) {
        match &self.table {
            Some(table) => {
                self.dc = self.dc.wrapping_add(table.difference(ready, cursor));
                *value = (self.dc << low) as i16;
            }
            None => {
                cursor.refill(ready);
                *value |= ((cursor.window >> 63) << low) as i16;
                cursor.consume(1);
            }
        }
    }
}

//! Progressive files at 1/8: the DC scans and nothing else.

use crate::Error;
use crate::block::DcTable;
use crate::course::{Course, Part, Scan, blocks, grid};
use crate::header::Frame;
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
pub(crate) fn dc_scan<'a>(scan: &Scan<'a, '_>, planes: &mut [DcPlane]) -> Result<(&'a [u8], u32), Error> {
    let Scan { raw, frame, header, tables, .. } = *scan;
    let first = header.high == 0;
    let mut parts = Vec::new();
    for (index, dc, _) in &header.components {
        // Only the first pass is coded; refinements are single bits.
        let table = if first { Some(DcTable::new(tables, *dc)?) } else { None };
        parts.push(Part::new(frame, header, *index, table));
        planes[*index].low = Some(header.low);
    }
    let (across, down) = grid(frame, header);
    let mut bits = Bits::new(raw);
    let mut course = Course::new(across * down, tables.restart);
    while let Some(place) = course.step(&mut bits, across, &mut parts) {
        scan.go_on(place.0)?;
        let mcus = course.row(across).min(bits.mcus_ready());
        blocks(&mut bits, &mut parts, place, mcus, |ready, cursor, part, (x, y)| {
            let plane = &mut planes[part.index];
            if let Some(value) = plane.values.get_mut(y * plane.stride + x) {
                read(part, ready, cursor, value, header.low);
            }
        });
        course.advance(mcus as u32);
    }
    let missing = course.missing.max(u32::from(bits.overrun()));
    if first && missing >= course.total {
        return Err(Error::Truncated);
    }
    Ok((bits.rest(), missing))
}

/// Reads one block's DC coefficient, or, without a table, its next bit.
#[inline(always)]
fn read(part: &mut Part<Option<DcTable>>, ready: &Ready, cursor: &mut Cursor, value: &mut i16, low: u8) {
    match &part.table {
        Some(table) => {
            part.dc = part.dc.wrapping_add(table.difference(ready, cursor));
            *value = (part.dc << low) as i16;
        }
        None => {
            cursor.refill(ready);
            *value |= ((cursor.window >> 63) << low) as i16;
            cursor.consume(1);
        }
    }
}

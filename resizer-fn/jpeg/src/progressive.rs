//! Progressive files at 1/8: the DC scans and nothing else.

use crate::Error;
use crate::block::DcTable;
use crate::course::{Course, Part, Scan, blocks, grid};
use crate::header::Frame;
use crate::stream::{Bits, Cursor, LARGEST_DC_MCU, Ready};

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
    let Scan { frame, header, tables, .. } = *scan;
    for (index, ..) in &header.components {
        planes[*index].low = Some(header.low);
    }
    if header.high > 0 {
        let parts = header.components.iter().map(|(index, ..)| Part::new(frame, header, *index, ()));
        return walk(scan, planes, parts.collect(), |ready, cursor, _, value| {
            // Only the first pass is coded; refinements are single bits.
            cursor.refill(ready);
            *value |= ((cursor.window >> 63) << header.low) as i16;
            cursor.consume(1);
        });
    }
    let parts = header
        .components
        .iter()
        .map(|(index, dc, _)| Ok(Part::new(frame, header, *index, DcTable::new(tables, *dc)?)));
    let parts = parts.collect::<Result<Vec<_>, Error>>()?;
    let (rest, missing) = walk(scan, planes, parts, |ready, cursor, part, value| {
        part.dc = part.dc.wrapping_add(part.table.difference(ready, cursor));
        *value = (part.dc << header.low) as i16;
    })?;
    let (across, down) = grid(frame, header);
    if missing >= across * down { Err(Error::Truncated) } else { Ok((rest, missing)) }
}

/// Lets `read` have each block's coefficient in turn; what follows the scan, and how many MCUs of it are missing.
#[inline(always)]
fn walk<'a, T>(
    scan: &Scan<'a, '_>,
    planes: &mut [DcPlane],
    mut parts: Vec<Part<T>>,
    read: impl Fn(&Ready, &mut Cursor, &mut Part<T>, &mut i16),
) -> Result<(&'a [u8], u32), Error> {
    let (across, down) = grid(scan.frame, scan.header);
    let mut bits = Bits::new(scan.raw);
    let mut course = Course::new(across * down, scan.tables.restart);
    while let Some(place) = course.step(&mut bits, across, &mut parts) {
        scan.go_on(place.0)?;
        let mcus = course.row(across).min(bits.mcus_ready(LARGEST_DC_MCU));
        blocks(&mut bits, &mut parts, place, mcus, |ready, cursor, part, (x, y)| {
            let plane = &mut planes[part.index];
            if let Some(value) = plane.values.get_mut(y * plane.stride + x) {
                read(ready, cursor, part, value);
            }
        });
        course.advance(mcus as u32);
    }
    let missing = course.missing.max(u32::from(bits.overrun()));
    Ok((bits.rest(), missing))
}

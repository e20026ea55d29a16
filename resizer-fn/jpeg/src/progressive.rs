//! Progressive files at 1/8: the DC scans and nothing else.

use crate::Error;
use crate::block::dc_difference;
use crate::header::{Frame, ScanHeader, Tables};
use crate::huffman::Codes;
use crate::sequential::grid;
use crate::stream::Bits;

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
        let codes = match first {
            true => Some(tables.dc[*dc].as_ref().ok_or(Error::Corrupt("a Huffman table is missing"))?),
            false => None,
        };
        let component = &frame.components[*index];
        let (across, down) = match header.components.len() {
            1 => (1, 1),
            _ => (component.horizontal.into(), component.vertical.into()),
        };
        parts.push(Part { index: *index, codes, across, down, dc: 0 });
        planes[*index].low = Some(header.low);
    }
    let (across, down) = grid(frame, header);
    let total = across * down;
    let mut bits = Bits::new(raw);
    let mut until_restart = tables.restart;
    let mut place = 0;
    while place < total {
        if tables.restart > 0 && until_restart == 0 {
            if !bits.restart() {
                break;
            }
            until_restart = tables.restart;
            parts.iter_mut().for_each(|part| part.dc = 0);
        }
        if !bits.prepare() {
            if tables.restart == 0 {
                break;
            }
            // The rest of this interval is lost.
            place += until_restart;
            until_restart = 0;
            continue;
        }
        until_restart = until_restart.wrapping_sub(1);
        let (x, y) = ((place % across) as usize, (place / across) as usize);
        for part in &mut parts {
            let plane = &mut planes[part.index];
            for v in 0..part.down {
                for h in 0..part.across {
                    let at = (y * part.down + v) * plane.stride + x * part.across + h;
                    let Some(value) = plane.values.get_mut(at) else { continue };
                    part.read(&mut bits, value, header.low);
                }
            }
        }
        place += 1;
    }
    let missing = total.saturating_sub(place) + u32::from(bits.overrun());
    if first && missing >= total {
        return Err(Error::Truncated);
    }
    Ok((bits.rest(), missing))
}

struct Part<'t> {
    index: usize,
    codes: Option<&'t Codes>,
    across: usize,
    down: usize,
    dc: i32,
}

impl Part<'_> {
    #[inline(always)]
    fn read(&mut self, bits: &mut Bits<'_>, value: &mut i16, low: u8) {
        match self.codes {
            Some(codes) => {
                bits.refill();
                self.dc = self.dc.wrapping_add(dc_difference(codes, bits));
                *value = (self.dc << low) as i16;
            }
            None => *value |= (bits.bit() << low) as i16,
        }
    }
}

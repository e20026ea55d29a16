//! Sequential (baseline and extended) scans: each block comes once, as a whole.

use crate::Error;
use crate::block::BlockTables;
use crate::header::{Frame, NATURAL, ScanHeader, Tables};
use crate::idct::{Basis, KEEP, flat, transform};
use crate::plane::Canvas;
use crate::stream::Bits;

/// One component on its way to a plane.
#[derive(Debug)]
pub(crate) struct Channel {
    /// Samples of a block's side in the result, 1 to 8.
    scale: u8,
    pub(crate) canvas: Canvas,
    basis: Basis,
    /// Natural order; from the first scan that has this component.
    quantisation: [f32; 64],
    dc_quantisation: i32,
    block: [i16; 64],
    /// Whether `block` has anything but zeros beside DC.
    dirty: bool,
}

impl Channel {
    pub(crate) fn new(frame: &Frame, index: usize, scale: u8) -> Self {
        let component = &frame.components[index];
        let (across, down) = frame.mcus();
        let side = |mcus: u32, factor: u8| mcus as usize * usize::from(factor) * usize::from(scale);
        Self {
            scale,
            canvas: Canvas::new(side(across, component.horizontal), side(down, component.vertical)),
            basis: Basis::new(scale),
            quantisation: [1.0; 64],
            dc_quantisation: 1,
            block: [0; 64],
            dirty: false,
        }
    }

    pub(crate) fn set_quantisation(&mut self, zigzag: &[u16; 64]) {
        self.dc_quantisation = zigzag[0].into();
        for (k, value) in zigzag.iter().enumerate() {
            self.quantisation[usize::from(NATURAL[k])] = f32::from(*value);
        }
    }

    /// Reads the block in column `x` and row `y` of blocks. `dc` is the prediction.
    #[inline(always)]
    fn read(&mut self, bits: &mut Bits<'_>, tables: &BlockTables, dc: &mut i32, x: usize, y: usize) {
        *dc = dc.wrapping_add(tables.difference(bits));
        if self.scale == 1 {
            tables.skip(bits, 1);
            self.put_flat(*dc, x, y);
            return;
        }
        if self.dirty {
            self.block = [0; 64];
        }
        let keep = KEEP[usize::from(self.scale)];
        let last = tables.coefficients(bits, keep.into(), &mut self.block);
        self.dirty = last > 0;
        self.put(*dc, last > 0, x, y);
    }

    /// At 1/8: the mean of the block.
    #[inline(always)]
    pub(crate) fn put_flat(&mut self, dc: i32, x: usize, y: usize) {
        if let Some(sample) = self.canvas.at(x, y).first_mut() {
            *sample = flat(i32::from(dc as i16) * self.dc_quantisation);
        }
    }

    #[inline(always)]
    fn put(&mut self, dc: i32, detailed: bool, x: usize, y: usize) {
        let side = usize::from(self.scale);
        let stride = self.canvas.stride;
        let out = self.canvas.at(x * side, y * side);
        if !detailed {
            let sample = flat(i32::from(dc as i16) * self.dc_quantisation);
            for row in out.chunks_mut(stride).take(side) {
                row.iter_mut().take(side).for_each(|s| *s = sample);
            }
            return;
        }
        self.block[0] = dc as i16;
        let (block, quantisation, basis) = (&self.block, &self.quantisation, &self.basis);
        match side {
            2 => transform::<2>(block, quantisation, basis, out, stride),
            3 => transform::<3>(block, quantisation, basis, out, stride),
            4 => transform::<4>(block, quantisation, basis, out, stride),
            5 => transform::<5>(block, quantisation, basis, out, stride),
            6 => transform::<6>(block, quantisation, basis, out, stride),
            7 => transform::<7>(block, quantisation, basis, out, stride),
            _ => transform::<8>(block, quantisation, basis, out, stride),
        }
    }
}

/// Reads one scan from `raw` into the channels; what follows the scan, and how many MCUs of it are missing.
///
/// `rows`: rows of MCUs after which nothing is needed any more.
pub(crate) fn scan<'a>(
    raw: &'a [u8],
    frame: &Frame,
    header: &ScanHeader,
    tables: &Tables,
    channels: &mut [Channel],
    rows: u32,
) -> Result<(&'a [u8], u32), Error> {
    let mut parts = Vec::new();
    for (index, dc, ac) in &header.components {
        let component = &frame.components[*index];
        let quantisation = tables.quantisation[usize::from(component.quantisation)];
        channels[*index]
            .set_quantisation(&quantisation.ok_or(Error::Corrupt("a quantisation table is missing"))?);
        parts.push(Part {
            index: *index,
            tables: BlockTables::new(tables, *dc, *ac)?,
            across: component.horizontal.into(),
            down: component.vertical.into(),
            dc: 0,
        });
    }
    let (across, down) = grid(frame, header);
    // Of a component alone, a row of blocks is less than a row of MCUs.
    let mut limit = rows;
    if let [only] = &mut parts[..] {
        limit = rows.saturating_mul(only.down as u32);
        (only.across, only.down) = (1, 1);
    }
    let mut bits = Bits::new(raw);
    let mut until_restart = tables.restart;
    let mut missing = 0;
    let mut place = 0;
    let total = across * down.min(limit);
    while place < total {
        let whole = bits.prepare();
        let restarts = tables.restart > 0 && until_restart == 0;
        if !whole || restarts {
            if !whole {
                // What is left of the interval is lost; the next one may be fine.
                let left = if tables.restart > 0 { until_restart } else { total - place };
                missing += left.min(total - place);
                place += left;
            }
            if place >= total || tables.restart == 0 {
                break;
            }
            if !bits.restart() {
                missing += total - place;
                break;
            }
            until_restart = tables.restart;
            parts.iter_mut().for_each(|part| part.dc = 0);
            continue;
        }
        until_restart = until_restart.wrapping_sub(1);
        let (x, y) = ((place % across) as usize, (place / across) as usize);
        for part in &mut parts {
            let channel = &mut channels[part.index];
            for v in 0..part.down {
                for h in 0..part.across {
                    let (x, y) = (x * part.across + h, y * part.down + v);
                    channel.read(&mut bits, &part.tables, &mut part.dc, x, y);
                }
            }
        }
        place += 1;
    }
    if bits.overrun() && missing == 0 {
        missing = 1;
    }
    Ok((bits.rest(), missing))
}

/// A component's part in a scan.
struct Part {
    index: usize,
    tables: BlockTables,
    /// Blocks in an MCU, across and down.
    across: usize,
    down: usize,
    dc: i32,
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

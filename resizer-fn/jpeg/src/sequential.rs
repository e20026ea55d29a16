//! Sequential (baseline and extended) scans: each block comes once, as a whole.

use crate::Error;
use crate::block::BlockTables;
use crate::course::{Course, Part, Scan, blocks, grid};
use crate::header::{Frame, NATURAL};
use crate::idct::{Basis, KEEP, level, transform, transform_2};
use crate::means::Means;
use crate::plane::Canvas;
use crate::stream::{Bits, Cursor, LARGEST_MCU, Ready};

/// One component on its way to a plane.
#[derive(Debug)]
pub(crate) struct Channel {
    /// Samples of a block's side in the result, 1 to 8.
    scale: u8,
    pub(crate) canvas: Canvas,
    basis: Basis,
    /// Natural order; from the first scan that has this component.
    quantisation: [u16; 64],
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
            quantisation: [1; 64],
            block: [0; 64],
            dirty: false,
        }
    }

    pub(crate) fn set_quantisation(&mut self, zigzag: &[u16; 64]) {
        for (k, value) in zigzag.iter().enumerate() {
            self.quantisation[usize::from(NATURAL[k])] = *value;
        }
    }

    /// The sample of a block that has the same value all over.
    #[inline(always)]
    fn level(&self, dc: i32) -> u8 {
        level(dc as i16, self.quantisation[0])
    }

    /// Reads the block in column `x` and row `y` of blocks. `dc` is the prediction.
    #[inline(always)]
    fn read(
        &mut self,
        (ready, cursor): (&Ready, &mut Cursor),
        tables: &BlockTables,
        dc: &mut i32,
        (x, y): (usize, usize),
    ) {
        *dc = dc.wrapping_add(tables.dc.difference(ready, cursor));
        if self.scale == 1 {
            tables.skip(ready, cursor, 1);
            self.put_flat(*dc, x, y);
            return;
        }
        if self.scale == 2 {
            // So little work that it costs less than to foretell whether it is needed.
            tables.coefficients(ready, cursor, KEEP[2].into(), &mut self.block);
            self.block[0] = *dc as i16;
            let stride = self.canvas.stride;
            transform_2(&self.block, &self.quantisation, self.canvas.at(2 * x, 2 * y), stride);
            for place in &NATURAL[1..=usize::from(KEEP[2])] {
                self.block[usize::from(*place)] = 0;
            }
            return;
        }
        if self.dirty {
            self.block = [0; 64];
        }
        let keep = KEEP[usize::from(self.scale)];
        let last = tables.coefficients(ready, cursor, keep.into(), &mut self.block);
        self.dirty = last > 0;
        self.put(*dc, last > 0, x, y);
    }

    /// At 1/8: the mean of the block.
    #[inline(always)]
    pub(crate) fn put_flat(&mut self, dc: i32, x: usize, y: usize) {
        let level = self.level(dc);
        if let Some(sample) = self.canvas.at(x, y).first_mut() {
            *sample = level;
        }
    }

    /// At 1/8: the means of a whole row of blocks.
    pub(crate) fn put_flat_row(&mut self, row: &[i16], y: usize) {
        let factor = self.quantisation[0];
        for (sample, dc) in self.canvas.at(0, y).iter_mut().zip(row) {
            *sample = level(*dc, factor);
        }
    }

    #[inline(always)]
    fn put(&mut self, dc: i32, detailed: bool, x: usize, y: usize) {
        let side = usize::from(self.scale);
        let stride = self.canvas.stride;
        let level = self.level(dc);
        let out = self.canvas.at(x * side, y * side);
        if !detailed {
            for row in out.chunks_mut(stride).take(side) {
                row.iter_mut().take(side).for_each(|s| *s = level);
            }
            return;
        }
        self.block[0] = dc as i16;
        let (block, quantisation, basis) = (&self.block, &self.quantisation, &self.basis);
        match side {
            3 => transform::<3, 4>(block, quantisation, basis, out, stride),
            4 => transform::<4, 4>(block, quantisation, basis, out, stride),
            5 => transform::<5, 8>(block, quantisation, basis, out, stride),
            6 => transform::<6, 8>(block, quantisation, basis, out, stride),
            7 => transform::<7, 8>(block, quantisation, basis, out, stride),
            _ => transform::<8, 8>(block, quantisation, basis, out, stride),
        }
    }
}

/// Reads one scan into the channels; what follows the scan, and how many MCUs of it are missing:
/// if all are, [`Error::Truncated`].
///
/// `rows`: rows of MCUs after which nothing is needed any more.
pub(crate) fn scan<'a>(
    scan: &Scan<'a, '_>,
    channels: &mut [Channel],
    rows: u32,
) -> Result<(&'a [u8], u32), Error> {
    let Scan { raw, frame, header, tables, .. } = *scan;
    let mut pairs: Vec<(usize, usize)> = header.components.iter().map(|(_, dc, ac)| (*dc, *ac)).collect();
    pairs.dedup();
    let block_tables =
        pairs.iter().map(|(dc, ac)| BlockTables::new(tables, *dc, *ac)).collect::<Result<Vec<_>, _>>()?;
    let alone = header.components.len() == 1;
    let mut parts = Vec::new();
    for (index, dc, ac) in &header.components {
        let component = &frame.components[*index];
        let quantisation = tables.quantisation[usize::from(component.quantisation)];
        channels[*index]
            .set_quantisation(&quantisation.ok_or(Error::Corrupt("a quantisation table is missing"))?);
        let table = pairs.iter().position(|pair| *pair == (*dc, *ac)).unwrap_or_default();
        parts.push(Part::new(frame, header, *index, table));
    }
    let (across, down) = grid(frame, header);
    // Of a component alone, a row of blocks is less than a row of MCUs.
    let rows = if alone { rows.saturating_mul(4) } else { rows };
    let total = across * down.min(rows);
    let mut means = parts.iter().all(|part| channels[part.index].scale == 1).then(|| {
        let blocks =
            parts.iter().flat_map(|part| std::iter::repeat_n(part.table as u8, part.across * part.down));
        Means::new(&block_tables, &blocks.collect::<Vec<u8>>())
    });
    let mut bits = Bits::new(raw);
    let mut course = Course::new(total, tables.restart);
    while let Some(place) = course.step(&mut bits, across, &mut parts) {
        scan.go_on(place.0)?;
        let mcus = course.row(across);
        if let Some(means) = &mut means {
            let mcus = mcus.min(means.batch()).min(bits.mcus_readable());
            put_means(means.read(&mut bits, mcus), &mut parts, channels, place);
            course.advance(mcus as u32);
            continue;
        }
        // No further than that: what is missing stays grey.
        let mcus = mcus.min(bits.mcus_ready(LARGEST_MCU));
        blocks(&mut bits, &mut parts, place, mcus, |ready, cursor, part, at| {
            let tables = &block_tables[part.table];
            channels[part.index].read((ready, cursor), tables, &mut part.dc, at);
        });
        course.advance(mcus as u32);
    }
    let missing = course.missing.max(u32::from(bits.overrun()));
    if missing >= total {
        return Err(Error::Truncated);
    }
    Ok((bits.rest(), missing))
}

/// Puts down the blocks of the MCUs from column `x` and row `y` of MCUs on.
fn put_means(sums: &[i32], parts: &mut [Part<usize>], channels: &mut [Channel], (x, y): (usize, usize)) {
    let mut before = 0;
    let mut sums = sums.iter();
    for x in x.. {
        for part in &mut *parts {
            let channel = &mut channels[part.index];
            for v in 0..part.down {
                for h in 0..part.across {
                    let Some(sum) = sums.next() else { return };
                    part.dc = part.dc.wrapping_add(sum.wrapping_sub(before));
                    before = *sum;
                    channel.put_flat(part.dc, x * part.across + h, y * part.down + v);
                }
            }
        }
    }
}

//! Which blocks of an animation's canvas differ from one frame to the next.

use super::canvas::Area;
use std::ops::Range;

/// Side of a block: libwebp predicts and quantises blocks of this size, so that a clear one
/// disturbs none of its neighbours.
const BLOCK: usize = 16;
/// Bytes of a pixel.
pub(super) const STEP: usize = 4;
/// Which blocks of a canvas differ.
pub(super) struct Blocks {
    changed: Vec<bool>,
    across: usize,
    width: usize,
    height: usize,
}

impl Blocks {
    /// Compares two canvases; one that is empty differs everywhere.
    pub(super) fn compare(before: &[u8], after: &[u8], width: u32, height: u32, tolerance: u8) -> Self {
        let (width, height) = (width as usize, height as usize);
        let across = width.div_ceil(BLOCK);
        let changed = vec![before.is_empty(); across * height.div_ceil(BLOCK)];
        let mut blocks = Self { changed, across, width, height };
        if before.is_empty() {
            return blocks;
        }
        let row = width * STEP;
        for (y, (old, new)) in before.chunks_exact(row).zip(after.chunks_exact(row)).enumerate() {
            if old == new {
                continue;
            }
            let line = blocks.changed.iter_mut().skip(y / BLOCK * across);
            for (changed, (old, new)) in line.zip(old.chunks(BLOCK * STEP).zip(new.chunks(BLOCK * STEP))) {
                *changed = *changed || differ(old, new, tolerance);
            }
        }
        blocks
    }

    /// The rectangle around all blocks that differ, in pixels.
    pub(super) fn area(&self) -> Option<Area> {
        let rows = || self.changed.chunks_exact(self.across);
        let top = rows().position(|row| row.contains(&true))?;
        let bottom = rows().rposition(|row| row.contains(&true))?;
        let left = rows().filter_map(|row| row.iter().position(|c| *c)).min()?;
        let right = rows().filter_map(|row| row.iter().rposition(|c| *c)).max()?;
        let (x, y) = (left * BLOCK, top * BLOCK);
        Some(Area {
            x: x as u32,
            y: y as u32,
            width: (((right + 1) * BLOCK).min(self.width) - x) as u32,
            height: (((bottom + 1) * BLOCK).min(self.height) - y) as u32,
        })
    }

    /// Makes the blocks of a part clear that do not differ. Tells whether there are any. What is
    /// left of them is one colour, their average: it costs next to nothing, and the decoder's
    /// smoothing across block edges does not draw anything foreign into the neighbours.
    pub(super) fn clear_unchanged(&self, part: &mut [u8], area: Area) -> bool {
        let mut any = false;
        let (left, top) = (area.x as usize / BLOCK, area.y as usize / BLOCK);
        let row = area.width as usize * STEP;
        for (line, rows) in part.chunks_mut(row * BLOCK).enumerate() {
            let blocks = self.changed.get((top + line) * self.across + left..).unwrap_or_default();
            for (column, _) in (0..row.div_ceil(BLOCK * STEP)).zip(blocks).filter(|(_, changed)| !**changed) {
                let from = column * BLOCK * STEP;
                let columns = from..(from + BLOCK * STEP).min(row);
                let colour = average(rows.chunks_exact(row).filter_map(|row| row.get(columns.clone())));
                for pixels in rows.chunks_exact_mut(row).filter_map(|row| row.get_mut(columns.clone())) {
                    pixels.as_chunks_mut().0.fill(colour);
                }
                any = true;
            }
        }
        any
    }

    /// The bytes of the canvas that belong to blocks that differ.
    pub(super) fn for_changed(&self, mut with: impl FnMut(Range<usize>)) {
        for y in 0..self.height {
            for block in 0..self.across {
                if self.changed.get(y / BLOCK * self.across + block) == Some(&true) {
                    let (from, to) = (block * BLOCK, ((block + 1) * BLOCK).min(self.width));
                    with((y * self.width + from) * STEP..(y * self.width + to) * STEP);
                }
            }
        }
    }
}

/// The average colour of opaque pixels, clear.
fn average<'p>(rows: impl Iterator<Item = &'p [u8]>) -> [u8; STEP] {
    let (mut sums, mut count) = ([0u32; 3], 0u32);
    for row in rows {
        for pixel in row.as_chunks::<STEP>().0 {
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum += u32::from(*value);
            }
            count += 1;
        }
    }
    let [r, g, b] = sums.map(|sum| (sum / count.max(1)) as u8);
    [r, g, b, 0]
}

/// Whether a pixel differs so that it can be seen. The colour of clear ones can not.
fn differ(old: &[u8], new: &[u8], tolerance: u8) -> bool {
    old != new
        && old.as_chunks::<STEP>().0.iter().zip(new.as_chunks::<STEP>().0).any(|(old, new)| {
            let [r, g, b, a] = std::array::from_fn(|i| old[i].abs_diff(new[i]));
            a > 0 || (new[3] > 0 && r.max(g).max(b) > tolerance)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_that_differ_are_found() {
        let (width, height) = (40u32, 20u32);
        let before = vec![255; (width * height) as usize * STEP];
        let blocks = |after: &[u8]| Blocks::compare(&before, after, width, height, 4);
        assert_eq!(blocks(&before).area(), None);
        let mut after = before.clone();
        after[(19 * 40 + 39) * STEP] = 251;
        assert_eq!(blocks(&after).area(), None, "within tolerance");
        after[(19 * 40 + 39) * STEP] = 250;
        let corner = Area { x: 32, y: 16, width: 8, height: 4 };
        assert_eq!(blocks(&after).area(), Some(corner));
        after[0] = 0;
        let found = blocks(&after);
        assert_eq!(found.area(), Some(Area { x: 0, y: 0, width, height }));
        let mut part = after.clone();
        assert!(found.clear_unchanged(&mut part, Area { x: 0, y: 0, width, height }));
        let alphas: Vec<u8> = part.as_chunks::<STEP>().0.iter().map(|p| p[3]).collect();
        let at = |x: usize, y: usize| alphas[y * 40 + x];
        assert_eq!(
            [at(0, 0), at(15, 15), at(16, 0), at(0, 16), at(32, 16), at(39, 19)],
            [255, 255, 0, 0, 255, 255]
        );
        let mut bytes = 0;
        found.for_changed(|range| bytes += range.len());
        assert_eq!(bytes, (16 * 16 + 8 * 4) * STEP);
        // A change of alpha is always seen.
        let mut clearer = before.clone();
        clearer[3] = 254;
        assert!(blocks(&clearer).area().is_some());
    }
}

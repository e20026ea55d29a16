//! The canvas of an animation: how long a frame on it is seen, and what changes from one to the next.

use crate::pixels::Pixels;

/// Browsers show frames that are to last 10 ms or less for this long, because of old files that
/// said 0 and meant nothing by it.
const USUAL_DELAY_MS: u32 = 100;

/// How long browsers show a frame that says it lasts `stored` milliseconds.
pub(super) const fn shown_for(stored: u32) -> u32 {
    if stored <= 10 { USUAL_DELAY_MS } else { stored }
}

/// One frame as it is seen, on the whole canvas.
#[derive(Clone, Copy, Debug)]
pub struct FrameView<'f> {
    /// Red, green, blue and alpha, the whole canvas.
    pub pixels: &'f Pixels,
    /// How long it is seen, in milliseconds.
    pub delay_ms: u32,
}

/// A rectangle of a canvas, in pixels; not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The smallest rectangle around the pixels that differ; `None` if none does. Both are of one
/// size, 4 bytes a pixel.
pub(super) fn changed_area(before: &[u8], after: &[u8], width: u32) -> Option<Area> {
    const STEP: usize = 4;
    let row = width as usize * STEP;
    let rows = || before.chunks_exact(row).zip(after.chunks_exact(row));
    let top = rows().position(|(a, b)| a != b)?;
    let bottom = rows().rposition(|(a, b)| a != b)?;
    let (mut left, mut right) = (row, 0);
    for (a, b) in rows().skip(top).take(bottom - top + 1) {
        // Only what lies outside the columns known so far is looked at.
        if let Some(first) = a[..left].iter().zip(&b[..left]).position(|(a, b)| a != b) {
            left = first;
        }
        if let Some(last) = a[right..].iter().zip(&b[right..]).rposition(|(a, b)| a != b) {
            right += last + 1;
        }
    }
    let (left, right) = (left / STEP, right.div_ceil(STEP));
    Some(Area {
        x: left as u32,
        y: top as u32,
        width: (right - left) as u32,
        height: (bottom - top + 1) as u32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_framed_tightly() {
        let (width, height) = (7, 5);
        let before = vec![0; width * height * 4];
        let at = |x: usize, y: usize| (y * width + x) * 4;
        assert_eq!(changed_area(&before, &before, 7), None);
        for (pixels, wanted) in [
            (&[(0, 0)][..], (0, 0, 1, 1)),
            (&[(6, 4)], (6, 4, 1, 1)),
            (&[(2, 1), (4, 3)], (2, 1, 3, 3)),
            (&[(4, 1), (2, 3)], (2, 1, 3, 3)),
            (&[(0, 2), (6, 2)], (0, 2, 7, 1)),
        ] {
            for byte in 0..4 {
                let mut after = before.clone();
                for (x, y) in pixels {
                    after[at(*x, *y) + byte] = 1;
                }
                let (x, y, width, height) = wanted;
                assert_eq!(changed_area(&before, &after, 7), Some(Area { x, y, width, height }));
            }
        }
    }

    #[test]
    fn hasty_frames_are_shown_as_browsers_do() {
        assert_eq!([0, 10, 11, 20, 1000].map(shown_for), [100, 100, 11, 20, 1000]);
    }
}

//! Sizes: of the scaled picture, of what is kept of it, of the canvas.

use super::Size;
use crate::spec::{Filter, Fit, Side, Spec};

/// The sizes of a layout; none is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fitted {
    /// The whole picture after scaling.
    pub(super) scaled: Size,
    /// What is kept of it; never larger.
    pub(super) output: Size,
    /// The size asked for, for `fill`.
    pub(super) canvas: Size,
}

/// Fits a picture of `size` pixels, at least 1, into the box of `spec`.
pub(super) fn fit(size: Size, spec: &Spec) -> Fitted {
    let factor = spec.dpr_thousandths();
    let pixels = |side, own| match side {
        Side::Auto => None,
        Side::Orig => Some(own),
        Side::Pixels(pixels) => Some(part(pixels.max(1), factor)),
    };
    let asked = (pixels(spec.width, size.0), pixels(spec.height, size.1));
    let limited = if spec.has(&Filter::NoUpscale) {
        (asked.0.map(|side| side.min(size.0)), asked.1.map(|side| side.min(size.1)))
    } else {
        asked
    };
    let shrink = proportion(spec);
    let smaller = |size: Size| (part(size.0, shrink), part(size.1, shrink));
    let (mut target, mut canvas) = (complete(size, limited), complete(size, asked));
    if let Fit::Contain { adaptive: true, .. } = spec.fit
        && (size.0 < size.1 && target.0 > target.1 || size.0 > size.1 && target.0 < target.1)
    {
        target = (target.1, target.0);
        canvas = (canvas.1, canvas.0);
    }
    let canvas = smaller(canvas);
    let all = |scaled| Fitted { scaled, output: scaled, canvas };
    match spec.fit {
        Fit::Contain { full: true, .. } => all(around(size, smaller(target))),
        Fit::Contain { full: false, .. } => {
            let fits = target.0 >= size.0 && target.1 >= size.1;
            let enlarge = spec.has(&Filter::Upscale) && !spec.has(&Filter::NoUpscale);
            all(within(size, smaller(if fits && !enlarge { size } else { target })))
        }
        Fit::Cover => match limited {
            // One side alone cuts nothing off, whatever the rounding.
            (None, None) => all(within(size, smaller(size))),
            (Some(width), None) => all(complete(size, (Some(part(width, shrink)), None))),
            (None, Some(height)) => all(complete(size, (None, Some(part(height, shrink))))),
            (Some(_), Some(_)) if spec.has(&Filter::Stretch) => all(smaller(target)),
            (Some(_), Some(_)) => {
                let output = smaller(target);
                Fitted { scaled: around(size, output), output, canvas }
            }
        },
    }
}

/// Both sides of a box: one alone lets the other follow, none are those of the picture.
fn complete(size: Size, sides: (Option<u32>, Option<u32>)) -> Size {
    match sides {
        (None, None) => size,
        (Some(width), None) => (width, follow(size.1, width, size.0)),
        (None, Some(height)) => (follow(size.0, height, size.1), height),
        (Some(width), Some(height)) => (width, height),
    }
}

/// Whether `width` decides when the picture is to cover the box: width/w >= height/h, without
/// dividing.
fn by_width(size: Size, target: Size) -> bool {
    u64::from(target.0) * u64::from(size.1) >= u64::from(target.1) * u64::from(size.0)
}

/// The smallest size that covers `target`. Rounding never makes a side shorter than asked.
fn around(size: Size, target: Size) -> Size {
    if by_width(size, target) {
        (target.0, follow(size.1, target.0, size.0).max(target.1))
    } else {
        (follow(size.0, target.1, size.1).max(target.0), target.1)
    }
}

/// The largest size that fits in `target`. Rounding never makes a side longer than asked.
fn within(size: Size, target: Size) -> Size {
    if by_width(size, target) {
        (follow(size.0, target.1, size.1).min(target.0), target.1)
    } else {
        (target.0, follow(size.1, target.0, size.0).min(target.1))
    }
}

fn proportion(spec: &Spec) -> u32 {
    let asked = spec.last(|filter| match filter {
        Filter::Proportion { thousandths } => Some(*thousandths),
        _ => None,
    });
    asked.unwrap_or(1000)
}

/// So many thousandths of `side`, rounded half up, at least 1.
fn part(side: u32, thousandths: u32) -> u32 {
    follow(side, thousandths, 1000)
}

/// `side * to / from`, rounded half up, at least 1. (sharp rounds the same way.)
pub(super) fn follow(side: u32, to: u32, from: u32) -> u32 {
    let (side, to, from) = (u128::from(side), u128::from(to), u128::from(from.max(1)));
    let rounded = (2 * side * to + from) / (2 * from);
    u32::try_from(rounded).unwrap_or(u32::MAX).max(1)
}

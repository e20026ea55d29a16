//! The Lanczos window, looked up: its sines were a twentieth of the time of a small JPEG.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Lobes on each side.
pub(crate) const LOBES: u32 = 3;

/// Steps of a lobe in the table: interpolated, a weight is off by less than a millionth.
const STEPS: u32 = 1024;

static TABLE: LazyLock<Vec<f64>> =
    LazyLock::new(|| (0..=LOBES * STEPS + 1).map(|i| exact(f64::from(i) / f64::from(STEPS))).collect());

/// Instead of 0 inside of the outer lobes: `fast_image_resize` leaves zeros at the begin of a window out, takes the first
/// window for the leftmost one, and reads what is not there when a later one begins before it.
const NEXT_TO_NOTHING: f64 = 1e-300;

/// The weight of a sample at a distance of `x` (of either sign), in samples of the coarser image. Not 0 for any distance
/// below [`LOBES`].
pub(crate) fn weight(x: f64) -> f64 {
    let place = x.abs() * f64::from(STEPS);
    let step = place as usize;
    match TABLE.get(step..).and_then(<[f64]>::first_chunk) {
        Some([from, to]) => from + (to - from) * (place - step as f64),
        _ => 0.0,
    }
}

/// sinc(x) sinc(x / lobes).
fn exact(x: f64) -> f64 {
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
    match x {
        0.0 => 1.0,
        x if x >= f64::from(LOBES) => 0.0,
        // Whole numbers are zeros of it, which sines miss by a hair.
        x if x.fract() == 0.0 => NEXT_TO_NOTHING,
        x => sinc(x) * sinc(x / f64::from(LOBES)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_those_of_the_definition() {
        for i in -40_000..=40_000 {
            let x = f64::from(i) / 10_000.0;
            assert!((weight(x) - exact(x.abs())).abs() < 1e-6, "{x}");
        }
        assert_eq!(
            [0.0, 1.0, -2.0, 3.0, -3.5, 1e300, f64::INFINITY].map(weight),
            [1.0, NEXT_TO_NOTHING, NEXT_TO_NOTHING, 0.0, 0.0, 0.0, 0.0]
        );
    }

    #[test]
    fn only_what_is_out_of_reach_counts_nothing() {
        for i in 0..40_000 {
            let x = f64::from(i) / 10_000.0;
            assert_eq!(weight(x) == 0.0, x >= 3.0, "{x}");
        }
    }
}

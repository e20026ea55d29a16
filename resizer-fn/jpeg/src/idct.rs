//! From the coefficients of an 8 x 8 block to `n` x `n` samples.
//!
//! The `n` x `n` lowest coefficients, taken as those of an `n`-point transform, give the block at
//! n/8 of its size: what a good low-pass filter would leave. With b(0) = 1/sqrt(8) and b(u) = 1/2,
//! f(x) is the sum over u < n of b(u) F(u) cos((2x + 1) u pi / 2n), in each direction.

/// The last zigzag position with row and column below `n`, for n from 1 to 8 (index 0 is unused).
pub(crate) const KEEP: [u8; 9] = [0, 0, 4, 12, 24, 39, 51, 59, 63];

/// The factors for one `n`: `[u][x]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Basis([[f32; 8]; 8]);

impl Basis {
    /// `n` from 1 to 8.
    pub(crate) fn new(n: u8) -> Self {
        let mut factors = [[0.0; 8]; 8];
        for (u, row) in factors.iter_mut().enumerate().take(n.into()) {
            for (x, factor) in row.iter_mut().enumerate().take(n.into()) {
                let angle = (2 * x + 1) as f64 * u as f64 * std::f64::consts::PI / (2.0 * f64::from(n));
                let weight = if u == 0 { std::f64::consts::FRAC_1_SQRT_2 / 2.0 } else { 0.5 };
                *factor = (weight * angle.cos()) as f32;
            }
        }
        Self(factors)
    }
}

/// The sample that a block with nothing but a DC coefficient consists of.
#[inline(always)]
pub(crate) fn flat(dc: i64) -> u8 {
    (((dc + 4) >> 3) + 128).clamp(0, 255) as u8
}

/// [`flat`] of a coefficient as it is in the file. 32 bits have room for any product, and more of them are made at a time.
#[inline(always)]
pub(crate) fn level(dc: i16, factor: u16) -> u8 {
    (((i32::from(dc) * i32::from(factor) + 4) >> 3) + 128).clamp(0, 255) as u8
}

/// The transform to 2 x 2 samples: there every factor is the same, but for its sign, and no product is left.
#[inline(always)]
pub(crate) fn transform_2(block: &[i16; 64], quantisation: &[u16; 64], out: &mut [u8], stride: usize) {
    // 64 bits: the sum of four products may be too much for 32.
    let at = |place: usize| i64::from(block[place]) * i64::from(quantisation[place]);
    let (sum, difference) = (at(0) + at(1), at(0) - at(1));
    let (lower_sum, lower_difference) = (at(8) + at(9), at(8) - at(9));
    if let Some([a, b]) = out.first_chunk_mut() {
        (*a, *b) = (flat(sum + lower_sum), flat(difference + lower_difference));
    }
    if let Some([a, b]) = out.get_mut(stride..).and_then(<[u8]>::first_chunk_mut) {
        (*a, *b) = (flat(sum - lower_sum), flat(difference - lower_difference));
    }
}

/// Transforms `block` (natural order) times `quantisation` and writes `N` rows of `N` samples. `LANES`, 4 or 8 and no
/// less than `N`, is how many columns are worked on at once; those beyond `N` come to nothing.
#[inline(always)]
pub(crate) fn transform<const N: usize, const LANES: usize>(
    block: &[i16; 64],
    quantisation: &[u16; 64],
    basis: &Basis,
    out: &mut [u8],
    stride: usize,
) {
    // Columns first: a row of the coefficients at a time, so that the inner loop runs across.
    let mut half = [[0.0f32; LANES]; N];
    for u in 0..N {
        let mut row = [0.0f32; LANES];
        for (x, value) in row.iter_mut().enumerate() {
            *value = f32::from(block[u * 8 + x]) * f32::from(quantisation[u * 8 + x]);
        }
        for (y, line) in half.iter_mut().enumerate() {
            let factor = basis.0[u][y];
            for x in 0..LANES {
                line[x] += factor * row[x];
            }
        }
    }
    for (line, out) in half.iter().zip(out.chunks_mut(stride)) {
        let mut samples = [128.0f32; LANES];
        for (value, factors) in line.iter().zip(&basis.0).take(N) {
            for (sample, factor) in samples.iter_mut().zip(factors) {
                *sample += value * factor;
            }
        }
        // Added to 2^23, a number from 0 to 255 stands in the last bits, rounded: unlike a cast, that is done for
        // several at once.
        let rounded = samples.map(|sample| (sample.clamp(0.0, 255.0) + 8_388_608.0).to_bits() as u8);
        if let (Some(out), Some(rounded)) = (out.first_chunk_mut::<N>(), rounded.first_chunk::<N>()) {
            *out = *rounded;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::NATURAL;

    #[test]
    fn keep_is_where_the_last_of_them_stands() {
        for (n, keep) in KEEP.iter().enumerate().skip(1) {
            let inside = |p: u8| usize::from(p / 8) < n && usize::from(p % 8) < n;
            let last = NATURAL.iter().rposition(|p| inside(*p));
            assert_eq!(last, Some(usize::from(*keep)), "{n}");
        }
    }

    /// The mean of each part of a block that is a product of cosines, by the definition of the transform.
    fn samples(block: &[i16; 64]) -> [f64; 64] {
        let mut out = [0.0; 64];
        for (i, out) in out.iter_mut().enumerate() {
            let (y, x) = (i / 8, i % 8);
            for (k, f) in block.iter().enumerate() {
                let (v, u) = (k / 8, k % 8);
                let c = |u: usize| if u == 0 { 0.5f64.sqrt() } else { 1.0 };
                let cos =
                    |x: usize, u: usize| ((2 * x + 1) as f64 * u as f64 * std::f64::consts::PI / 16.0).cos();
                *out += c(u) * c(v) / 4.0 * f64::from(*f) * cos(x, u) * cos(y, v);
            }
        }
        out
    }

    #[test]
    fn eight_points_are_the_transform_of_the_standard() {
        let mut block = [0; 64];
        for (k, value) in [(0, 200), (1, -90), (8, 55), (9, 31), (27, -40), (63, 12), (7, 9), (56, -14)] {
            block[k] = value;
        }
        let mut out = [0; 64];
        transform::<8, 8>(&block, &[1; 64], &Basis::new(8), &mut out, 8);
        for (got, exact) in out.iter().zip(samples(&block)) {
            assert!((f64::from(*got) - (exact + 128.0)).abs() <= 0.51, "{got} {exact}");
        }
    }

    #[test]
    fn fewer_points_keep_the_mean_and_the_slope() {
        let mut block = [0; 64];
        (block[0], block[1], block[8]) = (80, -200, 60);
        let exact = samples(&block);
        let mean = |x: usize, y: usize, side: usize| {
            let sum: f64 =
                (0..side * side).map(|i| exact[(y * side + i / side) * 8 + x * side + i % side]).sum();
            sum / (side * side) as f64 + 128.0
        };
        let mut out = [0; 16];
        transform::<4, 4>(&block, &[1; 64], &Basis::new(4), &mut out, 4);
        for (i, got) in out.iter().enumerate() {
            assert!((f64::from(*got) - mean(i % 4, i / 4, 2)).abs() < 2.0);
        }
        let mut out = [0; 4];
        transform_2(&block, &[1; 64], &mut out, 2);
        for (i, got) in out.iter().enumerate() {
            assert!((f64::from(*got) - mean(i % 2, i / 2, 4)).abs() < 4.0);
        }
    }

    #[test]
    fn two_points_are_the_transform_without_products() {
        let mut block = [0; 64];
        let mut quantisation = [1; 64];
        for step in -40..40i16 {
            (block[0], block[1], block[8], block[9]) = (step * 7, 300 - step, step * step / 9, -3 * step);
            (quantisation[0], quantisation[1], quantisation[8]) = (3, 2, 5);
            let (mut plain, mut quick) = ([0; 4], [0; 4]);
            transform::<2, 4>(&block, &quantisation, &Basis::new(2), &mut plain, 2);
            transform_2(&block, &quantisation, &mut quick, 2);
            for (plain, quick) in plain.iter().zip(quick) {
                // What is just between two is rounded differently.
                assert!(plain.abs_diff(quick) <= 1, "{step}");
            }
        }
    }

    #[test]
    fn extremes_are_cut() {
        let mut out = [7; 4];
        transform_2(&[i16::MAX; 64], &[u16::MAX; 64], &mut out, 2);
        assert_eq!(out[0], 255);
        transform_2(&[i16::MIN; 64], &[u16::MAX; 64], &mut out, 2);
        assert_eq!(out[0], 0);
        transform::<2, 4>(&[i16::MAX; 64], &[255; 64], &Basis::new(2), &mut out, 2);
        assert_eq!(out[0], 255);
        transform::<2, 4>(&[i16::MIN; 64], &[255; 64], &Basis::new(2), &mut out, 2);
        assert_eq!(out[0], 0);
        assert_eq!((flat(0), flat(-100_000), flat(100_000), flat(8)), (128, 0, 255, 129));
        for dc in [i16::MIN, -2049, -1, 0, 1, 3, 4, 2047, i16::MAX] {
            for factor in [0, 1, 2, 255, u16::MAX] {
                assert_eq!(level(dc, factor), flat(i64::from(dc) * i64::from(factor)), "{dc} {factor}");
            }
        }
    }
}

//! Three running means, which together come close to a Gaussian at a cost that does not depend on
//! how far it spreads.

use super::wide::Wide;
use crate::error::Error;
use crate::pixels::Channels;
use crate::stop::Stop;

/// Blurs so that a point spreads by `variance` square pixels in each direction.
pub(super) fn blur(mut pixels: Wide, variance: f64, stop: &Stop) -> Result<Wide, Error> {
    let radii = radii(variance);
    match pixels.channels {
        Channels::Grey => rows::<1>(&mut pixels, radii, stop)?,
        Channels::GreyAlpha => rows::<2>(&mut pixels, radii, stop)?,
        Channels::Rgb => rows::<3>(&mut pixels, radii, stop)?,
        Channels::Rgba => rows::<4>(&mut pixels, radii, stop)?,
    }
    for radius in radii {
        pixels = columns(&pixels, radius, stop)?;
    }
    Ok(pixels)
}

/// The radii of three boxes, equal or one apart, whose variances come closest to the given one. A box
/// of radius r spreads by r(r + 1) / 3.
fn radii(variance: f64) -> [usize; 3] {
    let smaller = ((0.25 + variance).sqrt() - 0.5).max(0.0) as usize;
    let spread = |r: usize| (r * (r + 1)) as f64 / 3.0;
    let missing = (variance - 3.0 * spread(smaller)) / (spread(smaller + 1) - spread(smaller));
    let larger = missing.round().clamp(0.0, 3.0) as usize;
    [0, 1, 2].map(|i| smaller + usize::from(i < larger))
}

/// All three means along each row.
fn rows<const N: usize>(pixels: &mut Wide, radii: [usize; 3], stop: &Stop) -> Result<(), Error> {
    let row = pixels.row();
    let mut line = Vec::with_capacity(pixels.width + 2 * radii[2] + 1);
    for data in pixels.data.chunks_exact_mut(row) {
        stop.check()?;
        for radius in radii {
            row_mean(data.as_chunks_mut::<N>().0, &mut line, radius);
        }
    }
    Ok(())
}

/// One mean along one row. `line` is room to work in.
fn row_mean<const N: usize>(pixels: &mut [[u16; N]], line: &mut Vec<[u16; N]>, radius: usize) {
    let (Some(first), Some(last)) = (pixels.first().copied(), pixels.last().copied()) else { return };
    // The row with its edges repeated, so that the loops below have no special cases.
    line.clear();
    line.extend(std::iter::repeat_n(first, radius));
    line.extend_from_slice(pixels);
    line.extend(std::iter::repeat_n(last, radius + 1));
    let width = 2 * radius + 1;
    let mut sums = [0u32; N];
    for pixel in &line[..width] {
        for i in 0..N {
            sums[i] += u32::from(pixel[i]);
        }
    }
    let part = 1.0 / width as f32;
    for ((to, gone), come) in pixels.iter_mut().zip(line.iter()).zip(&line[width..]) {
        for i in 0..N {
            to[i] = (sums[i] as f32 * part + 0.5) as u16;
            sums[i] = sums[i] + u32::from(come[i]) - u32::from(gone[i]);
        }
    }
}

/// One mean down all columns at once.
fn columns(pixels: &Wide, radius: usize, stop: &Stop) -> Result<Wide, Error> {
    let (row, last) = (pixels.row(), pixels.height - 1);
    let line = |y: usize| &pixels.data[y * row..][..row];
    let mut sums = vec![0u32; row];
    // The window around the first row; what is above counts as the first row.
    for (sum, v) in sums.iter_mut().zip(line(0)) {
        *sum = u32::from(*v) * (radius as u32 + 1);
    }
    for y in 1..=radius {
        for (sum, v) in sums.iter_mut().zip(line(y.min(last))) {
            *sum += u32::from(*v);
        }
    }
    let part = 1.0 / (2 * radius + 1) as f32;
    let mut data = vec![0; pixels.data.len()];
    for (y, out) in data.chunks_exact_mut(row).enumerate() {
        stop.check()?;
        let (gone, come) = (line(y.saturating_sub(radius)), line((y + radius + 1).min(last)));
        for (((out, sum), gone), come) in out.iter_mut().zip(&mut sums).zip(gone).zip(come) {
            *out = (*sum as f32 * part + 0.5) as u16;
            *sum = *sum + u32::from(*come) - u32::from(*gone);
        }
    }
    Ok(Wide { data, ..*pixels })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_boxes_have_the_variance_asked_for() {
        for variance in [1.0, 2.5, 40.0, 123.0, 5000.0, 22_500.0] {
            let got: f64 = radii(variance).iter().map(|r| (r * (r + 1)) as f64 / 3.0).sum();
            // One box may be off by half of what its radius changes.
            assert!((got - variance).abs() <= (variance + 1.0).sqrt() / 2.0, "{variance}: {got}");
        }
        assert_eq!(radii(0.0), [0; 3]);
    }
}

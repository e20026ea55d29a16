//! Shrinking a PNG by a whole number while its rows are read.

use super::Header;
use super::png_rows::Rows;
use crate::error::Error;
use crate::pixels::{Channels, Pixels};

/// Averages boxes of `by` x `by` pixels; smaller ones at the right and lower edge.
pub(super) fn shrink(rows: &mut Rows<'_>, header: &Header, by: u32) -> Result<Pixels, Error> {
    let channels = rows.channels;
    match channels {
        Channels::Grey => run::<1>(rows, header, by, Plain),
        Channels::Rgb => run::<3>(rows, header, by, Plain),
        Channels::GreyAlpha => run::<2>(rows, header, by, Weighted),
        Channels::Rgba => run::<4>(rows, header, by, Weighted),
    }
}

/// How pixels are added up.
trait Sums {
    /// Adds a row to the sums of its columns.
    fn add<const N: usize>(self, sums: &mut [[u32; N]], row: &[[u8; N]]);
    /// The average of some columns, `count` pixels in all.
    fn average<const N: usize>(self, sums: &[[u32; N]], count: u64) -> [u8; N];
}

#[derive(Clone, Copy)]
struct Plain;

impl Sums for Plain {
    fn add<const N: usize>(self, sums: &mut [[u32; N]], row: &[[u8; N]]) {
        for (sum, value) in sums.as_flattened_mut().iter_mut().zip(row.as_flattened()) {
            *sum += u32::from(*value);
        }
    }

    fn average<const N: usize>(self, sums: &[[u32; N]], count: u64) -> [u8; N] {
        let mut all = [0u64; N];
        for column in sums {
            for (all, sum) in all.iter_mut().zip(column) {
                *all += u64::from(*sum);
            }
        }
        all.map(|sum| ((sum + count / 2) / count) as u8)
    }
}

/// The last channel is alpha, and the others count by it.
#[derive(Clone, Copy)]
struct Weighted;

impl Sums for Weighted {
    fn add<const N: usize>(self, sums: &mut [[u32; N]], row: &[[u8; N]]) {
        for (sum, pixel) in sums.iter_mut().zip(row) {
            let alpha = u32::from(pixel[N - 1]);
            for channel in 0..N - 1 {
                sum[channel] += u32::from(pixel[channel]) * alpha;
            }
            sum[N - 1] += alpha;
        }
    }

    fn average<const N: usize>(self, sums: &[[u32; N]], count: u64) -> [u8; N] {
        let mut all = [0u64; N];
        for column in sums {
            for (all, sum) in all.iter_mut().zip(column) {
                *all += u64::from(*sum);
            }
        }
        let alpha = all[N - 1];
        let mut pixel = all.map(|sum| (sum + alpha / 2).checked_div(alpha).unwrap_or(0) as u8);
        pixel[N - 1] = ((alpha + count / 2) / count) as u8;
        pixel
    }
}

fn run<const N: usize>(
    rows: &mut Rows<'_>,
    header: &Header,
    by: u32,
    sums_of: impl Sums + Copy,
) -> Result<Pixels, Error> {
    let (width, height) = (header.width.div_ceil(by), header.height.div_ceil(by));
    let mut data = Vec::with_capacity(width as usize * height as usize * N);
    let mut row = vec![0; rows.row_length()];
    let mut sums = vec![[0u32; N]; header.width as usize];
    for top in (0..header.height).step_by(by as usize) {
        let lines = by.min(header.height - top);
        sums.fill([0; N]);
        for _ in 0..lines {
            rows.read(&mut row)?;
            sums_of.add(&mut sums, row.as_chunks().0);
        }
        for columns in sums.chunks(by as usize) {
            let count = columns.len() as u64 * u64::from(lines);
            data.extend_from_slice(&sums_of.average(columns, count));
        }
    }
    Ok(Pixels { width, height, channels: rows.channels, data })
}

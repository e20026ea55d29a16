//! How much each pixel draws the eye.

use crate::effect::channels::widen;
use crate::pixels::{Channels, Pixels};

/// What each feature counts, after its largest value in the picture has been made 1. Found, as are
/// [`RARITY`] and the other numbers here, by trying on photographs whose subjects are known.
const DETAIL: f32 = 0.5;
const STRONG_COLOUR: f32 = 0.2;
const SKIN: f32 = 0.3;
const DISTINCT: f32 = 0.5;

/// A feature that is all over the picture says little about where to look: it counts less by
/// `1 - mean` to this power.
const RARITY: i32 = 4;

/// Largest values below this part of the range are noise, and are not made larger.
const NOISE: f32 = 0.1;

/// A value for each pixel, 0 and up, row by row. Few strong values outweigh many weak ones.
pub(super) fn saliency(pixels: &Pixels) -> Vec<f32> {
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    let rgba = widen(pixels.clone(), Channels::Rgba);
    let rgba = rgba.data.as_chunks::<4>().0;
    let shorter = width.min(height);
    let mut soft = Soft { width, line: Vec::new(), reach: (shorter / 32).max(1) };

    let planes = Planes::of(rgba);
    let mut sum = vec![0.0; rgba.len()];
    let mut count = |feature: Vec<f32>, weight: f32| {
        let feature = soft.blurred(feature);
        let largest = feature.iter().copied().fold(NOISE, f32::max);
        let mean = feature.iter().sum::<f32>() / (largest * feature.len().max(1) as f32);
        let factor = weight * (1.0 - mean).powi(RARITY) / largest;
        sum.iter_mut().zip(&feature).for_each(|(sum, v)| *sum += v * factor);
    };
    count(detail(&planes, width), DETAIL);
    count(rgba.iter().map(strength_of_colour).collect(), STRONG_COLOUR);
    count(rgba.iter().map(skin).collect(), SKIN);
    count(distinct(&planes, width, (shorter / 24).max(2)), DISTINCT);
    sum.iter().map(|v| v.powi(4)).collect()
}

/// Brightness and two differences of colour, 0 to 1 and -1 to 1, all times alpha.
struct Planes {
    luma: Vec<f32>,
    blue: Vec<f32>,
    red: Vec<f32>,
    alpha: Vec<f32>,
}

impl Planes {
    fn of(rgba: &[[u8; 4]]) -> Self {
        let part = |v: u8, a: u8| f32::from(v) * f32::from(a) / (255.0 * 255.0);
        let luma: Vec<f32> = rgba
            .iter()
            .map(|[r, g, b, a]| 0.299 * part(*r, *a) + 0.587 * part(*g, *a) + 0.114 * part(*b, *a))
            .collect();
        let less_luma = |i: usize| rgba.iter().zip(&luma).map(|(p, l)| part(p[i], p[3]) - l).collect();
        Self {
            blue: less_luma(2),
            red: less_luma(0),
            alpha: rgba.iter().map(|p| f32::from(p[3]) / 255.0).collect(),
            luma,
        }
    }
}

/// How much the brightness differs from that of the four neighbours.
fn detail(planes: &Planes, width: usize) -> Vec<f32> {
    /// Steeper edges are not more of interest.
    const MOST: f32 = 0.63;
    let rows: Vec<&[f32]> = planes.luma.chunks_exact(width).collect();
    let mut out = Vec::with_capacity(planes.luma.len());
    for (y, row) in rows.iter().enumerate() {
        let above = rows.get(y.wrapping_sub(1)).unwrap_or(row);
        let below = rows.get(y + 1).unwrap_or(row);
        for (x, v) in row.iter().enumerate() {
            let left = row.get(x.wrapping_sub(1)).unwrap_or(v);
            let right = row.get(x + 1).unwrap_or(v);
            out.push((4.0 * v - left - right - above[x] - below[x]).abs().min(MOST) / MOST);
        }
    }
    out
}

/// How far the colour is from grey.
fn strength_of_colour([r, g, b, a]: &[u8; 4]) -> f32 {
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    f32::from(most - least) * f32::from(*a) / (255.0 * 255.0)
}

/// How close the hue is to that of human skin, which is nearly the same at all of its tones; nothing
/// for what is too dark, too pale or too colourful for skin.
fn skin([r, g, b, a]: &[u8; 4]) -> f32 {
    /// The direction of skin in the RGB cube, of length 1.
    const TONE: [f32; 3] = [0.735, 0.537, 0.415];
    /// From this distance on it is another hue.
    const REACH: f32 = 0.2;
    let (most, least) = (*r.max(g).max(b), *r.min(g).min(b));
    if most < 50 || !(15..140).contains(&(most - least)) {
        return 0.0;
    }
    let colour = [r, g, b].map(|v| f32::from(*v));
    let length = colour.iter().map(|v| v * v).sum::<f32>().sqrt();
    let off: f32 = colour.iter().zip(TONE).map(|(v, tone)| (v / length - tone).powi(2)).sum();
    (1.0 - off.sqrt() / REACH).max(0.0) * f32::from(*a) / 255.0
}

/// How far brightness and colour, a little blurred, are from the mean of the picture.
fn distinct(planes: &Planes, width: usize, reach: usize) -> Vec<f32> {
    let mut soft = Soft { width, line: Vec::new(), reach };
    let weight: f64 = planes.alpha.iter().map(|a| f64::from(*a)).sum::<f64>().max(1.0);
    let mut from_mean = |plane: &Vec<f32>| {
        let mean = (plane.iter().map(|v| f64::from(*v)).sum::<f64>() / weight) as f32;
        soft.blurred(plane.iter().zip(&planes.alpha).map(|(v, a)| v - mean * a).collect())
    };
    let (luma, blue, red) = (from_mean(&planes.luma), from_mean(&planes.blue), from_mean(&planes.red));
    let distance = |((l, b), r): ((&f32, &f32), &f32)| (0.5 * l * l + 2.0 * (b * b + r * r)).sqrt();
    luma.iter().zip(&blue).zip(&red).map(distance).collect()
}

/// A mean over a square, for planes of one size.
struct Soft {
    /// Width of the planes.
    width: usize,
    /// Room to work in.
    line: Vec<f32>,
    /// How many pixels on each side are counted in.
    reach: usize,
}

impl Soft {
    fn blurred(&mut self, mut plane: Vec<f32>) -> Vec<f32> {
        let width = self.width;
        for row in plane.chunks_exact_mut(width) {
            self.line.clear();
            self.line.extend_from_slice(row);
            for (x, out) in row.iter_mut().enumerate() {
                let window = &self.line[x.saturating_sub(self.reach)..(x + self.reach + 1).min(width)];
                *out = window.iter().sum::<f32>() / window.len() as f32;
            }
        }
        // Down the columns a whole row at a time.
        let rows: Vec<&[f32]> = plane.chunks_exact(width).collect();
        let mut out = Vec::with_capacity(plane.len());
        for y in 0..rows.len() {
            let window = &rows[y.saturating_sub(self.reach)..(y + self.reach + 1).min(rows.len())];
            let start = out.len();
            out.resize(start + width, 0.0);
            for row in window {
                out[start..].iter_mut().zip(*row).for_each(|(sum, v)| *sum += v / window.len() as f32);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skin_of_all_tones_and_nothing_else() {
        for tone in [[241, 194, 165, 255], [224, 172, 130, 255], [198, 134, 100, 255], [141, 85, 60, 255]] {
            assert!(skin(&tone) > 0.3, "{tone:?}: {}", skin(&tone));
        }
        for other in [[40, 90, 200, 255], [60, 160, 40, 255], [250, 10, 10, 255], [128, 128, 128, 255]] {
            assert!(skin(&other) == 0.0, "{other:?}: {}", skin(&other));
        }
        assert_eq!(skin(&[224, 172, 130, 0]), 0.0);
    }
}

//! Backgrounds that are made of the picture itself.

use super::blur::blur;
use crate::pixels::{Channels, Pixels};
use crate::stop::NEVER;
use resizer_resample::{Kernel, Source, Stretch};

/// The longer side, in pixels, of the small picture that is blurred: large blurs of large pictures
/// are dear, and nobody sees the difference.
pub(crate) const SMALL: u32 = 96;

/// How far the small picture is blurred: its radius, and the standard deviation, in pixels.
const SPREAD: (u32, f32) = (9, 3.5);

/// The commonest colour along the four edges, opaque; black if all edges are clear. Colours that
/// differ little count as the same, and their mean is the result.
pub fn edge_colour(pixels: &Pixels) -> [u8; 4] {
    match pixels.channels {
        Channels::Grey => commonest(pixels, |[v]: [u8; 1]| [v, v, v, 255]),
        Channels::GreyAlpha => commonest(pixels, |[v, a]: [u8; 2]| [v, v, v, a]),
        Channels::Rgb => commonest(pixels, |[r, g, b]: [u8; 3]| [r, g, b, 255]),
        Channels::Rgba => commonest(pixels, |pixel: [u8; 4]| pixel),
    }
}

fn commonest<const N: usize>(pixels: &Pixels, colour: impl Fn([u8; N]) -> [u8; 4]) -> [u8; 4] {
    /// Levels of each channel that are told apart.
    const LEVELS: usize = 8;
    let data = pixels.data.as_chunks::<N>().0;
    let (width, inner) = (pixels.width as usize, pixels.height.saturating_sub(2) as usize);
    let ends = data.iter().take(width).chain(data.iter().rev().take(width));
    let sides = data
        .chunks_exact(width)
        .skip(1)
        .take(inner)
        .flat_map(|row| row.first().into_iter().chain(row.last()));
    // Red, green and blue times alpha, and alpha, summed up.
    let mut bins = vec![[0u64; 4]; LEVELS * LEVELS * LEVELS];
    for [r, g, b, a] in ends.chain(sides).map(|p| colour(*p)) {
        let level = |v: u8| usize::from(v) * LEVELS / 256;
        let bin = &mut bins[(level(r) * LEVELS + level(g)) * LEVELS + level(b)];
        for (sum, v) in bin.iter_mut().zip([r, g, b]) {
            *sum += u64::from(v) * u64::from(a);
        }
        bin[3] += u64::from(a);
    }
    // Of equals the first one, so that the result depends on the picture alone.
    let fullest = bins.iter().rev().max_by_key(|bin| bin[3]).copied().unwrap_or_default();
    let [r, g, b, weight] = fullest;
    let mean = |sum: u64| ((sum + weight / 2).checked_div(weight)).unwrap_or(0) as u8;
    [mean(r), mean(g), mean(b), 255]
}

/// `pixels`, scaled to cover `width` x `height` pixels (at least 1), cut in the middle, and blurred.
pub fn blurred_cover(pixels: &Pixels, width: u32, height: u32) -> Pixels {
    let longer = width.max(height);
    let small = |side: u32| {
        let scaled = u64::from(side) * u64::from(SMALL.min(longer)) / u64::from(longer);
        (scaled as u32).max(1)
    };
    // The largest part of the picture with the canvas's aspect.
    let (w, h) = (f64::from(pixels.width), f64::from(pixels.height));
    let aspect = f64::from(width) / f64::from(height);
    let part = (w.min(h * aspect), h.min(w / aspect));
    let from = ((w - part.0) / 2.0, (h - part.1) / 2.0, part.0, part.1);
    let tiny = scale(pixels, from, (small(width), small(height)));
    // So small that nothing has to be able to stop it; it can't fail then.
    let soft = blur(tiny.clone(), SPREAD.0, SPREAD.1, &NEVER).unwrap_or(tiny);
    let whole = (0.0, 0.0, f64::from(soft.width), f64::from(soft.height));
    scale(&soft, whole, (width, height))
}

/// Scales a part (left, top, width, height) to a size, without overshooting.
fn scale(pixels: &Pixels, part: (f64, f64, f64, f64), to: (u32, u32)) -> Pixels {
    let channels = pixels.channels;
    let size = (pixels.width, pixels.height);
    let source = Source { data: &pixels.data, size, channels: channels.count() };
    let within = (0, 0, size.0, size.1);
    let stretch = Stretch { within, corner: (part.0, part.1), extent: (part.2, part.3), to };
    let scaled = resizer_resample::scale(&source, &stretch, Kernel::Triangle);
    debug_assert!(scaled.is_some(), "{stretch:?}");
    // It cannot fail with sizes made here; if it did, the background would be black or clear.
    let data = scaled.unwrap_or_else(|| vec![0; to.0 as usize * to.1 as usize * channels.count()]);
    Pixels { width: to.0, height: to.1, channels, data }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::testing::*;
    use proptest::prelude::*;

    #[test]
    fn the_edge_counts_not_the_middle() {
        let pixels = drawn(20, 20, Channels::Rgb, |x, y| {
            if (1..19).contains(&x) && (1..19).contains(&y) {
                [255, 0, 0]
            } else {
                [10, 20 + (y % 3) as u8, 200]
            }
        });
        let [r, g, b, a] = edge_colour(&pixels);
        assert_eq!((r, b, a), (10, 200, 255));
        assert!((20..=22).contains(&g));
    }

    #[test]
    fn clear_edges_count_nothing() {
        let clear = flat(5, 5, Channels::Rgba, &[200, 100, 50, 0]);
        assert_eq!(edge_colour(&clear), [0, 0, 0, 255]);
        let mut dot = clear.clone();
        dot.data[..4].copy_from_slice(&[7, 8, 9, 255]);
        assert_eq!(edge_colour(&dot), [7, 8, 9, 255]);
    }

    #[test]
    fn the_cover_is_the_middle_of_the_picture() {
        // Left and right thirds black: a tall canvas sees the white middle alone.
        let pixels = drawn(90, 30, Channels::Grey, |x, _| [if (30..60).contains(&x) { 255 } else { 0 }]);
        let cover = blurred_cover(&pixels, 100, 400);
        assert!(cover.data.iter().all(|v| *v > 250));
        // A wide one sees dark ends, and no hard edge between.
        let cover = blurred_cover(&pixels, 900, 300);
        assert!(at(&cover, 5, 150)[0] < 5 && at(&cover, 450, 150)[0] > 250);
        assert!(cover.data.array_windows().all(|[a, b]| a.abs_diff(*b) < 6 || *b < 6));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn flat_pictures_have_flat_covers(
            channels in any_channels(), colour: [u8; 4], size in (1u32..40, 1u32..40), canvas in (1u32..300, 1u32..300),
        ) {
            let mut colour = colour;
            colour[channels.count() - 1] |= 3;
            let pixels = flat(size.0, size.1, channels, &colour);
            let cover = blurred_cover(&pixels, canvas.0, canvas.1);
            prop_assert!(is_sound(&cover));
            prop_assert_eq!((cover.width, cover.height, cover.channels), (canvas.0, canvas.1, channels));
            let opaque = !channels.has_alpha() || colour[channels.count() - 1] == 255;
            if opaque {
                prop_assert_eq!(&cover, &flat(canvas.0, canvas.1, channels, &colour));
                prop_assert_eq!(edge_colour(&pixels), rgba(&pixels, 0, 0));
            }
        }
    }
}

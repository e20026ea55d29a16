//! From the size of the source and what is asked to what has to be scaled and cut. Integers only.

use crate::spec::{Side, Spec};

/// Width and height in pixels.
pub type Size = (u32, u32);

/// A rectangle of whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// Columns left of it.
    pub x: u32,
    /// Rows above it.
    pub y: u32,
    /// Width in pixels, at least 1.
    pub width: u32,
    /// Height in pixels, at least 1.
    pub height: u32,
}

/// How the result comes about: the source is scaled to [`Layout::scaled`] and of that
/// [`Layout::crop`] is kept. (A resampler may do both in one step.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Size of the whole source after scaling; never 0, may be far larger than the result.
    pub scaled: Size,
    /// The part of it that is the result; always inside.
    pub crop: Rect,
}

impl Layout {
    /// The size of the result.
    pub const fn output(&self) -> Size {
        (self.crop.width, self.crop.height)
    }
}

/// Lays out a source of `source` pixels (both at least 1; 0 counts as 1) for the box of `spec`.
///
/// With one side given, the other follows the aspect, rounded half up, and is at least 1. With both
/// given, the source is scaled to the smallest size that covers them and cut in the middle; of an
/// odd surplus the larger half goes from the right or the bottom. Small sources are enlarged.
pub fn layout(source: Size, spec: &Spec) -> Layout {
    let (w, h) = (source.0.max(1), source.1.max(1));
    let pixels = |side, orig| match side {
        Side::Auto => None,
        Side::Orig => Some(orig),
        Side::Pixels(pixels) => Some(pixels),
    };
    match (pixels(spec.width, w), pixels(spec.height, h)) {
        (None, None) => whole((w, h)),
        (Some(width), None) => whole((width, follow(h, width, w))),
        (None, Some(height)) => whole((follow(w, height, h), height)),
        (Some(width), Some(height)) => {
            // The relatively shorter side decides: width/w >= height/h, without dividing.
            let by_width = u64::from(width) * u64::from(h) >= u64::from(height) * u64::from(w);
            // Rounding must not make the other side shorter than asked, hence `max`.
            let scaled = if by_width {
                (width, follow(h, width, w).max(height))
            } else {
                (follow(w, height, h).max(width), height)
            };
            Layout {
                scaled,
                crop: Rect { x: (scaled.0 - width) / 2, y: (scaled.1 - height) / 2, width, height },
            }
        }
    }
}

fn whole(size: Size) -> Layout {
    Layout { scaled: size, crop: Rect { x: 0, y: 0, width: size.0, height: size.1 } }
}

/// `side * to / from`, rounded half up, at least 1.
fn follow(side: u32, to: u32, from: u32) -> u32 {
    let (side, to, from) = (u128::from(side), u128::from(to), u128::from(from));
    let rounded = (2 * side * to + from) / (2 * from);
    u32::try_from(rounded).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_side_keeps_the_aspect() {
        assert_eq!(layout((1200, 400), &Spec::width(100)).output(), (100, 33));
        assert_eq!(layout((400, 1200), &Spec::height(100)).output(), (33, 100));
        // 3 * 50 / 100 = 1.5 goes up.
        assert_eq!(layout((100, 3), &Spec::width(50)).output(), (50, 2));
        // 1 * 49 / 100 = 0.49 would be nothing.
        assert_eq!(layout((100, 1), &Spec::width(49)).output(), (49, 1));
        assert_eq!(layout((2, 3), &Spec::width(4)).output(), (4, 6));
    }

    #[test]
    fn fill_cuts_the_middle() {
        let wide = layout((600, 200), &Spec::cover(200, 200));
        assert_eq!(wide.scaled, (600, 200));
        assert_eq!(wide.crop, Rect { x: 200, y: 0, width: 200, height: 200 });
        let tall = layout((300, 500), &Spec::cover(300, 200));
        assert_eq!(tall.scaled, (300, 500));
        assert_eq!(tall.crop, Rect { x: 0, y: 150, width: 300, height: 200 });
        // 305 - 200 = 105: 52 from the left, 53 from the right.
        assert_eq!(layout((305, 200), &Spec::cover(200, 200)).crop.x, 52);
    }

    #[test]
    fn same_aspect_cuts_nothing() {
        assert_eq!(layout((6000, 4000), &Spec::cover(300, 200)), whole((300, 200)));
        // 1920 x 1080 to 853 x 480: rounding alone must not leave a gap or cut a line.
        assert_eq!(layout((1920, 1080), &Spec::cover(853, 480)).scaled, (853, 480));
    }

    #[test]
    fn extremes_do_not_overflow() {
        let tall = layout((1, u32::MAX), &Spec::cover(10_000, 1));
        assert_eq!(tall.output(), (10_000, 1));
        assert_eq!(tall.scaled.1, u32::MAX);
        assert_eq!(layout((u32::MAX, 1), &Spec::height(10_000)).scaled.0, u32::MAX);
        assert_eq!(layout((0, 0), &Spec::width(7)).output(), (7, 7));
    }

    proptest! {
        #[test]
        fn results_are_as_asked(w in 1u32..70_000, h in 1u32..70_000, a in 1u32..=10_000, b in 1u32..=10_000) {
            prop_assert_eq!(layout((w, h), &Spec::cover(a, b)).output(), (a, b));
            let by_width = layout((w, h), &Spec::width(a));
            prop_assert_eq!(by_width.output().0, a);
            prop_assert!(by_width.output().1 >= 1);
            let by_height = layout((w, h), &Spec::height(b));
            prop_assert_eq!(by_height.output().1, b);
            prop_assert!(by_height.output().0 >= 1);
        }

        #[test]
        fn the_cut_is_inside_and_centred(w in 1u32..70_000, h in 1u32..70_000, a in 1u32..=10_000, b in 1u32..=10_000) {
            let Layout { scaled, crop } = layout((w, h), &Spec::cover(a, b));
            prop_assert!(crop.x + crop.width <= scaled.0 && crop.y + crop.height <= scaled.1);
            let (right, bottom) = (scaled.0 - crop.width - crop.x, scaled.1 - crop.height - crop.y);
            prop_assert!(right - crop.x <= 1 && bottom - crop.y <= 1);
            // No more is scaled than needed: one side fits exactly.
            prop_assert!(scaled.0 == a || scaled.1 == b);
        }

        #[test]
        fn the_aspect_is_kept_to_half_a_pixel(w in 1u32..70_000, h in 1u32..70_000, a in 1u32..=10_000) {
            let (_, got) = layout((w, h), &Spec::width(a)).output();
            let exact = f64::from(h) * f64::from(a) / f64::from(w);
            prop_assert!((f64::from(got) - exact).abs() <= 0.5 + 1e-6 || (got == 1 && exact < 1.0));
        }

        #[test]
        fn turning_the_source_turns_the_layout(w in 1u32..70_000, h in 1u32..70_000, a in 1u32..=10_000, b in 1u32..=10_000) {
            let one = layout((w, h), &Spec::cover(a, b));
            let other = layout((h, w), &Spec::cover(b, a));
            prop_assert_eq!((one.crop.x, one.crop.y, one.scaled), (other.crop.y, other.crop.x, (other.scaled.1, other.scaled.0)));
        }
    }
}

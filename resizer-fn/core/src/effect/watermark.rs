//! One picture on another.

use super::canvas::Overlap;
use super::channels::widen;
use super::{div_255, mix};
use crate::error::Error;
use crate::geometry::{Rect, Size};
use crate::pixels::{Channels, Pixels};
use crate::stop::Stop;

/// Where a watermark lies along one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along {
    /// Its first edge is so many pixels from the first edge of the picture.
    Start(u32),
    /// Its last edge is so many pixels from the last edge of the picture.
    End(u32),
    /// As [`Along::Start`], in thousandths of the picture's side.
    StartPart(u32),
    /// As [`Along::End`], in thousandths of the picture's side.
    EndPart(u32),
    /// In the middle; of an odd rest the larger half comes last.
    Centre,
    /// As often as it fits, but at least once, from edge to edge with even gaps.
    Repeat,
}

impl Along {
    /// Where watermarks of `mark` pixels begin on a side of `side` pixels; negative if before it.
    pub fn offsets(self, side: u32, mark: u32) -> Vec<i64> {
        let (side, mark) = (i64::from(side), i64::from(mark.max(1)));
        let part = |thousandths: u32| (side * i64::from(thousandths) + 500) / 1000;
        match self {
            Self::Start(pixels) => vec![i64::from(pixels)],
            Self::End(pixels) => vec![side - mark - i64::from(pixels)],
            Self::StartPart(thousandths) => vec![part(thousandths)],
            Self::EndPart(thousandths) => vec![side - mark - part(thousandths)],
            Self::Centre => vec![(side - mark).div_euclid(2)],
            Self::Repeat => {
                let times = (side / mark).max(1);
                let rest = (side - times * mark).max(0);
                (0..times).map(|i| i * mark + if times > 1 { i * rest / (times - 1) } else { 0 }).collect()
            }
        }
    }
}

/// The size of a watermark of `mark` pixels that has to fit the given thousandths of the width and
/// of the height of a picture of `base` pixels: enlarged or reduced as far as the one that is given
/// (or the tighter of both) allows, aspect kept, at least 1 x 1. With neither it stays.
pub fn scaled(mark: Size, base: Size, width: Option<u32>, height: Option<u32>) -> Size {
    let (w, h) = (u64::from(mark.0.max(1)), u64::from(mark.1.max(1)));
    let allowed = |side: u32, part: Option<u32>| part.map(|p| (u64::from(side) * u64::from(p) + 500) / 1000);
    let side = |v: u64| u32::try_from(v).unwrap_or(u32::MAX).max(1);
    let follow = |other: u64, to: u64, from: u64| {
        (u128::from(other) * u128::from(to) * 2 + u128::from(from)) / (2 * u128::from(from))
    };
    let follow = |other, to, from| side(u64::try_from(follow(other, to, from)).unwrap_or(u64::MAX));
    match (allowed(base.0, width), allowed(base.1, height)) {
        (None, None) => mark,
        (Some(a), None) => (side(a), follow(h, a, w)),
        (None, Some(b)) => (follow(w, b, h), side(b)),
        // Which side is reached first, without dividing: a/w against b/h.
        (Some(a), Some(b)) if u128::from(a) * u128::from(h) <= u128::from(b) * u128::from(w) => {
            (side(a), follow(h, a, w))
        }
        (Some(_), Some(b)) => (follow(w, b, h), side(b)),
    }
}

/// What of a mark is seen, and where that is: a mark may be larger than what it lies on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The part of the mark that is seen, of its pixels.
    pub seen: Rect,
    /// Where that part begins across, from the left edge of the picture; several times where it repeats.
    pub xs: Vec<i64>,
    /// Where it begins down, from the upper edge.
    pub ys: Vec<i64>,
}

impl Placed {
    /// Of a mark of `mark` pixels on a picture of `base` pixels; none if nothing of it is seen.
    pub fn of(mark: Size, base: Size, x: Along, y: Along) -> Option<Self> {
        let (left, width, xs) = side(x, base.0, mark.0)?;
        let (top, height, ys) = side(y, base.1, mark.1)?;
        Some(Self { seen: Rect { x: left, y: top, width, height }, xs, ys })
    }

    /// How often it is laid down.
    pub fn times(&self) -> u64 {
        self.xs.len() as u64 * self.ys.len() as u64
    }
}

/// Along one side: where the part that is seen begins on the mark, how long it is, and where it goes.
fn side(along: Along, base: u32, mark: u32) -> Option<(u32, u32, Vec<i64>)> {
    let offsets = along.offsets(base, mark);
    match offsets[..] {
        [at] => {
            let Overlap { to, from, length } = Overlap::of(base, mark, at)?;
            Some((u32::try_from(from).ok()?, u32::try_from(length).ok()?, vec![i64::try_from(to).ok()?]))
        }
        // Only what fits is there more than once.
        _ => Some((0, mark, offsets)),
    }
}

/// Lays `mark`, which is the part that is seen of one, on `base` at every combination of places, with `opacity` percent
/// (above 100 counts as 100) of its own alpha. An opacity of 0 changes nothing. (thumbor's `alpha` says how transparent
/// it is: 100 - opacity.)
///
/// The channels are those of `base`, with colour added if the watermark has some.
///
/// # Errors
/// [`Error::Stopped`].
pub fn watermark(
    base: Pixels,
    mark: &Pixels,
    (xs, ys): (&[i64], &[i64]),
    opacity: u8,
    stop: &Stop,
) -> Result<Pixels, Error> {
    if opacity == 0 {
        return Ok(base);
    }
    let mut base = if mark.channels.is_grey() { base } else { widen(base, Channels::Rgb) };
    let mark = faded(widen(mark.clone(), base.channels.union(Channels::GreyAlpha)), opacity.min(100));
    for y in ys {
        stop.check()?;
        for x in xs {
            match base.channels {
                Channels::Grey => lay(&mut base, &mark, *x, *y, on_opaque::<1, 2>),
                Channels::Rgb => lay(&mut base, &mark, *x, *y, on_opaque::<3, 4>),
                Channels::GreyAlpha => lay(&mut base, &mark, *x, *y, on_alpha::<2>),
                Channels::Rgba => lay(&mut base, &mark, *x, *y, on_alpha::<4>),
            }
        }
    }
    Ok(base)
}

/// With `percent` of its alpha, which it has.
fn faded(mut mark: Pixels, percent: u8) -> Pixels {
    let step = mark.channels.count();
    if percent < 100 {
        for alpha in mark.data.iter_mut().skip(step - 1).step_by(step) {
            *alpha = ((u32::from(*alpha) * u32::from(percent) + 50) / 100) as u8;
        }
    }
    mark
}

/// Calls `mix` with each pair of rows that lie on each other.
fn lay<const B: usize, const M: usize>(
    base: &mut Pixels,
    mark: &Pixels,
    x: i64,
    y: i64,
    mix: fn(&mut [[u8; B]], &[[u8; M]]),
) {
    let (Some(across), Some(down)) =
        (Overlap::of(base.width, mark.width, x), Overlap::of(base.height, mark.height, y))
    else {
        return;
    };
    let lower = base.data.as_chunks_mut::<B>().0.chunks_exact_mut(base.width as usize).skip(down.to);
    let upper = mark.data.as_chunks::<M>().0.chunks_exact(mark.width as usize).skip(down.from);
    for (to, from) in lower.zip(upper).take(down.length) {
        mix(&mut to[across.to..][..across.length], &from[across.from..][..across.length]);
    }
}

fn on_opaque<const B: usize, const M: usize>(base: &mut [[u8; B]], mark: &[[u8; M]]) {
    for (to, from) in base.iter_mut().zip(mark) {
        for i in 0..B {
            to[i] = mix(from[i], to[i], from[M - 1]);
        }
    }
}

fn on_alpha<const N: usize>(base: &mut [[u8; N]], mark: &[[u8; N]]) {
    for (to, from) in base.iter_mut().zip(mark) {
        // Alphas in 255 * 255ths; nothing is divided before the end.
        let upper = u32::from(from[N - 1]) * 255;
        let lower = u32::from(to[N - 1]) * (255 - u32::from(from[N - 1]));
        let both = upper + lower;
        if both == 0 {
            continue;
        }
        for i in 0..N - 1 {
            to[i] = ((u32::from(from[i]) * upper + u32::from(to[i]) * lower + both / 2) / both) as u8;
        }
        to[N - 1] = div_255(both) as u8;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::effect::canvas::{Background, pad};
    use crate::effect::testing::*;
    use crate::stop::NEVER;
    use proptest::prelude::*;

    /// The whole way: what is seen of the mark, laid down.
    fn watermark(base: Pixels, mark: &Pixels, x: Along, y: Along, opacity: u8) -> Pixels {
        let placed = Placed::of((mark.width, mark.height), (base.width, base.height), x, y);
        let Some(Placed { seen, xs, ys }) = placed else { return base };
        let black = Background::Colour([0, 0, 0, 255]);
        let seen = pad(mark.clone(), seen.width, seen.height, -i64::from(seen.x), -i64::from(seen.y), black);
        super::watermark(base, &seen, (&xs, &ys), opacity, &NEVER).unwrap()
    }

    #[test]
    fn no_more_is_laid_down_than_is_seen() {
        let placed = |mark, x, y| Placed::of(mark, (100, 50), x, y);
        let seen = placed((1000, 500), Along::Centre, Along::End(0)).unwrap();
        assert_eq!(seen.seen, Rect { x: 450, y: 450, width: 100, height: 50 });
        assert_eq!((seen.xs, seen.ys), (vec![0], vec![0]));
        let repeated = placed((30, 20), Along::Repeat, Along::Start(40)).unwrap();
        assert_eq!(repeated.seen, Rect { x: 0, y: 0, width: 30, height: 10 });
        assert_eq!((repeated.times(), repeated.ys), (3, vec![40]));
        assert_eq!(placed((30, 20), Along::Start(100), Along::Centre), None);
        let all = placed((u32::MAX, u32::MAX), Along::Repeat, Along::StartPart(u32::MAX));
        assert_eq!(all, None);
    }

    #[test]
    fn positions() {
        for (along, expected) in [
            (Along::Start(10), vec![10]),
            (Along::End(0), vec![70]),
            (Along::End(10), vec![60]),
            (Along::StartPart(200), vec![20]),
            (Along::EndPart(200), vec![50]),
            (Along::Centre, vec![35]),
            (Along::Repeat, vec![0, 35, 70]),
        ] {
            assert_eq!(along.offsets(100, 30), expected, "{along:?}");
        }
        assert_eq!(Along::Repeat.offsets(20, 30), [0]);
        assert_eq!(Along::Centre.offsets(20, 31), [-6]);
        assert_eq!(Along::Repeat.offsets(90, 30), [0, 30, 60]);
    }

    #[test]
    fn sizes_as_thumbor_documents_them() {
        let size = |w, h| scaled((30, 40), (300, 200), w, h);
        assert_eq!(size(None, None), (30, 40));
        assert_eq!(size(Some(200), None), (60, 80));
        assert_eq!(size(None, Some(150)), (23, 30));
        assert_eq!(size(Some(300), Some(300)), (45, 60));
        assert_eq!(size(Some(0), Some(1000)), (1, 1));
        assert_eq!(scaled((1, u32::MAX), (u32::MAX, 1), Some(u32::MAX), None).1, u32::MAX);
    }

    #[test]
    fn half_of_a_half() {
        let base = flat(4, 4, Channels::Rgb, &[100, 100, 100]);
        let mark = flat(2, 2, Channels::Rgba, &[255, 0, 0, 128]);
        let marked = watermark(base, &mark, Along::Start(1), Along::End(0), 50);
        assert_eq!(rgba(&marked, 1, 2), [139, 75, 75, 255]);
        assert_eq!(rgba(&marked, 0, 2), [100, 100, 100, 255]);
        assert_eq!(rgba(&marked, 1, 1), [100, 100, 100, 255]);
    }

    #[test]
    fn on_clear_ground_the_mark_is_itself() {
        let base = flat(4, 4, Channels::GreyAlpha, &[9, 0]);
        let mark = flat(2, 2, Channels::Rgba, &[200, 100, 50, 80]);
        let marked = watermark(base, &mark, Along::Repeat, Along::Start(0), 100);
        assert_eq!(marked.channels, Channels::Rgba);
        assert_eq!(rgba(&marked, 3, 1), [200, 100, 50, 80]);
        assert_eq!(rgba(&marked, 3, 2), [9, 9, 9, 0]);
    }

    fn any_along() -> impl Strategy<Value = Along> {
        prop_oneof![
            (0u32..30).prop_map(Along::Start),
            any::<u32>().prop_map(Along::End),
            (0u32..30).prop_map(Along::End),
            any::<u32>().prop_map(Along::StartPart),
            (0u32..1200).prop_map(Along::EndPart),
            Just(Along::Centre),
            Just(Along::Repeat),
        ]
    }

    proptest! {
        #[test]
        fn without_opacity_or_alpha_it_is_identity(
            base in any_pixels(15), mark in any_pixels(15), x in any_along(), y in any_along(), opacity: u8,
        ) {
            prop_assert_eq!(watermark(base.clone(), &mark, x, y, 0), base.clone());
            let clear = flat(mark.width, mark.height, Channels::Rgba, &[255, 0, 0, 0]);
            let marked = watermark(base.clone(), &clear, x, y, opacity);
            let placed = Placed::of((mark.width, mark.height), (base.width, base.height), x, y);
            let changes = opacity > 0 && placed.is_some();
            prop_assert_eq!(marked, widen(base.clone(), if changes { Channels::Rgb } else { base.channels }));
        }

        #[test]
        fn an_opaque_mark_covers(base in any_pixels(20), mark in any_pixels(9), x in any_along(), y in any_along()) {
            let mark = crate::effect::flatten::flatten(mark, [1, 2, 3]);
            let marked = watermark(base.clone(), &mark, x, y, 100);
            prop_assert!(is_sound(&marked));
            prop_assert_eq!((marked.width, marked.height), (base.width, base.height));
            let inside = |offsets: Vec<i64>, at: u32, side: u32| {
                offsets.iter().map(|o| i64::from(at) - o).find(|d| (0..i64::from(side)).contains(d))
            };
            for row in 0..base.height {
                for column in 0..base.width {
                    let dx = inside(x.offsets(base.width, mark.width), column, mark.width);
                    let dy = inside(y.offsets(base.height, mark.height), row, mark.height);
                    let expected = match (dx, dy) {
                        (Some(dx), Some(dy)) => rgba(&mark, dx as u32, dy as u32),
                        _ => rgba(&base, column, row),
                    };
                    prop_assert_eq!(rgba(&marked, column, row), expected);
                }
            }
        }
    }
}

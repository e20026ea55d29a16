//! Places: what is kept of the source, and what is kept of the scaled picture.

use super::{Found, Rect, Size, along_x, along_y};
use crate::spec::{Edge, Filter, Region, Spec};

/// What trim and crop leave of the source.
pub(super) fn cropped(source: Size, spec: &Spec, found: &Found) -> Rect {
    let whole = Rect::whole(source);
    let trimmed = found.trimmed.and_then(|rect| {
        let end = (rect.x.saturating_add(rect.width), rect.y.saturating_add(rect.height));
        overlap(whole, (rect.x, rect.y), end)
    });
    let trimmed = trimmed.unwrap_or(whole);
    let Some(crop) = spec.crop else { return trimmed };
    let first = (edge(crop.left, source.0), edge(crop.top, source.1));
    let second = (edge(crop.right, source.0), edge(crop.bottom, source.1));
    overlap(trimmed, first, second).unwrap_or(trimmed)
}

/// What of `rect` lies between two corners, if anything does.
fn overlap(rect: Rect, first: (u32, u32), second: (u32, u32)) -> Option<Rect> {
    let (x, width) = shared(rect.x, rect.width, first.0, second.0)?;
    let (y, height) = shared(rect.y, rect.height, first.1, second.1)?;
    Some(Rect { x, y, width, height })
}

/// What of `start..start + length` lies in `from..to`: its start and length.
fn shared(start: u32, length: u32, from: u32, to: u32) -> Option<(u32, u32)> {
    let begin = start.max(from);
    let end = start.saturating_add(length).min(to);
    (begin < end).then(|| (begin, end - begin))
}

/// An edge in pixels of a side of `length`, rounded half up.
fn edge(edge: Edge, length: u32) -> u32 {
    match edge {
        Edge::Pixels(pixels) => pixels,
        Edge::Thousandths(part) => {
            let pixels = (u64::from(length) * u64::from(part) + 500) / 1000;
            u32::try_from(pixels).unwrap_or(u32::MAX)
        }
    }
}

/// Where `output` is cut out of a picture of `scaled` pixels, made of `kept`.
pub(super) fn cut(kept: Rect, scaled: Size, output: Size, spec: &Spec, found: &Found) -> Rect {
    let (width, height) = output;
    let surplus = (scaled.0.saturating_sub(width), scaled.1.saturating_sub(height));
    let (x, y) = match centre(kept, spec, found) {
        Some((x, y)) => (
            around(x, kept.width, scaled.0, width, surplus.0),
            around(y, kept.height, scaled.1, height, surplus.1),
        ),
        None => (along_x(spec.halign, surplus.0), along_y(spec.valign, surplus.1)),
    };
    Rect { x, y, width, height }
}

/// Where a cut of `length` begins so that its middle is as near as possible to `doubled` / 2 on a
/// side of `own` pixels that was scaled to `scaled`.
fn around(doubled: u64, own: u32, scaled: u32, length: u32, surplus: u32) -> u32 {
    // Twice the middle, scaled, minus the length is twice the start.
    let middle = u128::from(doubled) * u128::from(scaled) / u128::from(own.max(1));
    let start = middle.saturating_sub(u128::from(length)) / 2;
    u32::try_from(start).unwrap_or(u32::MAX).min(surplus)
}

/// Twice the centre of what should stay, from the corner of `kept`: that of the focal regions,
/// weighed by their area.
fn centre(kept: Rect, spec: &Spec, found: &Found) -> Option<(u64, u64)> {
    let focal = spec.filters.iter().filter_map(|filter| match filter {
        Filter::Focal(region) => Some(*region),
        _ => None,
    });
    let (mut x, mut y, mut weight) = (0u128, 0u128, 0u128);
    for Region { left, top, right, bottom } in focal.chain(found.focus) {
        let middle = (u64::from(left) + u64::from(right), u64::from(top) + u64::from(bottom));
        let area = u128::from(right.saturating_sub(left)) * u128::from(bottom.saturating_sub(top));
        let Some(dx) = from(middle.0, kept.x, kept.width) else { continue };
        let Some(dy) = from(middle.1, kept.y, kept.height) else { continue };
        x = x.saturating_add(u128::from(dx).saturating_mul(area));
        y = y.saturating_add(u128::from(dy).saturating_mul(area));
        weight = weight.saturating_add(area);
    }
    let mean = |sum: u128| sum.checked_div(weight).and_then(|mean| u64::try_from(mean).ok());
    Some((mean(x)?, mean(y)?))
}

/// How far half of `doubled` is from `start`, doubled; `None` if it is not within `length`.
fn from(doubled: u64, start: u32, length: u32) -> Option<u64> {
    let far = doubled.checked_sub(2 * u64::from(start))?;
    (far <= 2 * u64::from(length)).then_some(far)
}

//! Rectangles as text, `AxB:CxD`.

use super::number::Token;
use super::{CropBox, Edge, Region, SpecError, SpecErrorKind};

/// The farthest a crop edge or focal region can be from the picture's left or top, in pixels.
const MAX_COORDINATE: u32 = 1_000_000;

/// The four edges of `AxB:CxD`.
fn edges(token: Token<'_>) -> Result<[Token<'_>; 4], SpecError> {
    fn split(token: Token<'_>) -> Option<[Token<'_>; 4]> {
        let (first, second) = token.split(':')?;
        let ((left, top), (right, bottom)) = (first.split('x')?, second.split('x')?);
        Some([left, top, right, bottom])
    }
    split(token).ok_or_else(|| token.error(SpecErrorKind::Box))
}

/// A crop; `0x0:0x0`, thumbor's spelling for none, is none.
pub(super) fn crop(token: Token<'_>) -> Result<Option<CropBox>, SpecError> {
    if token.text == "0x0:0x0" {
        return Ok(None);
    }
    let [left, top, right, bottom] = edges(token)?;
    let crop = CropBox { left: edge(left)?, top: edge(top)?, right: edge(right)?, bottom: edge(bottom)? };
    // Edges in different units can only be compared when the picture is known.
    let beyond = |from, to| match (from, to) {
        (Edge::Pixels(from), Edge::Pixels(to)) => from >= to,
        (Edge::Thousandths(from), Edge::Thousandths(to)) => from >= to,
        (_, Edge::Pixels(to)) => to == 0,
        (_, Edge::Thousandths(to)) => to == 0,
    };
    if beyond(crop.left, crop.right) || beyond(crop.top, crop.bottom) {
        return Err(token.error(SpecErrorKind::EmptyBox));
    }
    Ok(Some(crop))
}

fn edge(token: Token<'_>) -> Result<Edge, SpecError> {
    if token.text.contains('.') {
        let part = token.thousandths(0, 1000)?;
        Ok(Edge::Thousandths(u16::try_from(part).unwrap_or(1000)))
    } else {
        token.small(0, MAX_COORDINATE).map(Edge::Pixels)
    }
}

/// A rectangle in pixels, for `focal`.
pub(super) fn region(token: Token<'_>) -> Result<Region, SpecError> {
    let [left, top, right, bottom] = edges(token)?;
    let [left, top] = [left.small(0, MAX_COORDINATE)?, top.small(0, MAX_COORDINATE)?];
    let [right, bottom] = [right.small(0, MAX_COORDINATE)?, bottom.small(0, MAX_COORDINATE)?];
    if left >= right || top >= bottom {
        return Err(token.error(SpecErrorKind::EmptyBox));
    }
    Ok(Region { left, top, right, bottom })
}

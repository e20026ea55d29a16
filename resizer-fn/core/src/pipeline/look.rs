//! What can only be known from the pixels: the border to trim and the subject to keep.

use super::{Job, Original};
use crate::effect::trim::{self, trim_box};
use crate::error::Error;
use crate::geometry::{self, Found, Layout, Rect, Size};
use crate::pixels::Pixels;
use crate::resample::Part;
use crate::smart;
use crate::spec::{Corner, Region};
use crate::stop::Stop;

/// The longer side of the picture that is looked at for the subject, in pixels.
const LOOK: u32 = 256;

/// Scales a part of the picture.
pub(super) type Scale<'a> = &'a dyn Fn(&Part) -> Result<Pixels, Error>;

/// The layout of a job, after a look at the picture where its spec asks for one.
pub(super) fn layout(
    job: &Job<'_>,
    original: &Original<'_>,
    scale: Scale<'_>,
    stop: &Stop,
) -> Result<Layout, Error> {
    let spec = job.spec;
    let mut found = Found::default();
    if let Some(trim) = &spec.trim {
        let all = upright(original, scale, Rect::whole(original.size), original.size)?;
        stop.check()?;
        let corner = match trim.corner {
            Corner::TopLeft => trim::Corner::TopLeft,
            Corner::BottomRight => trim::Corner::BottomRight,
        };
        found.trimmed = Some(trim_box(&all, corner, trim.tolerance.into()));
    }
    let layout = geometry::layout(original.size, spec, &found);
    let window = layout.window;
    if !spec.smart || window.scaled == window.output() {
        return Ok(layout);
    }
    let part = window.source;
    let longer = part.width.max(part.height).max(LOOK);
    let small = |side: u32| (u64::from(side) * u64::from(LOOK) / u64::from(longer)).max(1) as u32;
    let to = (small(part.width), small(part.height));
    stop.check()?;
    let focus = smart::focus(&upright(original, scale, part, to)?, window.output());
    found.focus = Some(region(focus, to, part));
    Ok(geometry::layout(original.size, spec, &found))
}

/// A part of the picture as seen, scaled.
fn upright(original: &Original<'_>, scale: Scale<'_>, part: Rect, to: Size) -> Result<Pixels, Error> {
    let orientation = original.header.orientation;
    let window = geometry::Window { source: part, scaled: to, crop: Rect::whole(to) };
    let stored = orientation.unapply(&window, original.size);
    Ok(orientation.apply(scale(&Part::of(&stored))?))
}

/// Where in the source `focus` is, which was found in `part` scaled to `size`.
fn region(focus: Rect, size: Size, part: Rect) -> Region {
    let map = |at: u32, size: u32, from: u32, length: u32| {
        from + (u64::from(at) * u64::from(length) / u64::from(size.max(1))) as u32
    };
    let left = map(focus.x, size.0, part.x, part.width);
    let top = map(focus.y, size.1, part.y, part.height);
    Region {
        left,
        top,
        right: map(focus.x + focus.width, size.0, part.x, part.width).max(left + 1),
        bottom: map(focus.y + focus.height, size.1, part.y, part.height).max(top + 1),
    }
}

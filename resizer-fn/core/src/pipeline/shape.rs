//! The way of the pixels as far as sizes go: what each filter will meet, known before there are any pixels. Memory and
//! work are estimated from it.

use super::filters::{self, MarkFile, MarkHeaders};
use super::{Job, Original};
use crate::codec::{Header, Taken};
use crate::effect::watermark::Placed;
use crate::geometry::{Layout, Size};
use crate::pixels::Channels;
use crate::resample::Part;
use crate::sniff::Format;
use crate::spec::{Fill, Filter, Rgba};

/// Size and channels of pixels; they may turn out to have fewer channels, not more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) size: Size,
    pub(super) channels: Channels,
}

impl Shape {
    pub(super) fn pixels(self) -> u64 {
        u64::from(self.size.0).saturating_mul(self.size.1.into())
    }

    pub(super) fn bytes(self) -> u64 {
        self.pixels().saturating_mul(self.channels.count() as u64)
    }

    fn with(self, channels: Channels) -> Self {
        Self { channels: self.channels.union(channels), ..self }
    }
}

/// A filter and what it makes of what.
#[derive(Debug)]
pub(super) struct Step<'s> {
    pub(super) filter: &'s Filter,
    pub(super) before: Shape,
    pub(super) after: Shape,
    /// For watermarks, unless nothing is seen of them.
    pub(super) mark: Option<Mark>,
}

/// A watermark.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) format: Format,
    pub(super) header: Header,
    /// What decoding all of it takes.
    pub(super) taken: Taken,
    /// Size of its file in bytes.
    pub(super) bytes: u64,
    /// Its pixels as seen, decoded.
    pub(super) picture: Shape,
    /// The part of it that is seen, among its pixels, and the size that becomes.
    pub(super) part: Part,
    pub(super) placed: Placed,
}

impl Mark {
    /// The part that is laid down.
    pub(super) fn seen(&self) -> Shape {
        Shape { size: self.placed.seen.size(), ..self.picture }
    }
}

/// The shape of what a decoder hands out, upright, at that size.
pub(super) fn handed_out(header: &Header, size: Size) -> Shape {
    let channels = match header.pixel_bytes {
        1 => Channels::Grey,
        2 => Channels::GreyAlpha,
        3 => Channels::Rgb,
        _ => Channels::Rgba,
    };
    Shape { size, channels }
}

/// What the filters of a job will do.
pub(super) fn steps<'s>(job: &Job<'s>, original: &Original<'_>, layout: &Layout) -> Vec<Step<'s>> {
    let mut shape = handed_out(&original.header, layout.window.output());
    let mut steps = Vec::new();
    for filter in filters::in_order(job.spec) {
        let mark = match filter {
            Filter::Watermark(mark) => self::mark(mark, shape.size, &original.marks),
            _ => None,
        };
        let after = after(filter, shape, layout, mark.as_ref());
        steps.push(Step { filter, before: shape, after, mark });
        shape = after;
    }
    steps
}

fn after(filter: &Filter, before: Shape, layout: &Layout, mark: Option<&Mark>) -> Shape {
    match filter {
        Filter::Rotate(degrees) if degrees % 180 != 0 => {
            Shape { size: (before.size.1, before.size.0), ..before }
        }
        Filter::RoundCorner(corner) => match corner.background {
            Some(colour) => before.with(Channels::of_colour([colour.r, colour.g, colour.b, 255])),
            None => before.with(Channels::GreyAlpha),
        },
        Filter::BackgroundColor(_) => before.with(Channels::Rgb),
        Filter::Watermark(_) => mark.map_or(before, |mark| before.with(mark.picture.channels)),
        Filter::Fill { with, .. } => {
            let colour = match with {
                Fill::Colour(Rgba { r, g, b, a }) => Channels::of_colour([*r, *g, *b, *a]),
                Fill::Auto => Channels::Rgb,
                Fill::Blur => before.channels,
                Fill::Transparent => Channels::GreyAlpha,
            };
            let (canvas, _) = filters::canvas(before.size, layout);
            // What is behind clear parts may have a colour.
            Shape { size: canvas, channels: before.channels.union(colour).union(Channels::Rgb) }
        }
        _ => before,
    }
}

/// None also for one that can't be read: that is refused, or was.
fn mark(mark: &crate::spec::Watermark, base: Size, headers: &MarkHeaders<'_>) -> Option<Mark> {
    let MarkFile { bytes, header, taken, format } = headers.get(mark.key.as_str())?.as_ref().ok()?;
    let size = header.orientation.oriented_size((header.width, header.height));
    let (part, placed) = filters::placed(mark, size, base)?;
    let picture = handed_out(header, size);
    Some(Mark {
        format: *format,
        header: *header,
        taken: *taken,
        bytes: bytes.len() as u64,
        picture,
        part,
        placed,
    })
}

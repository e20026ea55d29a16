//! From the size of the source and what is asked to what has to be read, scaled, cut and put
//! where. Integers only; sizes are those of the picture as seen, after its EXIF orientation.
//!
//! ```text
//! source -> trim -> crop -> scaled -> cut -> flipped -> put on the canvas
//! ```

mod cut;
mod fit;
#[cfg(test)]
mod tests;

use crate::spec::{Filter, HAlign, Region, Spec, VAlign};
use cut::{cropped, cut};
use fit::Fitted;

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

impl Rect {
    /// All of a picture.
    pub const fn whole(size: Size) -> Self {
        Self { x: 0, y: 0, width: size.0, height: size.1 }
    }

    /// Width and height.
    pub const fn size(&self) -> Size {
        (self.width, self.height)
    }

    /// The same with axes exchanged.
    pub const fn transposed(&self) -> Self {
        Self { x: self.y, y: self.x, width: self.height, height: self.width }
    }
}

/// What the resampler does: [`Window::source`] is scaled to [`Window::scaled`] and of that
/// [`Window::crop`] is kept. (It may do both in one step.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The part of the source that counts, always inside; nothing outside of it is looked at.
    pub source: Rect,
    /// Size of that part after scaling; never 0, may be far larger than the result.
    pub scaled: Size,
    /// The part of the scaled picture that is kept; always inside.
    pub crop: Rect,
}

impl Window {
    /// The size of what is kept.
    pub const fn output(&self) -> Size {
        self.crop.size()
    }
}

/// How the result comes about, but for filters that change pixels (such as `rotate`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The pixels of the image.
    pub window: Window,
    /// Then they are mirrored: left and right change places.
    pub flip_horizontal: bool,
    /// Top and bottom change places.
    pub flip_vertical: bool,
    /// The size of the result; larger than the window's output if a `fill` filter asks for that.
    pub canvas: Size,
    /// Where on the canvas the image's left top corner is; the image is always inside.
    pub at: (u32, u32),
}

impl Layout {
    /// The size of the result.
    pub const fn output(&self) -> Size {
        self.canvas
    }

    /// Whether the canvas shows beside the image.
    pub fn is_padded(&self) -> bool {
        self.canvas != self.window.output()
    }
}

/// What was found out by looking at pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What `trim` leaves of the source; `None` is all.
    pub trimmed: Option<Rect>,
    /// The part of the source that `smart` wants to stay.
    pub focus: Option<Region>,
}

/// Lays out a source of `source` pixels (0 counts as 1) for `spec`. It never fails: what is asked
/// of the box is always possible, though the result may be too large for the caller's limits.
///
/// Rules, thumbor's unless noted:
/// - A crop is that of the source's own pixels, also after trimming. One that leaves nothing is
///   ignored.
/// - With one side given, the other follows the aspect, rounded half up, and is at least 1; with
///   none, the size stays. `orig` is the side after trim and crop.
/// - Cover: the smallest size that covers the box, cut where alignment or focus say; of an odd
///   surplus the larger half goes from the right or the bottom. (Thumbor cuts before scaling and
///   accepts a slight distortion where aspects differ by less than 1 %.)
/// - Focal regions and what `smart` found count by their area, those outside of the crop do not.
///   They go before alignment.
/// - `fit-in` only shrinks, unless with `upscale`; `full-fit-in` enlarges, too. Both count before
///   `stretch`.
/// - `no_upscale`: no side of the box is longer than the source's, after trim and crop.
/// - `dpr` multiplies sides given in pixels, nothing else; `proportion` the result.
/// - `fill` makes the canvas as large as asked (also with `no_upscale`), or as the image where that
///   is larger or the side is not given; alignment says where on it the image is. (Thumbor puts
///   it in the middle.)
pub fn layout(source: Size, spec: &Spec, found: &Found) -> Layout {
    let source = (source.0.max(1), source.1.max(1));
    let kept = cropped(source, spec, found);
    let Fitted { scaled, output, canvas } = fit::fit(kept.size(), spec);
    let window = Window { source: kept, scaled, crop: cut(kept, scaled, output, spec, found) };
    let padded = spec.filters.iter().any(|filter| matches!(filter, Filter::Fill { .. }));
    let canvas = if padded { (canvas.0.max(output.0), canvas.1.max(output.1)) } else { output };
    let free = (canvas.0 - output.0, canvas.1 - output.1);
    Layout {
        window,
        flip_horizontal: spec.flip_horizontal,
        flip_vertical: spec.flip_vertical,
        canvas,
        at: (along_x(spec.halign, free.0), along_y(spec.valign, free.1)),
    }
}

/// How much of `surplus` is left of what is aligned.
const fn along_x(align: HAlign, surplus: u32) -> u32 {
    match align {
        HAlign::Left => 0,
        HAlign::Center => surplus / 2,
        HAlign::Right => surplus,
    }
}

/// How much of `surplus` is above what is aligned.
const fn along_y(align: VAlign, surplus: u32) -> u32 {
    match align {
        VAlign::Top => 0,
        VAlign::Middle => surplus / 2,
        VAlign::Bottom => surplus,
    }
}

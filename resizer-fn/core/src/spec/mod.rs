//! What is asked of an image: the data and the text of it.
//!
//! The text is the path grammar of thumbor (<https://thumbor.readthedocs.io>, "Usage"); the
//! classic `300x200`, `300x` and `x200` are a part of it.

mod boxes;
mod colour;
mod colour_names;
mod error;
mod filter;
mod filters;
mod keepable;
mod nearest;
mod number;
mod parse;
mod parts;
mod presets;
mod query;
mod show;
#[cfg(test)]
pub(crate) mod tests;

pub use error::{SpecError, SpecErrorKind};
pub use filter::{
    Fill, Filter, Kept, Offset, OutputFormat, Region, Rgb, Rgba, RoundCorner, Watermark, WatermarkPos,
};
pub use keepable::Keepable;
pub use parse::{Reading, readings};
pub use parts::{Corner, CropBox, Edge, Fit, HAlign, Side, Trim, VAlign};
pub use presets::Presets;
pub use query::{QueryError, QueryErrorKind, from_query};

/// The largest width or height that can be asked for, in pixels.
pub const MAX_SIDE: u32 = 10_000;

/// The most filters in one spec.
pub const MAX_FILTERS: usize = 32;

/// The longest text of a spec, in bytes.
pub const MAX_LENGTH: usize = 2048;

/// The quality used when none is asked for.
pub const DEFAULT_QUALITY: u8 = 80;

/// What is asked of an image. [`Spec::default`] asks for nothing: the image as it is.
///
/// Equal specs ask for the same; [`Spec::to_string`] gives each its one canonical text, though
/// several texts may be read as the same spec (`x200` and `0x200`, `fill(red)` and `fill(f00)`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spec {
    /// A border of one colour is cut off, first of all.
    pub trim: Option<Trim>,
    /// The part that is kept, before resizing.
    pub crop: Option<CropBox>,
    /// How the image fills the box of `width` and `height`.
    pub fit: Fit,
    /// Width of the box.
    pub width: Side,
    /// Height of the box.
    pub height: Side,
    /// Left and right change places (a width with a minus).
    pub flip_horizontal: bool,
    /// Top and bottom change places (a height with a minus).
    pub flip_vertical: bool,
    /// Which part stays when columns are cut off.
    pub halign: HAlign,
    /// Which part stays when rows are cut off.
    pub valign: VAlign,
    /// The part that stays is looked for in the picture.
    pub smart: bool,
    /// In the order written; some work by order, some are looked up (see [`Filter`]).
    pub filters: Vec<Filter>,
}

impl Spec {
    /// Exactly this size in pixels; what sticks out is cut off.
    pub fn cover(width: u32, height: u32) -> Self {
        Self { width: Side::Pixels(width), height: Side::Pixels(height), ..Self::default() }
    }

    /// Whether it names a side, or a flip.
    pub fn has_size(&self) -> bool {
        self.width != Side::Auto || self.height != Side::Auto || self.flip_horizontal || self.flip_vertical
    }

    /// This width in pixels; the height follows the image.
    pub fn width(width: u32) -> Self {
        Self { width: Side::Pixels(width), ..Self::default() }
    }

    /// This height in pixels; the width follows the image.
    pub fn height(height: u32) -> Self {
        Self { height: Side::Pixels(height), ..Self::default() }
    }

    /// At most this size in pixels, never enlarged (`fit-in/`).
    pub fn contain(width: u32, height: u32) -> Self {
        Self { fit: Fit::CONTAIN, ..Self::cover(width, height) }
    }

    /// The same with one more filter.
    pub fn with(mut self, filter: Filter) -> Self {
        self.filters.push(filter);
        self
    }

    /// What the last filter for which `pick` has an answer says: of several filters that set one
    /// value, the last wins.
    pub fn last<'a, T>(&'a self, pick: impl Fn(&'a Filter) -> Option<T>) -> Option<T> {
        self.filters.iter().rev().find_map(pick)
    }

    /// Whether this filter is there, for those without arguments.
    pub fn has(&self, filter: &Filter) -> bool {
        self.filters.contains(filter)
    }

    /// The kinds of metadata that the last `keep` filter names.
    pub fn kept(&self) -> &[Kept] {
        let asked = self.last(|filter| match filter {
            Filter::Keep(kinds) => Some(kinds.as_slice()),
            _ => None,
        });
        asked.unwrap_or_default()
    }

    /// Quality of lossy formats, 1 to 100: that of the last `quality` filter, or else the default.
    pub fn quality(&self, defaults: &Defaults) -> u8 {
        let asked = self.last(|filter| match filter {
            Filter::Quality(quality) => Some(*quality),
            _ => None,
        });
        asked.unwrap_or(defaults.quality).clamp(1, 100)
    }

    /// The format that the last `format` filter asks for.
    pub fn format(&self) -> Option<OutputFormat> {
        self.last(|filter| match filter {
            Filter::Format(format) => Some(*format),
            _ => None,
        })
    }

    /// Device pixels for each pixel asked, in thousandths; 1000 unless a `dpr` filter says else.
    pub fn dpr_thousandths(&self) -> u32 {
        let asked = self.last(|filter| match filter {
            Filter::Dpr { thousandths } => Some(*thousandths),
            _ => None,
        });
        asked.unwrap_or(1000)
    }
}

/// What holds where a spec says nothing. Not a part of the text, hence not of stored keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// Quality of lossy formats, 1 to 100.
    pub quality: u8,
}

impl Default for Defaults {
    /// [`DEFAULT_QUALITY`].
    fn default() -> Self {
        Self { quality: DEFAULT_QUALITY }
    }
}

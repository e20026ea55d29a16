//! The filters of a spec that change pixels, in the order written.

use super::Options;
use crate::codec::{self, Header, Taken};
use crate::colour;
use crate::effect::canvas::{Background, pad};
use crate::effect::flatten::flatten;
use crate::effect::watermark::{self, Along, Placed};
use crate::effect::{background, blur, round_corner, saturation, sharpen, tone, turn};
use crate::error::Error;
use crate::geometry::{Layout, Rect, Size, Window};
use crate::picture::{Picture, Wanted};
use crate::pixels::Pixels;
use crate::resample::{self, Part};
use crate::sniff::{self, Format};
use crate::spec::{Fill, Filter, Offset, Rgb, Rgba, Spec, Watermark, WatermarkPos};
use crate::stop::Stop;
use std::collections::BTreeMap;

/// What is behind clear parts where nothing else is asked: paper.
const WHITE: [u8; 3] = [255; 3];

/// Watermarks on their way into a picture. Only one is decoded at a time, and of an animation's those parts alone are kept
/// that are seen.
pub(super) struct Marks<'a> {
    options: &'a Options<'a>,
    headers: &'a MarkHeaders<'a>,
    /// The parts that are seen, by the place of their filter in the spec; only for animations.
    seen: BTreeMap<usize, Pixels>,
    keep: bool,
}

impl<'a> Marks<'a> {
    /// For a single picture, or, to `keep` them, for all frames of an animation.
    pub(super) fn new(options: &'a Options<'a>, headers: &'a MarkHeaders<'a>, keep: bool) -> Self {
        Self { options, headers, seen: BTreeMap::new(), keep }
    }

    /// Lays the mark of the filter at `index` on a picture.
    fn lay(&mut self, base: Pixels, mark: &Watermark, index: usize) -> Result<Pixels, Error> {
        let size = (base.width, base.height);
        let MarkFile { bytes, header, format, .. } = file(mark, self.headers)?;
        let upright = header.orientation.oriented_size((header.width, header.height));
        let Some((part, Placed { xs, ys, .. })) = placed(mark, upright, size) else { return Ok(base) };
        let stop = self.options.stop;
        let opacity = ((100 - u32::from(mark.alpha_percent.min(100))) * 255 + 50) / 100;
        let made;
        let seen = match self.seen.get(&index) {
            Some(seen) if (seen.width, seen.height) == part.to => seen,
            _ => {
                let whole = picture(bytes, header, *format, stop)?;
                made = resample::resample(&whole, (1.0, 1.0), &part, stop)?;
                &made
            }
        };
        let base = watermark::watermark(base, seen, (&xs, &ys), opacity as u8, stop)?;
        if self.keep && !self.seen.contains_key(&index) {
            let seen = seen.clone();
            self.seen.insert(index, seen);
        }
        Ok(base)
    }
}

/// The file of a watermark, and what its header says.
#[derive(Clone, Debug)]
pub(super) struct MarkFile<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) header: Header,
    /// What decoding all of it takes.
    pub(super) taken: Taken,
    pub(super) format: Format,
}

/// All watermarks of a call by their keys, or why one can't be had.
pub(super) type MarkHeaders<'a> = BTreeMap<&'a str, Result<MarkFile<'a>, Error>>;

/// Reads the header of each watermark that these specs name: once, as that is a walk over the whole file.
///
/// # Errors
/// [`Error::Stopped`]. What is wrong with a watermark is a matter of the specs that name it.
pub(super) fn mark_headers<'a>(specs: &'a [Spec], options: &Options<'a>) -> Result<MarkHeaders<'a>, Error> {
    let mut headers = MarkHeaders::new();
    for filter in specs.iter().flat_map(|spec| &spec.filters) {
        if let Filter::Watermark(mark) = filter
            && !headers.contains_key(mark.key.as_str())
        {
            options.stop.check()?;
            headers.insert(&mark.key, read_mark(&mark.key, options));
        }
    }
    Ok(headers)
}

fn read_mark<'a>(key: &str, options: &Options<'a>) -> Result<MarkFile<'a>, Error> {
    let bytes = options.assets.get(key).ok_or_else(|| Error::MissingWatermark { key: key.to_owned() })?;
    options.limits.check_bytes(bytes.len() as u64)?;
    let format = sniff::sniff(bytes).ok_or(Error::NotAnImage)?;
    let header = codec::read_header(format, bytes)?;
    options.limits.check_source(header.width, header.height)?;
    options.limits.check_stored(&header)?;
    let taken = codec::taken(format, bytes, &header, &Wanted::ALL);
    Ok(MarkFile { bytes, header, taken, format })
}

fn file<'h, 'a>(mark: &Watermark, headers: &'h MarkHeaders<'a>) -> Result<&'h MarkFile<'a>, Error> {
    match headers.get(mark.key.as_str()) {
        Some(found) => found.as_ref().map_err(Error::clone),
        None => Err(Error::MissingWatermark { key: mark.key.clone() }),
    }
}

/// Checks all watermarks of a spec, as far as their headers go.
pub(super) fn check_marks(spec: &Spec, headers: &MarkHeaders<'_>) -> Result<(), Error> {
    spec.filters.iter().try_for_each(|filter| match filter {
        Filter::Watermark(mark) => file(mark, headers).map(|_| ()),
        _ => Ok(()),
    })
}

/// An image of its own, whole, upright, in sRGB.
fn picture(bytes: &[u8], header: &Header, format: Format, stop: &Stop) -> Result<Pixels, Error> {
    let decoded = codec::decode_until(format, bytes, header, &Wanted::ALL, stop)?;
    let size = (header.width, header.height);
    let pixels = match decoded.picture {
        Picture::Pixels { pixels, .. } if (pixels.width, pixels.height) == size => pixels,
        other => other.resample_until(&Part::whole(size, size), stop)?,
    };
    Ok(colour::to_srgb(header.orientation.apply(pixels), &decoded.colour))
}

/// Which part of a mark of `size` pixels becomes what is seen of it on a picture of `base` pixels, and where that goes.
pub(super) fn placed(mark: &Watermark, size: Size, base: Size) -> Option<(Part, Placed)> {
    let part = |percent: Option<u32>| percent.map(|percent| percent * 10);
    let scaled = watermark::scaled(size, base, part(mark.width_percent), part(mark.height_percent));
    let placed = Placed::of(scaled, base, along(mark.x), along(mark.y))?;
    let window = Window { source: Rect::whole(size), scaled, crop: placed.seen };
    Some((Part::of(&window), placed))
}

/// The filters of a spec as they are applied: of several grounds the last counts, at its place.
pub(super) fn in_order(spec: &Spec) -> impl Iterator<Item = &Filter> {
    let last_fill = spec.filters.iter().rposition(is_fill);
    let counts = move |(index, filter): &(usize, &Filter)| !is_fill(filter) || Some(*index) == last_fill;
    spec.filters.iter().enumerate().filter(counts).map(|(_, filter)| filter)
}

const fn is_fill(filter: &Filter) -> bool {
    matches!(filter, Filter::Fill { .. })
}

/// Applies the filters of `spec`.
pub(super) fn apply(
    mut pixels: Pixels,
    spec: &Spec,
    layout: &Layout,
    marks: &mut Marks<'_>,
) -> Result<Pixels, Error> {
    for (index, filter) in in_order(spec).enumerate() {
        marks.options.stop.check()?;
        pixels = match filter {
            Filter::Fill { with, behind } => fill(pixels, *with, *behind, layout),
            Filter::Watermark(mark) => marks.lay(pixels, mark, index)?,
            filter => one(pixels, filter, marks.options.stop)?,
        };
    }
    Ok(pixels)
}

fn one(mut pixels: Pixels, filter: &Filter, stop: &Stop) -> Result<Pixels, Error> {
    let thousandths = |value: &u32| *value as f32 / 1000.0;
    Ok(match filter {
        Filter::Blur { radius, sigma_thousandths } => {
            blur::blur(pixels, *radius, thousandths(sigma_thousandths), stop)?
        }
        Filter::Sharpen { amount_thousandths, radius_thousandths, luminance_only } => {
            let (amount, radius) = (thousandths(amount_thousandths), thousandths(radius_thousandths));
            sharpen::sharpen(&mut pixels, amount, radius, *luminance_only, stop)?;
            pixels
        }
        Filter::Rotate(degrees) => turn::rotate_degrees(pixels, *degrees),
        Filter::Grayscale => saturation::grayscale(pixels),
        Filter::Brightness(percent) => {
            tone::brightness(&mut pixels, (*percent).into());
            pixels
        }
        Filter::Contrast(percent) => {
            tone::contrast(&mut pixels, (*percent).into());
            pixels
        }
        Filter::Saturation { thousandths } => {
            saturation::saturation(&mut pixels, *thousandths);
            pixels
        }
        Filter::RoundCorner(corner) => {
            round_corner::round_corner(pixels, corner.rx, corner.ry, corner.background.map(rgb))
        }
        Filter::BackgroundColor(colour) => flatten(pixels, rgb(*colour)),
        _ => pixels,
    })
}

/// Puts pixels on the canvas.
fn fill(pixels: Pixels, with: Fill, behind: bool, layout: &Layout) -> Pixels {
    let ground = match with {
        Fill::Colour(Rgba { r, g, b, a }) => Background::Colour([r, g, b, a]),
        Fill::Auto => Background::Auto,
        Fill::Blur => Background::Blur,
        Fill::Transparent => Background::Colour([0; 4]),
    };
    let pixels = match (behind, with) {
        (true, Fill::Colour(Rgba { r, g, b, .. })) => flatten(pixels, [r, g, b]),
        (true, Fill::Auto) => {
            let [r, g, b, _] = background::edge_colour(&pixels);
            flatten(pixels, [r, g, b])
        }
        _ => pixels,
    };
    let (canvas, at) = canvas((pixels.width, pixels.height), layout);
    if canvas == (pixels.width, pixels.height) {
        return pixels;
    }
    pad(pixels, canvas.0, canvas.1, at.0.into(), at.1.into(), ground)
}

/// The canvas for a picture of `size` pixels, and where on it the picture goes. Earlier filters may have turned the
/// picture; then its canvas turned with it.
pub(super) fn canvas(size: Size, layout: &Layout) -> (Size, (u32, u32)) {
    let Rect { width, height, .. } = layout.window.crop;
    if size == (width, height) {
        (layout.canvas, layout.at)
    } else {
        ((layout.canvas.1, layout.canvas.0), (layout.at.1, layout.at.0))
    }
}

/// Takes alpha out: for formats that have none. The ground is that of the spec, or white.
pub(super) fn on_ground(pixels: Pixels, spec: &Spec) -> Pixels {
    let ground = spec.last(|filter| match filter {
        Filter::BackgroundColor(colour) => Some(rgb(*colour)),
        Filter::Fill { with: Fill::Colour(Rgba { r, g, b, a: 255 }), .. } => Some([*r, *g, *b]),
        _ => None,
    });
    flatten(pixels, ground.unwrap_or(WHITE))
}

const fn rgb(Rgb { r, g, b }: Rgb) -> [u8; 3] {
    [r, g, b]
}

const fn along(position: WatermarkPos) -> Along {
    match position {
        WatermarkPos::Start(Offset::Pixels(pixels)) => Along::Start(pixels),
        WatermarkPos::Start(Offset::Percent(percent)) => Along::StartPart(percent * 10),
        WatermarkPos::End(Offset::Pixels(pixels)) => Along::End(pixels),
        WatermarkPos::End(Offset::Percent(percent)) => Along::EndPart(percent * 10),
        WatermarkPos::Center => Along::Centre,
        WatermarkPos::Repeat => Along::Repeat,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::spec::Defaults;
    use crate::{Assets, Limits};

    #[test]
    fn a_mark_is_read_once_however_many_filters_lay_it() {
        let marks = ":watermark(m,0,0,0)".repeat(31);
        let specs: Vec<Spec> = [30, 40]
            .map(|width| format!("{width}x/filters:watermark(m,0,0,0){marks}").parse().unwrap())
            .into();
        let assets = Assets::from([("m".to_owned(), b"no image".to_vec())]);
        let (defaults, limits) = (Defaults::default(), Limits::default());
        // Asked before each reading.
        for (asks, read) in [(0, false), (1, true)] {
            let stop = Stop::after(asks);
            let options = Options { defaults: &defaults, limits: &limits, assets: &assets, stop: &stop };
            let headers = mark_headers(&specs, &options);
            assert_eq!(headers.is_ok(), read);
            let headers = headers.unwrap_or_default();
            assert_eq!(headers.len(), usize::from(read));
            assert!(check_marks(&specs[0], &headers).is_err());
        }
    }
}

//! The filters of a spec that change pixels, in the order written.

use super::Options;
use crate::codec;
use crate::colour;
use crate::effect::canvas::{Background, pad};
use crate::effect::flatten::flatten;
use crate::effect::watermark::{self, Along};
use crate::effect::{background, blur, round_corner, saturation, sharpen, tone, turn};
use crate::error::Error;
use crate::geometry::{Layout, Rect};
use crate::picture::Wanted;
use crate::pixels::Pixels;
use crate::resample::Part;
use crate::sniff;
use crate::spec::{Fill, Filter, Offset, Rgb, Rgba, Spec, WatermarkPos};
use std::collections::BTreeMap;

/// What is behind clear parts where nothing else is asked: paper.
const WHITE: [u8; 3] = [255; 3];

/// The watermarks of a spec, decoded, by their keys.
pub(super) struct Marks(BTreeMap<String, Pixels>);

impl Marks {
    /// Decodes what `spec` needs.
    pub(super) fn of(spec: &Spec, options: &Options<'_>) -> Result<Self, Error> {
        let mut marks = BTreeMap::new();
        for filter in &spec.filters {
            if let Filter::Watermark(mark) = filter
                && !marks.contains_key(&mark.key)
            {
                let missing = || Error::MissingWatermark { key: mark.key.clone() };
                let bytes = options.assets.get(&mark.key).ok_or_else(missing)?;
                marks.insert(mark.key.clone(), picture(bytes, options)?);
            }
        }
        Ok(Self(marks))
    }
}

/// An image of its own, whole, upright, in sRGB.
fn picture(bytes: &[u8], options: &Options<'_>) -> Result<Pixels, Error> {
    options.limits.check_bytes(bytes.len() as u64)?;
    let format = sniff::sniff(bytes).ok_or(Error::NotAnImage)?;
    let header = codec::read_header(format, bytes)?;
    options.limits.check_source(header.width, header.height)?;
    options.limits.check_stored(&header)?;
    let decoded = codec::decode(format, bytes, &header, &Wanted::ALL)?;
    let size = (header.width, header.height);
    let pixels = decoded.picture.resample(&Part::whole(size, size))?;
    Ok(colour::to_srgb(header.orientation.apply(pixels), &decoded.colour))
}

/// Applies the filters of `spec`.
pub(super) fn apply(
    mut pixels: Pixels,
    spec: &Spec,
    layout: &Layout,
    marks: &Marks,
) -> Result<Pixels, Error> {
    let last_fill = spec.filters.iter().rposition(|filter| matches!(filter, Filter::Fill { .. }));
    for (index, filter) in spec.filters.iter().enumerate() {
        pixels = match filter {
            // Of several grounds the last counts, at its place.
            Filter::Fill { with, behind } if Some(index) == last_fill => fill(pixels, *with, *behind, layout),
            filter => one(pixels, filter, marks)?,
        };
    }
    Ok(pixels)
}

fn one(mut pixels: Pixels, filter: &Filter, marks: &Marks) -> Result<Pixels, Error> {
    let thousandths = |value: &u32| *value as f32 / 1000.0;
    Ok(match filter {
        Filter::Blur { radius, sigma_thousandths } => {
            blur::blur(pixels, *radius, thousandths(sigma_thousandths))
        }
        Filter::Sharpen { amount_thousandths, radius_thousandths, luminance_only } => {
            let (amount, radius) = (thousandths(amount_thousandths), thousandths(radius_thousandths));
            sharpen::sharpen(&mut pixels, amount, radius, *luminance_only);
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
        Filter::Watermark(mark) => {
            let missing = || Error::MissingWatermark { key: mark.key.clone() };
            let picture = marks.0.get(&mark.key).ok_or_else(missing)?;
            let size = (picture.width, picture.height);
            let part = |percent: Option<u32>| percent.map(|percent| percent * 10);
            let base = (pixels.width, pixels.height);
            let to = watermark::scaled(size, base, part(mark.width_percent), part(mark.height_percent));
            // A mark is no larger than the picture by much: it would only be cut.
            let to = (to.0.min(4 * base.0.max(size.0)), to.1.min(4 * base.1.max(size.1)));
            let resampled;
            let picture = if to == size {
                picture
            } else {
                resampled = crate::resample::resample(picture, (1.0, 1.0), &Part::whole(size, to))?;
                &resampled
            };
            let opacity = ((100 - u32::from(mark.alpha_percent.min(100))) * 255 + 50) / 100;
            watermark::watermark(pixels, picture, along(mark.x), along(mark.y), opacity as u8)
        }
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
    // Earlier filters may have turned the picture; then its canvas turned with it.
    let Rect { width, height, .. } = layout.window.crop;
    let turned = (pixels.width, pixels.height) != (width, height);
    let (canvas, at) = match turned {
        true => ((layout.canvas.1, layout.canvas.0), (layout.at.1, layout.at.0)),
        false => (layout.canvas, layout.at),
    };
    if canvas == (pixels.width, pixels.height) {
        return pixels;
    }
    pad(pixels, canvas.0, canvas.1, at.0.into(), at.1.into(), ground)
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

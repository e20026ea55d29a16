//! One still result from a decoded picture.

use super::encode::{encode, keep};
use super::planar::{half_chroma, in_planes};
use super::{Job, Options, Original, Output, filters, look, memory, work};
use crate::codec::{Decoded, EncodeOptions, jpeg};
use crate::colour;
use crate::effect::turn::{flip_horizontal, flip_vertical};
use crate::error::Error;
use crate::geometry::Layout;
use crate::orientation::Orientation;
use crate::picture::Picture;
use crate::pixels::Pixels;
use crate::planes::{Chroma, Planes};
use crate::resample::Part;
use crate::sniff::Format;

/// Makes one result, while `others` bytes are held of those before it.
pub(super) fn still(
    job: &Job<'_>,
    original: &Original<'_>,
    source: &Decoded,
    others: u64,
    options: &Options<'_>,
) -> Result<Output, Error> {
    let stop = options.stop;
    let layout = look::layout(job, original, &|part| source.picture.resample_until(part, stop), stop)?;
    let (width, height) = layout.output();
    options.limits.check_output(job.format, width, height)?;
    if job.spec.trim.is_some() {
        // What is left of the picture, and so what it takes, was not known before.
        options.limits.check_memory(memory::needed_for(original, job, &layout, others, options))?;
        options.limits.check_work(work::needed_for(original, job, &layout, options))?;
    }
    let orientation = original.header.orientation;
    let part = Part::of(&orientation.unapply(&layout.window, original.size));
    let kept = keep(job.spec, original);
    let how = EncodeOptions { quality: job.quality(options.defaults), kept, plays: 0 };
    let as_it_is = how.kept.icc.is_some();

    if let Picture::Planes(planes) = &source.picture
        && in_planes(job, &layout)
        && (as_it_is || source.colour.is_srgb())
    {
        let chroma = if half_chroma(job, options.defaults) { Chroma::Half } else { Chroma::Full };
        let planes = flipped(planes.resample(&part, chroma, stop)?.oriented(orientation), &layout);
        let bytes = encode(job.spec, &how, |how| {
            stop.check()?;
            jpeg::encode_planes(&planes, how)
        })?;
        return Ok(Output { bytes, format: job.format, width, height });
    }
    let mut pixels = orientation.apply(source.picture.resample_until(&part, stop)?);
    stop.check()?;
    if !as_it_is {
        pixels = colour::to_srgb(pixels, &source.colour);
    }
    let pixels = finished(pixels, job, &layout, &mut filters::Marks::new(options, &original.marks, false))?;
    let (width, height) = (pixels.width, pixels.height);
    let bytes = encode(job.spec, &how, |how| crate::codec::encode_until(job.format, &pixels, how, stop))?;
    Ok(Output { bytes, format: job.format, width, height })
}

/// What follows scaling: flips, filters, and a ground where the format has no alpha.
pub(super) fn finished(
    mut pixels: Pixels,
    job: &Job<'_>,
    layout: &Layout,
    marks: &mut filters::Marks<'_>,
) -> Result<Pixels, Error> {
    if layout.flip_horizontal {
        flip_horizontal(&mut pixels);
    }
    if layout.flip_vertical {
        flip_vertical(&mut pixels);
    }
    let pixels = filters::apply(pixels, job.spec, layout, marks)?;
    Ok(if job.format == Format::Jpeg { filters::on_ground(pixels, job.spec) } else { pixels })
}

fn flipped(planes: Planes, layout: &Layout) -> Planes {
    // EXIF's values for the two mirrorings.
    let planes = if layout.flip_horizontal { planes.oriented(Orientation::from_tag(2)) } else { planes };
    if layout.flip_vertical { planes.oriented(Orientation::from_tag(4)) } else { planes }
}

//! An animation to an animation, frame by frame.

use super::encode::keep;
use super::{Job, Options, Original, Output, filters, look, render};
use crate::codec::{self, AnimationWriter, EncodeOptions};
use crate::colour;
use crate::error::Error;
use crate::geometry::Layout;
use crate::resample::{Part, resample};

/// Makes one animation. `max_bytes` does not count here: each try would be another pass over all frames.
pub(super) fn animation(
    job: &Job<'_>,
    original: &Original<'_>,
    options: &Options<'_>,
) -> Result<Output, Error> {
    let orientation = original.header.orientation;
    let marks = filters::Marks::of(job.spec, options)?;
    let how = EncodeOptions {
        quality: job.quality(options.defaults),
        kept: keep(job.spec, original),
        plays: original.header.plays,
    };
    let mut frames = codec::frames(original.format, original.bytes, &original.header)?;
    let colour = frames.colour();
    let mut begun: Option<(Layout, AnimationWriter)> = None;
    let mut size = (0, 0);
    while let Some(frame) = frames.next_frame()? {
        let layout = match &begun {
            Some((layout, _)) => *layout,
            // Where to cut is decided by the first frame: it must not jump.
            None => look::layout(job, original, &|part| resample(frame.pixels, (1.0, 1.0), part))?,
        };
        let part = Part::of(&orientation.unapply(&layout.window, original.size));
        let mut pixels = orientation.apply(resample(frame.pixels, (1.0, 1.0), &part)?);
        if how.kept.icc.is_none() {
            pixels = colour::to_srgb(pixels, &colour);
        }
        let pixels = render::finished(pixels, job, &layout, &marks)?;
        if begun.is_none() {
            size = (pixels.width, pixels.height);
            options.limits.check_output(job.format, size.0, size.1)?;
        }
        let (_, writer) = match &mut begun {
            Some(begun) => begun,
            none => none.insert((layout, AnimationWriter::new(job.format, size.0, size.1, &how)?)),
        };
        writer.push(&pixels, frame.delay_ms)?;
    }
    let (_, writer) = begun.ok_or(Error::Truncated { format: original.format })?;
    Ok(Output { bytes: writer.finish()?, format: job.format, width: size.0, height: size.1 })
}

//! An animation to an animation, frame by frame.

use super::encode::keep;
use super::{Job, Options, Original, Output, filters, look, memory, render, work};
use crate::codec::{self, AnimationWriter, EncodeOptions};
use crate::colour;
use crate::error::Error;
use crate::geometry::Layout;
use crate::resample::{Part, resample};

/// Makes one animation, while `others` bytes are held of the results before it. `max_bytes` does not count here: each try would be another pass over all frames.
pub(super) fn animation(
    job: &Job<'_>,
    original: &Original<'_>,
    others: u64,
    options: &Options<'_>,
) -> Result<Output, Error> {
    let orientation = original.header.orientation;
    let mut marks = filters::Marks::new(options, &original.marks, true);
    let stop = options.stop;
    let how = EncodeOptions {
        quality: job.quality(options.defaults),
        kept: keep(job.spec, original),
        plays: original.header.plays,
    };
    let mut frames = codec::frames_until(original.format, original.bytes, &original.header, stop)?;
    let colour = frames.colour();
    let mut begun: Option<(Layout, AnimationWriter)> = None;
    let mut size = (0, 0);
    while let Some(frame) = frames.next_frame()? {
        let layout = match &begun {
            Some((layout, _)) => *layout,
            // Where to cut is decided by the first frame: it must not jump.
            None => {
                let scale = |part: &Part| resample(frame.pixels, (1.0, 1.0), part, stop);
                let layout = look::layout(job, original, &scale, stop)?;
                check(job, original, &layout, others, options)?;
                layout
            }
        };
        let part = Part::of(&orientation.unapply(&layout.window, original.size));
        let mut pixels = orientation.apply(resample(frame.pixels, (1.0, 1.0), &part, stop)?);
        if how.kept.icc.is_none() {
            pixels = colour::to_srgb(pixels, &colour);
        }
        let pixels = render::finished(pixels, job, &layout, &mut marks)?;
        if begun.is_none() {
            size = (pixels.width, pixels.height);
            options.limits.check_output(job.format, size.0, size.1)?;
        }
        let (_, writer) = match &mut begun {
            Some(begun) => begun,
            none => none.insert((layout, AnimationWriter::until(job.format, size.0, size.1, &how, stop)?)),
        };
        stop.check()?;
        writer.push(&pixels, frame.delay_ms)?;
    }
    let (_, writer) = begun.ok_or(Error::Truncated { format: original.format })?;
    Ok(Output { bytes: writer.finish()?, format: job.format, width: size.0, height: size.1 })
}

/// Checks what was not known before the first frame was: how large the result becomes when borders are cut off.
fn check(
    job: &Job<'_>,
    original: &Original<'_>,
    layout: &Layout,
    others: u64,
    options: &Options<'_>,
) -> Result<(), Error> {
    if job.spec.trim.is_none() {
        return Ok(());
    }
    let limits = options.limits;
    limits.check_output(job.format, layout.output().0, layout.output().1)?;
    limits.check_animation_output(original.header.frames, layout.output())?;
    limits.check_memory(memory::needed_for(original, job, layout, others, options))?;
    limits.check_work(work::needed_for(original, job, layout, options))
}

//! From encoded bytes and specs to encoded bytes: the order of the steps.
//!
//! ```text
//! sniff -> header -> limits -> layout -> memory and work -> decode (once for all specs) -> trim, smart -> layout
//!       -> for each spec: resample -> turn -> colours to sRGB -> filters -> encode
//! ```

mod animate;
mod encode;
mod filters;
mod look;
mod memory;
mod planar;
mod render;
mod shape;
mod work;

use crate::codec::{self, Header, Taken};
use crate::error::Error;
use crate::geometry::{self, Found, Size};
use crate::limits::Limits;
use crate::picture::Wanted;
use crate::resample::Part;
use crate::sniff::{self, Format};
use crate::spec::{Defaults, Filter, OutputFormat, Spec};
use crate::stop::Stop;
use filters::MarkHeaders;
use std::collections::BTreeMap;

/// Other images that specs need (watermarks), by the key that stands in the spec.
pub type Assets = BTreeMap<String, Vec<u8>>;

/// What holds for all specs of a call.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// What holds where a spec says nothing.
    pub defaults: &'a Defaults,
    /// What may be spent.
    pub limits: &'a Limits,
    /// Other images.
    pub assets: &'a Assets,
    /// Says when nobody waits for them any more.
    pub stop: &'a Stop,
}

/// A resized image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The encoded file.
    pub bytes: Vec<u8>,
    /// What the file is.
    pub format: Format,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// What a call may take, estimated from headers and specs alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Bytes of memory, with the original's and the watermarks' files: see [`Limits::max_memory`].
    pub memory: u64,
    /// Microseconds of one processor: see [`Limits::max_work`].
    pub work: u64,
}

/// An original, as far as its header tells.
struct Original<'a> {
    bytes: &'a [u8],
    format: Format,
    header: Header,
    /// Its size as seen.
    size: Size,
    /// How much is decoded of it for all still results together; none if there are only animations.
    wanted: Option<Wanted>,
    /// What that takes.
    taken: Option<Taken>,
    /// Bytes of what else is in the file.
    kept: KeptBytes,
    /// Watermarks, each read once, however many filters and frames lay it.
    marks: MarkHeaders<'a>,
}

/// Bytes of an original's metadata.
#[derive(Clone, Copy, Debug, Default)]
struct KeptBytes {
    /// EXIF and XMP.
    exif_xmp: u64,
    /// The colour profile.
    icc: u64,
}

impl KeptBytes {
    fn of(format: Format, bytes: &[u8]) -> Self {
        let kept = codec::read_metadata(format, bytes);
        let length = |data: Option<Vec<u8>>| data.map_or(0, |data| data.len() as u64);
        Self { exif_xmp: length(kept.exif).saturating_add(length(kept.xmp)), icc: length(kept.icc) }
    }
}

/// What is to be made for one spec.
struct Job<'s> {
    spec: &'s Spec,
    format: Format,
    animated: bool,
}

/// Everything that can be known before decoding.
struct Plan<'a> {
    original: Original<'a>,
    jobs: Vec<Job<'a>>,
    /// For each job whether it can be made.
    fine: Vec<Result<(), Error>>,
}

impl<'a> Plan<'a> {
    fn new(bytes: &'a [u8], specs: &'a [Spec], options: &Options<'a>) -> Result<Self, Error> {
        options.limits.check_bytes(bytes.len() as u64)?;
        let format = sniff::sniff(bytes).ok_or(Error::NotAnImage)?;
        let header = codec::read_header(format, bytes)?;
        options.limits.check_source(header.width, header.height)?;
        options.limits.check_stored(&header)?;
        let size = header.orientation.oriented_size((header.width, header.height));
        let marks = filters::mark_headers(specs, options)?;
        let kept = KeptBytes::of(format, bytes);
        let mut original = Original { bytes, format, header, size, wanted: None, taken: None, kept, marks };
        let jobs: Vec<Job<'a>> = specs.iter().map(|spec| Job::new(spec, &original)).collect();
        // What can't be made is not decoded for.
        let fine: Vec<_> = jobs.iter().map(|job| job.check(&original, options)).collect();
        let stills = jobs.iter().zip(&fine).filter(|(job, fine)| fine.is_ok() && !job.animated);
        let stills: Vec<&Job<'_>> = stills.map(|(job, _)| job).collect();
        original.wanted = (!stills.is_empty()).then(|| wanted(&stills, &original, options.defaults));
        let taken = |wanted| codec::taken(format, bytes, &original.header, wanted);
        original.taken = original.wanted.as_ref().map(taken);
        Ok(Self { original, jobs, fine })
    }

    fn cost(&self, options: &Options<'_>) -> Cost {
        let made = self.jobs.iter().zip(&self.fine).filter(|(_, fine)| fine.is_ok());
        let made: Vec<&Job<'_>> = made.map(|(job, _)| job).collect();
        let memory = memory::needed(&self.original, &made, options);
        Cost { memory, work: work::needed(&self.original, &made, options) }
    }
}

pub(crate) fn estimate(bytes: &[u8], specs: &[Spec], options: &Options<'_>) -> Result<Cost, Error> {
    Ok(Plan::new(bytes, specs, options)?.cost(options))
}

pub(crate) fn run(
    bytes: &[u8],
    specs: &[Spec],
    options: &Options<'_>,
) -> Result<Vec<Result<Output, Error>>, Error> {
    let plan = Plan::new(bytes, specs, options)?;
    let Cost { memory, work } = plan.cost(options);
    options.limits.check_memory(memory)?;
    options.limits.check_work(work)?;
    options.stop.check()?;
    let Plan { original, jobs, fine } = plan;
    let source = match &original.wanted {
        None => None,
        Some(wanted) => {
            Some(codec::decode_until(original.format, bytes, &original.header, wanted, options.stop)?)
        }
    };
    let mut results = Vec::with_capacity(jobs.len());
    let mut held = 0;
    for (job, fine) in jobs.iter().zip(fine) {
        let make = || {
            fine?;
            options.stop.check()?;
            match &source {
                Some(source) if !job.animated => render::still(job, &original, source, held, options),
                _ => animate::animation(job, &original, held, options),
            }
        };
        let mut result = make();
        if let Ok(output) = &mut result {
            // They are held until all are made.
            output.bytes.shrink_to_fit();
            held += output.bytes.len() as u64;
        }
        results.push(result);
    }
    Ok(results)
}

impl<'s> Job<'s> {
    fn new(spec: &'s Spec, original: &Original<'_>) -> Self {
        let format = match spec.format() {
            None | Some(OutputFormat::Auto) => original.format,
            Some(OutputFormat::Jpeg) => Format::Jpeg,
            Some(OutputFormat::Png) => Format::Png,
            Some(OutputFormat::WebP) => Format::WebP,
            Some(OutputFormat::Avif) => Format::Avif,
            Some(OutputFormat::Gif) => Format::Gif,
        };
        let animated = original.header.frames > 1
            && matches!(format, Format::Gif | Format::WebP)
            && !spec.has(&Filter::Still);
        Self { spec, format, animated }
    }

    /// Whether the result is within the limits, as far as can be said without the pixels.
    fn check(&self, original: &Original<'_>, options: &Options<'_>) -> Result<(), Error> {
        let limits = options.limits;
        let (width, height) = geometry::layout(original.size, self.spec, &Found::default()).output();
        limits.check_output(self.format, width, height)?;
        filters::check_marks(self.spec, &original.marks)?;
        if self.animated {
            limits.check_animation(&original.header)?;
            limits.check_animation_output(original.header.frames, (width, height))?;
        }
        Ok(())
    }

    /// Quality of lossy formats. libavif's scale is another: what is 80 for a JPEG is 50 there.
    fn quality(&self, defaults: &Defaults) -> u8 {
        let asked = self.spec.filters.iter().any(|filter| matches!(filter, Filter::Quality(_)));
        let quality = self.spec.quality(defaults);
        if self.format == Format::Avif && !asked {
            (u16::from(quality) * 5 / 8).max(1) as u8
        } else {
            quality
        }
    }
}

/// How much has to be decoded, so that it is enough for all.
fn wanted(jobs: &[&Job<'_>], original: &Original<'_>, defaults: &Defaults) -> Wanted {
    let mut wanted = Wanted { detail: 0.0, chroma: 0.5, bottom: 0 };
    for job in jobs {
        let layout = geometry::layout(original.size, job.spec, &Found::default());
        let window = original.header.orientation.unapply(&layout.window, original.size);
        let part = Part::of(&window);
        // Borders are found by the pixel; what they leave is then enlarged more.
        let detail = if job.spec.trim.is_some() { 1.0 } else { 1.0 / part.reduction() };
        wanted.detail = wanted.detail.max(detail);
        if !(planar::in_planes(job, &layout) && planar::half_chroma(job, defaults)) {
            wanted.chroma = 1.0;
        }
        // The subject may be anywhere.
        let all = job.spec.smart || job.spec.trim.is_some();
        let bottom = if all { f64::from(u32::MAX) } else { part.corner.1 + part.extent.1 };
        // The filter reaches three result pixels further.
        let reach = 4.0 * (part.extent.1 / f64::from(part.to.1)).max(1.0);
        wanted.bottom = wanted.bottom.max((bottom + reach).ceil() as u32);
    }
    wanted
}

//! Which results stay in planes from end to end: a JPEG of whose pixels nothing but a scale is asked.

use super::Job;
use crate::codec::jpeg;
use crate::geometry::Layout;
use crate::sniff::Format;
use crate::spec::{Defaults, Filter};

/// Whether nothing is asked that needs pixels rather than planes.
pub(super) fn in_planes(job: &Job<'_>, layout: &Layout) -> bool {
    job.format == Format::Jpeg && !layout.is_padded() && !job.spec.filters.iter().any(changes_pixels)
}

/// Whether chroma is kept at half the resolution.
pub(super) fn half_chroma(job: &Job<'_>, defaults: &Defaults) -> bool {
    job.quality(defaults) < jpeg::FULL_CHROMA_FROM
}

fn changes_pixels(filter: &Filter) -> bool {
    match filter {
        Filter::Blur { .. }
        | Filter::Sharpen { .. }
        | Filter::Rotate(_)
        | Filter::Grayscale
        | Filter::Brightness(_)
        | Filter::Contrast(_)
        | Filter::Saturation { .. }
        | Filter::RoundCorner(_)
        | Filter::Watermark(_) => true,
        // A JPEG has no clear parts that something could be seen behind.
        Filter::Fill { .. } | Filter::BackgroundColor(_) => false,
        Filter::Format(_)
        | Filter::Quality(_)
        | Filter::MaxBytes(_)
        | Filter::Proportion { .. }
        | Filter::StripExif
        | Filter::StripIcc
        | Filter::Keep(_)
        | Filter::NoUpscale
        | Filter::Upscale
        | Filter::Focal(_)
        | Filter::Still
        | Filter::Stretch
        | Filter::Dpr { .. } => false,
    }
}

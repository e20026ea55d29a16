//! The last step: quality, size in bytes and metadata as the spec asks for them.

use super::Original;
use crate::codec::{self, EncodeOptions};
use crate::error::Error;
use crate::metadata::{self, Kept};
use crate::spec::{Filter, Kept as Asked, Spec};

/// Encodes with `how`, and if the result has more bytes than `max_bytes` allows, with the highest
/// quality below that fits, or the lowest if none does.
pub(super) fn encode(
    spec: &Spec,
    how: &EncodeOptions,
    encode: impl Fn(&EncodeOptions) -> Result<Vec<u8>, Error>,
) -> Result<Vec<u8>, Error> {
    let first = encode(how)?;
    let most = spec.last(|filter| match filter {
        Filter::MaxBytes(bytes) => Some(*bytes),
        _ => None,
    });
    let Some(most) = most.filter(|most| first.len() as u64 > *most) else { return Ok(first) };
    // The highest that fits is in low..high; `best` is the file for `low`, or the smallest so far.
    let (mut low, mut high) = (1, how.quality);
    let mut best = encode(&EncodeOptions { quality: low, ..how.clone() })?;
    if best.len() >= first.len() {
        // Quality changes nothing: a lossless format.
        return Ok(first);
    }
    if best.len() as u64 > most {
        return Ok(best);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        let file = encode(&EncodeOptions { quality: middle, ..how.clone() })?;
        if file.len() as u64 <= most {
            (low, best) = (middle, file);
        } else {
            high = middle;
        }
    }
    Ok(best)
}

/// The metadata of the original that `keep` names, as far as no filter strips them.
pub(super) fn keep(spec: &Spec, original: &Original<'_>) -> Kept {
    let asked = spec.kept();
    if asked.is_empty() {
        return Kept::default();
    }
    let has = |kind: Asked| asked.contains(&kind);
    let Kept { exif, icc, .. } = codec::read_metadata(original.format, original.bytes);
    let exif = exif.filter(|_| !spec.has(&Filter::StripExif)).and_then(|exif| {
        if has(Asked::AllExif) {
            metadata::upright(&exif)
        } else if has(Asked::Exif) {
            metadata::shared(&exif)
        } else if has(Asked::Copyright) {
            metadata::rights(&exif)
        } else {
            None
        }
    });
    // A profile of inks does not fit the colours that are left.
    let fits = |icc: &Vec<u8>| matches!(icc.get(16..20), Some(b"RGB " | b"GRAY"));
    let icc = icc.filter(|icc| has(Asked::Icc) && !spec.has(&Filter::StripIcc) && fits(icc));
    Kept { exif, icc, xmp: None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A file of 10 bytes for each step of quality.
    fn ten_each(how: &EncodeOptions) -> Result<Vec<u8>, Error> {
        Ok(vec![how.quality; 10 * usize::from(how.quality)])
    }

    #[test]
    fn the_best_quality_that_fits_is_found() {
        let how = EncodeOptions::with_quality(80);
        for (most, quality) in [(10_000, 80), (800, 80), (799, 79), (405, 40), (10, 1), (1, 1)] {
            let spec = Spec::width(1).with(Filter::MaxBytes(most));
            assert_eq!(encode(&spec, &how, ten_each).unwrap().len(), 10 * quality, "{most}");
        }
        assert_eq!(encode(&Spec::width(1), &how, ten_each).unwrap().len(), 800);
    }

    #[test]
    fn lossless_files_stay_as_they_are() {
        let spec = Spec::width(1).with(Filter::MaxBytes(5));
        let file = encode(&spec, &EncodeOptions::with_quality(80), |_| Ok(vec![0; 9])).unwrap();
        assert_eq!(file.len(), 9);
    }
}

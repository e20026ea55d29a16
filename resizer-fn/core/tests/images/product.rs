//! The one place where the corpus tests call the core, and what they leave out because the core does
//! not do it yet: each list here has to become empty.

use resizer_core::picture::Wanted;
use resizer_core::pixels::Pixels;
use resizer_core::resample::Part;
use resizer_core::spec::{Filter, OutputFormat};
use resizer_core::{Error, Format, Limits, Output, Spec, codec, resize, sniff};

/// What a lossy output adds to the differences (mean, largest) even at its best quality.
pub(crate) fn lossy_output(format: Format) -> (f64, f64) {
    match format {
        Format::WebP | Format::Gif => (12.0, 130.0),
        _ => (0.0, 0.0),
    }
}

/// The file scaled to a width in pixels; stills as PNG, which keeps what was decoded.
pub(crate) fn scaled(bytes: &[u8], width: u32, limits: &Limits) -> Result<Output, Error> {
    let frames = sniff::sniff(bytes)
        .and_then(|format| codec::read_header(format, bytes).ok())
        .map_or(1, |header| header.frames);
    let spec = Spec::width(width).with(Filter::Quality(100));
    let spec = if frames > 1 { spec } else { spec.with(Filter::Format(OutputFormat::Png)) };
    resize(bytes, &spec, limits)
}

/// The frames of an output.
pub(crate) fn frames(output: &Output) -> Vec<Pixels> {
    let format = sniff::sniff(&output.bytes).unwrap();
    assert_eq!(format, output.format);
    let header = codec::read_header(format, &output.bytes).unwrap();
    if header.frames > 1 {
        let mut frames = codec::frames(format, &output.bytes, &header).unwrap();
        let mut all = Vec::new();
        while let Some(frame) = frames.next_frame().unwrap() {
            all.push(frame.pixels.clone());
        }
        return all;
    }
    let size = (header.width, header.height);
    let decoded = codec::decode(format, &output.bytes, &header, &Wanted::ALL).unwrap();
    vec![decoded.picture.resample(&Part::whole(size, size)).unwrap()]
}

//! Any bytes as each format: what is read before the limits, and the metadata. Quick, so it goes deep.
#![no_main]

use libfuzzer_sys::fuzz_target;
use resizer_core::{Format, Limits, codec, metadata};

fuzz_target!(|bytes: &[u8]| {
    for format in [Format::Jpeg, Format::Png, Format::WebP, Format::Avif, Format::Gif] {
        if let Ok(header) = codec::read_header(format, bytes) {
            assert!(header.width > 0 && header.height > 0 && header.frames > 0);
            let _ = Limits::default().check_animation(&header);
        }
        let _ = metadata::read(format, bytes);
    }
});

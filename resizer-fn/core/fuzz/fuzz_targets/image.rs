//! Any bytes as an image, through the whole core: sniffing, limits, decoding, pixels, encoding.
#![no_main]

use libfuzzer_sys::fuzz_target;
use resizer_core::{Assets, Defaults, Limits, Options, Spec, resize_all};
use std::sync::LazyLock;

/// Small: larger pictures only take longer.
const LIMITS: Limits = Limits {
    max_bytes: 1 << 18,
    max_pixels: 1 << 16,
    max_output_pixels: 1 << 16,
    max_frames: 10,
    max_total_pixels: 1 << 18,
    max_memory: u64::MAX,
    max_work: u64::MAX,
};

/// Planes, pixels, the first frame, all frames, all that is kept.
static SPECS: LazyLock<Vec<Spec>> = LazyLock::new(|| {
    ["7x5", "fit-in/30x30/filters:format(jpeg):keep(exif,icc)", "0x9/smart/filters:still():format(png)"]
        .map(|spec| Spec::parse(spec).unwrap())
        .to_vec()
});

fuzz_target!(|bytes: &[u8]| {
    let options = Options {
        defaults: &Defaults::default(),
        limits: &LIMITS,
        assets: &Assets::new(),
        stop: &resizer_core::stop::NEVER,
    };
    for output in resize_all(bytes, &SPECS, &options).into_iter().flatten().flatten() {
        assert!(output.width > 0 && output.height > 0 && !output.bytes.is_empty());
    }
});

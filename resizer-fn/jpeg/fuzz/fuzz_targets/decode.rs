//! Any bytes as a JPEG.
#![no_main]

#[path = "../checked.rs"]
mod checked;

use libfuzzer_sys::fuzz_target;

/// Larger ones only take longer.
const MAX_PIXELS: u64 = 1 << 18;

fuzz_target!(|bytes: &[u8]| {
    let Ok(frame) = resizer_jpeg::frame(bytes) else { return };
    if u64::from(frame.width) * u64::from(frame.height) <= MAX_PIXELS {
        checked::decoded(bytes, &frame);
    }
});

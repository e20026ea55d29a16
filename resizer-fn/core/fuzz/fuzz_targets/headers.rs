//! Any bytes as each format: what is read before the limits, and the metadata. Quick, so it goes deep. Memory has to be in
//! proportion to the bytes; `-timeout` sees to the time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peak_alloc::PeakAlloc;
use resizer_core::{Format, Limits, codec, metadata};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// As in `tests/allocations.rs`.
const FOR_A_BYTE: usize = 16;
const BESIDES: usize = 512 << 10;
const FOR_METADATA: usize = 6 << 20;

/// The most that was allocated at once in `work`, in bytes.
fn peak(work: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    work();
    MEMORY.peak_usage().saturating_sub(before)
}

fuzz_target!(|bytes: &[u8]| {
    let limit = FOR_A_BYTE * bytes.len() + BESIDES;
    for format in Format::ALL {
        let taken = peak(|| {
            if let Ok(header) = codec::read_header(format, bytes) {
                assert!(header.width > 0 && header.height > 0 && header.frames > 0);
                let _ = Limits::default().check_animation(&header);
            }
        });
        assert!(taken <= limit, "{format}: {taken} bytes for a header in {}", bytes.len());
        let taken = peak(|| {
            let kept = codec::read_metadata(format, bytes);
            let _ = kept.exif.map(|exif| (metadata::rights(&exif), metadata::upright(&exif)));
        });
        assert!(taken <= limit + FOR_METADATA, "{format}: {taken} bytes for metadata in {}", bytes.len());
    }
});

//! Any bytes as a JPEG, at several scales: planes of the size that the frame header promises, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use resizer_jpeg::{decode, frame, scaled};

/// Larger ones only take longer.
const MAX_PIXELS: u64 = 1 << 18;

fuzz_target!(|bytes: &[u8]| {
    let Ok(frame) = frame(bytes) else { return };
    if u64::from(frame.width) * u64::from(frame.height) > MAX_PIXELS {
        return;
    }
    // Each kind of transform, the rows of means, and the way past rows that nobody wants.
    for (scales, bottom) in [([1, 1, 1], u32::MAX), ([8, 4, 3], u32::MAX), ([2, 7, 5], 40), ([6, 1, 1], 9)] {
        let Ok(decoded) = decode(bytes, scales, bottom) else { continue };
        assert_eq!(decoded.planes.len(), frame.components.len());
        for (index, plane) in decoded.planes.iter().enumerate() {
            assert_eq!((plane.width, plane.height), scaled(&frame, index, scales[index]));
            assert_eq!(plane.data.len(), plane.width as usize * plane.height as usize);
        }
    }
});

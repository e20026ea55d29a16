//! It asks before each row of MCUs whether it is to stop, and then does.
#![allow(clippy::unwrap_used)]

use resizer_jpeg::{Error, decode, decode_until};
use std::cell::Cell;

/// 64 x 160 pixels in 4:2:0: 10 rows of MCUs.
fn file(progressive: bool) -> Vec<u8> {
    let pixels: Vec<u8> = (0..64 * 160 * 3u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let format = turbojpeg::PixelFormat::RGB;
    let image = turbojpeg::Image { pixels: &pixels[..], width: 64, pitch: 64 * 3, height: 160, format };
    let mut compressor = turbojpeg::Compressor::new().unwrap();
    compressor.set_subsamp(turbojpeg::Subsamp::Sub2x2).unwrap();
    compressor.set_progressive(progressive).unwrap();
    compressor.compress_to_vec(image).unwrap()
}

#[test]
fn it_stops_at_any_row() {
    for (progressive, scale) in [(false, 1), (false, 4), (false, 8), (true, 1)] {
        let bytes = file(progressive);
        let run = |asks: u32| {
            let asked = Cell::new(0);
            let stopped = || asked.replace(asked.get() + 1) >= asks;
            (decode_until(&bytes, [scale; 3], u32::MAX, &stopped), asked.get())
        };
        let (whole, asked) = run(u32::MAX);
        assert_eq!(whole, decode(&bytes, [scale; 3], u32::MAX));
        // A progressive file has its means in two scans.
        assert_eq!(asked, if progressive { 20 } else { 10 });
        for asks in 0..asked {
            assert_eq!(run(asks), (Err(Error::Stopped), asks + 1));
        }
    }
}

//! Planes to a bitstream and back, and what is refused.
#![allow(clippy::unwrap_used)]

use resizer_av1::{Cicp, Error, Planes, Sampling, Settings, decode, encode};

const BEST: Settings = Settings { quantiser: 1, speed: 9, cicp: Cicp::SRGB };

/// Slow slopes, another for each plane.
fn slope(width: u32, height: u32, seed: u32) -> Vec<u8> {
    (0..height).flat_map(|y| (0..width).map(move |x| (60 + seed + (x + y * 2) % 90) as u8)).collect()
}

#[test]
fn planes_come_back() {
    for sampling in [Sampling::Mono, Sampling::Yuv420, Sampling::Yuv444] {
        for (width, height) in [(1, 1), (7, 5), (64, 31)] {
            let (w, h) = sampling.chroma_size(width, height).unwrap_or_default();
            let planes = [slope(width, height, 0), slope(w, h, 40), slope(w, h, 80)];
            let [luma, cb, cr] = &planes;
            let input = Planes { width, height, sampling, luma, chroma: [cb, cr] };
            let picture = decode(&encode(&input, &BEST).unwrap(), width * height, 0).unwrap();
            assert_eq!((picture.width(), picture.height(), picture.depth()), (width, height, 8));
            assert_eq!((picture.sampling(), picture.cicp()), (sampling, Cicp::SRGB));
            for (number, plane) in planes.iter().enumerate().filter(|(_, plane)| !plane.is_empty()) {
                let (w, h) = if number == 0 { (width, height) } else { (w, h) };
                let back: Vec<u8> = (0..h).flat_map(|y| picture.row::<u8>(number, y)).copied().collect();
                assert_eq!(back.len(), plane.len());
                assert!(back.iter().zip(plane).all(|(a, b)| a.abs_diff(*b) <= 4), "{sampling:?} {w} x {h}");
                // Neither beyond the plane nor as another type.
                assert!(picture.row::<u8>(number, h).is_empty());
                assert!(picture.row::<u16>(number, 0).is_empty());
            }
            assert!(picture.row::<u8>(3, 0).is_empty());
        }
    }
}

#[test]
fn the_same_planes_give_the_same_bytes() {
    let luma = slope(50, 40, 0);
    let input = Planes { width: 50, height: 40, sampling: Sampling::Mono, luma: &luma, chroma: [&[], &[]] };
    let settings = Settings { quantiser: 30, speed: 6, cicp: Cicp::SRGB };
    let bytes = encode(&input, &settings).unwrap();
    assert_eq!(bytes, encode(&input, &settings).unwrap());
    // A sequence header comes first, of a still picture with the short form.
    assert_eq!((bytes[0], bytes[2] & 0x18), (0x0A, 0x18));
}

#[test]
fn wrong_planes_are_refused() {
    let whole = [0; 16];
    let input = Planes {
        width: 4,
        height: 4,
        sampling: Sampling::Yuv420,
        luma: &whole,
        chroma: [&whole[..4], &whole[..4]],
    };
    assert!(encode(&input, &BEST).is_ok());
    for wrong in [
        Planes { luma: &whole[..15], ..input },
        Planes { width: 0, luma: &[], chroma: [&[], &[]], ..input },
        Planes { chroma: [&whole[..4], &whole[..5]], ..input },
        Planes { sampling: Sampling::Yuv444, ..input },
        Planes { sampling: Sampling::Yuv422, ..input },
        Planes { width: u32::MAX, height: u32::MAX, ..input },
    ] {
        assert_eq!(encode(&wrong, &BEST), Err(Error::Planes));
    }
}

#[test]
fn large_frames_are_refused_before_they_are_decoded() {
    let luma = slope(64, 64, 0);
    let input = Planes { width: 64, height: 64, sampling: Sampling::Mono, luma: &luma, chroma: [&[], &[]] };
    let bytes = encode(&input, &BEST).unwrap();
    assert!(decode(&bytes, 64 * 64, 0).is_ok());
    assert!(matches!(decode(&bytes, 64 * 64 - 1, 0), Err(Error::TooLarge)));
}

#[test]
fn rubbish_is_an_error() {
    assert!(matches!(decode(&[], 100, 0), Err(Error::Damaged(_))));
    assert!(matches!(decode(&[0; 40], 100, 0), Err(Error::Damaged(_))));
    assert!(matches!(decode(&[0xFF; 40], 100, 0), Err(Error::Damaged(_))));
}

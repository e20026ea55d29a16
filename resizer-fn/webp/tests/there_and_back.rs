//! Pixels to a file and back, and what is refused.
#![allow(clippy::unwrap_used)]

use resizer_webp::{Error, Info, Layout, Settings, decode, encode, info, version};
use std::cell::Cell;

const LOSSLESS: Settings = Settings { quality: 75.0, method: 4, lossless: true, exact: true };
const LOSSY: Settings = Settings { quality: 80.0, method: 4, lossless: false, exact: false };

/// Slopes, and with alpha every fourth pixel half clear.
fn picture(layout: Layout, (width, height): (u32, u32)) -> Vec<u8> {
    (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .flat_map(|(x, y)| {
            let pixel =
                [(x * 3) as u8, (y * 5) as u8, (x + y) as u8, if (x + y) % 4 == 0 { 100 } else { 255 }];
            pixel.into_iter().take(layout.bytes())
        })
        .collect()
}

#[test]
fn lossless_pictures_come_back_as_they_were() {
    for layout in [Layout::Rgb, Layout::Rgba] {
        for size in [(1, 1), (7, 5), (33, 65)] {
            let pixels = picture(layout, size);
            let file = encode(&pixels, layout, size, &LOSSLESS, &|| true).unwrap();
            let info = info(&file).unwrap();
            assert_eq!(info, Info { width: size.0, height: size.1, layout, animated: false });
            assert_eq!(decode(&file, &info).unwrap(), pixels);
        }
    }
}

#[test]
fn lossy_pictures_come_back_similar() {
    let size = (64, 48);
    let pixels = picture(Layout::Rgb, size);
    let file = encode(&pixels, Layout::Rgb, size, &LOSSY, &|| true).unwrap();
    let back = decode(&file, &info(&file).unwrap()).unwrap();
    let off: u32 = pixels.iter().zip(&back).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
    assert!(off < 4 * pixels.len() as u32, "{off}");
}

#[test]
fn every_cut_is_noticed() {
    let size = (16, 16);
    let file = encode(&picture(Layout::Rgba, size), Layout::Rgba, size, &LOSSY, &|| true).unwrap();
    let whole = info(&file).unwrap();
    for end in 0..file.len() {
        assert_eq!(decode(&file[..end], &whole), Err(Error::Damaged), "cut at {end}");
    }
    // Nor is the buffer made for what other bytes say.
    let other = Info { width: 17, ..whole };
    assert_eq!(decode(&file, &other), Err(Error::Damaged));
    assert_eq!(decode(&file, &Info { animated: true, ..whole }), Err(Error::Damaged));
}

#[test]
fn work_ends_when_nobody_waits() {
    let size = (200, 200);
    let pixels = picture(Layout::Rgba, size);
    for settings in [LOSSY, LOSSLESS] {
        let asked = Cell::new(0);
        let counting = || {
            asked.set(asked.get() + 1);
            true
        };
        encode(&pixels, Layout::Rgba, size, &settings, &counting).unwrap();
        assert!(asked.get() > 3, "{settings:?}: asked {} times", asked.get());
        for patience in [0, 1, asked.get() - 1] {
            let left = Cell::new(patience);
            let stopped = encode(&pixels, Layout::Rgba, size, &settings, &|| {
                left.set(left.get() - 1);
                left.get() >= 0
            });
            assert_eq!(stopped, Err(Error::Stopped), "{settings:?} after {patience}");
        }
        let panics = encode(&pixels, Layout::Rgba, size, &settings, &|| panic!("not through C"));
        assert_eq!(panics, Err(Error::Stopped));
    }
}

#[test]
fn pixels_have_to_fit_their_size() {
    let pixels = [0; 12];
    for (layout, size) in
        [(Layout::Rgb, (2, 3)), (Layout::Rgba, (4, 1)), (Layout::Rgb, (0, 4)), (Layout::Rgb, (16_384, 1))]
    {
        assert_eq!(encode(&pixels, layout, size, &LOSSY, &|| true), Err(Error::Pixels), "{size:?}");
    }
    let wrong = Settings { quality: 101.0, ..LOSSY };
    assert!(matches!(encode(&pixels, Layout::Rgb, (2, 2), &wrong, &|| true), Err(Error::Encoder { .. })));
}

#[test]
fn the_version_is_the_one_that_is_linked() {
    assert!(version() >= (1, 6, 0), "{:?}", version());
}

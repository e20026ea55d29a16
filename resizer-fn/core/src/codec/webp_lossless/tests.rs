#![allow(clippy::unwrap_used)]
use super::super::webp_chunks as riff;
use super::*;
use resizer_webp::{Layout, Settings};

/// The stream of a lossless picture, and its size.
fn stream(size: (u32, u32), method: u8, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
    let all = (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x, y)));
    let pixels: Vec<u8> = all.flat_map(|(x, y)| pixel(x, y)).collect();
    let settings = Settings { quality: 75.0, method, lossless: true, exact: true };
    let file = resizer_webp::encode(&pixels, Layout::Rgba, size, &settings, &|| true).unwrap();
    riff::find(&riff::read(&file).unwrap(), b"VP8L").unwrap()[5..].to_vec()
}

fn noise(x: u32, y: u32) -> u8 {
    ((x * 7919 + y * 104_729).wrapping_mul(2_654_435_761) >> 24) as u8
}

/// As far as the last pixel, where there is one group: all codes, transforms and copies were then read as they stand.
#[test]
fn streams_of_the_encoder_are_read_to_their_end() {
    let pictures: [fn(u32, u32) -> [u8; 4]; 5] = [
        |x, y| [x as u8, y as u8, (x + y) as u8, 255],
        |x, y| [noise(x, y), noise(y, x), noise(x + 1, y), noise(x, y + 9)],
        |x, y| [(x / 9 % 2 * 200) as u8, (y / 7 % 2 * 90) as u8, 7, 255],
        |x, y| [(x / 3 * 17) as u8, (x / 5 * 3) as u8 ^ (y / 4) as u8, noise(x / 8, y / 8), 255],
        |_, _| [1, 2, 3, 4],
    ];
    let mut read_whole = 0;
    for (number, picture) in pictures.into_iter().enumerate() {
        for size in [(1, 1), (17, 9), (64, 48), (200, 150)] {
            for method in [0, 3, 6] {
                let data = stream(size, method, picture);
                let what = format!("picture {number} {size:?} method {method}");
                let bytes = table_bytes(&data, size.0, size.1).unwrap_or_else(|| panic!("{what}"));
                assert!(bytes < 4 << 20, "{what}: {bytes}");
                let mut bits = Bits { data: &data, at: 0 };
                let width = transforms(&mut bits, size.0, size.1).unwrap();
                let cache = cache(&mut bits).unwrap();
                if bits.read(1) == Some(0) {
                    let whole = pixels(&mut bits, cache, (width as usize, size.1 as usize));
                    assert!(whole.is_some(), "{what}");
                    assert!(
                        bits.at.div_ceil(8) + 1 >= data.len(),
                        "{what}: {} of {}",
                        bits.at / 8,
                        data.len()
                    );
                    read_whole += 1;
                }
            }
        }
    }
    assert!(read_whole > 20, "{read_whole}");
}

#[test]
fn tables_are_counted_and_compared_with_the_pixels() {
    // No transforms, no cache, groups by blocks of 4 x 4 pixels, whose number is that of the single red and green
    // (0 and 1, so one group of two), in simple codes of one symbol each.
    let parts: [(u32, u32); 19] = [
        (0, 1),
        (0, 1),
        (1, 1),
        (0, 3),
        (0, 1),
        (1, 1),
        (0, 1),
        (0, 1),
        (1, 1),
        (1, 1),
        (0, 1),
        (0, 1),
        (0, 1),
        (1, 1),
        (0, 1),
        (0, 1),
        (0, 1),
        (1, 1),
        (0, 1),
    ];
    let more: [(u32, u32); 6] = [(0, 1), (0, 1), (1, 1), (0, 1), (0, 1), (0, 1)];
    let (mut word, mut at) = (0_u64, 0);
    for (value, count) in parts.into_iter().chain(more) {
        word |= u64::from(value) << at;
        at += count;
    }
    let data = [&word.to_le_bytes()[..], &[0; 8]].concat();
    let group = 4 * (630 * 3 + 410 + 654) + 600;
    assert_eq!(table_bytes(&data, 8, 4), Some(2 * group));
    assert_eq!(table_bytes(&data[..2], 8, 4), None);
    let picture = [&[0x2F, 0, 0, 0, 0], &data[..]].concat();
    let alpha = [&[1], &data[..]].concat();
    for chunk in [(b"VP8L", &picture[..]), (b"ALPH", &alpha)] {
        assert!(within(&[chunk], (8, 4), 2 * group) && !within(&[chunk], (8, 4), 2 * group - 1));
        assert_eq!(check(&[chunk], (8, 4)), Ok(()));
    }
}

#[test]
fn any_bytes_are_read_without_a_panic() {
    let mut random = 7_u64;
    for _ in 0..3000 {
        let data: Vec<u8> = (0..60)
            .map(|_| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (random >> 56) as u8 & (random >> 40) as u8
            })
            .collect();
        let _ = table_bytes(&data, 70, 50);
    }
}

//! Photographs whose subject is known, cut where the middle would lose it.
#![allow(clippy::unwrap_used)]

use resizer_core::effect::canvas::{Background, pad};
use resizer_core::effect::turn;
use resizer_core::effect::watermark::watermark;
use resizer_core::geometry::{Rect, Size};
use resizer_core::pixels::{Channels, Pixels};
use resizer_core::smart::focus;

/// Decodes at half, a quarter or an eighth of the size, of at least `side` pixels.
fn jpeg(bytes: &[u8], side: usize) -> Pixels {
    let mut decoder = turbojpeg::Decompressor::new().unwrap();
    let header = decoder.read_header(bytes).unwrap();
    let enough = |eighths: &usize| header.width.max(header.height) * eighths / 8 >= side;
    let factor = turbojpeg::ScalingFactor::new([1, 2, 4].into_iter().find(enough).unwrap_or(8), 8);
    decoder.set_scaling_factor(factor).unwrap();
    let (width, height) = (factor.scale(header.width), factor.scale(header.height));
    let mut data = vec![0; 3 * width * height];
    let format = turbojpeg::PixelFormat::RGB;
    let image = turbojpeg::Image { pixels: &mut data[..], width, height, pitch: 3 * width, format };
    decoder.decompress(bytes, image).unwrap();
    Pixels { width: width as u32, height: height as u32, channels: Channels::Rgb, data }
}

fn dandelion() -> Pixels {
    jpeg(include_bytes!("../../../tests/photos/dandelion.jpg"), 200)
}

fn mountain() -> Pixels {
    jpeg(include_bytes!("../../../tests/photos/mountain.jpg"), 200)
}

/// Upright.
fn dogs() -> Pixels {
    turn::rotate(jpeg(include_bytes!("../../../tests/photos/dogs-turned.jpg"), 300), 1)
}

fn fig() -> Pixels {
    let mut decoder =
        png::Decoder::new(std::io::Cursor::new(include_bytes!("../../../tests/photos/fig.png")));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut data).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    halved(&Pixels { width: info.width, height: info.height, channels: Channels::Rgb, data })
}

/// Half the size, by the mean of each four pixels.
fn halved(pixels: &Pixels) -> Pixels {
    let (width, height) = (pixels.width / 2, pixels.height / 2);
    let at = |x: u32, y: u32, i: u32| u32::from(pixels.data[((y * pixels.width + x) * 3 + i) as usize]);
    let mut data = Vec::new();
    for (y, x, i) in (0..height).flat_map(|y| (0..width).flat_map(move |x| [0, 1, 2].map(|i| (y, x, i)))) {
        let (x, y) = (2 * x, 2 * y);
        data.push(((at(x, y, i) + at(x + 1, y, i) + at(x, y + 1, i) + at(x + 1, y + 1, i) + 2) / 4) as u8);
    }
    Pixels { width, height, channels: Channels::Rgb, data }
}

/// A part, in hundredths of the sides: left, top, right, bottom.
fn part(pixels: Pixels, [left, top, right, bottom]: [u32; 4]) -> Pixels {
    let (w, h) = (pixels.width, pixels.height);
    let (x, y) = (w * left / 100, h * top / 100);
    let (width, height) = (w * (right - left) / 100, h * (bottom - top) / 100);
    pad(pixels, width, height, -i64::from(x), -i64::from(y), Background::Auto)
}

/// `subject` put on `ground`, and where it lies there in hundredths.
fn pasted(ground: Pixels, subject: &Pixels, x: u32, y: u32) -> (Pixels, [u32; 4]) {
    let hundredths = |at: u32, side: u32| at * 100 / side;
    let (w, h) = (ground.width, ground.height);
    let (left, top) = (w * x / 100, h * y / 100);
    let place = [x, y, hundredths(left + subject.width, w), hundredths(top + subject.height, h)];
    let at = (&[i64::from(left)][..], &[i64::from(top)][..]);
    (watermark(ground, subject, at, 100, &resizer_core::stop::NEVER).unwrap(), place)
}

/// How much of the subject a window keeps, in hundredths of the subject or, where that is larger,
/// of the window.
fn part_kept(whole: &Pixels, window: Rect, [left, top, right, bottom]: [u32; 4]) -> u32 {
    let along = |side: u32, start: u32, length: u32, from: u32, to: u32| {
        let (from, to) = (side * from / 100, side * to / 100);
        let both = (start + length).min(to).saturating_sub(start.max(from));
        both * 100 / length.min(to - from)
    };
    along(whole.width, window.x, window.width, left, right)
        * along(whole.height, window.y, window.height, top, bottom)
        / 100
}

/// Checks that the window found keeps the subject, and that the middle would not.
#[track_caller]
fn check(whole: &Pixels, aspect: Size, subject: [u32; 4]) {
    let found = focus(whole, aspect);
    let middle = Rect { x: (whole.width - found.width) / 2, y: (whole.height - found.height) / 2, ..found };
    let (kept, without) = (part_kept(whole, found, subject), part_kept(whole, middle, subject));
    assert!(without < 65, "the middle keeps it too: {without} %");
    assert!(kept >= 85, "{kept} % kept, {found:?}");
}

/// The large dandelion in [`dandelion`].
const SEED_HEAD: [u32; 4] = [14, 15, 44, 58];

#[test]
fn a_dandelion_left_of_the_middle() {
    for aspect in [(9, 16), (1, 2), (3, 4)] {
        check(&dandelion(), aspect, SEED_HEAD);
    }
}

#[test]
fn a_dandelion_right_of_the_middle() {
    let mut mirrored = dandelion();
    turn::flip_horizontal(&mut mirrored);
    check(&mirrored, (9, 16), [56, 15, 86, 58]);
}

#[test]
fn dogs_at_a_balcony() {
    // Two heads, one above the other; only the lower one is as large as the window.
    check(&part(dogs(), [0, 0, 100, 70]), (3, 1), [0, 66, 100, 96]);
    check(&part(dogs(), [0, 40, 100, 100]), (3, 1), [0, 10, 100, 45]);
}

#[test]
fn a_fig_on_a_plate() {
    check(&part(fig(), [0, 0, 80, 100]), (1, 2), [55, 33, 88, 70]);
}

#[test]
fn a_dogs_head_on_a_meadow() {
    let head = halved(&part(dogs(), [24, 22, 58, 42]));
    for (x, aspect) in [(2, (2, 3)), (80, (2, 3)), (80, (1, 1)), (5, (9, 16))] {
        let (scene, place) = pasted(mountain(), &head, x, 70);
        check(&scene, aspect, place);
    }
}

#[test]
fn a_fig_in_the_mountains() {
    let half = halved(&part(fig(), [42, 30, 72, 72]));
    for (x, aspect) in [(3, (2, 3)), (80, (1, 1))] {
        let (scene, place) = pasted(mountain(), &half, x, 5);
        check(&scene, aspect, place);
    }
}

#[test]
fn the_window_moves_with_the_subject() {
    let head = halved(&part(dogs(), [24, 22, 58, 42]));
    let starts = [0, 20, 40, 60, 80].map(|x| {
        let (scene, _) = pasted(mountain(), &head, x, 70);
        focus(&scene, (1, 2)).x
    });
    assert!(starts.is_sorted() && starts[4] - starts[0] > 60, "{starts:?}");
}

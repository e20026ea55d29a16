//! What is too much is refused before anything is decoded, and ordinary requests are not.
#![allow(clippy::unwrap_used)]

mod common;

use common::requests::{files, marks, scene};
use common::*;
use resizer_core::codec::{AnimationWriter, EncodeOptions};
use resizer_core::pixels::Channels;
use resizer_core::{Assets, Cost, Defaults, Error, Format, Limits, Options, Spec, estimate, resize_all};

/// A function of 1,024 MB, less what it takes itself, with a timeout of 30 seconds on 0.58 of a processor (LA-02).
fn usual() -> Limits {
    Limits { max_memory: (1024 - 64) << 20, max_work: 17_000_000, ..Limits::default() }
}

/// The smallest: 128 MB, 0.07 of a processor.
fn smallest() -> Limits {
    Limits { max_memory: (128 - 64) << 20, max_work: 2_100_000, ..Limits::default() }
}

fn with<T>(limits: &Limits, assets: &Assets, f: impl Fn(&Options<'_>) -> T) -> T {
    let stop = &resizer_core::stop::NEVER;
    f(&Options { defaults: &Defaults::default(), limits, assets, stop })
}

fn cost(bytes: &[u8], text: &str, assets: &Assets) -> Cost {
    let spec: Spec = text.parse().unwrap();
    with(&Limits::default(), assets, |options| estimate(bytes, std::slice::from_ref(&spec), options)).unwrap()
}

fn refusal(bytes: &[u8], text: &str, assets: &Assets, limits: &Limits) -> Option<Error> {
    let spec: Spec = text.parse().unwrap();
    let made = with(limits, assets, |options| resize_all(bytes, std::slice::from_ref(&spec), options));
    made.and_then(|mut results| results.remove(0)).err()
}

#[test]
fn ordinary_requests_are_not_refused() {
    let photograph = jpeg(&scene(Channels::Rgb, (4000, 3000), 12), |_| ());
    let progressive = jpeg(&scene(Channels::Rgb, (4000, 3000), 12), |encoder| encoder.set_progressive(true));
    let none = Assets::new();
    for (bytes, text, limits) in [
        (&photograph, "300x", smallest()),
        (&photograph, "300x300/smart", smallest()),
        (&photograph, "800x/filters:format(webp)", smallest()),
        (&photograph, "300x", usual()),
        (&photograph, "1600x/filters:format(webp):sharpen(1,1,true)", usual()),
        (&photograph, "1200x/filters:format(avif)", usual()),
        (&photograph, "trim/fit-in/1000x1000/filters:fill(blur)", usual()),
        (&progressive, "300x", usual()),
        (&progressive, "1600x", usual()),
    ] {
        let Cost { memory, work } = cost(bytes, text, &none);
        assert!(memory <= limits.max_memory, "{text}: {} MiB of {}", memory >> 20, limits.max_memory >> 20);
        assert!(work <= limits.max_work, "{text}: {} ms of {}", work / 1000, limits.max_work / 1000);
    }
}

#[test]
fn marks_cost_what_is_seen_of_them() {
    let bytes = jpeg(&scene(Channels::Rgb, (640, 480), 12), |_| ());
    let own = |key: &str| (key.to_owned(), bytes.clone());
    let assets = Assets::from([own("me.jpg")]);
    let plain = cost(&bytes, "640x480/filters:grayscale()", &assets);
    let once = cost(&bytes, "640x480/filters:watermark(me.jpg,0,0,0)", &assets);
    let large = cost(&bytes, "640x480/filters:watermark(me.jpg,center,center,50,1000)", &assets);
    // Ten times as wide and high would be 92 MB.
    assert!(large.memory < plain.memory + (12 << 20), "{large:?}, {plain:?}");
    assert!(large.memory < once.memory + (4 << 20) && large.work < 2 * once.work, "{large:?}, {once:?}");
    // Files are held, whether they are decoded or not.
    let more = Assets::from(["a", "b", "c", "d"].map(own));
    let held = cost(&bytes, "640x480/filters:grayscale()", &more);
    assert_eq!(held.memory, plain.memory + 3 * bytes.len() as u64);
    let missing = refusal(&bytes, "640x480/filters:watermark(you.jpg,0,0,0)", &assets, &Limits::default());
    assert_eq!(missing, Some(Error::MissingWatermark { key: "you.jpg".to_owned() }));
}

#[test]
fn work_grows_with_what_is_to_be_done() {
    let files = files((240, 180));
    let assets = marks(&files);
    for (name, bytes) in &files {
        let work = |text: &str| cost(bytes, text, &assets).work;
        let plain = work("800x800/filters:format(jpeg)");
        for more in [
            "1200x1200/filters:format(jpeg)",
            "800x800/filters:blur(150):format(jpeg)",
            "800x800/filters:sharpen(2,9,true):format(jpeg)",
            "trim/800x800/filters:format(jpeg)",
            "800x800/smart/filters:format(jpeg)",
            "800x800/filters:watermark(alpha.png,0,0,0,1000):format(jpeg)",
            "800x800/filters:max_bytes(9):format(jpeg)",
            "800x800/filters:format(webp):still()",
            "800x800/filters:format(avif)",
        ] {
            assert!(work(more) > plain, "{name} {more}: {} and {plain}", work(more));
        }
        let all = ["700x700".parse().unwrap(), "800x800".parse().unwrap()];
        let both = with(&Limits::default(), &assets, |options| estimate(bytes, &all, options)).unwrap();
        assert!(
            both.work > work("800x800") && both.memory > cost(bytes, "800x800", &assets).memory,
            "{name}"
        );
    }
}

#[test]
fn what_is_too_much_work_is_refused_before_it_begins() {
    let bytes = jpeg(&scene(Channels::Rgb, (300, 200), 12), |_| ());
    let none = Assets::new();
    let filters = |filter: &str, times| vec![filter; times].join(":");
    for text in [
        format!("4000x4000/filters:{}", filters("blur(150)", 20)),
        format!("4000x4000/filters:{}", filters("sharpen(10,10,true)", 32)),
        "4000x4000/filters:format(avif):max_bytes(1)".to_owned(),
    ] {
        let three_seconds = Limits { max_work: 3_000_000, ..Limits::default() };
        let refused = refusal(&bytes, &text, &none, &three_seconds);
        assert!(matches!(refused, Some(Error::TooMuchWork { limit: 3_000_000, .. })), "{text}: {refused:?}");
    }
    let Cost { work, .. } = cost(&bytes, "100x", &none);
    let limits = |max_work| Limits { max_work, ..Limits::default() };
    assert_eq!(refusal(&bytes, "100x", &none, &limits(work)), None);
    let refused = refusal(&bytes, "100x", &none, &limits(work - 1));
    assert_eq!(refused, Some(Error::TooMuchWork { work, limit: work - 1 }));
}

#[test]
fn all_frames_of_a_result_have_a_limit() {
    let mut writer = AnimationWriter::new(Format::Gif, 40, 30, &EncodeOptions::with_quality(80)).unwrap();
    for frame in 0..5 {
        writer.push(&scene(Channels::Rgb, (40, 30), 50 * frame), 100).unwrap();
    }
    let bytes = writer.finish().unwrap();
    let limits = Limits { max_total_output_pixels: 5 * 400 * 300 - 1, ..Limits::default() };
    let refused = refusal(&bytes, "400x", &Assets::new(), &limits);
    let expected = Error::AnimationTooLarge {
        frames: 5,
        width: 400,
        height: 300,
        limit: limits.max_total_output_pixels,
    };
    assert_eq!(refused, Some(expected));
    assert_eq!(refusal(&bytes, "400x/filters:still()", &Assets::new(), &limits), None);
    assert_eq!(refusal(&bytes, "200x", &Assets::new(), &limits), None);
}

#[test]
fn what_trimming_makes_larger_is_refused_too() {
    // A thin line in the middle of white: what is left of it is as high as the result is wide, a thousandfold.
    let mut pixels = quarters(200, 200, Channels::Rgb, &[WHITE; 4]);
    for y in 10..190 {
        pixels.data[(y * 200 + 100) * 3..][..3].fill(0);
    }
    let bytes = resizer_core::codec::encode(Format::Png, &pixels, &EncodeOptions::with_quality(80)).unwrap();
    let text = "trim/100x/filters:format(png)";
    let foretold = cost(&bytes, text, &Assets::new());
    let limits = Limits { max_memory: foretold.memory, ..Limits::default() };
    assert!(matches!(refusal(&bytes, text, &Assets::new(), &limits), Some(Error::TooMuchMemory { .. })));
    let limits = Limits { max_work: foretold.work, ..Limits::default() };
    assert!(matches!(refusal(&bytes, text, &Assets::new(), &limits), Some(Error::TooMuchWork { .. })));
    assert_eq!(refusal(&bytes, text, &Assets::new(), &Limits::default()), None);
}

//! Whenever the word to stop is said, nothing else comes of it than that; and it is asked for often enough.
#![allow(clippy::unwrap_used)]

mod common;

use common::requests::{files, marks};
use resizer_core::{Defaults, Error, Limits, Options, Output, Spec, Stop, resize_all};

/// How often at least the word has to be asked for, by the number of rows of the result.
type Least = fn(f64) -> f64;

/// What is asked of each file.
const REQUESTS: &[(&str, Least)] = &[
    ("100x80", |_| 3.0),
    ("200x150/smart/filters:format(png)", |h| h),
    ("trim/200x150/filters:format(png):fill(red)", |h| h),
    ("200x150/filters:blur(5):format(png)", |h| 2.0 * h),
    ("200x150/filters:blur(40):format(jpeg)", |h| 4.0 * h),
    ("200x150/filters:sharpen(2,1,true):sharpen(2,9,false):format(gif)", |h| 5.0 * h),
    ("200x150/filters:watermark(alpha.png,repeat,repeat,0,5):rotate(90):format(webp)", |h| h / 15.0),
    ("60x40/filters:watermark(baseline.jpg,center,center,50,1000):grayscale():format(avif)", |_| 4.0),
    ("200x150/filters:fill(blur):round_corner(20,0,0,0):saturation(2):format(png):still()", |h| h),
    ("300x/filters:max_bytes(900):format(jpeg)", |_| 5.0),
];

fn run(bytes: &[u8], spec: &Spec, assets: &resizer_core::Assets, stop: &Stop) -> Result<Output, Error> {
    let (defaults, limits) = (Defaults::default(), Limits::default());
    let options = Options { defaults: &defaults, limits: &limits, assets, stop };
    resize_all(bytes, std::slice::from_ref(spec), &options)?.remove(0)
}

#[test]
fn a_stop_at_any_time_is_a_stop() {
    let files = files((240, 180));
    let assets = marks(&files);
    for (name, bytes) in &files {
        for (text, least) in REQUESTS {
            let spec = text.parse().unwrap();
            let patient = Stop::after(u64::MAX);
            let whole =
                run(bytes, &spec, &assets, &patient).unwrap_or_else(|error| panic!("{name} {text}: {error}"));
            let asked = patient.asked();
            let least = least(150.0) as u64;
            assert!(asked >= least, "{name} {text}: asked {asked} times, not {least}");
            // All at the begin and the end, some in between.
            let times = (0..asked).filter(|n| *n < 4 || *n + 4 >= asked || n % (asked / 6).max(1) == 1);
            for n in times {
                let stop = Stop::after(n);
                assert_eq!(
                    run(bytes, &spec, &assets, &stop),
                    Err(Error::Stopped),
                    "{name} {text}, {n} of {asked}"
                );
                // The first no is the last word; libwebp needs it twice.
                assert!(stop.asked() <= n + 2, "{name} {text}: asked {} times, not {n}", stop.asked());
            }
            assert_eq!(run(bytes, &spec, &assets, &Stop::after(asked)), Ok(whole), "{name} {text}");
        }
    }
}

#[test]
fn decoders_ask_for_each_row() {
    let files = files((240, 180));
    for (name, rows) in [
        // Rows of MCUs of 8 x 8 pixels, and of planes one after the other.
        ("baseline.jpg", 180 / 8),
        ("turned.jpg", 180 / 8),
        ("grey.jpg", 180 / 8),
        ("colour.png", 180),
        ("alpha.png", 180),
        ("grey-alpha.png", 180),
        ("deep.png", 180),
        ("alpha.avif", 180),
        // Four frames.
        ("animated.gif", 4 * 90),
        ("animated.webp", 4),
    ] {
        let bytes = &files.iter().find(|(known, _)| *known == name).unwrap().1;
        let stop = Stop::after(u64::MAX);
        run(bytes, &"20x".parse().unwrap(), &resizer_core::Assets::new(), &stop).unwrap();
        assert!(stop.asked() >= rows, "{name}: asked {} times, not {rows}", stop.asked());
    }
}

#[test]
fn of_several_results_those_before_the_word_are_kept() {
    let files = files((240, 180));
    let bytes = &files[0].1;
    let specs: Vec<Spec> = ["100x", "120x/filters:blur(9)", "140x"].map(|text| text.parse().unwrap()).into();
    let (defaults, limits, assets) = (Defaults::default(), Limits::default(), resizer_core::Assets::new());
    let run = |stop: &Stop| {
        resize_all(bytes, &specs, &Options { defaults: &defaults, limits: &limits, assets: &assets, stop })
    };
    let patient = Stop::after(u64::MAX);
    let whole = run(&patient).unwrap();
    let late = run(&Stop::after(patient.asked() - 1)).unwrap();
    assert_eq!(late[..2], whole[..2]);
    assert_eq!(late[2], Err(Error::Stopped));
}

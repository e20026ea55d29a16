//! Prints what requests take beside what is predicted, for whoever changes the numbers of `pipeline/work.rs` and
//! `pipeline/memory.rs`: `cargo test -p resizer-core --test calibrate -- --ignored --nocapture`. No test: it takes minutes, and
//! its times are this machine's.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, clippy::disallowed_types)]

mod common;

use common::*;
use resizer_core::codec::{self, AnimationWriter, EncodeOptions};
use resizer_core::pixels::{Channels, Pixels};
use resizer_core::{Assets, Defaults, Format, Limits, Options, Spec, resize_all};
use std::io::Write;
use std::time::Instant;

/// What is made of what.
const CASES: &[(&str, &[&str])] = &[
    (
        "12.jpg",
        &[
            "300x",
            "1500x",
            "4000x",
            "300x/smart",
            "300x300/smart",
            "trim/300x",
            "4000x/filters:format(webp)",
            "4000x/filters:format(png)",
            "4000x/filters:format(avif)",
            "1000x/filters:format(avif)",
            "1000x/filters:format(webp)",
            "1000x/filters:format(png)",
            "1000x/filters:format(gif)",
            "1000x/filters:quality(95)",
            "1000x/filters:format(webp):quality(95)",
            "1000x/filters:format(avif):quality(95)",
            "4000x/filters:blur(3)",
            "4000x/filters:blur(10)",
            "4000x/filters:blur(150)",
            "4000x/filters:sharpen(2,1,true)",
            "4000x/filters:sharpen(2,10,false)",
            "4000x/filters:rotate(90)",
            "4000x/filters:round_corner(50,0,0,0)",
            "4000x/filters:saturation(2)",
            "4000x/filters:contrast(20)",
            "fit-in/4000x4000/filters:fill(blur)",
            "fit-in/4000x4000/filters:fill(auto)",
            "1000x/filters:max_bytes(20000)",
            "1000x/filters:format(webp):max_bytes(20000)",
        ],
    ),
    ("12p.jpg", &["300x", "1500x", "4000x"]),
    ("small.jpg", &["4000x4000/filters:format(jpeg)", "4000x4000/filters:format(png)"]),
    ("12.png", &["300x", "4000x", "4000x/filters:format(jpeg)"]),
    (
        "12a.png",
        &[
            "300x",
            "4000x/filters:format(webp)",
            "2000x/filters:format(avif)",
            "trim/300x",
            "4000x/filters:blur(5):format(jpeg)",
        ],
    ),
    ("12.webp", &["300x", "4000x"]),
    ("12l.webp", &["300x"]),
    ("12.avif", &["300x", "4000x/filters:format(jpeg)"]),
    (
        "noise.jpg",
        &[
            "2000x",
            "2000x/filters:quality(100)",
            "2000x/filters:format(webp):quality(100)",
            "2000x/filters:format(avif):quality(100)",
            "2000x/filters:format(avif):quality(50)",
            "2000x/filters:format(png)",
            "2000x/filters:format(gif)",
            "2000x/filters:format(webp)",
        ],
    ),
    ("20.gif", &["300x", "600x", "600x/filters:format(webp)", "600x/filters:still()"]),
    ("20.webp", &["300x", "600x", "600x/filters:format(gif)"]),
    ("640.jpg", &["640x/filters:watermark(640.jpg,center,center,50,1000)"]),
];

fn drawn(channels: Channels, (width, height): (u32, u32), noise: u32, phase: u32) -> Pixels {
    let mut data = Vec::with_capacity((width * height) as usize * channels.count());
    let mut state = 1u32;
    for y in 0..height {
        for x in 0..width {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let n = (state >> 24) * noise / 255;
            let base = |k: u32| (((x + phase) / (5 + k)) ^ (y / (7 + k))) & 63;
            let wave = |k: f32| {
                (60.0 + 50.0 * ((x + phase) as f32 / (90.0 * k)).sin() * (y as f32 / (70.0 * k)).cos()) as u32
            };
            let pixel = [
                wave(1.0) + base(1) / 2 + n,
                wave(2.0) + base(30) + n,
                wave(3.0) + n,
                255 - (x * 255 / width) / 2,
            ];
            match channels {
                Channels::Rgb => data.extend(pixel[..3].iter().map(|v| (*v).min(255) as u8)),
                _ => data.extend(pixel.iter().map(|v| (*v).min(255) as u8)),
            }
        }
    }
    Pixels { width, height, channels, data }
}

fn input(name: &str) -> Vec<u8> {
    let how = EncodeOptions::with_quality(85);
    let large = (4000, 3000);
    let rgb = || drawn(Channels::Rgb, large, 20, 0);
    let rgba = || drawn(Channels::Rgba, large, 20, 0);
    let animation = |format| {
        let mut writer = AnimationWriter::new(format, 600, 400, &how).unwrap();
        for i in 0..20 {
            writer.push(&drawn(Channels::Rgb, (600, 400), 10, i * 7), 100).unwrap();
        }
        writer.finish().unwrap()
    };
    match name {
        "12.jpg" => jpeg(&rgb(), |_| ()),
        "12p.jpg" => jpeg(&rgb(), |encoder| encoder.set_progressive(true)),
        "small.jpg" => jpeg(&drawn(Channels::Rgb, (100, 100), 20, 0), |_| ()),
        "640.jpg" => jpeg(&drawn(Channels::Rgb, (640, 480), 20, 0), |_| ()),
        "noise.jpg" => jpeg(&drawn(Channels::Rgb, (2000, 1500), 255, 0), |_| ()),
        "12.png" => codec::encode(Format::Png, &rgb(), &how).unwrap(),
        "12a.png" => codec::encode(Format::Png, &rgba(), &how).unwrap(),
        "12.webp" => codec::encode(Format::WebP, &rgb(), &how).unwrap(),
        "12l.webp" => {
            let settings = resizer_webp::Settings { quality: 75.0, method: 4, lossless: true, exact: false };
            resizer_webp::encode(&rgba().data, resizer_webp::Layout::Rgba, large, &settings, &|| true)
                .unwrap()
        }
        "12.avif" => codec::encode(Format::Avif, &rgb(), &how).unwrap(),
        "20.gif" => animation(Format::Gif),
        "20.webp" => animation(Format::WebP),
        _ => unreachable!("{name}"),
    }
}

fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[test]
#[ignore = "prints times"]
fn calibrate() {
    let only = std::env::var("ONLY").unwrap_or_default();
    for (name, specs) in CASES.iter().filter(|(name, _)| name.contains(&only)) {
        let bytes = input(name);
        for spec in *specs {
            let limits = Limits { max_bytes: u64::MAX, ..Limits::default() };
            let mut assets = Assets::new();
            assets.insert("640.jpg".to_owned(), if *name == "640.jpg" { bytes.clone() } else { Vec::new() });
            let options = Options {
                defaults: &Defaults::default(),
                limits: &limits,
                assets: &assets,
                stop: &resizer_core::stop::NEVER,
            };
            let specs = [Spec::parse(spec).unwrap()];
            let cost = resizer_core::estimate(&bytes, &specs, &options).unwrap();
            std::fs::File::options()
                .write(true)
                .open("/proc/self/clear_refs")
                .unwrap()
                .write_all(b"5")
                .unwrap();
            let before = status("VmRSS");
            let start = Instant::now();
            let results = resize_all(&bytes, &specs, &options).unwrap();
            let took = start.elapsed().as_micros();
            let peak = status("VmHWM").saturating_sub(before);
            let result = results[0].as_ref().unwrap();
            let hash = result
                .bytes
                .iter()
                .fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3));
            println!(
                "{name:10} {spec:60} {:5} KB {hash:016x} {took:9} us {:6} KiB; predicted {:9} us ({:.2}) {:6} KiB",
                result.bytes.len() >> 10,
                peak >> 10,
                cost.work,
                cost.work as f64 / took as f64,
                cost.memory >> 10
            );
        }
    }
}

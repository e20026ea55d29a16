//! No call takes more memory than the estimate that is checked before it. Measured on Linux, in a process of
//! its own for each case, by the peak of its resident memory.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, clippy::disallowed_types)]

mod common;

use common::*;
use resizer_core::codec::{self, AnimationWriter, EncodeOptions, avif};
use resizer_core::pixels::{Channels, Pixels};
use resizer_core::{Assets, Defaults, Error, Format, Limits, Options, Spec, resize_all};
use std::io::Write;
use std::process::Command;

/// Large enough that pixels count, and not what every process has.
const SIDES: (u32, u32) = (3000, 2000);

/// The costliest files of each kind, and what is made of them.
const CASES: &[(&str, &[&str])] = &[
    ("baseline.jpg", &["300x", "fit-in/3000x2000/filters:format(png)", "1500x1500/smart/filters:blur(30)"]),
    ("progressive.jpg", &["300x", "1200x/filters:rotate(90)", "trim/1000x"]),
    ("cmyk.jpg", &["300x", "3000x"]),
    (
        "alpha.png",
        &[
            "300x",
            "3000x/filters:round_corner(90,255,255,255):sharpen(2,3,true)",
            "3000x/filters:format(avif)",
        ],
    ),
    ("interlaced-16-bit.png", &["300x", "3000x/filters:format(webp)"]),
    ("lossless.webp", &["300x", "3000x", "3000x2000/filters:watermark(alpha.png,10,10,50,20)"]),
    ("alpha.avif", &["300x", "3000x/filters:format(jpeg):quality(95)"]),
    ("restores.gif", &["300x", "1500x", "300x/filters:still()"]),
    ("animated.webp", &["300x", "1500x"]),
    // A mark is there as a file, as it is decoded, and as much of it as is seen.
    (
        "baseline.jpg",
        &[
            "640x480/filters:watermark(alpha.png,center,center,50,1000)",
            "640x480/filters:watermark(alpha.png,repeat,repeat,50,3):watermark(alpha.png,10,10,0,1000,1000)",
        ],
    ),
    // Nothing that could be left out: the largest files.
    (
        "noise.png",
        &[
            "3000x/filters:format(jpeg):quality(100)",
            "3000x/filters:format(png)",
            "2000x/filters:format(webp):quality(100)",
            "1200x/filters:format(avif):quality(100)",
            "2000x/filters:format(gif)",
            "2000x/filters:format(webp):max_bytes(1000)",
        ],
    ),
    // Enlarged: narrow rows become many.
    (
        "wide.png",
        &["4000x4000", "3900x3900/filters:fill(blur)", "fit-in/4000x4000/filters:fill(blur):format(avif)"],
    ),
];

/// Colours that change all over, so that no codec gets off lightly.
fn picture(channels: Channels, (width, height): (u32, u32)) -> Pixels {
    let bytes = width as usize * height as usize * channels.count();
    let row = width as usize * channels.count();
    let data = (0..bytes).map(|i| ((i % row / 9) ^ (i / row / 5)) as u8).collect();
    Pixels { width, height, channels, data }
}

fn input(name: &str) -> Vec<u8> {
    let how = EncodeOptions::with_quality(80);
    let rgba = || picture(Channels::Rgba, SIDES);
    match name {
        "baseline.jpg" => jpeg(&picture(Channels::Rgb, SIDES), |_| ()),
        "progressive.jpg" => jpeg(&picture(Channels::Rgb, SIDES), |encoder| encoder.set_progressive(true)),
        "cmyk.jpg" => {
            let (pixels, mut bytes) = (rgba(), Vec::new());
            let (width, height) = (SIDES.0 as u16, SIDES.1 as u16);
            let encoder = jpeg_encoder::Encoder::new(&mut bytes, 80);
            encoder.encode(&pixels.data, width, height, jpeg_encoder::ColorType::Cmyk).unwrap();
            bytes
        }
        "alpha.png" => codec::encode(Format::Png, &rgba(), &how).unwrap(),
        "noise.png" => {
            let mut state = 1u32;
            let noise = |_: &u8| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            };
            let rgb = picture(Channels::Rgb, SIDES);
            let data = rgb.data.iter().map(noise).collect();
            codec::encode(Format::Png, &Pixels { data, ..rgb }, &how).unwrap()
        }
        "wide.png" => codec::encode(Format::Png, &picture(Channels::Rgba, (4000, 10)), &how).unwrap(),
        "interlaced-16-bit.png" => interlaced(SIDES),
        "lossless.webp" => {
            let settings = resizer_webp::Settings { quality: 75.0, method: 4, lossless: true, exact: false };
            resizer_webp::encode(&rgba().data, resizer_webp::Layout::Rgba, SIDES, &settings, &|| true)
                .unwrap()
        }
        "alpha.avif" => {
            avif::encode_with(&rgba(), &avif::Options { speed: 9, ..Default::default() }).unwrap()
        }
        "restores.gif" => {
            let (width, height) = (SIDES.0 as u16, SIDES.1 as u16);
            let mut bytes = Vec::new();
            let mut encoder =
                gif::Encoder::new(&mut bytes, width, height, &[0, 0, 0, 255, 255, 255]).unwrap();
            for _ in 0..3 {
                let buffer = vec![1; usize::from(width) * usize::from(height)].into();
                let dispose = gif::DisposalMethod::Previous;
                encoder
                    .write_frame(&gif::Frame { width, height, dispose, buffer, ..Default::default() })
                    .unwrap();
            }
            drop(encoder);
            bytes
        }
        "animated.webp" => {
            let mut writer = AnimationWriter::new(Format::WebP, SIDES.0, SIDES.1, &how).unwrap();
            for _ in 0..2 {
                writer.push(&rgba(), 100).unwrap();
            }
            writer.finish().unwrap()
        }
        _ => unreachable!("{name}"),
    }
}

/// A black PNG of 16 bits with alpha, its rows in Adam7's order (PNG, third edition, section 8.1).
fn interlaced((width, height): (u32, u32)) -> Vec<u8> {
    let passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    let raw: u32 = passes
        .map(|(x, y, across, down)| ((height - y).div_ceil(down)) * (1 + (width - x).div_ceil(across) * 8))
        .iter()
        .sum();
    // The encoder writes images row by row alone: what it writes of a strip of as many bytes is taken over.
    let mut strip = Vec::new();
    let mut encoder = png::Encoder::new(&mut strip, raw - 1, 1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![0; raw as usize - 1]).unwrap();
    writer.finish().unwrap();
    let (head, data) = strip.split_at(33);
    let mut header = head[12..29].to_vec();
    header[4..8].copy_from_slice(&width.to_be_bytes());
    header[8..12].copy_from_slice(&height.to_be_bytes());
    header[12..].copy_from_slice(&[16, 6, 0, 0, 1]);
    [&head[..12], &header, &crc(&header).to_be_bytes(), data].concat()
}

/// CRC-32 as PNG has it (annex D), bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 },
        )
    })
}

fn run(bytes: &[u8], spec: &str, max_memory: u64) -> Result<(), Error> {
    let limits = Limits { max_memory, ..Limits::default() };
    let mut assets = Assets::new();
    if spec.contains("watermark") {
        assets.insert("alpha.png".to_owned(), std::fs::read(folder().join("alpha.png")).unwrap());
    }
    let options = Options {
        defaults: &Defaults::default(),
        limits: &limits,
        assets: &assets,
        stop: &resizer_core::stop::NEVER,
    };
    let mut results = resize_all(bytes, &[Spec::parse(spec).unwrap()], &options)?;
    results.remove(0).map(|_| ())
}

fn estimate(bytes: &[u8], spec: &str) -> u64 {
    match run(bytes, spec, 0) {
        Err(Error::TooMuchMemory { bytes, limit: 0 }) => bytes,
        other => panic!("{spec}: {other:?}"),
    }
}

fn folder() -> std::path::PathBuf {
    std::env::var_os("MEMORY_FOLDER").unwrap().into()
}

/// A line of `/proc/self/status`, in bytes.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// The other side of [`memory_stays_below_the_estimate`]: one case, in a process of its own.
#[test]
#[ignore = "started by the test below"]
fn one_case() {
    let file = std::fs::read(std::env::var_os("MEMORY_FILE").unwrap()).unwrap();
    let spec = std::env::var("MEMORY_SPEC").unwrap();
    let estimate = estimate(&file, &spec);
    // Forgets the peak so far (proc(5)).
    std::fs::File::options().write(true).open("/proc/self/clear_refs").unwrap().write_all(b"5").unwrap();
    let before = status("VmRSS");
    run(&file, &spec, estimate).unwrap();
    println!("MEASURED {} {estimate}", status("VmHWM").saturating_sub(before));
}

#[test]
fn memory_stays_below_the_estimate() {
    let folder = std::env::temp_dir().join(format!("imgdeploy-memory-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, _) in CASES {
        std::fs::write(folder.join(name), input(name)).unwrap();
    }
    let mut wrong = Vec::new();
    for (name, specs) in CASES {
        for spec in *specs {
            let output = Command::new(std::env::current_exe().unwrap())
                .args(["one_case", "--exact", "--ignored", "--nocapture"])
                .env("MEMORY_FOLDER", &folder)
                .env("MEMORY_FILE", folder.join(name))
                .env("MEMORY_SPEC", spec)
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            let measured = text.lines().find_map(|line| line.split_once("MEASURED "));
            let Some((_, numbers)) = measured else { panic!("{name} {spec}: {output:?}") };
            let (peak, estimate) = numbers.split_once(' ').unwrap();
            let (peak, estimate): (u64, u64) = (peak.parse().unwrap(), estimate.parse().unwrap());
            println!("{name:22} {spec:60} {:5} MiB of {:5}", peak >> 20, estimate >> 20);
            if peak > estimate {
                wrong.push(format!("{name} {spec}: {peak} bytes, more than {estimate}"));
            }
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn small_results_of_plain_photographs_need_little() {
    // 24 megapixels; the smallest functions have 128 MB.
    let file = jpeg(&picture(Channels::Rgb, (6000, 4000)), |_| ());
    let needed = estimate(&file, "300x") - file.len() as u64;
    assert!(needed < 32 << 20, "{needed}");
    let needed = estimate(&file, "3000x") - file.len() as u64;
    assert!(needed < 240 << 20, "{needed}");
}

#[test]
fn what_needs_too_much_is_refused_before_anything_is_decoded() {
    let file = input("progressive.jpg");
    let needed = estimate(&file, "1200x");
    assert!(matches!(run(&file, "1200x", needed - 1), Err(Error::TooMuchMemory { .. })));
    assert_eq!(run(&file, "1200x", needed), Ok(()));
}

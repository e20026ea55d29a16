//! The arm64 `bootstrap` that Lambda gets, under qemu, beside the one of this build: the same events, the same S3.
//! It needs a cross build and an emulator, so it runs by `make test-arm64` alone.
#![allow(clippy::unwrap_used)]
#![allow(clippy::print_stdout, reason = "says how far the builds are apart")]

#[path = "../runtime_api/cloud.rs"]
#[allow(dead_code, reason = "shared with the other tests, which use all of it")]
mod cloud;
#[path = "../runtime_api/function.rs"]
#[allow(dead_code, reason = "shared with the other tests, which use all of it")]
mod function;

use cloud::{Cloud, Stored};
use function::Function;
use serde_json::Value;
use std::process::Command;

const JPEG: &[u8] = include_bytes!("../../../tests/photos/dandelion.jpg");
const PROGRESSIVE: &[u8] = include_bytes!("../../../tests/photos/mountain.jpg");
const PNG: &[u8] = include_bytes!("../../../tests/photos/fig.png");
const WEBP: &[u8] = include_bytes!("../../../tests/photos/fig.webp");

/// Spec, original, its bytes, the type of the derived image.
const CASES: &[(&str, &str, &[u8], &str)] = &[
    ("300x200", "photo.jpg", JPEG, "image/jpeg"),
    ("300x200", "progressive.jpg", PROGRESSIVE, "image/jpeg"),
    ("300x200/filters:format(webp)", "photo.jpg", JPEG, "image/webp"),
    ("300x200/filters:format(avif)", "photo.jpg", JPEG, "image/avif"),
    ("fit-in/300x200", "fig.png", PNG, "image/png"),
    ("300x", "fig.webp", WEBP, "image/webp"),
];

const VARS: &[(&str, &str)] = &[("BUCKET", "photos"), ("URL", "https://cdn.example.com")];

/// Emulated code is some 20 times slower: a request gets more time than Lambda would give it.
const BUDGET_MS: u64 = 300_000;

/// How much the samples of the two builds' files may differ in the mean, of 255. JPEG and WebP have to be the same byte
/// for byte; PNG may be packed otherwise, its pixels have to be the same; AVIF's encoder has other vector code for
/// each processor, and does not choose the same blocks (1.6 when this was written, for 0.3 % more bytes).
fn tolerance(content_type: &str) -> Option<f64> {
    match content_type {
        "image/avif" => Some(2.0),
        "image/png" => Some(0.0),
        _ => None,
    }
}

/// `bootstrap` under qemu, by what `make test-arm64` says.
fn emulated() -> Command {
    let var = |name: &str| {
        std::env::var_os(name).unwrap_or_else(|| panic!("{name} is not set: run `make test-arm64`"))
    };
    let mut command = Command::new(var("IMGDEPLOY_QEMU_ARM64"));
    command.arg("-L").arg(var("IMGDEPLOY_ARM64_SYSROOT")).arg(var("IMGDEPLOY_ARM64_BOOTSTRAP"));
    command
}

/// The event of `GET /resize/{key}`: the stored one of API Gateway, for another key.
fn event(key: &str) -> Value {
    let mut event: Value = serde_json::from_str(include_str!("../events/rest-path.json")).unwrap();
    event["path"] = format!("/resize/{key}").into();
    event["requestContext"]["path"] = format!("/prod/resize/{key}").into();
    event["pathParameters"]["key"] = key.into();
    event
}

/// What a function answers to all cases, and what it stores.
async fn run(command: Option<Command>) -> Vec<(Value, Stored)> {
    let cloud = Cloud::start().await;
    cloud.give_ms(BUDGET_MS);
    let function = match command {
        Some(command) => Function::start_by(command, &cloud, VARS),
        None => Function::start(&cloud, VARS),
    };
    let mut done = Vec::new();
    for (spec, original, bytes, _) in CASES {
        cloud.put(original, 200, bytes);
        let key = format!("resized/{spec}/{original}");
        let answer = cloud.invoke(event(&key)).await;
        assert_eq!(answer["statusCode"], 307, "{key}: {answer}");
        assert_eq!(function.log()["reason"], "ok");
        let stored = cloud.stored().pop().unwrap();
        assert_eq!(stored.key, key);
        done.push((answer, stored));
    }
    assert_eq!((done.len(), cloud.stored().len(), cloud.crashes()), (CASES.len(), CASES.len(), 0));
    done
}

#[tokio::test]
#[ignore = "needs an arm64 build and qemu-aarch64: make test-arm64"]
async fn the_arm64_build_stores_the_images_of_this_one() {
    let here = run(None).await;
    let there = run(Some(emulated())).await;
    let mut differ = Vec::new();
    for ((spec, original, _, content_type), (here, there)) in CASES.iter().zip(here.iter().zip(&there)) {
        assert_eq!(here.0, there.0, "{spec}/{original}");
        for stored in [&here.1, &there.1] {
            assert_eq!(stored.headers.get("content-type").unwrap(), content_type, "{spec}/{original}");
        }
        let (one, other) = (&here.1.body, &there.1.body);
        println!("{spec}/{original}: {} and {} bytes, same: {}", one.len(), other.len(), one == other);
        if one == other {
            continue;
        }
        let distance = distance(&pixels(one), &pixels(other));
        println!("  mean difference {distance:.5} of 255");
        if tolerance(content_type).is_none_or(|most| distance > most) {
            differ.push(format!("{spec}/{original}: {distance:.5} of 255"));
        }
    }
    assert!(differ.is_empty(), "the builds differ in\n{}", differ.join("\n"));
}

/// All samples of an image, decoded by the core of this build.
fn pixels(bytes: &[u8]) -> Vec<u8> {
    let limits = resizer_core::Limits::default();
    let spec = "300x200/filters:format(png)".parse().unwrap();
    let png = resizer_core::resize(bytes, &spec, &limits).unwrap().bytes;
    let mut decoder = png::Decoder::new(std::io::Cursor::new(&png));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut samples).unwrap();
    samples
}

/// The mean of the samples' differences.
fn distance(one: &[u8], other: &[u8]) -> f64 {
    assert_eq!(one.len(), other.len());
    let sum: u64 = one.iter().zip(other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.len() as f64
}

//! The arm64 `bootstrap` that Lambda gets, under qemu, beside the one of this build: the same events, the same S3.
//! It needs a cross build and an emulator, so it runs by `make test-arm64` alone.
#![allow(clippy::unwrap_used)]

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
async fn the_arm64_build_stores_the_bytes_of_this_one() {
    let here = run(None).await;
    let there = run(Some(emulated())).await;
    let mut differ = Vec::new();
    for ((spec, original, _, content_type), (here, there)) in CASES.iter().zip(here.iter().zip(&there)) {
        assert_eq!(here.0, there.0, "{spec}/{original}");
        for stored in [&here.1, &there.1] {
            assert_eq!(stored.headers.get("content-type").unwrap(), content_type, "{spec}/{original}");
        }
        if here.1.body != there.1.body {
            let sizes = (here.1.body.len(), there.1.body.len());
            differ.push(format!("{spec}/{original}: {} and {} bytes", sizes.0, sizes.1));
        }
    }
    assert!(differ.is_empty(), "the builds differ in\n{}", differ.join("\n"));
}

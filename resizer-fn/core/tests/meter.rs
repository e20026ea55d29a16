//! No request takes more memory than is foretold: a counting allocator around hundreds of them, two thousand with
//! `IMGDEPLOY_TEST_FULL` set. It sees what Rust
//! allocates; `memory.rs` has the codecs in C as well, for some requests. Alone in its binary: it counts the whole process.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

mod common;

use common::fixture;
use common::requests::{Dice, files, marks, spec};
use peak_alloc::PeakAlloc;
use resizer_core::{Assets, Defaults, Limits, Options, Spec, estimate, resize_all};

#[global_allocator]
static METER: PeakAlloc = PeakAlloc;

/// What `pipeline/memory.rs` adds to every estimate for codecs' tables and stacks, but for 384 KiB, in which those that are
/// written in Rust have to find room: the window and the hashes of zlib, the codes of LZW.
const NOT_OURS: u64 = (16 << 20) - (384 << 10);

/// How many: with `make test-full`, the first number; with `make test`, the first so many of the same.
const REQUESTS: [usize; 2] = [2000, 400];

/// The most that was allocated at once by a call that may take so much, with copies of what it is given, in bytes; and how
/// many results there were.
fn measured(bytes: &[u8], specs: &[Spec], assets: &Assets, max_memory: u64) -> (u64, usize) {
    let before = METER.current_usage();
    METER.reset_peak_usage();
    let (bytes, assets) = (bytes.to_vec(), assets.clone());
    let options = Options {
        defaults: &Defaults::default(),
        // What is left of a trimmed picture is not known before: what takes more then is refused then.
        limits: &Limits { max_memory, ..Limits::default() },
        assets: &assets,
        stop: &resizer_core::stop::NEVER,
    };
    let made = resize_all(&bytes, specs, &options).map_or(0, |results| results.iter().flatten().count());
    ((METER.peak_usage() - before) as u64, made)
}

#[test]
fn no_request_takes_more_than_is_foretold() {
    let mut files = files((420, 300));
    files.extend(["icc.jpg", "icc.png", "icc.webp"].map(|name| (name, fixture(name).to_vec())));
    let all_marks = marks(&files);
    let mut dice = Dice::new(15);
    let (mut ratios, mut wrong, mut made) = (Vec::new(), Vec::new(), 0);
    let full = std::env::var_os("IMGDEPLOY_TEST_FULL").is_some_and(|value| !value.is_empty());
    let requests = REQUESTS[usize::from(!full)];
    for _ in 0..requests {
        let (name, bytes) = dice.of(&files);
        let count = if dice.roll(6) == 0 { 3 } else { 1 };
        let texts: Vec<String> = (0..count).map(|_| spec(&mut dice, 600)).collect();
        let specs: Vec<Spec> = texts
            .iter()
            .map(|text| text.parse().unwrap_or_else(|error| panic!("{text}: {error:?}")))
            .collect();
        let assets = if texts.concat().contains("watermark") { all_marks.clone() } else { Assets::new() };
        let options = Options {
            defaults: &Defaults::default(),
            limits: &Limits::default(),
            assets: &assets,
            stop: &resizer_core::stop::NEVER,
        };
        let foretold = estimate(bytes, &specs, &options).unwrap().memory;
        let (peak, results) = measured(bytes, &specs, &assets, foretold);
        made += usize::from(results > 0);
        ratios.push((foretold - NOT_OURS) as f64 / peak as f64);
        if peak > foretold - NOT_OURS {
            wrong.push(format!("{name} {texts:?}: {peak}, not {}", foretold - NOT_OURS));
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!("median of foretold to measured: {:.2}, least {:.2}", ratios[requests / 2], ratios[0]);
    assert!(made > requests * 9 / 10, "only {made} requests gave anything");
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong[..wrong.len().min(25)].join("\n"));
}

//! In bands comes out what comes out in one go, and it can be stopped between them.

use resizer_resample::{Failure, Kernel, Source, Stretch, scale, scale_until};
use std::cell::Cell;

/// Numbers that look like chance (an LCG, the upper half of its state).
fn dice(state: &mut u64, sides: u32) -> u32 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    ((*state >> 32) % u64::from(sides)) as u32
}

fn any_stretch(state: &mut u64, (width, height): (u32, u32)) -> Stretch {
    let mut side = |length: u32| {
        let first = dice(state, length / 2);
        let count = 1 + dice(state, length - first);
        let whole = dice(state, 3) == 0;
        let from = f64::from(dice(state, count * 8)) / 8.0;
        let from = if whole { from.floor() } else { from };
        let room = f64::from(count) - from;
        let extent = (room * f64::from(1 + dice(state, 100)) / 100.0).max(0.01).min(room);
        let extent = if whole { extent.ceil().min(room) } else { extent };
        let to = if whole && dice(state, 2) == 0 { extent as u32 } else { 1 + dice(state, 150) };
        (first, count, from, extent, to.max(1))
    };
    let (across, down) = (side(width), side(height));
    Stretch {
        within: (across.0, down.0, across.1, down.1),
        corner: (across.2, down.2),
        extent: (across.3, down.3),
        to: (across.4, down.4),
    }
}

#[test]
fn bands_change_nothing() {
    let mut state = 7;
    for channels in 1..=4 {
        let size = (90, 70);
        let data: Vec<u8> = (0..90 * 70 * channels).map(|_| dice(&mut state, 256) as u8).collect();
        let source = Source { data: &data, size, channels };
        for round in 0..400 {
            let stretch = any_stretch(&mut state, size);
            let kernel = if round % 4 == 0 { Kernel::Triangle } else { Kernel::Lanczos };
            let banded = scale_until(&source, &stretch, kernel, 500, &|| false).ok();
            assert!(banded.is_some(), "{channels} channels, {stretch:?}");
            assert!(banded == scale(&source, &stretch, kernel), "{channels} channels, {stretch:?}");
        }
    }
}

#[test]
fn it_stops_between_bands() {
    let data = vec![9; 300 * 200 * 4];
    let source = Source { data: &data, size: (300, 200), channels: 4 };
    let within = (0, 0, 300, 200);
    let stretch = Stretch { within, corner: (0.0, 0.0), extent: (300.0, 200.0), to: (400, 250) };
    let run = |asks: u32| {
        let asked = Cell::new(0);
        let stopped = || asked.replace(asked.get() + 1) >= asks;
        (scale_until(&source, &stretch, Kernel::Lanczos, 20_000, &stopped), asked.get())
    };
    let (whole, asked) = run(u32::MAX);
    assert!(whole.is_ok());
    // 240,000 bytes in and 400,000 out, no more than 20,000 of them at a time.
    assert!(asked >= 32, "{asked}");
    for asks in 0..asked {
        assert_eq!(run(asks), (Err(Failure::Stopped), asks + 1));
    }
    assert_eq!(run(asked).0, whole);
}

//! Damaged files: cut short is an error at every byte, and nothing makes the core panic.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use proptest::prelude::*;
use resizer_core::pixels::Channels;
use resizer_core::{Error, Format, Limits, Spec, resize};

fn spec() -> Spec {
    "30x20".parse().unwrap()
}

/// Small, so that a flipped size does not make the tests slow.
const LIMITS: Limits = Limits {
    max_bytes: 1 << 20,
    max_pixels: 1 << 20,
    max_output_pixels: 1 << 20,
    max_frames: 20,
    max_total_pixels: 1 << 22,
    max_total_output_pixels: 1 << 22,
    max_memory: u64::MAX,
    max_work: u64::MAX,
};

/// The fixtures and some of our own: baseline, restarts, large enough for many cuts.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let rgb = quarters(WIDTH, HEIGHT, Channels::Rgb, &QUARTERS);
    let noise: Vec<u8> = (0..96 * 64 * 3u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let noise = resizer_core::pixels::Pixels { data: noise, ..rgb.clone() };
    let mut all: Vec<_> = FIXTURES.iter().map(|(n, b, _)| ((*n).to_owned(), b.to_vec())).collect();
    all.push(("baseline".to_owned(), jpeg(&rgb, |_| ())));
    all.push(("noise".to_owned(), jpeg(&noise, |_| ())));
    all.push(("noise, restarts".to_owned(), jpeg(&noise, |e| e.set_restart_interval(2))));
    all.push(("noise, progressive".to_owned(), jpeg(&noise, |e| e.set_progressive(true))));
    all.push(("noise.webp".to_owned(), webp(&noise)));
    for format in ORIENTED {
        all.push((format!("turned {format}"), oriented(format, &rgb, 6)));
    }
    all
}

#[test]
fn the_corpus_is_whole() {
    for (name, bytes) in corpus() {
        assert!(resize(&bytes, &spec(), &LIMITS).is_ok(), "{name}");
    }
}

#[test]
fn every_cut_is_an_error() {
    for (name, bytes) in corpus() {
        // Every byte of small files, about 500 places of larger ones, always the last bytes.
        let step = (bytes.len() / 500).max(1);
        let ends = (0..bytes.len()).step_by(step).chain(bytes.len().saturating_sub(16)..bytes.len());
        for end in ends {
            let error = match resize(&bytes[..end], &spec(), &LIMITS) {
                Err(error) => error,
                // Of these, what is there is shown.
                Ok(output) if output.format == Format::Jpeg => continue,
                Ok(_) => panic!("{name} cut at {end} of {} was taken", bytes.len()),
            };
            let expected = match error {
                // An AVIF file is known by a list of brands, not by its first bytes.
                Error::NotAnImage => end < 12 || (end < 24 && name.contains("AVIF")),
                Error::Truncated { .. } => true,
                _ => false,
            };
            assert!(expected, "{name} cut at {end} of {}: {error:?}", bytes.len());
        }
    }
}

#[test]
fn no_image_is_an_error() {
    for other in [&b""[..], b"GIF88a\x01\0\x01\0", b"<html>", b"RIFF\0\0\0\0WAVE", &[0; 4096]] {
        assert_eq!(resize(other, &spec(), &LIMITS), Err(Error::NotAnImage));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// A panic caught at the edge would show as `Error::Codec`; there should be none to catch.
    #[test]
    fn flipped_bytes_never_panic(
        which in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        thread_local!(static CORPUS: Vec<(String, Vec<u8>)> = corpus());
        let (name, mut bytes) = CORPUS.with(|corpus| which.get(corpus).clone());
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let result = resize(&bytes, &spec(), &LIMITS);
        prop_assert_ne!(result.as_ref().err(), Some(&Error::Codec), "{}", name);
        if let Ok(out) = result {
            prop_assert_eq!((out.width, out.height), (30, 20));
        }
    }

    #[test]
    fn spliced_files_never_panic(
        one in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        from in any::<prop::sample::Index>(),
    ) {
        thread_local!(static CORPUS: Vec<(String, Vec<u8>)> = corpus());
        let (a, b) = CORPUS.with(|corpus| (one.get(corpus).1.clone(), other.get(corpus).1.clone()));
        let bytes = [&a[..cut.index(a.len())], &b[from.index(b.len())..]].concat();
        let result = resize(&bytes, &spec(), &LIMITS);
        prop_assert_ne!(result.err(), Some(Error::Codec));
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        start in prop_oneof![
            Just(&b""[..]), Just(&b"\xFF\xD8\xFF"[..]), Just(&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"[..]),
            Just(&b"\0\0\0\x14ftypavif\0\0\0\0avif\0\0\x01\0meta\0\0\0\0"[..]),
            Just(&b"RIFF\x40\0\0\0WEBPVP8 \x34\0\0\0"[..]), Just(&b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0"[..]),
        ],
        rest in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let bytes = [start, &rest].concat();
        let result = resize(&bytes, &spec(), &LIMITS);
        prop_assert_ne!(result.err(), Some(Error::Codec));
    }
}

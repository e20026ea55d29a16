//! Animations: frames are put together as browsers do, and what is written shows the same again.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use gif::{DisposalMethod, Frame, Repeat};
use proptest::prelude::*;
use resizer_core::codec::{self, AnimationWriter, EncodeOptions, Header};
use resizer_core::pixels::{Channels, Pixels};
use resizer_core::{Error, Format, Limits, sniff};

/// A frame of one colour or of given indices; palette: black, red, green, blue.
fn frame(x: u16, y: u16, width: u16, height: u16, index: u8) -> Frame<'static> {
    Frame {
        left: x,
        top: y,
        width,
        height,
        buffer: vec![index; usize::from(width) * usize::from(height)].into(),
        ..Frame::default()
    }
}

const PALETTE: [u8; 12] = [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255];

fn gif(width: u16, height: u16, repeat: Option<Repeat>, frames: &[Frame<'_>]) -> Vec<u8> {
    let mut encoder = gif::Encoder::new(Vec::new(), width, height, &PALETTE).unwrap();
    if let Some(repeat) = repeat {
        encoder.set_repeat(repeat).unwrap();
    }
    for frame in frames {
        encoder.write_frame(frame).unwrap();
    }
    encoder.into_inner().unwrap()
}

/// All frames: pixels and time.
fn frames(bytes: &[u8]) -> Result<Vec<(Pixels, u32)>, Error> {
    let format = sniff::sniff(bytes).unwrap();
    let header = codec::read_header(format, bytes)?;
    let mut frames = codec::frames(format, bytes, &header)?;
    let mut all = Vec::new();
    while let Some(frame) = frames.next_frame()? {
        all.push((frame.pixels.clone(), frame.delay_ms));
    }
    assert_eq!(all.len(), header.frames as usize);
    Ok(all)
}

/// A row of a frame, a letter a pixel: black, red, green, blue, clear.
fn letters(pixels: &Pixels) -> String {
    let letter = |p: &[u8; 4]| match p {
        [0, 0, 0, 255] => 'K',
        [255, 0, 0, 255] => 'R',
        [0, 255, 0, 255] => 'G',
        [0, 0, 255, 255] => 'B',
        [_, _, _, 0] => '.',
        _ => '?',
    };
    pixels.data.as_chunks().0.iter().map(letter).collect()
}

#[track_caller]
fn assert_shows(bytes: &[u8], wanted: &[&str]) {
    let seen: Vec<_> = frames(bytes).unwrap().iter().map(|(pixels, _)| letters(pixels)).collect();
    assert_eq!(seen, wanted);
}

#[test]
fn frames_are_disposed_of_as_they_ask() {
    let with = |dispose, frame: Frame<'static>| Frame { dispose, ..frame };
    let three = |first, second| {
        let all = [
            with(first, frame(0, 0, 4, 1, 1)),
            with(second, frame(1, 0, 2, 1, 2)),
            with(DisposalMethod::Any, frame(2, 0, 2, 1, 3)),
        ];
        gif(4, 1, None, &all)
    };
    use DisposalMethod::*;
    assert_shows(&three(Keep, Keep), &["RRRR", "RGGR", "RGBB"]);
    assert_shows(&three(Any, Background), &["RRRR", "RGGR", "R.BB"]);
    assert_shows(&three(Any, Previous), &["RRRR", "RGGR", "RRBB"]);
    assert_shows(&three(Background, Keep), &["RRRR", ".GG.", ".GBB"]);
    assert_shows(&three(Previous, Background), &["RRRR", ".GG.", "..BB"]);
}

#[test]
fn transparent_pixels_show_what_is_below() {
    let second = Frame { transparent: Some(3), buffer: vec![2, 3, 3, 2].into(), ..frame(0, 0, 4, 1, 0) };
    // Beyond the palette there is no colour.
    let third = Frame { buffer: vec![0, 9, 9, 0].into(), ..frame(0, 0, 4, 1, 0) };
    assert_shows(&gif(4, 1, None, &[frame(0, 0, 3, 1, 1), second, third]), &["RRR.", "GRRG", "KRRK"]);
}

#[test]
fn frames_may_reach_out_of_the_canvas() {
    let all = [frame(2, 0, 9, 9, 1), frame(0, 1, 1, 9, 2), frame(7, 7, 2, 2, 3)];
    assert_shows(&gif(3, 2, None, &all), &["..R..R", "..RG.R", "..RG.R"]);
    let clears =
        [Frame { dispose: DisposalMethod::Background, ..frame(1, 0, 9, 9, 1) }, frame(0, 0, 1, 1, 2)];
    assert_shows(&gif(3, 2, None, &clears), &[".RR.RR", "G....."]);
}

#[test]
fn interlaced_frames_are_put_in_order() {
    // 10 rows of one pixel, stored in the order of the four passes.
    let colours = [0, 1, 2, 3, 0, 1, 2, 3, 0, 1];
    let stored: Vec<u8> = [0, 8, 4, 2, 6, 1, 3, 5, 7, 9].map(|row: usize| colours[row]).to_vec();
    let one = Frame { interlaced: true, buffer: stored.into(), ..frame(0, 0, 1, 10, 0) };
    assert_shows(&gif(1, 10, None, std::slice::from_ref(&one)), &["KRGBKRGBKR"]);
    // Cut off by the canvas.
    assert_shows(&gif(1, 3, None, &[one]), &["KRG"]);
}

#[test]
fn times_and_repetitions() {
    let with = |delay| Frame { delay, ..frame(0, 0, 1, 1, 0) };
    let all = [with(0), with(1), with(2), with(7), with(65_535)];
    let bytes = gif(1, 1, None, &all);
    let times: Vec<_> = frames(&bytes).unwrap().into_iter().map(|(_, ms)| ms).collect();
    assert_eq!(times, [100, 100, 20, 70, 655_350]);
    for (repeat, plays) in [(None, 1), (Some(Repeat::Infinite), 0), (Some(Repeat::Finite(4)), 5)] {
        let header = codec::read_header(Format::Gif, &gif(1, 1, repeat, &all)).unwrap();
        assert_eq!((header.frames, header.plays), (5, plays));
    }
}

#[test]
fn a_cut_gif_shows_its_whole_frames() {
    let all = [frame(0, 0, 8, 8, 1), frame(1, 1, 6, 6, 2), frame(2, 2, 4, 4, 3)];
    let bytes = gif(8, 8, Some(Repeat::Infinite), &all);
    let whole = frames(&bytes).unwrap();
    let mut counts = Vec::new();
    for end in 6..bytes.len() {
        match frames(&bytes[..end]) {
            Ok(some) => {
                assert_eq!(some, whole[..some.len()]);
                counts.push(some.len());
            }
            Err(error) => {
                assert_eq!(error, Error::Truncated { format: Format::Gif }, "cut at {end}");
                counts.push(0);
            }
        }
    }
    assert!(counts.is_sorted());
    assert_eq!((counts[0], *counts.last().unwrap()), (0, 3), "{counts:?}");
}

#[test]
fn bombs_are_refused_by_their_headers() {
    // Hundreds of frames of 65535 x 65535 with next to nothing in them, on a small canvas.
    let mut bytes = b"GIF89a\x08\0\x08\0\x80\0\0\0\0\0\xFF\xFF\xFF".to_vec();
    for _ in 0..500 {
        bytes.extend(b"\x2C\0\0\0\0\xFF\xFF\xFF\xFF\0\x02\x01\x44\0");
    }
    let header = codec::read_header(Format::Gif, &bytes).unwrap();
    assert_eq!((header.width, header.frames), (8, 500));
    let refused = Limits::default().check_animation(&header);
    assert!(matches!(refused, Err(Error::TooMuchAnimation { frames: 500, .. })), "{refused:?}");
    assert!(Limits { max_frames: 499, ..Limits::default() }.check_animation(&header).is_err());
    // Even without limits, no more than the canvas and a row are allocated.
    let error = frames(&bytes).unwrap_err();
    assert!(matches!(error, Error::Corrupt { format: Format::Gif, .. }), "{error:?}");
}

/// Frames of a square that moves over a gradient; and with clear parts, if wanted.
fn moving(width: u32, height: u32, count: u32, clear: bool) -> Vec<Pixels> {
    let pixel = |x: u32, y: u32, at: u32| {
        if (at..at + 12).contains(&x) && (10..22).contains(&y) {
            [250, 220, 40, 255]
        } else if clear && (x / 16 + y / 16).is_multiple_of(2) {
            [0, 0, 0, 0]
        } else {
            [(x * 2) as u8, (y * 3) as u8, 90, 255]
        }
    };
    (0..count)
        .map(|n| {
            let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
            let data = all.flat_map(|(x, y)| pixel(x, y, n * 7)).collect();
            Pixels { width, height, channels: Channels::Rgba, data }
        })
        .collect()
}

fn write(format: Format, frames: &[Pixels], options: &EncodeOptions) -> Vec<u8> {
    let mut writer = AnimationWriter::new(format, frames[0].width, frames[0].height, options).unwrap();
    for (frame, number) in frames.iter().zip(0..) {
        writer.push(frame, 50 + 10 * number).unwrap();
    }
    writer.finish().unwrap()
}

#[track_caller]
fn assert_alike(what: &str, seen: &Pixels, wanted: &Pixels, tolerance: f64) {
    let (mut sum, mut count) = (0.0, 0u32);
    let wanted = wanted.to_rgba();
    for (a, b) in seen.to_rgba().as_chunks::<4>().0.iter().zip(wanted.as_chunks::<4>().0) {
        assert_eq!(a[3], b[3], "{what}: alpha");
        if b[3] > 0 {
            sum += (0..3).map(|i| f64::from(a[i].abs_diff(b[i]))).sum::<f64>() / 3.0;
            count += 1;
        }
    }
    let mean = sum / f64::from(count);
    assert!(mean <= tolerance, "{what}: differs by {mean} on average");
}

#[test]
fn what_is_written_is_seen_again() {
    for format in [Format::Gif, Format::WebP] {
        for clear in [false, true] {
            for plays in [0, 1, 3] {
                let all = moving(70, 50, 5, clear);
                let options = EncodeOptions { plays, ..EncodeOptions::with_quality(80) };
                let bytes = write(format, &all, &options);
                let header = codec::read_header(format, &bytes).unwrap();
                assert_eq!((header.width, header.height, header.frames, header.plays), (70, 50, 5, plays));
                for (number, ((seen, ms), wanted)) in frames(&bytes).unwrap().iter().zip(&all).enumerate() {
                    assert_eq!(*ms, 50 + 10 * number as u32);
                    // Next to clear pixels libwebp's smoothing of block edges darkens colours.
                    let tolerance = if clear && format == Format::WebP { 9.0 } else { 3.5 };
                    assert_alike(
                        &format!("{format}, clear {clear}, frame {number}"),
                        seen,
                        wanted,
                        tolerance,
                    );
                }
            }
        }
    }
}

#[test]
fn frames_that_do_not_differ_cost_nothing() {
    let one = moving(160, 120, 1, false).remove(0);
    for format in [Format::Gif, Format::WebP] {
        let bytes = write(format, &[one.clone(), one.clone(), one.clone()], &EncodeOptions::with_quality(80));
        let seen = frames(&bytes).unwrap();
        assert_eq!(seen.iter().map(|(_, ms)| *ms).collect::<Vec<_>>(), [50 + 60 + 70], "{format}");
        // A small change costs little.
        let mut other = one.clone();
        other.data[..40].as_chunks_mut().0.fill([7, 7, 7, 255]);
        let two = write(format, &[one.clone(), other], &EncodeOptions::with_quality(80));
        let still = write(format, std::slice::from_ref(&one), &EncodeOptions::with_quality(80));
        assert!(two.len() < still.len() + 400, "{format}: {} after {}", two.len(), still.len());
    }
}

#[test]
fn slow_changes_are_not_lost() {
    // One level a frame: each is within what is overlooked, all together are not.
    let grey = |v: u8| Pixels { width: 32, height: 32, channels: Channels::Grey, data: vec![v; 1024] };
    let all: Vec<_> = (100..160).map(grey).collect();
    let bytes = write(Format::WebP, &all, &EncodeOptions::with_quality(80));
    let last = frames(&bytes).unwrap().pop().unwrap().0;
    assert!(last.data[0].abs_diff(159) <= 6, "{}", last.data[0]);
}

#[test]
fn stills_of_all_channels() {
    for channels in [Channels::Grey, Channels::GreyAlpha, Channels::Rgb, Channels::Rgba] {
        for (format, tolerance) in [(Format::Gif, 0), (Format::WebP, 12)] {
            let colours = matches!(channels, Channels::Rgb | Channels::Rgba);
            let mut corners = if colours { QUARTERS } else { GREYS };
            if matches!(channels, Channels::GreyAlpha | Channels::Rgba) {
                corners[3] = CLEAR;
            }
            let source = quarters(WIDTH, HEIGHT, channels, &corners);
            let bytes = codec::encode(format, &source, &EncodeOptions::with_quality(90)).unwrap();
            assert_eq!(codec::read_header(format, &bytes).unwrap().frames, 1);
            assert_quarters(&format!("{format} {channels:?}"), &decode(&bytes).pixels, &corners, tolerance);
        }
    }
}

#[test]
fn writers_refuse_what_they_cannot_write() {
    let options = EncodeOptions::with_quality(80);
    for (format, width, height) in
        [(Format::Gif, 65_536, 1), (Format::WebP, 1, 16_384), (Format::Gif, 0, 1), (Format::Jpeg, 1, 1)]
    {
        assert!(AnimationWriter::new(format, width, height, &options).is_err(), "{format}");
    }
    let empty = AnimationWriter::new(Format::Gif, 1, 1, &options).unwrap().finish();
    assert!(matches!(empty, Err(Error::Encode { .. })));
    let mut writer = AnimationWriter::new(Format::WebP, 2, 2, &options).unwrap();
    assert!(writer.push(&quarters(3, 2, Channels::Rgb, &QUARTERS), 10).is_err());
}

fn corpus() -> Vec<Vec<u8>> {
    let interlaced = Frame { interlaced: true, ..frame(3, 1, 9, 13, 2) };
    let back = Frame { dispose: DisposalMethod::Previous, ..frame(1, 1, 30, 3, 1) };
    let options = EncodeOptions::with_quality(60);
    vec![
        gif(
            16,
            16,
            Some(Repeat::Finite(3)),
            &[frame(0, 0, 16, 16, 1), interlaced, back, frame(2, 2, 5, 5, 3)],
        ),
        write(Format::Gif, &moving(40, 30, 3, true), &options),
        write(Format::WebP, &moving(40, 30, 3, false), &options),
        write(Format::WebP, &moving(40, 30, 3, true), &options),
    ]
}

/// Reads all frames, if the limits allow it, and checks what must hold for any file.
fn read_within_limits(bytes: &[u8]) -> Result<(), Error> {
    let Some(format) = sniff::sniff(bytes) else { return Ok(()) };
    let limits =
        Limits { max_pixels: 1 << 16, max_frames: 50, max_total_pixels: 1 << 20, ..Limits::default() };
    let header: Header = codec::read_header(format, bytes)?;
    limits.check_source(header.width, header.height)?;
    limits.check_animation(&header)?;
    let mut frames = codec::frames(format, bytes, &header)?;
    while let Some(frame) = frames.next_frame()? {
        assert_eq!((frame.pixels.width, frame.pixels.height), (header.width, header.height));
        assert!(frame.delay_ms > 10);
    }
    codec::decode(format, bytes, &header, &Wanted::ALL).map(|_| ())
}

#[test]
fn the_corpus_is_whole() {
    for bytes in corpus() {
        read_within_limits(&bytes).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damage_never_panics(
        which in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        thread_local!(static CORPUS: Vec<Vec<u8>> = corpus());
        let mut bytes = CORPUS.with(|corpus| which.get(corpus).clone());
        for (at, value) in &flips {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        if flips.len() % 2 == 0 {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = read_within_limits(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Few colours and whole or no alpha: a GIF shows exactly what was put in.
    #[test]
    fn gifs_of_few_colours_are_exact(
        frames_in in prop::collection::vec(prop::collection::vec(0usize..5, 12 * 9), 1..6),
    ) {
        let colours = [[0, 0, 0, 0], [9, 9, 9, 255], [200, 10, 10, 255], [10, 200, 10, 255], [255, 255, 255, 255]];
        let all: Vec<Pixels> = frames_in
            .iter()
            .map(|indices| Pixels {
                width: 12,
                height: 9,
                channels: Channels::Rgba,
                data: indices.iter().flat_map(|i| colours[*i]).collect(),
            })
            .collect();
        let mut distinct = all.clone();
        distinct.dedup();
        let bytes = write(Format::Gif, &all, &EncodeOptions::with_quality(80));
        let seen: Vec<Pixels> = frames(&bytes).unwrap().into_iter().map(|(pixels, _)| pixels).collect();
        prop_assert_eq!(seen, distinct);
    }
}

//! Damaged files: whatever was done to one, the answer is a picture or an error that says what is
//! wrong, within a second of processor time and without much memory.

use crate::corpus::{Entry, files};
use crate::product;
use resizer_core::{Error, Limits, sniff};
use std::fs;
use std::time::{Duration, Instant};

/// Small, as a changed size would otherwise cost time honestly.
#[allow(clippy::needless_update)] // There may be more of them.
fn limits() -> Limits {
    Limits { max_bytes: 1 << 20, max_pixels: 1 << 20, max_output_pixels: 1 << 20, ..Limits::default() }
}

/// Places at which each file is cut.
const CUTS: usize = 20;

/// Damaged copies of each file.
const COPIES: u64 = 500;

/// Processor time that one call may take.
const TIME: Duration = Duration::from_secs(1);

/// What one call may add to the memory in use, in KiB: [`limits`] allows a million pixels, and a decoder
/// needs some bytes for each of them, more than once.
const MEMORY: u64 = 64 << 10;

/// Numbers that look random and are the same each time (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end.max(1)
    }
}

/// Memory of this process in KiB: what it uses now (`VmRSS`), or the most it used since
/// [`forget_peak`] (`VmHWM`). None where the system does not tell.
fn memory(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn forget_peak() {
    // Where this is not allowed, the peak is that of all calls so far: still a bound, only stricter.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// Processor time of this thread. None where the system does not tell.
fn processor_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// Calls the core with damaged bytes and checks the answer.
fn call(what: &str, bytes: &[u8]) {
    let (before, started) = (processor_time(), Instant::now());
    let result = product::scaled(bytes, 24, &limits());
    // The clock on the wall is asked first: it is cheaper, and on a busy machine it is later.
    if started.elapsed() > TIME {
        let spent = before.zip(processor_time()).map_or(started.elapsed(), |(before, after)| after - before);
        assert!(spent <= TIME, "{what}: {spent:?}");
    }
    match result {
        Err(Error::Codec) => panic!("{what}: a codec panicked"),
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(output) => {
            assert_eq!(output.width, 24, "{what}");
            assert_eq!(sniff::sniff(&output.bytes), Some(output.format), "{what}");
        }
    }
}

/// All damages of one file. The peak of memory is read after each group of calls: asking for it costs
/// more than most calls do.
fn damage(file: &Entry) {
    let base = memory("VmRSS");
    forget_peak();
    let check_memory = |what: &str| {
        if let (Some(base), Some(peak)) = (base, memory("VmHWM")) {
            let more = peak.saturating_sub(base);
            assert!(more <= MEMORY, "{} {what}: {more} KiB more", file.name);
        }
    };
    let length = file.bytes.len();
    for cut in 0..CUTS {
        let end = length * cut / CUTS;
        call(&format!("{} cut at {end}", file.name), &file.bytes[..end]);
    }
    check_memory("cut");
    let seed = file
        .name
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325u64, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x100_0000_01B3));
    for copy in 0..COPIES {
        let mut numbers = Numbers(seed ^ (copy << 1) | 1);
        let mut bytes = file.bytes.clone();
        // Headers are short and say most: every other copy is damaged there.
        let reach = if copy % 2 == 0 { length } else { length.min(200) };
        for _ in 0..1 + numbers.below(4) {
            bytes[numbers.below(reach)] = numbers.below(256) as u8;
        }
        call(&format!("{} copy {copy}", file.name), &bytes);
        if copy % 50 == 49 {
            check_memory(&format!("copies up to {copy}"));
        }
    }
}

/// A part of the files of a kind, so that the parts run side by side.
fn damage_part(end: &str, part: usize, parts: usize) {
    for file in files(end).iter().skip(part).step_by(parts) {
        damage(file);
    }
}

macro_rules! parts {
    ($($name:ident: $end:literal, $part:literal of $parts:literal;)*) => {
        $(#[test]
        fn $name() {
            damage_part($end, $part, $parts);
        })*
    };
}

parts! {
    jpeg_1: "jpg", 0 of 4;
    jpeg_2: "jpg", 1 of 4;
    jpeg_3: "jpg", 2 of 4;
    jpeg_4: "jpg", 3 of 4;
    png_1: "png", 0 of 2;
    png_2: "png", 1 of 2;
    webp_1: "webp", 0 of 2;
    webp_2: "webp", 1 of 2;
    gif_1: "gif", 0 of 2;
    gif_2: "gif", 1 of 2;
    avif_1: "avif", 0 of 4;
    avif_2: "avif", 1 of 4;
    avif_3: "avif", 2 of 4;
    avif_4: "avif", 3 of 4;
}

#[test]
fn the_measures_measure() {
    let (Some(base), Some(before)) = (memory("VmRSS"), processor_time()) else { return };
    forget_peak();
    let much = vec![1u8; 100 << 20];
    assert!(much.iter().step_by(997).all(|v| *v == 1));
    drop(much);
    assert!(memory("VmHWM").unwrap() > base + (90 << 10));
    assert!(processor_time().unwrap() > before);
}

//! CPU against libjpeg-turbo's scaled decoding, file by file: `speed N FILE…`.
#![allow(clippy::print_stdout, clippy::unwrap_used)]
use std::time::Instant;

fn best(mut f: impl FnMut(), mut g: impl FnMut()) -> (f64, f64) {
    let time = |f: &mut dyn FnMut()| {
        let start = Instant::now();
        f();
        start.elapsed().as_secs_f64() * 1e3
    };
    let mut best = (f64::MAX, f64::MAX);
    for _ in 0..15 {
        best = (best.0.min(time(&mut f)), best.1.min(time(&mut g)));
    }
    best
}

fn main() {
    let mut args = std::env::args().skip(1);
    let n: u8 = args.next().unwrap().parse().unwrap();
    let mut ratios = Vec::new();
    for path in args {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(frame) = resizer_jpeg::frame(&bytes) else {
            println!("no  {path}");
            continue;
        };
        let c = n;
        let ours = || {
            let _ = std::hint::black_box(resizer_jpeg::decode(&bytes, [n, c, c], u32::MAX));
        };
        let mut decompressor = turbojpeg::Decompressor::new().unwrap();
        let factor = turbojpeg::ScalingFactor::new(n as usize, 8);
        let turbo = || {
            decompressor.set_scaling_factor(factor).unwrap();
            let header = decompressor.read_header(&bytes).unwrap().scaled(factor);
            let mut image = turbojpeg::Image {
                pixels: vec![0; 3 * header.width * header.height],
                width: header.width,
                pitch: 3 * header.width,
                height: header.height,
                format: turbojpeg::PixelFormat::RGB,
            };
            decompressor.decompress(&bytes, image.as_deref_mut()).unwrap();
        };
        let (ours, turbo) = best(ours, turbo);
        let ok = resizer_jpeg::decode(&bytes, [n, c, c], u32::MAX).map(|d| d.complete);
        println!(
            "{:.2} ours {ours:7.2} turbo {turbo:7.2} {}x{} {} {:?} {:?} {}",
            ours / turbo,
            frame.width,
            frame.height,
            if frame.progressive { "prog" } else { "base" },
            frame.sampling(),
            ok,
            path.rsplit('/').next().unwrap()
        );
        if !frame.progressive {
            ratios.push(ours / turbo);
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!("median {:.3}", ratios[ratios.len() / 2]);
}

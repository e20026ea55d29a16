#![allow(missing_docs, clippy::all, clippy::unwrap_used, clippy::print_stdout)]
use resizer_core::codec::{jpeg_planes, jpeg_turbo};
use resizer_core::planes::Chroma;
use resizer_core::resample::Rect;
use std::io::BufRead;
fn cpu() -> u64 { std::fs::read_to_string("/proc/thread-self/schedstat").unwrap().split(' ').next().unwrap().parse().unwrap() }
fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let mut p = line.split('\t');
        let (file, widths, out) = (p.next().unwrap(), p.next().unwrap(), p.next().unwrap_or(""));
        let bytes = std::fs::read(file).unwrap();
        let widths: Vec<u32> = widths.split(',').map(|w| w.parse().unwrap()).collect();
        let start = cpu();
        let f = resizer_jpeg::frame(&bytes).unwrap();
        let size = (u32::from(f.width), u32::from(f.height));
        let most = *widths.iter().max().unwrap();
        let to = |w: u32| (w, ((2 * u64::from(size.1) * u64::from(w) + u64::from(size.0)) / (2 * u64::from(size.0))) as u32);
        let m = to(most);
        let r = jpeg_planes::decode(&bytes, &jpeg_planes::Wanted { width: m.0.into(), height: m.1.into(), chroma: 0.5, bottom: u32::MAX });
        let Ok((planes, _)) = r else { println!("0 0"); continue };
        let dec = cpu();
        let mut outs = vec![];
        let mut rs = 0;
        for w in widths { let t = cpu(); let s = planes.resample(Rect::whole(size), to(w), Chroma::Half).unwrap(); rs += cpu() - t; outs.push(jpeg_turbo::encode_planes(&s, 80).unwrap()); }
        let end = cpu();
        if !out.is_empty() { std::fs::write(out, &outs[0]).unwrap(); }
        println!("{} {} dec {} resample {}", (end - start) / 1000, outs[0].len(), (dec - start) / 1000, rs / 1000);
    }
}

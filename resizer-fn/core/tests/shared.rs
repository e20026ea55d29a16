//! Several sizes of one original share its decoding. The rule: the picture is decoded once, as large as the largest of
//! them needs; each size is scaled from that picture, and none from another one's result. So a smaller size never loses
//! by being made beside a larger one: it starts from more detail than alone, not from less.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout)]

use resizer_core::spec::Defaults;
use resizer_core::{Assets, Limits, Options, Spec, resize, resize_all};

const PHOTOS: [(&str, &[u8]); 3] = [
    ("dandelion", include_bytes!("../../../tests/photos/dandelion.jpg")),
    ("mountain, progressive", include_bytes!("../../../tests/photos/mountain.jpg")),
    ("dogs, turned", include_bytes!("../../../tests/photos/dogs-turned.jpg")),
];

/// What may be lost to the noise of another start.
const NOISE: f64 = 0.003;

fn one(bytes: &[u8], spec: &str) -> Vec<u8> {
    resize(bytes, &spec.parse::<Spec>().unwrap(), &Limits::default()).unwrap().bytes
}

fn all(bytes: &[u8], specs: &[&str]) -> Vec<Vec<u8>> {
    let specs: Vec<Spec> = specs.iter().map(|spec| spec.parse().unwrap()).collect();
    let options = Options {
        defaults: &Defaults::default(),
        limits: &Limits::default(),
        assets: &Assets::new(),
        stop: &resizer_core::stop::NEVER,
    };
    resize_all(bytes, &specs, &options).unwrap().into_iter().map(|output| output.unwrap().bytes).collect()
}

/// Width, and luma from 0 to 255.
fn luma(image: &[u8]) -> (usize, Vec<f64>) {
    let png = one(image, "filters:format(png)");
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let samples = info.color_type.samples();
    let grey = |pixel: &[u8]| match pixel {
        [r, g, b, ..] => 0.299 * f64::from(*r) + 0.587 * f64::from(*g) + 0.114 * f64::from(*b),
        [grey, ..] => f64::from(*grey),
        [] => 0.0,
    };
    (info.width as usize, pixels[..info.buffer_size()].chunks_exact(samples).map(grey).collect())
}

/// SSIM (Wang et al., 2004) over windows of 8 x 8 pixels, each four further on.
fn ssim((width, a): &(usize, Vec<f64>), (other, b): &(usize, Vec<f64>)) -> f64 {
    assert_eq!((width, a.len()), (other, b.len()));
    let (c1, c2) = ((0.01f64 * 255.0).powi(2), (0.03f64 * 255.0).powi(2));
    let height = a.len() / width;
    let (mut sum, mut windows) = (0.0, 0.0);
    for top in (0..=height - 8).step_by(4) {
        for left in (0..=width - 8).step_by(4) {
            let at = (0..64).map(|n| (top + n / 8) * width + left + n % 8);
            let (mut x, mut y, mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for at in at {
                let (p, q) = (a[at], b[at]);
                (x, y, xx, yy, xy) = (x + p, y + q, xx + p * p, yy + q * q, xy + p * q);
            }
            let (mx, my) = (x / 64.0, y / 64.0);
            let (vx, vy, cov) = (xx / 64.0 - mx * mx, yy / 64.0 - my * my, xy / 64.0 - mx * my);
            sum += (2.0 * mx * my + c1) * (2.0 * cov + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2));
            windows += 1.0;
        }
    }
    sum / windows
}

#[test]
fn a_small_size_beside_a_large_one_is_as_good_as_alone() {
    for (name, photo) in PHOTOS {
        // Every pixel of the original, which a PNG can't be decoded without.
        let whole = one(photo, "filters:format(png)");
        for (small, large) in [("200x200", "800x"), ("fit-in/150x150", "700x"), ("300x", "750x750")] {
            let reference = luma(&one(&whole, small));
            let alone = ssim(&luma(&one(photo, small)), &reference);
            let beside = ssim(&luma(&all(photo, &[small, large])[0]), &reference);
            println!("{name} {small} beside {large}: SSIM {beside:.4}, alone {alone:.4}");
            assert!(beside >= alone - NOISE, "{name} {small}: {beside} beside {large}, {alone} alone");
            assert!(beside > 0.9, "{name} {small}: {beside}");
        }
    }
}

#[test]
fn the_largest_size_is_the_same_as_alone_and_order_does_not_count() {
    for (name, photo) in PHOTOS {
        let large = one(photo, "600x");
        let forth = all(photo, &["600x", "100x100"]);
        let back = all(photo, &["100x100", "600x"]);
        assert!(forth[0] == large && back[1] == large, "{name}");
        assert!(forth[1] == back[0], "{name}");
    }
}

#[test]
fn the_measure_knows_better_from_worse() {
    let photo = PHOTOS[0].1;
    let whole = one(photo, "filters:format(png)");
    let reference = luma(&one(&whole, "200x200"));
    assert!((ssim(&reference, &reference) - 1.0).abs() < 1e-9);
    let blurred = luma(&one(photo, "200x200/filters:blur(3)"));
    assert!(ssim(&blurred, &reference) < 0.9);
}

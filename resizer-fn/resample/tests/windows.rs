//! Windows of the filter at the edges of what counts.

use resizer_resample::{Kernel, Source, Stretch, scale};

#[test]
fn windows_that_begin_before_the_first_one() {
    // The first pixel lies on a sample, the next ones between two.
    let data: Vec<u8> = (0..12 * 8).map(|i| if i % 12 == 0 { 0 } else { 200 }).collect();
    let source = Source { data: &data, size: (12, 8), channels: 1 };
    for kernel in [Kernel::Lanczos, Kernel::Triangle] {
        for to in [200, 225, 300] {
            for eighths in 0..40 {
                let corner =
                    (f64::from(eighths) / 8.0 + 0.5 - 2.5 / f64::from(to), 1.5 - 2.5 / f64::from(to));
                let extent = (5.0 * 200.0 / f64::from(to), 5.0);
                let stretch = Stretch { within: (0, 0, 12, 8), corner, extent, to: (to, to) };
                let scaled = scale(&source, &stretch, kernel).unwrap_or_default();
                assert_eq!(scaled.len(), (to * to) as usize);
            }
        }
    }
}

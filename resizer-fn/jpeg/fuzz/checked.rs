//! One file at several scales: planes of the size that the frame header promises, or an error. Shared by the fuzz target
//! and the test that goes through its corpus.

use resizer_jpeg::{Frame, decode, scaled};

/// Each kind of transform, the rows of means, and the way past rows that nobody wants.
const WAYS: [([u8; 3], u32); 4] =
    [([1, 1, 1], u32::MAX), ([8, 4, 3], u32::MAX), ([2, 7, 5], 40), ([6, 1, 1], 9)];

/// How many of the ways gave a picture.
///
/// # Panics
/// When a picture's planes are not what `frame`, that of `bytes`, says.
pub fn decoded(bytes: &[u8], frame: &Frame) -> usize {
    let pictures =
        WAYS.iter().filter_map(|(scales, bottom)| Some((scales, decode(bytes, *scales, *bottom).ok()?)));
    pictures
        .map(|(scales, picture)| {
            assert_eq!(picture.planes.len(), frame.components.len());
            for (index, plane) in picture.planes.iter().enumerate() {
                assert_eq!((plane.width, plane.height), scaled(frame, index, scales[index]));
                assert_eq!(plane.data.len(), plane.width as usize * plane.height as usize);
            }
        })
        .count()
}

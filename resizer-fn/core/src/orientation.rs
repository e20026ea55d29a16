//! EXIF orientation: how the stored pixels have to be turned to be seen upright.

use crate::effect::turn::{flip_horizontal, flip_vertical, transpose};
use crate::geometry::{Rect, Size, Window};
use crate::metadata;
use crate::pixels::Pixels;

/// How stored pixels have to be turned to be seen upright. Any of the eight EXIF values is a
/// mirroring along either axis followed by an exchange of the axes, seen from the result:
/// `upright(x, y) = stored(x', y')` or, with `swap`, `stored(y', x')`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Orientation {
    flip_x: bool,
    flip_y: bool,
    swap: bool,
}

impl Orientation {
    /// Stored as seen.
    pub const UPRIGHT: Self = Self { flip_x: false, flip_y: false, swap: false };

    /// By the value of the EXIF tag 0x0112; anything but 1 to 8 counts as 1.
    pub const fn from_tag(value: u32) -> Self {
        let (flip_x, flip_y, swap) = match value {
            2 => (true, false, false),
            3 => (true, true, false),
            4 => (false, true, false),
            5 => (false, false, true),
            6 => (true, false, true),
            7 => (true, true, true),
            8 => (false, true, true),
            _ => (false, false, false),
        };
        Self { flip_x, flip_y, swap }
    }

    /// From EXIF data, beginning at its TIFF header. Damaged EXIF data counts as none: it is no
    /// reason to refuse a picture.
    pub fn from_exif(tiff: &[u8]) -> Self {
        metadata::orientation(tiff).map_or(Self::UPRIGHT, Self::from_tag)
    }

    /// This turn and then that one.
    pub const fn then(self, next: Self) -> Self {
        // Seen from the result, what `next` exchanges lies before what `self` mirrors.
        let (x, y) = if next.swap { (self.flip_y, self.flip_x) } else { (self.flip_x, self.flip_y) };
        Self { flip_x: next.flip_x != x, flip_y: next.flip_y != y, swap: self.swap != next.swap }
    }

    /// The size as seen, of an image stored with `stored` pixels.
    pub const fn oriented_size(self, stored: Size) -> Size {
        if self.swap { (stored.1, stored.0) } else { stored }
    }

    /// Translates a window on the image as seen, of `size` pixels, into one on the image as stored.
    pub fn unapply(self, seen: &Window, size: Size) -> Window {
        let Window { source, scaled, crop } = *seen;
        let (source, crop) = (self.mirrored(source, size), self.mirrored(crop, scaled));
        if self.swap {
            Window { source: source.transposed(), scaled: (scaled.1, scaled.0), crop: crop.transposed() }
        } else {
            Window { source, scaled, crop }
        }
    }

    /// Where `rect` of a picture of `size` pixels is when that is mirrored.
    fn mirrored(self, rect: Rect, size: Size) -> Rect {
        let x = if self.flip_x { size.0.saturating_sub(rect.width).saturating_sub(rect.x) } else { rect.x };
        let y = if self.flip_y { size.1.saturating_sub(rect.height).saturating_sub(rect.y) } else { rect.y };
        Rect { x, y, ..rect }
    }

    /// Turns stored pixels upright.
    pub fn apply(self, stored: Pixels) -> Pixels {
        let mut pixels = if self.swap { transpose(&stored) } else { stored };
        if self.flip_x {
            flip_horizontal(&mut pixels);
        }
        if self.flip_y {
            flip_vertical(&mut pixels);
        }
        pixels
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{self, Found};
    use crate::pixels::Channels;
    use crate::spec::Spec;
    use proptest::prelude::*;

    fn letters(width: u32, rows: &str) -> Pixels {
        let data = rows.bytes().collect::<Vec<_>>();
        let height = data.len() as u32 / width;
        Pixels { width, height, channels: Channels::Grey, data }
    }

    #[test]
    fn turns_add_up() {
        for (first, second) in (1..=8).flat_map(|a| (1..=8).map(move |b| (a, b))) {
            let (first, second) = (Orientation::from_tag(first), Orientation::from_tag(second));
            let stored = letters(3, "ABCDEF");
            let one_by_one = second.apply(first.apply(stored.clone()));
            assert_eq!(first.then(second).apply(stored), one_by_one, "{first:?} {second:?}");
        }
    }

    #[test]
    fn each_tag_turns_as_exif_says() {
        // The upright picture is "ABC/DEF"; this is how each tag stores it.
        for (tag, width, stored) in [
            (1, 3, "ABCDEF"),
            (2, 3, "CBAFED"),
            (3, 3, "FEDCBA"),
            (4, 3, "DEFABC"),
            (5, 2, "ADBECF"),
            (6, 2, "CFBEAD"),
            (7, 2, "FCEBDA"),
            (8, 2, "DAEBFC"),
        ] {
            let upright = Orientation::from_tag(tag).apply(letters(width, stored));
            assert_eq!(upright, letters(3, "ABCDEF"), "tag {tag}");
        }
    }

    #[test]
    fn unknown_tags_and_damaged_data_change_nothing() {
        for tag in [0, 9, u32::MAX] {
            assert_eq!(Orientation::from_tag(tag), Orientation::UPRIGHT);
        }
        for exif in [&b""[..], b"II*\0", b"MM\0*\0\0\0\x08\xFF\xFF", &[0xFF; 64]] {
            assert_eq!(Orientation::from_exif(exif), Orientation::UPRIGHT);
        }
    }

    #[test]
    fn the_tag_is_read_in_both_byte_orders() {
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        assert_eq!(Orientation::from_exif(little), Orientation::from_tag(6));
        assert_eq!(Orientation::from_exif(big), Orientation::from_tag(6));
    }

    #[test]
    fn the_tag_is_read_from_data_that_is_damaged_further_on() {
        // Two entries; the second points far outside.
        let tiff = b"MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\x01\x0E\0\x02\0\0\xFF\xFF\x7F\0\0\0\0\0\0\0";
        assert_eq!(Orientation::from_exif(tiff), Orientation::from_tag(6));
    }

    proptest! {
        /// Cutting the stored pixels by the translated window and turning the cut is the same as
        /// turning everything and cutting by the window.
        #[test]
        fn cut_then_turn_is_turn_then_cut(tag in 1u32..=8, w in 1u32..20, h in 1u32..20, a in 1u32..20, b in 1u32..20) {
            let orientation = Orientation::from_tag(tag);
            // Take a window whose scaled size is the source itself, so that cutting is all.
            let (sw, sh) = orientation.oriented_size((w, h));
            let (a, b) = (a.min(sw), b.min(sh));
            let crop = Rect { x: (sw - a) / 2, y: (sh - b) / 3, width: a, height: b };
            let seen = Window { source: Rect::whole((sw, sh)), scaled: (sw, sh), crop };
            let data = (0..w * h).map(|i| (i % 251) as u8).collect();
            let stored = Pixels { width: w, height: h, channels: Channels::Grey, data };

            let raw = orientation.unapply(&seen, (sw, sh));
            let one = orientation.apply(cut(&stored, raw.crop));
            let other = cut(&orientation.apply(stored.clone()), crop);
            prop_assert_eq!(one, other);

            // The same for the part of the source that is read.
            let seen = Window { source: crop, scaled: (a, b), crop: Rect::whole((a, b)) };
            let raw = orientation.unapply(&seen, (sw, sh));
            let one = orientation.apply(cut(&stored, raw.source));
            let other = cut(&orientation.apply(stored), crop);
            prop_assert_eq!(one, other);
        }

        #[test]
        fn translated_windows_stay_inside(tag in 1u32..=8, w in 1u32..9000, h in 1u32..9000, a in 1u32..9000, b in 1u32..9000) {
            let orientation = Orientation::from_tag(tag);
            let size = orientation.oriented_size((w, h));
            let seen = geometry::layout(size, &Spec::cover(a, b), &Found::default()).window;
            let Window { source, scaled, crop } = orientation.unapply(&seen, size);
            prop_assert_eq!(source, Rect::whole((w, h)));
            prop_assert!(crop.x + crop.width <= scaled.0 && crop.y + crop.height <= scaled.1);
            prop_assert_eq!(orientation.oriented_size((crop.width, crop.height)), (a, b));
        }
    }

    fn cut(from: &Pixels, rect: Rect) -> Pixels {
        let data = (rect.y..rect.y + rect.height)
            .flat_map(|y| (rect.x..rect.x + rect.width).map(move |x| (y * from.width + x) as usize))
            .map(|at| from.data[at])
            .collect();
        Pixels { width: rect.width, height: rect.height, channels: from.channels, data }
    }
}

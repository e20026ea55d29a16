//! Files with more scans than a picture has: each one costs no more than the bytes that name it.
#![allow(clippy::unwrap_used)]

use resizer_jpeg::{decode, scans};

/// 8 x 8 pixels of three components of 1 x 1 blocks; `marker` says which kind.
fn head(marker: u8) -> Vec<u8> {
    let mut file = b"\xFF\xD8".to_vec();
    file.extend(b"\xFF\xDB\0\x43\0");
    file.extend([1; 64]);
    file.extend([0xFF, marker]);
    file.extend(b"\0\x11\x08\0\x08\0\x08\x03\x01\x11\0\x02\x11\0\x03\x11\0");
    for table in [0x00, 0x10] {
        // Two codes: 0 for no bits (DC) or the block's end (AC), 10 for one bit.
        file.extend(b"\xFF\xC4\0\x15");
        file.push(table);
        file.extend([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        file.extend([0, 1]);
    }
    file
}

/// A scan of one component with `data` (bits to be read are those of its one block).
fn scan(component: u8, band: [u8; 3], data: &[u8]) -> Vec<u8> {
    [&[0xFF, 0xDA, 0, 8, 1, component, 0], &band[..], data].concat()
}

/// DC 0 and the end of the block; DC 1 and the end.
const BLACK: &[u8] = &[0b0011_1111];
const WHITE: &[u8] = &[0b1010_1111];

#[test]
fn a_component_is_read_once_in_a_sequential_file() {
    let whole =
        [head(0xC0), scan(1, [0, 63, 0], WHITE), scan(2, [0, 63, 0], BLACK), scan(3, [0, 63, 0], BLACK)];
    let expected = decode(&whole.concat(), [8; 3], u32::MAX).unwrap();
    assert!(expected.complete);
    // Again and again, with tables that are not there: who sets such a scan up fails, or takes the time for it.
    let again = [0xFF, 0xDA, 0, 8, 1, 1, 0x33, 0, 63, 0, 0x3F].repeat(2000);
    let [head, first, second, third] = whole;
    let file = [head, first, again, second, third].concat();
    assert_eq!(decode(&file, [8; 3], u32::MAX), Ok(expected));
    assert_eq!(scans(&file), 2003);
}

#[test]
fn a_pass_that_brings_no_new_bits_is_passed_over() {
    let all = |band, data| [1, 2, 3].map(|component| scan(component, band, data)).concat();
    let (first, second) = (all([0, 0, 0x01], WHITE), all([0, 0, 0x10], WHITE));
    let expected = decode(&[head(0xC2), first.clone(), second.clone()].concat(), [1; 3], u32::MAX).unwrap();
    assert!(expected.complete);
    let again = [0xFF, 0xDA, 0, 8, 1, 1, 0x33, 0, 0, 0x01, 0x3F].repeat(2000);
    let file = [head(0xC2), first, again, second].concat();
    assert_eq!(decode(&file, [1; 3], u32::MAX), Ok(expected));
}

#[test]
fn scans_are_counted_as_they_stand() {
    assert_eq!(scans(b""), 0);
    assert_eq!(scans(b"\xFF\xD8\xFF\xDA"), 0);
    assert_eq!(scans(b"\xFF\xD8\xFF\xFF\xDA\0\x02\xFF\0\xFF\xD0\xFF\xDA\0\x03\x01\xFF\xDA\xFF"), 2);
    // In a segment they are none, nor behind the end of one that is cut.
    assert_eq!(scans(b"\xFF\xD8\xFF\xE1\0\x06\xFF\xDA\0\x02\xFF\xE2\xFF\xFF\xFF\xDA\0\x02"), 0);
}

//! Just enough JPEG to say how large a picture is and which way up it was taken.

/// Width and height from the frame header, or why `bytes` are no JPEG.
///
/// # Errors
/// A sentence about what is missing.
pub fn dimensions(bytes: &[u8]) -> Result<(u16, u16), String> {
    for (marker, segment) in segments(bytes)? {
        // SOF0..SOF15 without DHT (C4), JPG (C8) and DAC (CC).
        if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
            let [_, h1, h2, w1, w2, ..] = segment else {
                return Err("short frame header".to_owned());
            };
            return Ok((u16::from_be_bytes([*w1, *w2]), u16::from_be_bytes([*h1, *h2])));
        }
    }
    Err("no frame header".to_owned())
}

/// Whether there is an Exif segment.
#[must_use]
pub fn has_exif(bytes: &[u8]) -> bool {
    segments(bytes)
        .is_ok_and(|all| all.iter().any(|(marker, data)| *marker == 0xE1 && data.starts_with(b"Exif\0\0")))
}

/// Marker segments up to the first scan.
fn segments(bytes: &[u8]) -> Result<Vec<(u8, &[u8])>, String> {
    let Some(mut rest) = bytes.strip_prefix(&[0xFF, 0xD8]) else {
        return Err(format!("no JPEG: begins with {:02x?}", &bytes[..bytes.len().min(4)]));
    };
    let mut found = Vec::new();
    while let [0xFF, marker, tail @ ..] = rest {
        match (marker, tail) {
            (0xFF, _) => rest = &rest[1..],
            (0xDA, _) => return Ok(found),
            (_, [high, low, ..]) => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                let segment = tail.get(2..length).ok_or("cut short inside a segment")?;
                found.push((*marker, segment));
                rest = &tail[length..];
            }
            _ => return Err("cut short after a marker".to_owned()),
        }
    }
    Err("cut short before the first scan".to_owned())
}

//! The RIFF container of a WebP, read and written.

use crate::error::Error;
use crate::sniff::Format;

/// Chunks of a file, or of a frame. Animations have one for each frame, others a handful.
const MAX_CHUNKS: usize = 1 << 16;

/// Bytes of the `RIFF....WEBP` header.
const FILE_HEADER: usize = 12;

/// A chunk: its name and its data.
pub(super) type Chunk<'a> = (&'a [u8; 4], &'a [u8]);

/// One frame of an animation: where it goes on the canvas and the chunks that make it up.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Milliseconds.
    pub(super) duration: u32,
    /// Whether it is laid over what is there, or takes its place.
    pub(super) blend: bool,
    /// Whether its rectangle becomes clear before the next frame.
    pub(super) clear: bool,
    pub(super) chunks: Vec<Chunk<'a>>,
}

pub(super) fn truncated() -> Error {
    Error::Truncated { format: Format::WebP }
}

pub(super) fn corrupt(reason: &str) -> Error {
    Error::corrupt(Format::WebP, reason)
}

/// The chunks of a whole file. A file that is shorter than it says is [`Error::Truncated`].
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Chunk<'_>>, Error> {
    let size = bytes.get(4..8).and_then(|size| size.try_into().ok()).ok_or_else(truncated)?;
    // The size counts from the name `WEBP` on, which is 4 bytes into what we skip here.
    let end = (u32::from_le_bytes(size) as usize).saturating_add(8);
    if end < FILE_HEADER {
        return Err(corrupt("its size is too small"));
    }
    split(bytes.get(FILE_HEADER..end).ok_or_else(truncated)?)
}

/// Splits chunk data into chunks.
fn split(mut rest: &[u8]) -> Result<Vec<Chunk<'_>>, Error> {
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let (name, size) = rest.split_first_chunk::<4>().ok_or_else(truncated)?;
        let (size, body) = size.split_first_chunk::<4>().ok_or_else(truncated)?;
        let size = u32::from_le_bytes(*size) as usize;
        let data = body.get(..size).ok_or_else(truncated)?;
        if chunks.len() == MAX_CHUNKS {
            return Err(corrupt("it has too many chunks"));
        }
        chunks.push((name, data));
        // Odd chunks are followed by a byte that does not count; some writers leave the last out.
        rest = body.get(size + size % 2..).unwrap_or_default();
    }
    Ok(chunks)
}

/// The data of the first chunk of that name.
pub(super) fn find<'a>(chunks: &[Chunk<'a>], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    chunks.iter().find(|(name, _)| *name == wanted).map(|(_, data)| *data)
}

/// Takes the data of an `ANMF` chunk apart.
pub(super) fn frame(data: &[u8]) -> Result<Frame<'_>, Error> {
    let (head, rest) = data.split_first_chunk::<16>().ok_or_else(truncated)?;
    let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], 0]);
    Ok(Frame {
        x: 2 * number(0),
        y: 2 * number(3),
        width: number(6) + 1,
        height: number(9) + 1,
        duration: number(12),
        blend: head[15] & 2 == 0,
        clear: head[15] & 1 != 0,
        chunks: split(rest)?,
    })
}

/// What an extended header says about a file, beside what follows from its chunks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extended {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) alpha: bool,
}

/// Puts chunks into a file, with an extended header that names the size and what is in it.
/// `chunks` must not have an extended header of their own.
pub(super) fn write(image: Extended, chunks: &[Chunk<'_>]) -> Vec<u8> {
    let flags = [(b"ANIM", 0x02), (b"XMP ", 0x04), (b"EXIF", 0x08), (b"ICCP", 0x20)]
        .into_iter()
        .filter(|(name, _)| find(chunks, name).is_some())
        .fold(if image.alpha { 0x10 } else { 0 }, |flags, (_, flag)| flags | flag);
    let (w, h) = ((image.width - 1).to_le_bytes(), (image.height - 1).to_le_bytes());
    let extended = [flags, 0, 0, 0, w[0], w[1], w[2], h[0], h[1], h[2]];
    let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
    for chunk in std::iter::once(&(b"VP8X", &extended[..])).chain(chunks) {
        push(&mut file, *chunk);
    }
    // Chunks come from files or an encoder that count their bytes with 32 bits themselves.
    let size = (file.len() - 8) as u32;
    file[4..8].copy_from_slice(&size.to_le_bytes());
    file
}

/// Appends a chunk.
pub(super) fn push(file: &mut Vec<u8>, (name, data): Chunk<'_>) {
    file.extend_from_slice(name);
    file.extend_from_slice(&(data.len() as u32).to_le_bytes());
    file.extend_from_slice(data);
    if data.len() % 2 == 1 {
        file.push(0);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_reads_back_and_every_cut_is_noticed() {
        let chunks: [Chunk<'_>; 2] = [(b"ICCP", b"odd"), (b"VP8 ", b"even")];
        let file = write(Extended { width: 300, height: 2, alpha: true }, &chunks);
        let read_back = read(&file).unwrap();
        assert_eq!(read_back[1..], chunks);
        assert_eq!(read_back[0], (b"VP8X", &[0x30, 0, 0, 0, 43, 1, 0, 1, 0, 0][..]));
        for end in 12..file.len() {
            assert_eq!(read(&file[..end]), Err(truncated()), "cut at {end}");
        }
    }

    #[test]
    fn lengths_that_lie_are_noticed() {
        assert_eq!(read(b"RIFF\x0C\0\0\0WEBPVP8 \xFF\0\0\0"), Err(truncated()));
        assert_eq!(read(b"RIFF\x02\0\0\0WEBP"), Err(corrupt("its size is too small")));
        assert_eq!(read(b"RIFF\xFF\xFF\xFF\xFFWEBP"), Err(truncated()));
        assert!(frame(&[0; 15]).is_err());
    }

    #[test]
    fn frames_say_where_and_how() {
        let head = [1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0, 5, 1, 0, 3];
        let frame = frame(&head).unwrap();
        assert_eq!((frame.x, frame.y, frame.width, frame.height), (2, 4, 4, 5));
        assert_eq!((frame.duration, frame.blend, frame.clear), (261, false, true));
    }
}

//! JPEG to planes at n/8 of the size. See `README.md` beside this crate's manifest.
#![forbid(unsafe_code)]

mod block;
mod course;
mod header;
mod huffman;
mod idct;
mod means;
mod plane;
mod progressive;
mod sequential;
mod stream;

pub use header::{Component, Frame};
pub use plane::Plane;

use course::Scan;
use header::{Reader, Stop};
use progressive::DcPlane;
use sequential::Channel;

/// Why a file was not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A kind of JPEG that is not decoded here, though another decoder may.
    #[error("{0} is not decoded here")]
    Unsupported(&'static str),
    /// The file breaks the format's rules.
    #[error("{0}")]
    Corrupt(&'static str),
    /// The file ends before there is anything to show.
    #[error("the file ends before its pixels")]
    Truncated,
    /// Whoever wanted it said so.
    #[error("it was stopped")]
    Stopped,
}

/// A decoded image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Grey alone, or Y, Cb and Cr (full range, ITU-R BT.601 as JFIF says).
    pub planes: Vec<Plane>,
    /// Whether every pixel that was asked for was in the file. What was not is grey, or what stood there before.
    pub complete: bool,
}

/// Reads the frame header.
///
/// # Errors
/// See [`Error`]; [`Error::Unsupported`] also for RGB without conversion.
pub fn frame(bytes: &[u8]) -> Result<Frame, Error> {
    let mut reader = Reader::new(bytes)?;
    match reader.next()? {
        Stop::Scan(_) => {}
        Stop::End | Stop::Cut => return Err(Error::Truncated),
    }
    if reader.is_rgb() {
        return Err(Error::Unsupported("colour that is not Y, Cb and Cr"));
    }
    reader.frame.ok_or(Error::Corrupt("it has no frame header"))
}

/// Decodes component `i` at `scales[i]`/8 (1 to 8) of its own size, rounded up, but no rows below
/// `bottom` (in pixels of the whole image): they stay grey.
///
/// Nothing is allocated that is not in proportion to the result, but for progressive files (2 bytes
/// for each block of 64 pixels).
///
/// # Errors
/// See [`Error`]; [`Error::Unsupported`] for a progressive file at more than 1/8.
pub fn decode(bytes: &[u8], scales: [u8; 3], bottom: u32) -> Result<Decoded, Error> {
    decode_until(bytes, scales, bottom, &|| false)
}

/// [`decode`] that asks before each row of MCUs of each scan whether it is to stop.
///
/// # Errors
/// Those of [`decode`], and [`Error::Stopped`].
pub fn decode_until(
    bytes: &[u8],
    scales: [u8; 3],
    bottom: u32,
    stopped: &dyn Fn() -> bool,
) -> Result<Decoded, Error> {
    let frame = frame(bytes)?;
    let scales = scales.map(|scale| scale.clamp(1, 8));
    if frame.progressive {
        if scales[..frame.components.len()].iter().any(|scale| *scale != 1) {
            return Err(Error::Unsupported("a progressive file at more than 1/8"));
        }
        return decode_dc(bytes, &frame, stopped);
    }
    let mut channels: Vec<Channel> =
        (0..frame.components.len()).map(|index| Channel::new(&frame, index, scales[index])).collect();
    let rows = bottom.div_ceil(8 * u32::from(frame.sampling().1));
    let mut seen = [false; 3];
    let mut complete = true;
    let mut reader = Reader::new(bytes)?;
    while let Stop::Scan(header) = reader.next()? {
        // A component comes once (T.81, F.1.2). Setting up a scan costs more than the bytes that name it, so what
        // brings nothing new is passed over.
        if header.components.iter().all(|(index, ..)| seen[*index]) {
            continue;
        }
        let scan =
            Scan { raw: reader.rest(), frame: &frame, header: &header, tables: &reader.tables, stopped };
        let read = sequential::scan(&scan, &mut channels, rows);
        // A later component that is not there is grey.
        if read == Err(Error::Truncated) && seen.contains(&true) {
            break;
        }
        let (rest, lost) = read?;
        reader.resume(rest);
        complete &= lost == 0;
        header.components.iter().for_each(|(index, ..)| seen[*index] = true);
        if seen[..channels.len()].iter().all(|seen| *seen) {
            break;
        }
    }
    if !seen.contains(&true) {
        return Err(Error::Truncated);
    }
    let whole = seen[..channels.len()].iter().all(|seen| *seen) && complete;
    let planes = channels.into_iter().enumerate().map(|(index, channel)| {
        let (width, height) = scaled(&frame, index, scales[index]);
        channel.canvas.finish(width, height)
    });
    Ok(Decoded { planes: planes.collect(), complete: whole })
}

/// The size of component `index` at `scale`/8.
pub fn scaled(frame: &Frame, index: usize, scale: u8) -> (u32, u32) {
    let (width, height) = frame.component_size(&frame.components[index]);
    ((width * u32::from(scale)).div_ceil(8), (height * u32::from(scale)).div_ceil(8))
}

/// How many scans the file has: a decoder may go over the whole picture once for each of them.
pub fn scans(bytes: &[u8]) -> usize {
    header::count_scans(bytes)
}

/// Bytes of all planes while [`decode`] fills them at these scales: they consist of whole blocks.
pub fn planes_bytes(frame: &Frame, scales: [u8; 3]) -> u64 {
    let of = |(component, scale): (&Component, u8)| {
        frame.blocks_of(component).saturating_mul(u64::from(scale) * u64::from(scale))
    };
    frame.components.iter().zip(scales).map(of).sum()
}

fn decode_dc(bytes: &[u8], frame: &Frame, stopped: &dyn Fn() -> bool) -> Result<Decoded, Error> {
    let count = frame.components.len();
    let mut planes: Vec<DcPlane> = (0..count).map(|index| DcPlane::new(frame, index)).collect();
    let mut channels: Vec<Channel> = (0..count).map(|index| Channel::new(frame, index, 1)).collect();
    let mut complete = true;
    let mut reader = Reader::new(bytes)?;
    while let Stop::Scan(header) = reader.next()? {
        // A pass brings lower bits than those before it (T.81, G.1.1.1.1). As above: any other is passed over, so that
        // there are 14 passes of a component at most.
        let brings = |(index, ..): &(usize, _, _)| planes[*index].low.is_none_or(|low| header.low < low);
        if header.first > 0 || !header.components.iter().any(brings) {
            continue;
        }
        for (index, ..) in &header.components {
            // The table in force at a component's first scan is the component's (T.81, B.2.4.1).
            let table = reader.tables.quantisation[usize::from(frame.components[*index].quantisation)];
            if let (Some(table), None) = (table, planes[*index].low) {
                channels[*index].set_quantisation(&table);
            }
        }
        let scan = Scan { raw: reader.rest(), frame, header: &header, tables: &reader.tables, stopped };
        let (rest, lost) = progressive::dc_scan(&scan, &mut planes)?;
        reader.resume(rest);
        complete &= lost == 0;
        if planes.iter().all(|plane| plane.low == Some(0)) {
            break;
        }
    }
    if planes.iter().all(|plane| plane.low.is_none()) {
        return Err(Error::Truncated);
    }
    let whole = planes.iter().all(|plane| plane.low == Some(0)) && complete;
    let planes = planes.iter().zip(channels).enumerate().map(|(index, (plane, mut channel))| {
        for (y, row) in plane.values.chunks(plane.stride).enumerate() {
            channel.put_flat_row(row, y);
        }
        let (width, height) = scaled(frame, index, 1);
        channel.canvas.finish(width, height)
    });
    Ok(Decoded { planes: planes.collect(), complete: whole })
}

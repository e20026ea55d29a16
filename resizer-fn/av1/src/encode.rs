//! Planes to an AV1 bitstream of one still picture, by libaom.

use crate::{Cicp, Error, Sampling};
use libaom_sys as ffi;
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::os::raw::{c_int, c_uint};
use std::ptr;

/// A picture to encode: 8-bit planes without padding, row by row from the top.
#[derive(Clone, Copy, Debug)]
pub struct Planes<'a> {
    /// Width in pixels, 1 to 65,535.
    pub width: u32,
    /// Height in pixels, 1 to 65,535.
    pub height: u32,
    /// How chroma is sampled; any but [`Sampling::Yuv422`].
    pub sampling: Sampling,
    /// `width * height` samples.
    pub luma: &'a [u8],
    /// Cb and Cr, as large as [`Sampling::chroma_size`] says; not looked at for
    /// [`Sampling::Mono`].
    pub chroma: [&'a [u8]; 2],
}

/// How to encode.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Quantiser, 0 (best) to 63.
    pub quantiser: u8,
    /// libaom's speed, 0 (slowest, smallest) to 9.
    pub speed: u8,
    /// What to say of the colours; the planes are not converted.
    pub cicp: Cicp,
}

/// The longest side that the frame header can express, in pixels.
const LONGEST_SIDE: u32 = 65_535;

/// Encodes one picture as the OBUs of an AV1 image item: a sequence header with the reduced
/// still-picture flag and one frame.
///
/// # Errors
/// [`Error::Planes`], [`Error::Encoder`].
pub fn encode(planes: &Planes<'_>, settings: &Settings) -> Result<Vec<u8>, Error> {
    let Planes { width, height, sampling, luma, .. } = *planes;
    let size = |(w, h): (u32, u32)| w as usize * h as usize;
    let chroma = sampling.chroma_size(width, height);
    let fits = (1..=LONGEST_SIDE).contains(&width)
        && (1..=LONGEST_SIDE).contains(&height)
        && sampling != Sampling::Yuv422
        && luma.len() == size((width, height))
        && chroma.is_none_or(|c| planes.chroma.iter().all(|plane| plane.len() == size(c)));
    if !fits {
        return Err(Error::Planes);
    }
    // libaom takes no picture without chroma, even when told that there is none.
    let half = (width.div_ceil(2), height.div_ceil(2));
    let neutral = if chroma.is_none() { vec![128; size(half)] } else { Vec::new() };
    let chroma_planes = if chroma.is_none() { [neutral.as_slice(); 2] } else { planes.chroma };
    let image = image(planes, chroma_planes, chroma.unwrap_or(half).0, settings.cicp);
    let mut encoder = Encoder::open(planes, settings)?;
    let mut obus = Vec::new();
    encoder.push(Some(&image), &mut obus)?;
    encoder.push(None, &mut obus)?;
    if obus.is_empty() {
        return Err(Error::Encoder { call: "aom_codec_get_cx_data", reason: "there is no frame".into() });
    }
    // A temporal delimiter has no place in an image item.
    Ok(obus.strip_prefix(&[0x12, 0x00]).map(<[u8]>::to_vec).unwrap_or(obus))
}

/// libaom's description of the planes. It holds pointers into them.
fn image(planes: &Planes<'_>, chroma: [&[u8]; 2], chroma_width: u32, cicp: Cicp) -> ffi::aom_image {
    // SAFETY: the struct consists of numbers and pointers, for all of which zero is valid.
    let mut image: ffi::aom_image = unsafe { MaybeUninit::zeroed().assume_init() };
    let mono = planes.sampling == Sampling::Mono;
    let full = planes.sampling == Sampling::Yuv444;
    image.fmt = if full { ffi::AOM_IMG_FMT_I444 } else { ffi::AOM_IMG_FMT_I420 };
    image.cp = c_uint::from(cicp.primaries);
    image.tc = c_uint::from(cicp.transfer);
    image.mc = c_uint::from(cicp.matrix);
    image.range = range(cicp);
    image.monochrome = c_int::from(mono);
    (image.w, image.h) = (planes.width, planes.height);
    (image.d_w, image.d_h) = (planes.width, planes.height);
    (image.r_w, image.r_h) = (planes.width, planes.height);
    image.bit_depth = 8;
    (image.x_chroma_shift, image.y_chroma_shift) = if full { (0, 0) } else { (1, 1) };
    image.bps = if full { 24 } else { 12 };
    // libaom reads the planes and never writes to them: denoising is off.
    image.planes = [planes.luma, chroma[0], chroma[1]].map(|plane| plane.as_ptr().cast_mut());
    image.stride = [planes.width as c_int, chroma_width as c_int, chroma_width as c_int];
    image
}

fn range(cicp: Cicp) -> ffi::aom_color_range {
    if cicp.full_range { ffi::AOM_CR_FULL_RANGE } else { ffi::AOM_CR_STUDIO_RANGE }
}

/// An encoder, destroyed when dropped. Boxed, since libaom keeps pointers into its own context.
struct Encoder(Box<ffi::aom_codec_ctx>);

impl Encoder {
    fn open(planes: &Planes<'_>, settings: &Settings) -> Result<Self, Error> {
        let mut config = MaybeUninit::<ffi::aom_codec_enc_cfg>::zeroed();
        // SAFETY: the interface is a static of libaom's; it fills the whole configuration, which
        // consists of numbers and pointers and so is valid even zeroed.
        let (interface, code, mut config) = unsafe {
            let interface = ffi::aom_codec_av1_cx();
            let code =
                ffi::aom_codec_enc_config_default(interface, config.as_mut_ptr(), ffi::AOM_USAGE_ALL_INTRA);
            (interface, code, config.assume_init())
        };
        if code != ffi::AOM_CODEC_OK {
            return Err(failure("aom_codec_enc_config_default", None));
        }
        let quantiser = settings.quantiser.min(63);
        let mono = planes.sampling == Sampling::Mono;
        (config.g_w, config.g_h) = (planes.width, planes.height);
        config.g_profile = c_uint::from(planes.sampling == Sampling::Yuv444);
        config.g_threads = 1;
        config.g_limit = 1;
        config.g_lag_in_frames = 0;
        config.monochrome = c_uint::from(mono);
        config.rc_end_usage = ffi::AOM_Q;
        config.rc_min_quantizer = 0;
        config.rc_max_quantizer = 63;
        // SAFETY: as for the configuration.
        let mut context: Box<ffi::aom_codec_ctx> = Box::new(unsafe { MaybeUninit::zeroed().assume_init() });
        // SAFETY: context and configuration are valid; the context is at the address where it
        // stays. If this fails there is nothing to destroy.
        let code = unsafe {
            ffi::aom_codec_enc_init_ver(
                &mut *context,
                interface,
                &config,
                0,
                ffi::AOM_ENCODER_ABI_VERSION as c_int,
            )
        };
        if code != ffi::AOM_CODEC_OK {
            return Err(failure("aom_codec_enc_init", Some(&context)));
        }
        let mut encoder = Self(context);
        let cicp = settings.cicp;
        // Chosen by measuring photographs and graphics 300 and 800 pixels wide: tuning for SSIM and small
        // superblocks make files 4 to 5 % smaller at the same SSIM. CDEF, off for stills at this speed, adds 0.001 to
        // 0.002 of SSIM for 0.2 % of the bytes. A chroma quantiser of its own saves 0.3 % and no SSIM. Looking for
        // repeated blocks made a picture with repetitions cost seven times as much and no picture smaller.
        // All of these take an int, or an unsigned int, which are passed alike.
        for (control, value) in [
            (ffi::AOME_SET_CPUUSED, c_int::from(settings.speed.min(9))),
            (ffi::AOME_SET_CQ_LEVEL, c_int::from(quantiser)),
            (ffi::AOME_SET_TUNING, ffi::AOM_TUNE_SSIM as c_int),
            (ffi::AV1E_SET_SUPERBLOCK_SIZE, ffi::AOM_SUPERBLOCK_SIZE_64X64 as c_int),
            (ffi::AV1E_SET_ENABLE_INTRABC, 0),
            (ffi::AV1E_SET_ENABLE_CDEF, 1),
            (ffi::AV1E_SET_ENABLE_CHROMA_DELTAQ, 1),
            (ffi::AV1E_SET_COLOR_PRIMARIES, c_int::from(cicp.primaries)),
            (ffi::AV1E_SET_TRANSFER_CHARACTERISTICS, c_int::from(cicp.transfer)),
            (ffi::AV1E_SET_MATRIX_COEFFICIENTS, c_int::from(cicp.matrix)),
            (ffi::AV1E_SET_COLOR_RANGE, range(cicp) as c_int),
        ] {
            encoder.set(control, value)?;
        }
        Ok(encoder)
    }

    fn set(&mut self, control: ffi::aome_enc_control_id, value: c_int) -> Result<(), Error> {
        // SAFETY: the context is open, and the controls above take one int.
        let code = unsafe { ffi::aom_codec_control(&mut *self.0, control as c_int, value) };
        if code != ffi::AOM_CODEC_OK {
            return Err(failure("aom_codec_control", Some(&self.0)));
        }
        Ok(())
    }

    /// Encodes a picture, or with none finishes the stream, and appends what comes out.
    fn push(&mut self, image: Option<&ffi::aom_image>, obus: &mut Vec<u8>) -> Result<(), Error> {
        let image = image.map_or(ptr::null(), ptr::from_ref);
        // SAFETY: the context is open; the image is null or describes planes that are alive (the
        // caller borrows them) and as large as it says, which `encode` has checked.
        let code = unsafe { ffi::aom_codec_encode(&mut *self.0, image, 0, 1, 0) };
        if code != ffi::AOM_CODEC_OK {
            return Err(failure("aom_codec_encode", Some(&self.0)));
        }
        let mut iterator = ptr::null();
        loop {
            // SAFETY: packets stay valid until the next call on the context; of a frame packet the
            // union's `frame` is the member in use, and its buffer has `sz` bytes.
            let data = unsafe {
                let packet = ffi::aom_codec_get_cx_data(&mut *self.0, &mut iterator);
                if packet.is_null() {
                    return Ok(());
                }
                if (*packet).kind != ffi::AOM_CODEC_CX_FRAME_PKT || (*packet).data.frame.buf.is_null() {
                    continue;
                }
                std::slice::from_raw_parts((*packet).data.frame.buf.cast::<u8>(), (*packet).data.frame.sz)
            };
            obus.extend_from_slice(data);
        }
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // SAFETY: the context was opened and is destroyed once.
        unsafe { ffi::aom_codec_destroy(&mut *self.0) };
    }
}

/// What went wrong in `call`, in libaom's words if it has any.
fn failure(call: &'static str, context: Option<&ffi::aom_codec_ctx>) -> Error {
    let text = context.map(|context| {
        // SAFETY: the context is initialised, at least to zeros; both functions return null or a
        // string that ends with a zero and lives as long as the context.
        unsafe {
            [ffi::aom_codec_error(context), ffi::aom_codec_error_detail(context)]
                .into_iter()
                .filter(|text| !text.is_null())
                .map(|text| CStr::from_ptr(text).to_string_lossy().into_owned())
                .collect::<Vec<_>>()
                .join(": ")
        }
    });
    Error::Encoder { call, reason: text.unwrap_or_else(|| "no reason given".to_owned()) }
}

//! AV1 bitstream to planes, by dav1d.

use crate::{Cicp, Error, Sampling};
use libdav1d_sys as ffi;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::os::raw::c_int;
use std::ptr::{self, addr_of, addr_of_mut};

/// `-ERANGE`, which dav1d answers for frames over its `frame_size_limit`.
const OVER_LIMIT: c_int = -34;

/// A decoded picture. Its planes belong to dav1d until it is dropped.
pub struct Picture {
    raw: Box<ffi::Dav1dPicture>,
    width: u32,
    height: u32,
    sampling: Sampling,
    depth: u8,
    cicp: Cicp,
    /// Reference counts inside are dav1d's: not to be shared between threads.
    _here: PhantomData<*const ()>,
}

/// A type that samples are stored as: `u8` for 8 bits, `u16` for more.
pub trait Sample: Copy + Into<i32> + sealed::Width {}
impl Sample for u8 {}
impl Sample for u16 {}

mod sealed {
    pub trait Width {
        /// Whether this type holds samples of more than 8 bits.
        const WIDE: bool;
    }
    impl Width for u8 {
        const WIDE: bool = false;
    }
    impl Width for u16 {
        const WIDE: bool = true;
    }
}

impl Picture {
    /// Width in pixels, at least 1.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// How chroma is sampled.
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }

    /// Bits of a sample: 8, 10 or 12.
    pub fn depth(&self) -> u8 {
        self.depth
    }

    /// What the bitstream itself says of its colours.
    pub fn cicp(&self) -> Cicp {
        self.cicp
    }

    /// One row of a plane (0 luma, 1 Cb, 2 Cr). Empty where there is no such plane or row, or if
    /// `S` is not the type of this [`Picture::depth`].
    pub fn row<S: Sample>(&self, plane: usize, y: u32) -> &[S] {
        let size = match plane {
            0 => Some((self.width, self.height)),
            1 | 2 => self.sampling.chroma_size(self.width, self.height),
            _ => None,
        };
        let Some((width, height)) = size.filter(|_| S::WIDE == (self.depth > 8)) else { return &[] };
        if y >= height {
            return &[];
        }
        let start = self.raw.data[plane].cast::<u8>();
        let stride = self.raw.stride[usize::from(plane > 0)];
        // SAFETY: dav1d's allocator gave each plane `height` rows of at least `width` samples (of
        // one byte up to 8 bits of depth, else two), `stride` bytes apart, aligned to 64 bytes;
        // `y` and `plane` were compared with them. dav1d writes to a picture no more once it was
        // handed out, and `self` keeps it alive as long as the slice.
        unsafe {
            let row = start.offset(stride * y as isize).cast::<S>();
            std::slice::from_raw_parts(row, width as usize)
        }
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        // SAFETY: `raw` is a picture that dav1d_get_picture filled, and this is its only reference.
        unsafe { ffi::dav1d_picture_unref(&mut *self.raw) }
    }
}

/// A decoder, closed when dropped.
struct Decoder(*mut ffi::Dav1dContext);

impl Decoder {
    fn open(max_pixels: u32, operating_point: u8) -> Result<Self, Error> {
        let mut settings = MaybeUninit::<ffi::Dav1dSettings>::zeroed();
        let mut context = ptr::null_mut();
        // SAFETY: dav1d_default_settings fills the whole struct; fields are then written in place,
        // and dav1d_open only reads them. On success `context` is a decoder that we own.
        let code = unsafe {
            ffi::dav1d_default_settings(settings.as_mut_ptr());
            let s = settings.as_mut_ptr();
            (*s).n_threads = 1;
            (*s).max_frame_delay = 1;
            (*s).all_layers = 0;
            (*s).operating_point = c_int::from(operating_point.min(31));
            (*s).frame_size_limit = max_pixels.max(1);
            (*s).logger.callback = None;
            ffi::dav1d_open(&mut context, s)
        };
        if code < 0 || context.is_null() {
            return Err(Error::Setup(code));
        }
        Ok(Self(context))
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: the context came from dav1d_open and is closed once. Pictures handed out hold
        // references of their own to what they need.
        unsafe { ffi::dav1d_close(&mut self.0) }
    }
}

/// Input for the decoder, released when dropped if dav1d has not taken it.
struct Input(ffi::Dav1dData);

impl Input {
    fn copy_of(bytes: &[u8]) -> Result<Self, Error> {
        // SAFETY: all zero is how dav1d defines empty data (null pointers and numbers).
        let mut data: ffi::Dav1dData = unsafe { MaybeUninit::zeroed().assume_init() };
        // SAFETY: dav1d_data_create allocates `bytes.len()` bytes, or returns null. They are new
        // and so don't overlap with `bytes`.
        unsafe {
            let to = ffi::dav1d_data_create(&mut data, bytes.len());
            if to.is_null() {
                return Err(Error::Setup(ffi::DAV1D_ERR_NOMEM));
            }
            ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
        }
        Ok(Self(data))
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        // SAFETY: either still ours, or emptied by dav1d_send_data, for which this does nothing.
        unsafe { ffi::dav1d_data_unref(&mut self.0) }
    }
}

/// Decodes the first picture that the OBUs of one AV1 image item show. No frame may have more than
/// `max_pixels` pixels: what is larger is refused before memory is taken for it. `operating_point`
/// chooses among the layers of a layered image, 0 elsewhere.
///
/// # Errors
/// [`Error::Damaged`], [`Error::TooLarge`], [`Error::Setup`].
pub fn decode(obus: &[u8], max_pixels: u32, operating_point: u8) -> Result<Picture, Error> {
    if obus.is_empty() {
        return Err(Error::Damaged(ffi::DAV1D_ERR_INVAL));
    }
    let decoder = Decoder::open(max_pixels, operating_point)?;
    let mut input = Input::copy_of(obus)?;
    let failed = |code| Err(if code == OVER_LIMIT { Error::TooLarge } else { Error::Damaged(code) });
    loop {
        let left = input.0.sz;
        if left > 0 {
            // SAFETY: decoder and data are valid; on success dav1d owns what it has consumed and
            // has updated `input`, on failure it is still ours.
            let code = unsafe { ffi::dav1d_send_data(decoder.0, &mut input.0) };
            if code < 0 && code != ffi::DAV1D_ERR_AGAIN {
                return failed(code);
            }
        }
        let mut picture = Box::new(MaybeUninit::<ffi::Dav1dPicture>::zeroed());
        // SAFETY: dav1d fills the (zeroed) picture if it returns 0 and leaves it empty otherwise.
        let code = unsafe { ffi::dav1d_get_picture(decoder.0, picture.as_mut_ptr()) };
        match code {
            // SAFETY: see above. Its one enum, the layout, is a value that dav1d defines.
            0 => return describe(unsafe { picture.assume_init() }),
            ffi::DAV1D_ERR_AGAIN if left > 0 && input.0.sz < left => {}
            code => return failed(code),
        }
    }
}

/// Takes a picture over from dav1d and checks what is relied on later.
fn describe(raw: Box<ffi::Dav1dPicture>) -> Result<Picture, Error> {
    let p = raw.p;
    let sampling = match p.layout {
        ffi::Dav1dPixelLayout::DAV1D_PIXEL_LAYOUT_I400 => Sampling::Mono,
        ffi::Dav1dPixelLayout::DAV1D_PIXEL_LAYOUT_I420 => Sampling::Yuv420,
        ffi::Dav1dPixelLayout::DAV1D_PIXEL_LAYOUT_I422 => Sampling::Yuv422,
        ffi::Dav1dPixelLayout::DAV1D_PIXEL_LAYOUT_I444 | _ => Sampling::Yuv444,
    };
    let picture = Picture {
        width: u32::try_from(p.w).unwrap_or(0),
        height: u32::try_from(p.h).unwrap_or(0),
        sampling,
        depth: u8::try_from(p.bpc).unwrap_or(0),
        cicp: colours(&raw),
        raw,
        _here: PhantomData,
    };
    let planes = if sampling == Sampling::Mono { 1 } else { 3 };
    let complete = picture.raw.data.iter().take(planes).all(|plane| !plane.is_null());
    if picture.width == 0 || picture.height == 0 || !matches!(picture.depth, 8 | 10 | 12) || !complete {
        return Err(Error::Damaged(ffi::DAV1D_ERR_INVAL));
    }
    Ok(picture)
}

fn colours(raw: &ffi::Dav1dPicture) -> Cicp {
    let header = raw.seq_hdr;
    if header.is_null() {
        return Cicp::UNSPECIFIED;
    }
    // SAFETY: the sequence header lives as long as the picture. Its enums are read as the numbers
    // they are stored as, since a file can hold ones that the Rust enums don't have.
    let (primaries, transfer, matrix, full_range) = unsafe {
        (
            addr_of!((*header).pri).cast::<u32>().read(),
            addr_of!((*header).trc).cast::<u32>().read(),
            addr_of!((*header).mtrx).cast::<u32>().read(),
            addr_of_mut!((*header).color_range).read() != 0,
        )
    };
    let point = |value: u32| u8::try_from(value).unwrap_or(2);
    Cicp { primaries: point(primaries), transfer: point(transfer), matrix: point(matrix), full_range }
}

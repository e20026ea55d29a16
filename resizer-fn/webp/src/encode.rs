//! Pixels to WebP.

use crate::{Error, LONGEST_SIDE, Layout};
use libwebp_sys as ffi;
use std::mem::MaybeUninit;
use std::os::raw::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::addr_of_mut;

/// How to encode; what is not named here is as libwebp has it by default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// 0 to 100; of a lossless picture, how much is tried.
    pub quality: f32,
    /// How hard libwebp tries, 0 (fastest) to 6.
    pub method: u8,
    /// Whether each pixel stays what it is.
    pub lossless: bool,
    /// Whether colours that alpha hides are kept; otherwise they become what costs least.
    pub exact: bool,
}

/// Asked now and then whether somebody still waits.
type GoOn<'a> = &'a dyn Fn() -> bool;

/// Encodes `pixels` (row by row, without padding) of `size` (width and height in pixels) as a file of its own. `go_on`
/// is asked many times on the way; once it says `false` the work ends.
///
/// # Errors
/// [`Error::Pixels`], [`Error::Stopped`], [`Error::Encoder`].
pub fn encode(
    pixels: &[u8],
    layout: Layout,
    size: (u32, u32),
    settings: &Settings,
    go_on: GoOn<'_>,
) -> Result<Vec<u8>, Error> {
    let sides = 1..=LONGEST_SIDE;
    let row = size.0 as usize * layout.bytes();
    if !sides.contains(&size.0) || !sides.contains(&size.1) || pixels.len() != row * size.1 as usize {
        return Err(Error::Pixels);
    }
    let config = config(settings)?;
    let mut picture = Picture::new(size)?;
    picture.import(pixels, layout, row as c_int)?;
    let mut output = Output::new();
    picture.encode(&config, &mut output, &go_on)?;
    Ok(output.bytes().to_vec())
}

fn config(settings: &Settings) -> Result<ffi::WebPConfig, Error> {
    let failed = |call| Error::Encoder { call, code: 0 };
    let mut config = ffi::WebPConfig::new().map_err(|()| failed("WebPConfigInit"))?;
    config.quality = settings.quality;
    config.method = settings.method.into();
    config.lossless = settings.lossless.into();
    config.exact = settings.exact.into();
    // SAFETY: the function only reads the struct.
    let valid = unsafe { ffi::WebPValidateConfig(&config) } != 0;
    if valid { Ok(config) } else { Err(failed("WebPValidateConfig")) }
}

/// A picture that libwebp holds; freed when dropped.
struct Picture(ffi::WebPPicture);

impl Picture {
    fn new(size: (u32, u32)) -> Result<Self, Error> {
        let failed = |()| Error::Encoder { call: "WebPPictureInit", code: 0 };
        let mut picture = ffi::WebPPicture::new().map_err(failed)?;
        picture.use_argb = 1;
        (picture.width, picture.height) = (size.0 as c_int, size.1 as c_int);
        Ok(Self(picture))
    }

    /// `pixels` are as many as the picture has, `row` bytes each row.
    fn import(&mut self, pixels: &[u8], layout: Layout, row: c_int) -> Result<(), Error> {
        // SAFETY: libwebp allocates for the size in the struct and copies that many rows of `row` bytes; `encode` has
        // compared them with the length.
        let imported = unsafe {
            match layout {
                Layout::Rgb => ffi::WebPPictureImportRGB(&mut self.0, pixels.as_ptr(), row),
                Layout::Rgba => ffi::WebPPictureImportRGBA(&mut self.0, pixels.as_ptr(), row),
            }
        };
        if imported == 0 { Err(self.failed("WebPPictureImport")) } else { Ok(()) }
    }

    fn encode(&mut self, config: &ffi::WebPConfig, to: &mut Output, go_on: &GoOn<'_>) -> Result<(), Error> {
        self.0.writer = Some(ffi::WebPMemoryWrite);
        self.0.custom_ptr = addr_of_mut!(to.0).cast();
        self.0.progress_hook = Some(ask);
        self.0.user_data = std::ptr::from_ref(go_on).cast::<c_void>().cast_mut();
        // SAFETY: config and picture are valid, writer and hook get the pointers that were made of the references just
        // now, and neither outlives this call: libwebp starts no thread (`thread_level` is 0).
        let encoded = unsafe { ffi::WebPEncode(config, &mut self.0) } != 0;
        self.0.custom_ptr = std::ptr::null_mut();
        self.0.user_data = std::ptr::null_mut();
        if encoded { Ok(()) } else { Err(self.failed("WebPEncode")) }
    }

    fn failed(&self, call: &'static str) -> Error {
        match self.0.error_code {
            ffi::WebPEncodingError::VP8_ENC_ERROR_USER_ABORT => Error::Stopped,
            code => Error::Encoder { call, code: code as u32 },
        }
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        // SAFETY: the struct was initialised; this frees what it owns, if anything, once.
        unsafe { ffi::WebPPictureFree(&mut self.0) }
    }
}

/// libwebp's progress hook: 0 ends the work.
unsafe extern "C" fn ask(_percent: c_int, picture: *const ffi::WebPPicture) -> c_int {
    // SAFETY: libwebp hands over the picture that `Picture::encode` gave it, whose `user_data` points to the closure.
    let go_on = unsafe { &*(*picture).user_data.cast::<GoOn<'_>>() };
    // A panic must not pass through C.
    catch_unwind(AssertUnwindSafe(go_on)).unwrap_or(false).into()
}

/// The bytes that come out; freed when dropped.
struct Output(ffi::WebPMemoryWriter);

impl Output {
    fn new() -> Self {
        let mut writer = MaybeUninit::zeroed();
        // SAFETY: the function fills the whole struct: a null pointer and numbers.
        unsafe {
            ffi::WebPMemoryWriterInit(writer.as_mut_ptr());
            Self(writer.assume_init())
        }
    }

    fn bytes(&self) -> &[u8] {
        if self.0.mem.is_null() {
            return &[];
        }
        // SAFETY: the writer owns `size` bytes from `mem` on that it has written.
        unsafe { std::slice::from_raw_parts(self.0.mem, self.0.size) }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // SAFETY: the struct was initialised; this frees its buffer, if there is one, once.
        unsafe { ffi::WebPMemoryWriterClear(&mut self.0) }
    }
}

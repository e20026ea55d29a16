//! The key scheme, `{prefix}{mark/}{spec|preset}/{original}`, for tool and function: how a key is read, which object is an
//! original, which one is derived, and which one is an image by its name. No I/O, no clock.

mod answer;
mod image;
mod mark;
mod reading;
mod scheme;

pub use answer::{ABOUT_ORIGINALS, NO_IMAGE, is_about_original};
pub use image::{ENDINGS, ImageKind};
pub use mark::{Mark, SIGNATURE_CHARS, is_signature, take_mark};
pub use reading::{Reading, readings};
pub use scheme::{Asked, LONGEST_KEY, Likely, Scheme, is_spec};

//! `purge`: all derived images of an original, out of the bucket and out of CloudFront.
//!
//! Pure: [`key`] (of which original an object is, and whether it is an image at all), [`paths`] and [`viewer`] (what CloudFront
//! is told), [`pasted`] (what can be meant by what people name), [`plan`]. Effects: [`named`] and [`find`] look, [`apply`] deletes.

pub mod apply;
pub mod find;
pub mod key;
pub mod named;
pub(crate) mod pasted;
pub mod paths;
pub mod plan;
pub mod viewer;

//! `purge`: all derived images of an original, out of the bucket and out of CloudFront.
//!
//! Pure: [`key`] (of which original an object is, and whether it is an image at all), [`paths`] and [`viewer`] (what CloudFront
//! is told), [`plan`]. Effects: [`find`] looks, [`apply`] deletes.

pub mod apply;
pub mod find;
pub mod key;
pub mod paths;
pub mod plan;
pub mod viewer;

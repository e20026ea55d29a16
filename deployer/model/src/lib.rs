//! Pure model of the chain S3 website -> API Gateway -> Lambda -> CloudFront and of the documents that configure it.
//!
//! Nothing in here reads a file, a clock, the environment or the network (see `clippy.toml`): text and data come in, text and
//! data go out. That makes plans repeatable and every rule testable by itself.
//!
//! - [`region`]: what follows from a region's name: partition, host names, and back from a host name to what it means.
//! - [`derived_key`]: whether a key looks like one that the function writes.
//! - [`document`]: byte-preserving editors for the documents of others that we add our part to.
//! - [`chain`]: how the services answer a request, given their configurations.
//! - [`terminal`], [`shell`]: how text of others is shown, and how it stands in a command that people copy.

pub mod chain;
pub mod document;
pub mod region;
pub mod shell;
pub mod terminal;

//! Settings: what the command line, the environment and `imgdeploy.yaml` say, merged into one
//! resolved [`Site`] that knows where each value came from.
//!
//! The way of the data: `cli` makes a [`Given`] of flags and variables; [`load`] reads and checks the
//! file; [`resolve`] merges both. A wrong value is a [`SettingsError`] that names every problem, with
//! line and column where it is in the file. Exit code 2.

mod check;
mod choose;
mod file;
mod given;
mod merge;
mod nearest;
mod node;
mod problem;
pub mod schema;
mod section;
mod site;
pub mod table;
mod together;
mod typed;
pub mod value;
pub mod write;

pub use check::VERSION;
pub use choose::load;
pub use file::{ConfigFile, DEFAULT_FILE};
pub use given::{Given, GivenValue};
pub use merge::{access, arch, code, images, resolve};
pub use problem::{Fault, Position, Problem, SettingsError};
pub use site::{Access, Code, DistributionChoice, Images, Origin, Site, describe};

#[cfg(test)]
mod tests;

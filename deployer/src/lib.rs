//! x
pub mod cli;
pub mod settings;

//! x

pub mod chain;

//! x

pub mod stack;

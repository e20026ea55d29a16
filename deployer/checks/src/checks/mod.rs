//! The checks, one file each, in folders by the part of the chain.

pub mod api;
pub mod bucket;
pub mod edge;
pub mod function;
pub mod region;
pub mod walk;

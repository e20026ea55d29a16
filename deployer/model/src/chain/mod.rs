//! The parts of the delivery chain that no emulator has, as a pure model.
//!
//! Input: configurations as AWS reports them, a request, and (asked for step by step) what the bucket or the function answers.
//! Output: the answer of each service and why. Nothing here does I/O or reads a clock: a caller drives the small state
//! machines ([`website::Step`], [`edge::Step`]) and passes the time in. `doctor` and `attach --dry-run` predict with it, `dev` serves
//! real HTTP by it, tests replay it.
//!
//! Ids such as `S3-10` or `CF-02` name the AWS fact that a rule follows. What AWS doesn't document is marked *unverified* and, where the
//! difference matters, is a switch whose default is the stricter reading.

pub mod access;
pub mod api;
pub mod cache;
pub mod cloudfront;
mod condition;
pub mod edge;
pub mod encode;
pub mod identity;
pub mod message;
pub mod pattern;
pub mod permission;
pub mod policies;
pub mod proxy;
pub mod rest;
pub mod rights;
pub mod ttl;
pub mod walk;
pub mod website;
mod xml;

#[cfg(test)]
mod tests;

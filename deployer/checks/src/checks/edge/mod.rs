//! The distribution.

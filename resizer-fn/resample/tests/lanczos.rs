//! The tests in `src/lanczos.rs`, without compiling the rest of the crate a second time.

#[path = "../src/lanczos.rs"]
mod lanczos;

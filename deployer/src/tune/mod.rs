//! `tune`: what memory costs and what it is good for, measured with temporary versions of the function.
//!
//! The first write puts a mark into the description of the unpublished state, in the same call that changes its memory: it
//! says what memory and description were there before. Every version that is published then carries it too. So whatever a
//! run leaves behind when it is killed, `tune --clean` knows it and knows what to put back. Viewers reach the alias, which
//! nothing here moves but `--apply`.
//!
//! Pure: `mark`, `plan`, `images` (which), `measure`, `recommend`, `chart`, `svg`. Effects: `apply`, `stop`.

pub mod apply;
pub mod chart;
pub mod images;
pub mod mark;
pub mod measure;
pub mod plan;
pub mod recommend;
pub mod stop;
pub mod svg;

//! Images of files, made by the very core that the function has.
//!
//! `words` reads specs, `plan` says which file becomes which (both pure), `check` looks at what is
//! there, `work` makes one file, `store` writes it.

mod check;
mod error;
mod names;
mod plan;
mod store;
mod words;
mod work;

pub use check::{make_folder, refuse_same_file};
pub use error::ResizeError;
pub use plan::{Plan, Source, Target, Task, plan};
pub use store::store;
pub use words::{Asked, asked, watermarks};
pub use work::{Done, Made, Settings, work};

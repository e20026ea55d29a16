//! One module per subcommand: only the order of the stages.

mod approve;
pub mod attach;
pub mod detach;
pub mod dev;
pub mod down;
pub mod engine;
pub mod init;
pub mod resize;
pub mod up;

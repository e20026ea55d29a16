//! One module per subcommand: only the order of the stages.

mod approve;
pub mod attach;
pub mod batch;
pub mod build;
pub mod cost;
pub mod detach;
pub mod dev;
pub mod doctor;
pub mod down;
pub mod engine;
pub mod init;
pub mod logs;
mod memory;
mod originals;
pub mod purge;
pub mod resize;
pub mod rollback;
pub mod status;
pub mod tune;
pub mod up;
pub mod update_code;

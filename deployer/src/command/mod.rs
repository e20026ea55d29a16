//! One module per subcommand: only the order of the stages.

mod approve;
pub mod attach;
pub mod build;
pub mod detach;
pub mod dev;
pub mod doctor;
pub mod down;
pub mod engine;
pub mod init;
pub mod logs;
pub mod purge;
pub mod resize;
pub mod rollback;
pub mod status;
pub mod up;
pub mod update_code;

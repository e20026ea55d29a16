//! The built tool against an AWS of its own: what must hold whatever happens on the way.
//!
//! These are slow tests, for what only shows when everything is wired together; each module says what it is
//! about. Plans and documents have their own tests, next to their code.

#![allow(clippy::unwrap_used)]

mod approval;
mod bad_originals;
mod batch;
mod bench;
mod build;
mod cache_loop;
mod chain;
mod configuration;
mod cost;
mod cut_off;
mod dev;
mod direct;
mod doctor;
mod faults;
mod foreign;
mod identity;
mod init;
mod keys;
mod logs;
mod originals;
mod passing;
mod purge;
mod readme;
mod refusals;
mod regions;
mod repeat;
mod resize;
mod rivals;
mod served;
mod stack_role;
mod stand_in;
mod state;
mod status;
mod terminal;
mod tune;
mod up;
mod update_code;

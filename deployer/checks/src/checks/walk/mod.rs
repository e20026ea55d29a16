//! What live requests and the function's log show. An error in the configuration explains it, where one was found.

mod answer;
mod fault;
mod refusal;

pub mod elsewhere;
pub mod error_answer;
pub mod log;
pub mod no_answer;
pub mod no_image;
pub mod out_of_nothing;
pub mod redirect_loop;

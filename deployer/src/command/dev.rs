//! `dev`
use crate::{settings::Site, cli::DevArgs, report::Report, error::{Exit,Failure}};
/// x
pub async fn run(_: &Site, _: &DevArgs, _: &Report) -> Result<Exit, Failure> { Ok(Exit::Done) }

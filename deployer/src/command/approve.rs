//! Consent: a terminal is asked, everything else needs `--yes`.

use crate::error::Failure;
use crate::report;

/// Asks whether to go on.
///
/// # Errors
/// Exit code 4 when the answer is no, or when there is nobody to ask.
pub fn ask(question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    match report::ask(question).as_deref() {
        Some("y" | "yes") => Ok(()),
        Some(_) => Err(Failure::not_approved(
            "not approved, nothing was changed",
            "run this again when you are sure",
        )),
        None => Err(Failure::not_approved(
            "not approved: there is no terminal to ask at",
            "look at the plan, then run this again with `--yes`",
        )),
    }
}

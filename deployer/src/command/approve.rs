//! Consent: a terminal is asked, everything else needs `--yes`.

use std::io::{BufRead, IsTerminal, Write};

use crate::error::Failure;

/// Asks whether to go on.
///
/// # Errors
/// Exit code 4 when the answer is no, or when there is nobody to ask.
pub fn ask(question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::not_approved(
            "not approved: there is no terminal to ask at",
            "look at the plan, then run this again with `--yes`",
        ));
    }
    let mut stderr = std::io::stderr().lock();
    let _ = write!(stderr, "\n{question} [y/N] ");
    let _ = stderr.flush();
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    match (read, answer.trim().to_lowercase().as_str()) {
        (Ok(_), "y" | "yes") => Ok(()),
        _ => Err(Failure::not_approved(
            "not approved, nothing was changed",
            "run this again when you are sure",
        )),
    }
}

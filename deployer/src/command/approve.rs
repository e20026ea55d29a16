//! The one way from a plan to its being carried out: it is shown, what stands against it is said, and somebody is asked.

use crate::approval::{Approved, Proposal, Yes};
use crate::error::{Exit, Failure};
use crate::report::{self, Outcome, Report};

/// How far a command may go.
#[derive(Debug, Clone, Copy)]
pub struct Consent {
    /// `--yes`.
    pub yes: bool,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--exit-code`.
    pub exit_code: bool,
}

/// How a run over a plan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// There was nothing to do.
    Nothing,
    /// The plan was shown.
    Planned,
    /// The plan was carried out.
    Applied,
}

impl Ended {
    /// The exit code.
    pub fn exit(self, consent: Consent) -> Exit {
        if self == Self::Planned && consent.exit_code { Exit::Changes } else { Exit::Done }
    }

    /// As the report names it.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Nothing => Outcome::NothingToDo,
            Self::Planned => Outcome::Planned,
            Self::Applied => Outcome::Applied,
        }
    }
}

/// A plan as people see it.
pub trait Shown: Proposal {
    /// Whether there is anything to do.
    fn changes(&self) -> bool {
        true
    }

    /// What stands against it, in words.
    fn against(&self) -> Option<Failure> {
        None
    }

    /// What stands against showing it in a dry run.
    fn against_dry(&self) -> Option<Failure> {
        self.against()
    }

    /// Shows it before anybody is asked; also where there is nothing to do.
    fn show(&self, report: &Report);

    /// Shows it as the result of a dry run.
    fn show_dry(&self, report: &Report);

    /// What is asked. Each has to be answered by yes.
    fn questions(&self) -> Vec<String> {
        vec!["Carry this out?".to_owned()]
    }
}

/// What is to become of a plan.
#[derive(Debug)]
pub enum Decision<'p, P> {
    /// There is nothing to do.
    Nothing,
    /// It was a dry run.
    Planned,
    /// It is to be carried out.
    Go(Approved<'p, P>),
}

impl<P> Decision<'_, P> {
    /// The exit code where nothing is carried out.
    pub fn exit(&self, consent: Consent) -> Exit {
        if matches!(self, Self::Planned) && consent.exit_code { Exit::Changes } else { Exit::Done }
    }
}

/// Shows a plan and asks for consent.
///
/// # Errors
/// What stands against the plan; exit code 4 when the answer is no, or when there is nobody to ask.
pub fn decide<'p, P: Shown>(
    plan: &'p P,
    consent: Consent,
    report: &Report,
) -> Result<Decision<'p, P>, Failure> {
    if consent.dry_run {
        plan.show_dry(report);
        return match plan.against_dry() {
            Some(failure) => Err(failure),
            None if plan.changes() => Ok(Decision::Planned),
            None => Ok(Decision::Nothing),
        };
    }
    plan.show(report);
    if let Some(failure) = plan.against() {
        return Err(failure);
    }
    if !plan.changes() {
        return Ok(Decision::Nothing);
    }
    let mut yes = None;
    for question in plan.questions() {
        yes = Some(ask(&question, consent.yes)?);
    }
    let approved = yes.and_then(|yes| Approved::new(plan, yes));
    approved
        .map(Decision::Go)
        .ok_or_else(|| Failure::new(Exit::Unexpected, "a refused plan was approved", "please report this"))
}

/// A terminal is asked, everything else needs `--yes`.
fn ask(question: &str, yes: bool) -> Result<Yes, Failure> {
    if let Some(yes) = Yes::by_flag(yes) {
        return Ok(yes);
    }
    let Some(answer) = report::ask(question) else {
        return Err(Failure::not_approved(
            "not approved: there is no terminal to ask at",
            "look at the plan, then run this again with `--yes`",
        ));
    };
    Yes::by_answer(&answer).ok_or_else(|| {
        Failure::not_approved("not approved, nothing was changed", "run this again when you are sure")
    })
}

//! Consent to a plan: whatever carries one out takes it as [`Approved`], and only a plan that nothing stands against becomes
//! that, by somebody's yes. All that writes is made with a [`Permit`], which an approved plan gives.

use std::ops::Deref;

/// What is to be done, once somebody says yes to it.
pub trait Proposal {
    /// Whether something stands against it: a refusal, or what could not be looked at.
    fn is_refused(&self) -> bool;
}

/// Somebody's yes.
#[derive(Debug, Clone, Copy)]
pub struct Yes(());

impl Yes {
    /// By `--yes`, if it was given.
    pub fn by_flag(given: bool) -> Option<Self> {
        given.then_some(Self(()))
    }

    /// What was answered at a terminal, if it was a yes.
    pub fn by_answer(answer: &str) -> Option<Self> {
        matches!(answer, "y" | "yes").then_some(Self(()))
    }
}

/// A plan that was shown and said yes to.
///
/// ```compile_fail
/// # use imgdeploy_aws::approval::Approved;
/// fn carried_out_unasked(plan: &String) -> Approved<'_, String> {
///     Approved(plan)
/// }
/// ```
#[derive(Debug)]
pub struct Approved<'p, P>(&'p P);

impl<'p, P: Proposal> Approved<'p, P> {
    /// The plan, unless something stands against it.
    pub fn new(plan: &'p P, _: Yes) -> Option<Self> {
        (!plan.is_refused()).then_some(Self(plan))
    }

    /// The plan itself.
    pub fn plan(&self) -> &'p P {
        self.0
    }

    /// The right to write what the plan says.
    pub fn permit(&self) -> Permit {
        Permit(())
    }
}

/// The right to write: what makes calls that change something can't be had without it.
///
/// ```compile_fail
/// # use imgdeploy_aws::{Clients, approval::Permit, write::BucketWrite};
/// fn written_unasked(clients: &Clients) -> BucketWrite {
///     BucketWrite::new(clients, "eu-west-1", "media", "111122223333", Permit(()))
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Permit(());

impl Permit {
    /// For what the user has ordered by the command itself, and what no plan is made of: the messages of a batch.
    pub fn of_order() -> Self {
        Self(())
    }
}

impl<P> Deref for Approved<'_, P> {
    type Target = P;

    fn deref(&self) -> &P {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Any(bool);

    impl Proposal for Any {
        fn is_refused(&self) -> bool {
            self.0
        }
    }

    #[test]
    fn only_a_yes_to_a_plan_without_refusals_approves_it() {
        for (answer, is_yes) in
            [("y", true), ("yes", true), ("", false), ("no", false), ("yes please", false)]
        {
            assert_eq!(Yes::by_answer(answer).is_some(), is_yes, "{answer}");
        }
        assert!(Yes::by_flag(false).is_none());
        for refused in [false, true] {
            let approved =
                Yes::by_flag(true).and_then(|yes| Approved::new(&Any(refused), yes).map(|it| it.0.0));
            assert_eq!(approved.is_some(), !refused);
        }
    }
}

//! Runs the checks over a snapshot.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::check::{Check, Hop, Input, Severity, Skip};
use crate::fold;
pub use crate::fold::Headline;
use crate::snapshot::Snapshot;
use crate::table::CHECKS;
use imgdeploy_world::{AwsFailure, Fact};

/// Which checks to run: `only` empty means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Codes to run.
    pub only: Vec<String>,
    /// Codes to leave out.
    pub skip: Vec<String>,
}

impl Selection {
    fn has(&self, check: &Check) -> bool {
        let named = |list: &[String]| list.iter().any(|code| code.eq_ignore_ascii_case(check.code));
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }
}

/// A look-up that failed, as reports have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unseen {
    /// The IAM action that the look-up needs, such as `s3:GetBucketPolicy`.
    pub action: String,
    /// What AWS or the network said.
    pub why: String,
    /// The caller may not do it.
    pub denied: bool,
}

impl Unseen {
    /// From the call.
    pub fn of(failure: &AwsFailure) -> Self {
        Self { action: failure.operation.clone(), why: failure.reason(), denied: failure.is_denied() }
    }
}

/// A check that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotChecked {
    /// The look-up that failed.
    #[serde(flatten)]
    pub unseen: Unseen,
    /// The checks that it stands in the way of.
    pub codes: Vec<&'static str>,
}

/// What came of all checks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// Causes, the worst first, then along the chain.
    pub headlines: Vec<Headline>,
    /// Checks that found nothing wrong.
    pub ok: Vec<&'static str>,
    /// Checks that have nothing to look at here.
    pub nothing_to_check: Vec<&'static str>,
    /// Checks that could not be made, by what could not be looked at.
    pub not_checked: Vec<NotChecked>,
}

impl Diagnosis {
    /// The worst severity of all headlines.
    pub fn worst(&self) -> Option<Severity> {
        self.headlines.iter().map(|headline| headline.severity).max()
    }

    /// Every check that could be made was made.
    pub fn is_complete(&self) -> bool {
        self.not_checked.is_empty()
    }
}

/// Inputs without which "nothing found" would mean nothing: requests that could not be made, a stack that could not be read. The other
/// inputs a check asks for by itself.
fn missing(check: &Check, snapshot: &Snapshot) -> Option<AwsFailure> {
    if check.hop == Hop::Walk && snapshot.unasked.is_some() {
        return snapshot.unasked.clone();
    }
    match &snapshot.stack {
        Fact::Unknown(why) if check.inputs.contains(&Input::Stack) => Some(why.clone()),
        _ => None,
    }
}

/// Runs the selected checks.
pub fn diagnose(snapshot: &Snapshot, selection: &Selection) -> Diagnosis {
    let mut diagnosis = Diagnosis::default();
    let mut found = Vec::new();
    let mut unseen: BTreeMap<Unseen, Vec<&'static str>> = BTreeMap::new();
    // All are run: what is left out may be the cause of what is asked for.
    for check in CHECKS {
        let verdict = (check.run)(snapshot);
        if let Ok(findings) = &verdict {
            found.extend(findings.iter().map(|finding| (*check, finding.clone())));
        }
        if !selection.has(check) {
            continue;
        }
        let verdict = match (missing(check, snapshot), verdict) {
            (Some(why), Ok(findings)) if findings.is_empty() => Err(Skip::Unseen(why)),
            (Some(why), Err(Skip::Nothing)) => Err(Skip::Unseen(why)),
            (_, verdict) => verdict,
        };
        match verdict {
            Ok(findings) if findings.is_empty() => diagnosis.ok.push(check.code),
            Ok(_) => {}
            Err(Skip::Nothing) => diagnosis.nothing_to_check.push(check.code),
            Err(Skip::Unseen(why)) => unseen.entry(Unseen::of(&why)).or_default().push(check.code),
        }
    }
    diagnosis.headlines = fold::fold(found);
    diagnosis.headlines.retain(|headline| {
        CHECKS.iter().any(|check| check.code == headline.code && selection.has(check))
            || headline
                .effects
                .iter()
                .any(|effect| CHECKS.iter().any(|check| check.code == effect.code && selection.has(check)))
    });
    diagnosis.not_checked = unseen.into_iter().map(|(unseen, codes)| NotChecked { unseen, codes }).collect();
    diagnosis
}

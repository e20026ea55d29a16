//! One fault, one headline: what is the effect of another finding goes under it.

use crate::check::{Check, EffectOf, Finding, Hop, Severity};
use serde::Serialize;

/// A fault with its effects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Headline {
    /// The check's code.
    pub code: &'static str,
    /// The check's title.
    pub title: &'static str,
    /// Where in the chain.
    pub hop: Hop,
    /// How bad.
    pub severity: Severity,
    /// What the user sees, and why.
    pub symptom: &'static str,
    /// The fault.
    #[serde(flatten)]
    pub finding: Finding,
    /// What follows from it.
    pub effects: Vec<Headline>,
}

/// Sorts findings into causes and their effects.
pub(crate) fn fold(found: Vec<(&'static Check, Finding)>) -> Vec<Headline> {
    let causes: Vec<Option<usize>> = found.iter().enumerate().map(|(at, _)| cause_of(&found, at)).collect();
    let mut headlines: Vec<Headline> = Vec::new();
    let mut place: Vec<Option<usize>> = vec![None; found.len()];
    for (at, (check, finding)) in found.iter().enumerate() {
        if causes.get(at).copied().flatten().is_none() {
            if let Some(slot) = place.get_mut(at) {
                *slot = Some(headlines.len());
            }
            headlines.push(headline(check, finding));
        }
    }
    for (at, (check, finding)) in found.iter().enumerate() {
        // Up to the root: an effect of an effect belongs to the first cause.
        let mut root = at;
        for _ in 0..found.len() {
            match causes.get(root).copied().flatten() {
                Some(cause) => root = cause,
                None => break,
            }
        }
        if root != at
            && let Some(headline_at) = place.get(root).copied().flatten()
            && let Some(cause) = headlines.get_mut(headline_at)
        {
            cause.effects.push(headline(check, finding));
        }
    }
    // The worst first, then along the chain.
    headlines.sort_by(|a, b| b.severity.cmp(&a.severity).then((a.hop, a.code).cmp(&(b.hop, b.code))));
    headlines
}

/// The finding that explains this one, if any does. The relation has no circles: a cause must have a smaller rank.
fn cause_of(found: &[(&'static Check, Finding)], at: usize) -> Option<usize> {
    let (check, _) = found.get(at)?;
    found.iter().enumerate().find_map(|(other, (candidate, _))| {
        if other == at || candidate.code == check.code {
            return None;
        }
        let any_error = || candidate.hop != Hop::Walk && candidate.severity == Severity::Error;
        let explains = match check.effect_of {
            EffectOf::Codes(codes) => codes.contains(&candidate.code),
            EffectOf::AnyError => any_error(),
            EffectOf::AnyErrorOr(codes) => any_error() || codes.contains(&candidate.code),
        };
        explains.then_some(other)
    })
}

fn headline(check: &'static Check, finding: &Finding) -> Headline {
    Headline {
        code: check.code,
        title: check.title,
        hop: check.hop,
        severity: check.severity,
        symptom: check.symptom,
        finding: finding.clone(),
        effects: Vec::new(),
    }
}

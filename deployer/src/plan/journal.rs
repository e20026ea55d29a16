//! What the journal will say.

use super::{Action, Plan, action};
use crate::journal::{Edit, Journal, Stale};

/// What the plan has a distribution forget.
pub fn stale(plan: &Plan) -> Option<Stale> {
    let all = plan.actions.iter().filter_map(|action| match action {
        Action::Invalidate(action::Invalidate { id, path }) => Some((id, path)),
        _ => None,
    });
    let paths: Vec<String> = all.clone().map(|(_, path)| path.clone()).collect();
    let (id, _) = all.into_iter().next()?;
    Some(Stale { id: id.clone(), paths })
}

/// Makes up for what an earlier run did not come to, or was refused: nothing in the account shows that it is missing. `id`: the
/// distribution that is there.
pub fn make_up(plan: &mut Plan, journal: Option<&Journal>, id: &str) {
    let Some(left) = journal.and_then(|journal| journal.stale.as_ref()).filter(|left| left.id == id) else {
        return;
    };
    let planned = stale(plan).map(|planned| planned.paths).unwrap_or_default();
    for path in left.paths.iter().filter(|path| !planned.contains(path)) {
        plan.actions.push(Action::Invalidate(action::Invalidate { id: id.to_owned(), path: path.clone() }));
    }
}

/// The entry for one document after this plan.
///
/// `current` is the document as seen, `after` as it will be, `recorded` the journal's entry so far, `strip`
/// takes our part out of a document (`None`: nothing is left), `same` compares two documents by meaning.
///
/// As long as nobody else changed the document, the first `before` stays; once somebody did, `before` is what
/// they made of it, without our part.
pub fn next_edit(
    current: Option<&str>,
    after: &str,
    recorded: Option<&Edit<String>>,
    strip: impl Fn(&str) -> Option<String>,
    same: impl Fn(&str, &str) -> bool,
) -> Edit<String> {
    if let Some(recorded) = recorded {
        if current == Some(after) {
            return recorded.clone();
        }
        let untouched = match (current, recorded.before.as_deref()) {
            (None, None) => true,
            (Some(current), before) => {
                same(current, &recorded.after) || before.is_some_and(|before| same(current, before))
            }
            (None, Some(_)) => false,
        };
        if untouched {
            return Edit { before: recorded.before.clone(), after: after.to_owned() };
        }
    }
    Edit { before: current.and_then(strip), after: after.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Documents of words; ours is `us`.
    fn strip(text: &str) -> Option<String> {
        let rest: Vec<&str> = text.split(' ').filter(|word| *word != "us").collect();
        (!rest.is_empty()).then(|| rest.join(" "))
    }

    fn next(
        current: Option<&str>,
        after: &str,
        recorded: Option<(Option<&str>, &str)>,
    ) -> (Option<String>, String) {
        let recorded = recorded
            .map(|(before, after)| Edit { before: before.map(str::to_owned), after: after.to_owned() });
        let edit = next_edit(current, after, recorded.as_ref(), strip, |a, b| a == b);
        (edit.before, edit.after)
    }

    #[test]
    fn the_first_before_survives_until_somebody_else_edits() {
        let owned = |before: Option<&str>, after: &str| (before.map(str::to_owned), after.to_owned());
        assert_eq!(next(None, "us", None), owned(None, "us"));
        assert_eq!(next(Some("a"), "us a", None), owned(Some("a"), "us a"));
        // Cut off between journal and edit.
        assert_eq!(next(Some("a"), "us a", Some((Some("a"), "us a"))), owned(Some("a"), "us a"));
        // Our own part is renewed.
        assert_eq!(next(Some("us a"), "us us a", Some((Some("a"), "us a"))), owned(Some("a"), "us us a"));
        // Nothing to edit: the entry stays as it is, whatever else changed.
        assert_eq!(next(Some("us a b"), "us a b", Some((Some("a"), "us a"))), owned(Some("a"), "us a"));
        // Somebody added b and broke our part.
        assert_eq!(next(Some("a b"), "us a b", Some((Some("a"), "us a"))), owned(Some("a b"), "us a b"));
        // The journal was lost.
        assert_eq!(next(Some("us a"), "us a", None), owned(Some("a"), "us a"));
        // Somebody deleted the document.
        assert_eq!(next(None, "us", Some((Some("a"), "us a"))), owned(None, "us"));
    }
}

//! What came of looking into the zip.

use super::command::{place, update_code};
use crate::check::{Finding, Skip, Verdict, need_or_absent};
use crate::snapshot::{CodeProblem, Function, Snapshot};

/// One finding for each problem that `tell` has words for.
pub(super) fn findings(
    snapshot: &Snapshot,
    tell: impl Fn(&CodeProblem, &Function) -> Option<(String, Option<String>)>,
) -> Verdict {
    let function = snapshot.function()?;
    if function.latest.is_absent() {
        return Err(Skip::Nothing);
    }
    // Absent: the tool built and checked that code itself.
    let Some(code) = need_or_absent(&function.code)? else { return Ok(Vec::new()) };
    let told = code.problems.iter().filter_map(|problem| tell(problem, function));
    Ok(told
        .map(|(what, value)| {
            let finding = Finding::new(what, place(function, "zip"), update_code(snapshot, function));
            match value {
                Some(value) => finding.value(value),
                None => finding,
            }
        })
        .collect())
}

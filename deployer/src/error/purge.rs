//! A purge that did not come to its end.

use imgdeploy_model::command;
use imgdeploy_model::shell::{Command, Quoted};

use super::{AND, Exit, Failure, Message};
use crate::aws::FailureKind;
use crate::purge::apply::{NotForgotten, Stopped};

/// Paths that fit on a command line that anyone reads.
const FEW: usize = 20;

impl From<Stopped> for Failure {
    fn from(stopped: Stopped) -> Self {
        let Stopped { done, planned, call, kept, edge } = stopped;
        let refused = || call.iter().chain(kept.iter().map(|kept| &kept.failure));
        let mut parts = vec![format!("{} of {planned} derived images are deleted", done.deleted)];
        parts.extend(call.as_ref().map(ToString::to_string));
        if let Some(first) = kept.first() {
            parts.push(format!(
                "S3 would not delete {} of them, the first {}: {}",
                kept.len(),
                first.key,
                first.failure.reason()
            ));
        }
        let mut hints = Vec::new();
        if refused().any(|failure| failure.kind == FailureKind::Denied) {
            hints.push(
                "have `s3:DeleteObject` and `s3:GetObject` allowed to you on derived images; a Deny in the bucket policy, object \
                 lock or MFA delete also say no like this"
                    .to_owned(),
            );
        }
        if refused().next().is_some() {
            hints.push("run the same command again: it looks anew and goes on".to_owned());
        }
        if let Some(edge) = &edge {
            parts.push(forgotten(edge, &mut hints));
        }
        let denied =
            refused().all(|failure| matches!(failure.kind, FailureKind::Denied | FailureKind::Credentials));
        // Nothing was done, and it is AWS that says no.
        let exit = if done.deleted == 0 && edge.is_none() && denied { Exit::Denied } else { Exit::HalfWay };
        Self { exit, message: Message::listed(parts, AND), hints }
    }
}

/// What edges may still have, and what to run for that alone.
fn forgotten(edge: &NotForgotten, hints: &mut Vec<String>) -> String {
    let NotForgotten { distribution, paths, sent, own, failure } = edge;
    if let Some(sent) = sent {
        let wait = command!(
            "aws cloudfront wait invalidation-completed --distribution-id {} --id {}",
            distribution,
            sent
        );
        hints.push(format!("`{wait}` waits for it"));
        if paths.is_empty() {
            return format!("the invalidation {sent} was sent, but its end was not seen: {failure}");
        }
    }
    if failure.kind == FailureKind::Busy {
        hints.push(
            "CloudFront takes 3,000 paths and 15 wildcards at once: wait until those in progress have ended (`aws cloudfront \
             list-invalidations` shows them)"
                .to_owned(),
        );
    }
    // More of them than fit on a command line that anyone reads: one for all, if there is one.
    let args = match own {
        Some(own) if paths.len() > FEW => command!("{}", format!("{own}*")),
        _ => Command::join(&paths.iter().map(|path| command!("{}", Quoted(path))).collect::<Vec<_>>(), " "),
    };
    let forget =
        command!("aws cloudfront create-invalidation --distribution-id {} --paths {}", distribution, args);
    hints.push(format!("then `{forget}` does just that"));
    format!("CloudFront may still have what is deleted: {failure}")
}

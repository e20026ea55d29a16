//! What is said of a purge.

use serde_json::{Value, json};

use super::{DOCUMENT_VERSION, Outcome, Report, Screen};
use crate::aws::read::Versioning;
use crate::purge::apply::{Done, Stopped};
use crate::purge::key::Target;
use crate::purge::plan::Plan;

/// Keys and paths that the text names; the JSON object has all.
const NAMED: usize = 20;

impl Report {
    /// The plan, on standard error.
    pub fn purge_plan(&self, plan: &Plan) {
        self.err(&text(plan));
    }

    /// The plan of a dry run: it is the result.
    pub fn purge_dry_run(&self, plan: &Plan) {
        let outcome = if plan.is_empty() { Outcome::NothingToDo } else { Outcome::Planned };
        self.result(&document(plan, outcome, None), &text(plan));
    }

    /// There is nothing to delete.
    pub fn purge_nothing(&self, plan: &Plan) {
        self.result(&document(plan, Outcome::NothingToDo, None), &text(plan));
    }

    /// The end of a purge.
    pub fn purge_done(&self, plan: &Plan, done: &Done) {
        let mut out = Screen::new();
        out.part(format_args!(
            "{} of {} deleted from {}",
            images(done.deleted),
            plan.target.in_words(),
            plan.bucket
        ));
        if let (Some(edge), false) = (&plan.edge, done.paths.is_empty()) {
            out.part(format_args!(
                "; {} forgotten by the distribution {}",
                count(done.paths.len(), "path"),
                edge.id
            ));
        }
        out.end();
        out.line("what is asked for from now on is made afresh");
        self.result(&document(plan, Outcome::Applied, Some(done)), &out);
    }

    /// What a purge could not delete, and which paths are still to be forgotten: too long for a message.
    pub fn purge_stopped(&self, stopped: &Stopped) {
        let mut out = Screen::new();
        for kept in &stopped.kept {
            out.line(format_args!("not deleted: {}: {}", kept.key, kept.failure.reason()));
        }
        for path in stopped.edge.iter().flat_map(|edge| &edge.paths) {
            out.line(format_args!("not invalidated: {path}"));
        }
        self.err(&out);
    }
}

fn text(plan: &Plan) -> Screen {
    let Plan { bucket, region, prefix, target, .. } = plan;
    let place = if prefix.is_empty() { "without a prefix".to_owned() } else { format!("under {prefix}") };
    let mut out = Screen::of(format_args!("bucket {bucket} (region {region}), derived images {place}"));
    let total = count(plan.images.len(), "derived image");
    let more = if plan.more { "more than " } else { "" };
    if plan.is_empty() {
        out.line(format_args!("nothing to delete: there are no derived images of {}", target.in_words()));
    } else {
        out.line(format_args!("delete {more}{total} of {} ({} bytes):", target.in_words(), plan.bytes()));
        named(&mut out, plan.images.iter().map(|image| image.key.clone()));
    }
    if !plan.left.is_empty() {
        out.line("left alone:");
        named(&mut out, plan.left.iter().map(|left| format!("{} ({})", left.key, left.why)));
    }
    let paths = plan.paths(&plan.images);
    if let (Some(edge), false) = (&plan.edge, paths.paths.is_empty()) {
        out.line(format_args!(
            "then have the distribution {} forget {}:",
            edge.id,
            count(paths.paths.len(), "path")
        ));
        named(&mut out, paths.paths.iter().cloned());
    }
    for note in notes(plan) {
        out.line(format_args!("note: {note}"));
    }
    out
}

fn notes(plan: &Plan) -> Vec<String> {
    let mut notes = plan.notes.clone();
    let paths = plan.paths(&plan.images);
    match plan.versioning {
        _ if plan.is_empty() => {}
        Some(Versioning::Off) => {}
        Some(Versioning::Enabled) => notes.push(
            "versioning is on: each delete makes a delete marker, and the image stays as an older version until a lifecycle \
             rule or somebody removes it"
                .to_owned(),
        ),
        Some(Versioning::Suspended) => notes.push(
            "versioning was on once: each delete makes a delete marker, and versions from that time stay".to_owned(),
        ),
        None => notes.push(
            "whether the bucket has versioning could not be looked at: with it, deleted images stay as older versions"
                .to_owned(),
        ),
    }
    if paths.all_derived {
        notes.push(
            "these would be too many paths or wildcards for one invalidation, so CloudFront forgets all derived images; those of \
             other originals are fetched from the bucket again"
                .to_owned(),
        );
    }
    if paths.queries_left {
        notes.push(
            "CloudFront keeps these images for each query string; without a prefix no wildcard is safe, so what was asked for \
             with a query string stays until it expires"
                .to_owned(),
        );
    }
    notes.extend(plan.by_hand().filter(|_| plan.is_empty()));
    if plan.more {
        notes.push("there are more than one run takes: run this again afterwards".to_owned());
    }
    notes
}

fn document(plan: &Plan, outcome: Outcome, done: Option<&Done>) -> Value {
    let paths = plan.paths(&plan.images);
    let (keys, prefix) = match &plan.target {
        Target::Keys(keys) => (Some(keys), None),
        Target::Prefix(prefix) => (None, Some(prefix)),
    };
    json!({
        "version": DOCUMENT_VERSION,
        "command": "purge",
        "outcome": outcome,
        "changes": !plan.is_empty(),
        "bucket": plan.bucket,
        "region": plan.region,
        "prefix": plan.prefix,
        "originals": { "keys": keys, "prefix": prefix },
        "images": plan.images,
        "bytes": plan.bytes(),
        "more": plan.more,
        "left_alone": plan.left,
        "versioning": plan.versioning,
        "distribution": plan.edge.as_ref().map(|edge| &edge.id),
        "invalidation": paths,
        "notes": notes(plan),
        "result": done.map(|done| json!({
            "deleted": done.deleted,
            "paths": done.paths,
            "invalidations": done.invalidations,
        })),
        "error": null,
    })
}

/// The first few, one a line.
fn named(out: &mut Screen, all: impl ExactSizeIterator<Item = String>) {
    let rest = all.len().saturating_sub(NAMED);
    for one in all.take(NAMED) {
        out.line(format_args!("  {one}"));
    }
    if rest > 0 {
        out.line(format_args!("  … and {rest} more"));
    }
}

fn images(number: usize) -> String {
    count(number, "derived image")
}

fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

//! The bucket policy: our statement in and out (S3-25).
//!
//! Statements whose `Sid` begins with `Imgdeploy` are ours, all others keep their bytes and their order. The look at what
//! foreign statements do to us is in [`denies`] and [`public_writes`].

mod access;
mod condition;
mod statement;

use std::ops::Range;

pub use access::{DenyHit, PublicWrite, denies, public_writes};

use super::Stripped;
use super::json::{Json, JsonError, Kind, space_after, space_before};
use crate::region::Partition;
use statement::{is_right, render};

/// Statements with a `Sid` that begins like this are ours.
pub const SID_PREFIX: &str = "Imgdeploy";
/// The `Sid` of the statement that lets everyone read derived images.
pub const SID_READ: &str = "ImgdeployReadDerived";
/// The most bytes a bucket policy may have (S3-25).
pub const MAX_BYTES: usize = 20_480;

/// What everyone may read because of us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurAccess {
    /// The bucket.
    pub bucket: String,
    /// The prefix of derived keys, `resized/`. Empty means the whole bucket: see [`OurAccess::is_whole_bucket`].
    pub prefix: String,
    /// The bucket's partition, for the ARN.
    pub partition: Partition,
}

impl OurAccess {
    /// Whether originals become readable too, as the prefix is empty. To be said wherever the plan is shown.
    pub fn is_whole_bucket(&self) -> bool {
        self.prefix.is_empty()
    }

    /// The ARN of one key.
    fn arn_of(&self, key: &str) -> String {
        format!("{}s3:::{}/{key}", self.partition.arn_prefix(), self.bucket)
    }

    /// The resource that our statement allows, `arn:aws:s3:::b/resized/*`.
    pub fn resource(&self) -> String {
        self.arn_of(&format!("{}*", self.prefix))
    }
}

/// Why a policy can't be worked with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Not JSON, or JSON whose meaning is not certain.
    #[error("can't read the bucket policy: {0}")]
    Json(#[from] JsonError),
    /// JSON, but not a policy.
    #[error("the bucket policy is not shaped like a policy: {0}")]
    Shape(String),
    /// The result would be over the limit of S3.
    #[error(
        "the bucket policy would have {bytes} bytes with our statement; S3 takes at most {MAX_BYTES}. \
         Shorten or join statements of the present policy first"
    )]
    TooLarge {
        /// Size of the merged document.
        bytes: usize,
    },
    /// The prefix or bucket would act as a pattern inside the policy.
    #[error(
        "\"{name}\" has a character (`*`, `?` or `$`) that a policy would take as a wildcard or variable"
    )]
    Wildcard {
        /// The prefix or bucket name.
        name: String,
    },
}

/// A policy that was read: its statements, and how they are written.
struct Policy {
    root: Json,
    statements: Vec<Json>,
    /// Range of the list, or `None` if `Statement` is a single object.
    list: Option<Range<usize>>,
}

impl Policy {
    fn parse(text: &str) -> Result<Self, PolicyError> {
        let root = Json::parse(text)?;
        let shape = |what: &str| Err(PolicyError::Shape(what.to_owned()));
        if !matches!(root.kind, Kind::Object(_)) {
            return shape("it is not an object");
        }
        let Some(statement) = root.get("Statement") else {
            return shape("it has no \"Statement\"");
        };
        let list = matches!(statement.kind, Kind::List(_)).then(|| statement.range.clone());
        let statements = statement.one_or_more().to_vec();
        if let Some(at) = statements.iter().position(|item| !matches!(item.kind, Kind::Object(_))) {
            return shape(&format!("statement {at} is not an object"));
        }
        Ok(Self { root, statements, list })
    }

    /// One step of indentation, as the first field of the policy has it.
    fn unit<'t>(&self, text: &'t str) -> &'t str {
        let space = space_after(text, self.root.range.start + 1);
        space.rfind('\n').map_or("", |line| &space[line + 1..])
    }

    /// Positions of the statements that are ours.
    fn ours(&self) -> Vec<usize> {
        (0..self.statements.len()).filter(|&at| is_ours(&self.statements[at])).collect()
    }
}

fn sid(statement: &Json) -> Option<&str> {
    statement.get("Sid").and_then(Json::text)
}

pub(crate) fn is_ours(statement: &Json) -> bool {
    sid(statement).is_some_and(|sid| sid.starts_with(SID_PREFIX))
}

/// The policy with our statement in it, at the end; the same text if it is in there and right. A statement of ours that is not
/// right is replaced where it stands; more than one are made one. `None`: the bucket has no policy.
///
/// If `Statement` is a single object, it is wrapped in a list; white space remembers that for [`strip`].
pub fn merge(current: Option<&str>, ours: &OurAccess) -> Result<String, PolicyError> {
    for name in [&ours.bucket, &ours.prefix] {
        if name.contains(['*', '?', '$']) {
            return Err(PolicyError::Wildcard { name: name.clone() });
        }
    }
    let merged = match current {
        None => format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{}]}}", render(ours, "", "")),
        Some(text) => merge_into(text, ours)?,
    };
    if merged.len() > MAX_BYTES && current != Some(merged.as_str()) {
        return Err(PolicyError::TooLarge { bytes: merged.len() });
    }
    Ok(merged)
}

fn merge_into(text: &str, ours: &OurAccess) -> Result<String, PolicyError> {
    let policy = Policy::parse(text)?;
    let present = policy.ours();
    let right = present.iter().find(|&&at| is_right(&policy.statements[at], ours));
    match (present.first(), right) {
        (Some(_), Some(_)) if present.len() == 1 => Ok(text.to_owned()),
        (Some(_), Some(&keep)) => only(text, &policy, keep),
        (Some(&first), None) => {
            let range = policy.statements[first].range.clone();
            let rendered = render(ours, space_before(text, range.start), policy.unit(text));
            let text = replaced(text, range, &rendered);
            let policy = Policy::parse(&text)?;
            only(&text, &policy, first)
        }
        _ => Ok(added(text, &policy, ours)),
    }
}

/// Puts our statement after the last one.
fn added(text: &str, policy: &Policy, ours: &OurAccess) -> String {
    let Some(last) = policy.statements.last() else {
        // An empty list, which S3 would not have taken.
        let start = policy.list.as_ref().map_or(policy.root.range.start, |list| list.start);
        return replaced(text, start + 1..start + 1, &render(ours, "", ""));
    };
    if policy.list.is_some() {
        let space = space_before(text, last.range.start);
        let addition = format!(",{space}{}", render(ours, space, policy.unit(text)));
        replaced(text, last.range.end..last.range.end, &addition)
    } else {
        // The space before the old statement and none before ours: so `strip` knows that there was no list.
        let wrapped = format!("[ {},{}]", &text[last.range.clone()], render(ours, "", ""));
        replaced(text, last.range.clone(), &wrapped)
    }
}

/// Takes out all statements of ours but the one at `keep`.
fn only(text: &str, policy: &Policy, keep: usize) -> Result<String, PolicyError> {
    let Some(other) = policy.ours().into_iter().rev().find(|&at| at != keep) else {
        return Ok(text.to_owned());
    };
    let text = removed(text, policy, other);
    let policy = Policy::parse(&text)?;
    only(&text, &policy, if other < keep { keep - 1 } else { keep })
}

/// Takes out one of several statements, with the comma and the white space that belong to it.
fn removed(text: &str, policy: &Policy, at: usize) -> String {
    let statement = &policy.statements[at].range;
    let range = match (at.checked_sub(1), policy.statements.get(at + 1)) {
        (Some(before), _) => policy.statements[before].range.end..statement.end,
        (None, Some(next)) => statement.start..next.range.start,
        (None, None) => statement.clone(),
    };
    replaced(text, range, "")
}

fn replaced(text: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

/// The policy without our statements. [`Stripped::Nothing`] if no other statement is left: S3 takes no empty policy.
pub fn strip(current: &str) -> Result<Stripped, PolicyError> {
    let policy = Policy::parse(current)?;
    let ours = policy.ours();
    if ours.is_empty() {
        return Ok(Stripped::Unchanged);
    }
    if ours.len() == policy.statements.len() {
        return Ok(Stripped::Nothing);
    }
    if let Some(unwrapped) = unwrapped(current, &policy) {
        return Ok(Stripped::Document(unwrapped));
    }
    let mut text = current.to_owned();
    let mut policy = policy;
    while let Some(&at) = policy.ours().first() {
        text = removed(&text, &policy, at);
        policy = Policy::parse(&text)?;
    }
    Ok(Stripped::Document(text))
}

/// Undoes the wrapping of a single statement, if `added` did it and the white space still says so.
fn unwrapped(text: &str, policy: &Policy) -> Option<String> {
    let list = policy.list.clone()?;
    let [foreign, own] = policy.statements.as_slice() else {
        return None;
    };
    let between = |from: usize, to: usize| &text[from..to];
    let marked = is_ours(own)
        && between(list.start, foreign.range.start) == "[ "
        && between(foreign.range.end, own.range.start) == ","
        && between(own.range.end, list.end) == "]";
    marked.then(|| replaced(text, list, &text[foreign.range.clone()]))
}

/// What others have said in a policy: what [`super::guard()`] compares.
pub(crate) struct ForeignParts {
    /// Their statements, in order.
    pub(crate) statements: Vec<Json>,
    /// The fields besides `Statement`.
    pub(crate) fields: Vec<(String, Json)>,
}

pub(crate) fn foreign_parts(text: &str) -> Result<ForeignParts, PolicyError> {
    let policy = Policy::parse(text)?;
    let statements = policy.statements.into_iter().filter(|statement| !is_ours(statement)).collect();
    let fields = policy.root.fields().iter().filter(|(key, _)| key != "Statement").cloned().collect();
    Ok(ForeignParts { statements, fields })
}

#[cfg(test)]
mod tests;

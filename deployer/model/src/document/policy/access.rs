//! What foreign statements of a bucket policy mean for us: which Deny would keep viewers from derived images (S3-25), and
//! which Allow lets anyone write (S3-24).

use super::condition::{Truth, failing_keys, holds};
use super::{OurAccess, Policy, PolicyError, is_ours, sid};
use crate::document::glob::Glob;
use crate::document::json::{Json, Kind};

/// A Deny that keeps, or may keep, viewers from reading derived images over the website endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenyHit {
    /// Its `Sid`, if it has one.
    pub sid: Option<String>,
    /// Its position in the policy, from 0.
    pub index: usize,
    /// Whether it denies every such request (`true`), or whether that depends on the request, such as on the address it comes
    /// from (`false`).
    pub certain: bool,
    /// In words, for a message: "denies s3:GetObject to everyone on …".
    pub why: String,
}

/// A statement that lets everyone write or delete, or change who may (S3-24).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicWrite {
    /// Its `Sid`, if it has one.
    pub sid: Option<String>,
    /// Its position in the policy, from 0.
    pub index: usize,
    /// The actions as the statement names them (`s3:*`); for a `NotAction` what it leaves open.
    pub actions: Vec<String>,
    /// Whether conditions narrow it (an address, a referer).
    pub conditional: bool,
}

/// What anyone with write access could do harm with.
const WRITES: [&str; 14] = [
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
    "s3:PutObjectTagging",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:RestoreObject",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketWebsite",
    "s3:DeleteBucket",
    "s3:PutLifecycleConfiguration",
    "s3:PutBucketPublicAccessBlock",
];

/// The Deny statements that break, or may break, an anonymous GET of `{bucket}/{prefix}*` over plain HTTP.
pub fn denies(current: &str, ours: &OurAccess) -> Result<Vec<DenyHit>, PolicyError> {
    let policy = Policy::parse(current)?;
    let mut hits = Vec::new();
    for (index, statement) in policy.statements.iter().enumerate() {
        if !has_effect(statement, "Deny") {
            continue;
        }
        let (conditions, reasons) = holds(statement.get("Condition"));
        let truth = names_everyone(statement)
            .and(names_action(statement, "s3:GetObject"))
            .and(reaches(statement, ours))
            .and(conditions);
        if truth == Truth::No {
            continue;
        }
        let resource = ours.resource();
        let why = match (truth, reasons.is_empty()) {
            (Truth::Yes, true) => {
                format!("denies s3:GetObject to everyone on {resource} or a part of it")
            }
            (Truth::Yes, false) => {
                format!("denies s3:GetObject on {resource}: {}", reasons.join("; "))
            }
            (_, false) => format!("may deny s3:GetObject on {resource}: {}", reasons.join("; ")),
            (_, true) => {
                format!("may deny s3:GetObject on {resource}: it is not shaped like a usual statement")
            }
        };
        hits.push(DenyHit {
            sid: sid(statement).map(str::to_owned),
            index,
            certain: truth == Truth::Yes,
            why,
        });
    }
    Ok(hits)
}

/// The statements of others that let everyone write (S3-24). Anyone could then replace or delete images.
pub fn public_writes(current: &str) -> Result<Vec<PublicWrite>, PolicyError> {
    let policy = Policy::parse(current)?;
    let mut found = Vec::new();
    for (index, statement) in policy.statements.iter().enumerate() {
        let conditional = statement.get("Condition").is_some_and(|condition| !condition.fields().is_empty());
        let concerns_all =
            has_effect(statement, "Allow") && !is_ours(statement) && names_everyone(statement) != Truth::No;
        if !concerns_all || is_pinned(statement) {
            continue;
        }
        let actions = open_writes(statement);
        if !actions.is_empty() {
            found.push(PublicWrite { sid: sid(statement).map(str::to_owned), index, actions, conditional });
        }
    }
    Ok(found)
}

/// Whether a condition fails for everyone outside, such as one on the organization. What a writer can choose (HTTPS, the
/// headers of the write) keeps nobody out.
fn is_pinned(statement: &Json) -> bool {
    let chosen =
        |key: &str| key == "aws:securetransport" || key.starts_with("s3:x-amz-") || key == "s3:versionid";
    failing_keys(statement.get("Condition")).iter().any(|key| !chosen(key))
}

/// The writing actions that a statement allows, as it spells them.
fn open_writes(statement: &Json) -> Vec<String> {
    if let Some(actions) = statement.get("Action") {
        let writes = |pattern: &String| WRITES.iter().any(|write| action_matches(pattern, write));
        return actions.texts().into_iter().filter(writes).collect();
    }
    let Some(spared) = statement.get("NotAction") else {
        return Vec::new();
    };
    let spared = spared.texts();
    let open = WRITES.iter().filter(|write| !spared.iter().any(|pattern| action_matches(pattern, write)));
    open.map(|write| (*write).to_owned()).collect()
}

fn has_effect(statement: &Json, effect: &str) -> bool {
    statement.get("Effect").and_then(Json::text) == Some(effect)
}

/// Whether a request without a signature is meant by `Principal` or `NotPrincipal`.
fn names_everyone(statement: &Json) -> Truth {
    match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (Some(principal), _) => has_star(principal),
        // Everyone but those listed: an anonymous request is none of them, unless all are.
        (None, Some(spared)) => match has_star(spared) {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            Truth::Maybe => Truth::Maybe,
        },
        (None, None) => Truth::Maybe,
    }
}

fn has_star(principal: &Json) -> Truth {
    let texts = match &principal.kind {
        Kind::Object(fields) => fields.iter().flat_map(|(_, names)| names.texts()).collect(),
        _ => principal.texts(),
    };
    if texts.is_empty() { Truth::Maybe } else { Truth::of(texts.iter().any(|name| name == "*")) }
}

fn names_action(statement: &Json, action: &str) -> Truth {
    let any = |patterns: &Json| patterns.texts().iter().any(|pattern| action_matches(pattern, action));
    match (statement.get("Action"), statement.get("NotAction")) {
        (Some(patterns), _) => Truth::of(any(patterns)),
        (None, Some(spared)) => Truth::of(!any(spared)),
        (None, None) => Truth::Maybe,
    }
}

/// Actions don't care about case.
fn action_matches(pattern: &str, action: &str) -> bool {
    Glob::new(&pattern.to_ascii_lowercase()).matches(&action.to_ascii_lowercase())
}

/// Whether `Resource` or `NotResource` reaches any derived key.
fn reaches(statement: &Json, ours: &OurAccess) -> Truth {
    let derived = Glob::starting_with(&ours.arn_of(&ours.prefix));
    match (statement.get("Resource"), statement.get("NotResource")) {
        (Some(patterns), _) => {
            // A variable may stand for anything, so it is taken as `*`.
            let patterns = patterns.texts();
            let mut globs = patterns.iter().filter_map(|pattern| Glob::from_policy(pattern, Some('*')));
            Truth::of(globs.any(|glob| glob.overlaps(&derived)))
        }
        (None, Some(spared)) => {
            // Only what surely covers all derived keys keeps the Deny away; a variable covers nothing for certain.
            let spared = spared.texts();
            let mut globs = spared.iter().filter_map(|pattern| Glob::from_policy(pattern, None));
            Truth::of(!globs.any(|glob| glob.covers(&derived)))
        }
        (None, None) => Truth::Maybe,
    }
}

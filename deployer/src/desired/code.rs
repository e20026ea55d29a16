//! Which code the stack is to have. Pure.
//!
//! `update-code` and `rollback` move the alias without the stack, so the stack's own idea of the code may be old: bringing
//! that up, or a zip that was live once, would undo them (CN-09). Only code that the function never had is taken as new.

use crate::artifact::Artifact;
use crate::names;
use crate::observe::{Live, Observed};

/// Code in the artifacts bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Its key.
    pub key: String,
    /// Base64 SHA-256 of the zip.
    pub code_sha256: String,
    /// What it was built for.
    pub architecture: String,
    /// The live version, where its code stays although another zip was given.
    pub kept: Option<String>,
}

impl Code {
    /// That of the artifact.
    pub fn of(artifact: &Artifact) -> Self {
        Self {
            key: names::code_key(&artifact.sha256),
            code_sha256: artifact.code_sha256.clone(),
            architecture: artifact.arch.to_string(),
            kept: None,
        }
    }

    /// That of the live version.
    fn live(live: &Live) -> Self {
        Self {
            key: live.key(),
            code_sha256: live.code_sha256.clone(),
            architecture: live.architecture.clone(),
            kept: Some(live.version.clone()),
        }
    }

    /// The code to run: the artifact's, unless the function had that already and has moved on.
    pub fn choose(artifact: &Artifact, seen: &Observed) -> Self {
        let Some(live) = seen.function.known() else { return Self::of(artifact) };
        let sha = &artifact.code_sha256;
        let of_stack = seen.stack.known().and_then(|stack| stack.parameters.get("CodeSha256"));
        let had = live.published.iter().any(|published| published == sha) || of_stack == Some(sha);
        if live.code_sha256 != *sha && had { Self::live(live) } else { Self::of(artifact) }
    }
}

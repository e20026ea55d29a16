//! The function, its role and its code.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Fact;

/// The function as it is called.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Function {
    /// Region in which it was looked for.
    pub region: String,
    /// Name, without version or alias.
    pub name: String,
    /// Account in the ARN that names it, if one does.
    pub account: Option<String>,
    /// Version or alias that is called; `None`: the unpublished state, `$LATEST`.
    pub qualifier: Option<String>,
    /// What is called: of the qualifier if there is one. Absent: no such function, version or alias.
    pub configuration: Fact<Configuration>,
    /// The unpublished state; absent: there is no such function at all.
    pub latest: Fact<Configuration>,
    /// The alias, where an alias is called.
    pub alias: Option<Fact<Alias>>,
    /// Numbers of published versions.
    pub versions: Fact<Vec<String>>,
    /// Resource policy of function and qualifier.
    pub policy: Fact<String>,
    /// Resource policy of the function without qualifier.
    pub unqualified_policy: Fact<String>,
    /// Reserved concurrency; absent: none is reserved.
    pub reserved_concurrency: Fact<u32>,
    /// Its role.
    pub role: Fact<Role>,
    /// What is wrong with its zip; absent: not looked into, since it is the code that this tool built and checked.
    pub code: Fact<Code>,
}

/// A version's configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Configuration {
    /// `$LATEST` or a number.
    pub version: String,
    /// Such as `provided.al2023`; none for container images.
    pub runtime: Option<String>,
    /// Handler.
    pub handler: Option<String>,
    /// `arm64` or `x86_64`.
    pub architecture: String,
    /// MB.
    pub memory: u32,
    /// Seconds.
    pub timeout: u32,
    /// `Active`, `Pending`, `Inactive`, `Failed`.
    pub state: Option<String>,
    /// Why.
    pub state_reason: Option<String>,
    /// `Successful`, `InProgress`, `Failed`.
    pub update_status: Option<String>,
    /// Why.
    pub update_reason: Option<String>,
    /// Environment variables, without those that hold secrets.
    pub environment: BTreeMap<String, String>,
    /// Base64 SHA-256 of the zip.
    pub code_sha256: String,
    /// ARN of the role.
    pub role: String,
    /// Where it logs.
    pub log_group: String,
}

/// An alias.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Alias {
    /// Name.
    pub name: String,
    /// Version that it points to.
    pub version: String,
}

/// The role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Role {
    /// Name.
    pub name: String,
    /// Who may assume it: a policy document.
    pub trust: String,
    /// Its policies by name, inline and attached: documents.
    pub policies: BTreeMap<String, String>,
}

/// What came of looking into the zip.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Code {
    /// What Lambda would stumble over; empty: nothing.
    pub problems: Vec<CodeProblem>,
}

/// Something that Lambda would stumble over (LA-10, LA-11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CodeProblem {
    /// `bootstrap` is not executable.
    NotExecutable,
    /// `bootstrap` is in a folder.
    InFolder {
        /// Where it is.
        path: String,
    },
    /// Built for another processor.
    OtherArchitecture {
        /// What it was built for.
        built_for: String,
    },
    /// Anything else.
    Other {
        /// In words.
        what: String,
        /// What Lambda logs.
        logged: String,
    },
}

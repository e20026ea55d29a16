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

/// A function's unpublished state or one of its versions, as GetFunctionConfiguration has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Configuration {
    /// Name.
    pub name: String,
    /// ARN, with version or alias if it was asked for by one.
    pub arn: String,
    /// `$LATEST` or a number.
    pub version: String,
    /// Base64 SHA-256 of the zip (LA-05).
    pub code_sha256: String,
    /// Size of the zip in bytes.
    pub code_size: u64,
    /// Such as `provided.al2023`; none for container images.
    pub runtime: Option<String>,
    /// What the runtime calls; `bootstrap` by habit for OS-only runtimes.
    pub handler: Option<String>,
    /// `arm64` or `x86_64`.
    pub architecture: String,
    /// MB.
    pub memory: u32,
    /// Seconds until Lambda ends a call.
    pub timeout: u32,
    /// When it was last changed, as Lambda writes it.
    pub last_modified: String,
    /// `Active`, `Pending`, `Inactive` or `Failed`.
    pub state: Option<String>,
    /// Why it is in that state.
    pub state_reason: Option<String>,
    /// `Successful`, `InProgress` or `Failed` (LA-02, LA-03).
    pub update_status: Option<String>,
    /// Code and words for a failed update.
    pub update_reason: Option<String>,
    /// Changes with every change, for conditional writes.
    pub revision: String,
    /// Where it logs.
    pub log_group: String,
    /// Environment variables, without the values of those that hold secrets.
    pub environment: BTreeMap<String, String>,
    /// ARN of the role.
    pub role: String,
    /// In its owner's words; empty for none.
    pub description: String,
    /// Whether the code is a zip, not a container image.
    pub is_zip: bool,
    /// Id of the network (VPC) that it is in, if it is in one.
    pub vpc: Option<String>,
}

impl Configuration {
    /// Value of the variable `BUCKET`.
    pub fn bucket(&self) -> Option<&str> {
        self.environment.get("BUCKET").map(String::as_str)
    }

    /// Value of the variable `PREFIX`.
    pub fn prefix(&self) -> Option<&str> {
        self.environment.get("PREFIX").map(String::as_str)
    }

    /// Value of the variable `PRESETS`.
    pub fn presets(&self) -> Option<&str> {
        self.environment.get("PRESETS").map(String::as_str)
    }

    /// No update is under way and it can be invoked.
    pub fn is_ready(&self) -> bool {
        let updated = self.update_status.as_deref().is_none_or(|status| status == "Successful");
        updated && self.state.as_deref().is_none_or(|state| matches!(state, "Active" | "Inactive"))
    }

    /// The last update or the state is `Failed`: why.
    pub fn failed(&self) -> Option<String> {
        let failed = |status: &Option<String>| status.as_deref() == Some("Failed");
        if failed(&self.update_status) {
            return Some(self.update_reason.clone().unwrap_or_else(|| "no reason given".to_owned()));
        }
        failed(&self.state).then(|| self.state_reason.clone().unwrap_or_else(|| "no reason given".to_owned()))
    }
}

/// An alias.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Alias {
    /// Name.
    pub name: String,
    /// The version that it points to.
    pub version: String,
    /// Versions that get a share of the calls, 0 to 1, besides.
    pub weights: BTreeMap<String, f64>,
    /// For conditional writes.
    pub revision: String,
}

/// The role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Role {
    /// Name.
    pub name: String,
    /// Who may assume it: a policy document.
    pub trust: String,
    /// Its policies by name, inline and attached: documents.
    pub policies: BTreeMap<String, String>,
    /// Its permissions boundary: a document.
    pub boundary: Fact<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
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

//! One Lambda function: what it is (`read`), and what changes it (`write`).

mod read;
mod settled;
mod write;

use std::collections::BTreeMap;

use aws_sdk_lambda::primitives::Blob;
use serde::Serialize;

use super::Clients;

pub use settled::Unsettled;

/// Calls on one function.
#[derive(Debug, Clone)]
pub struct Function {
    lambda: aws_sdk_lambda::Client,
    name: String,
}

impl Function {
    /// `name` without version or alias.
    pub fn new(clients: &Clients, region: &str, name: &str) -> Self {
        Self { lambda: clients.lambda(region), name: name.to_owned() }
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.name.clone()
    }
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
    /// Value of the variable `BUCKET`.
    pub bucket: Option<String>,
    /// Value of the variable `PREFIX`.
    pub prefix: Option<String>,
    /// Value of the variable `PRESETS`.
    pub presets: Option<String>,
    /// In its owner's words; empty for none.
    pub description: String,
    /// Whether the code is a zip, not a container image.
    pub is_zip: bool,
}

impl Configuration {
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

/// What connects a queue with a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Its id.
    pub id: String,
    /// `Enabled`, `Disabled`, `Creating` and so on.
    pub state: String,
    /// What Lambda says of its last try, such as `PROBLEM: Function call failed`.
    pub last: String,
}

/// Where new code is taken from.
#[derive(Debug, Clone)]
pub enum CodeSource {
    /// The zip itself, up to 50 MB (LA-07).
    Zip(Blob),
    /// An object in a bucket of the function's region (LA-04).
    S3 {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
    },
}

/// The answer of an invocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invocation {
    /// `Handled` or `Unhandled` where the function failed.
    pub error: Option<String>,
    /// What it answered, or Lambda in its place.
    pub payload: Vec<u8>,
    /// The last 4 KB of its log.
    pub log: String,
}

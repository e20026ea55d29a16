//! One Lambda function: what it is (`read`), and what changes or calls it (`write`).

mod read;
mod settled;
mod write;

pub use read::SECRET;
pub use settled::Unsettled;

use super::Clients;
use super::approval::Permit;
pub use imgdeploy_world::function::{Alias, Configuration};

/// Reads on one function.
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

    /// The same function, for changing it.
    pub fn writer(&self, _: Permit) -> FunctionWrite {
        FunctionWrite(self.clone())
    }
}

/// Writes on one function, and calls of it.
#[derive(Debug, Clone)]
pub struct FunctionWrite(Function);

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
    Zip(Vec<u8>),
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

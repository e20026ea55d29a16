//! What was observed, as plain data. Documents stay raw (XML, JSON) and are parsed where they are judged.

pub mod derive;

use serde::Serialize;

pub use imgdeploy_model::chain::access::PublicAccessBlock;
pub use imgdeploy_world::Caller;
pub use imgdeploy_world::api::{Api, ApiSeen, Deployed, Domain, Integration, Method, Stage};
pub use imgdeploy_world::bucket::{Bucket, Head, Object};
pub use imgdeploy_world::edge::Edge;
pub use imgdeploy_world::function::{Alias, Code, CodeProblem, Configuration, Function, Role};
pub use imgdeploy_world::walk::{BadOriginal, End, Hop, LogLine, Service, Walk};
use imgdeploy_world::{AwsFailure, Fact};

/// What the tool's own stack says, where there is one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stack {
    /// Its name; also the function's.
    pub name: String,
    /// Host of its API.
    pub api_host: Option<String>,
    /// Base64 SHA-256 of the zip that it published.
    pub code_sha256: Option<String>,
    /// Prefix of derived keys.
    pub prefix: Option<String>,
    /// Base URL of redirects.
    pub url: Option<String>,
}

/// Everything that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Snapshot {
    /// Who looks.
    pub caller: Fact<Caller>,
    /// The region that the caller's profile or environment sets, if any.
    pub home_region: Option<String>,
    /// The bucket; `None` where only a function was named and it names none.
    pub bucket: Option<Bucket>,
    /// Region of the artifacts bucket of this account and region.
    pub artifacts_region: Fact<String>,
    /// The tool's stack for the bucket.
    pub stack: Fact<Stack>,
    /// APIs that routing rules or the stack name.
    pub apis: Vec<ApiSeen>,
    /// The function that the API calls, or that was named; `None` where nothing names one.
    pub function: Option<Function>,
    /// The distribution; `None` where nothing names one and none is in front of the bucket.
    pub edge: Option<Edge>,
    /// Distributions in front of the bucket, if they were searched for; [`Snapshot::edge`] is one of them.
    pub edges: Fact<Vec<String>>,
    /// Live requests.
    pub walks: Vec<Walk>,
    /// Originals that were asked for, and of which no image can be made.
    pub bad_originals: Vec<BadOriginal>,
    /// Why requests could not be made, or not all of them.
    pub unasked: Option<AwsFailure>,
    /// What the function logged meanwhile about failures.
    pub log: Fact<Vec<LogLine>>,
}

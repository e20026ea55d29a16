//! What `status` looks at beside the bucket and its stack: the live code, metrics.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::aws::lambda::{Alias, Configuration, Function};
use crate::aws::metrics::{self, Sums};
use crate::aws::{Clients, FailureKind};
use crate::function::LIVE;
use imgdeploy_world::Fact;

/// Days that cost is about.
pub const DAYS: u32 = 30;

/// The code that answers now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Live {
    /// The function's name.
    pub function: String,
    /// Number of the version that the alias points to.
    pub version: String,
    /// Other versions that get a share of the calls.
    pub also: Vec<String>,
    /// Base64 SHA-256 of its zip (LA-05).
    pub code_sha256: Option<String>,
    /// When the version was made, RFC 3339.
    pub modified: Option<String>,
    /// `arm64` or `x86_64`.
    pub architecture: Option<String>,
    /// `Active` where it can be called.
    pub state: Option<String>,
    /// Such as `provided.al2023`.
    pub runtime: Option<String>,
    /// In MB.
    pub memory_mb: Option<u32>,
    /// Seconds until Lambda ends a call.
    pub timeout_s: Option<u32>,
}

/// The live version of `function`: the alias, and the version that it points to.
pub async fn live(clients: &Clients, region: &str, function: &str) -> Fact<Live> {
    let lambda = Function::new(clients, region, function);
    let alias = match lambda.alias(LIVE).await {
        Fact::Known(alias) => alias,
        Fact::Absent => return Fact::Absent,
        Fact::Unknown(why) => return Fact::Unknown(why),
    };
    lambda.configuration(Some(&alias.version)).await.map(|seen| live_of(function, alias, seen))
}

fn live_of(function: &str, alias: Alias, seen: Configuration) -> Live {
    let text = |text: String| Some(text).filter(|text| !text.is_empty());
    let number = |number: u32| Some(number).filter(|number| *number > 0);
    Live {
        function: function.to_owned(),
        version: alias.version,
        also: alias.weights.into_keys().collect(),
        architecture: text(seen.architecture),
        state: seen.state,
        runtime: seen.runtime,
        memory_mb: number(seen.memory),
        timeout_s: number(seen.timeout),
        code_sha256: text(seen.code_sha256),
        // Lambda writes the offset without a colon, which RFC 3339 does not know.
        modified: text(seen.last_modified).map(|at| at.replace("+0000", "Z")),
    }
}

/// What the function did in the last [`DAYS`] days; absent: CloudWatch has no data points.
pub async fn month(clients: &Clients, region: &str, function: &str) -> Fact<Sums> {
    let span = Duration::from_secs(u64::from(DAYS) * 86_400);
    match metrics::sums(clients, region, function, SystemTime::now(), span).await {
        Ok(Some(sums)) => Fact::Known(sums),
        Ok(None) => Fact::Absent,
        Err(failure) if failure.kind == FailureKind::Missing => Fact::Absent,
        Err(failure) => Fact::Unknown(failure),
    }
}

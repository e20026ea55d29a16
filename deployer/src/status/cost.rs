//! What a function's calls cost. Pure.

use serde::Serialize;

use crate::aws::metrics::Sums;

/// Milliseconds, requests, MB and their prices, put together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cost {
    /// Days that it is about.
    pub days: u32,
    /// Calls.
    pub invocations: f64,
    /// Calls that ended in an error of the platform.
    pub errors: f64,
    /// Seconds of work.
    pub duration_s: f64,
    /// Memory of the function now, in MB.
    pub memory_mb: u32,
    /// `arm64` or `x86_64`.
    pub architecture: String,
    /// US dollars for a GB-second.
    pub usd_per_gb_second: f64,
    /// US dollars for a million calls.
    pub usd_per_million: f64,
    /// US dollars for all of it.
    pub usd: f64,
}

/// US dollars for a million calls in us-east-1 (LA-19, public prices; the same for both architectures).
const PER_MILLION: f64 = 0.20;

/// US dollars for a GB-second in us-east-1, the first and dearest tier (LA-19). Not checked against a bill [unverified].
fn per_gb_second(architecture: &str) -> f64 {
    if architecture == "arm64" { 0.000_013_333_4 } else { 0.000_016_666_7 }
}

/// The price of `sums`, as if the function had had its present memory all the time. Not in it: the free tier, discounts,
/// other regions' prices, the making of instances (billed for custom runtimes, LA-18, but no metric has it), rounding up
/// to whole milliseconds, and what API Gateway, S3, logs and CloudFront cost.
pub fn cost(sums: Sums, days: u32, memory_mb: u32, architecture: &str) -> Cost {
    let Sums { invocations, errors, duration_ms } = sums;
    let duration_s = duration_ms / 1_000.0;
    let usd_per_gb_second = per_gb_second(architecture);
    let gb_seconds = duration_s * f64::from(memory_mb) / 1_024.0;
    Cost {
        days,
        invocations,
        errors,
        duration_s,
        memory_mb,
        architecture: architecture.to_owned(),
        usd_per_gb_second,
        usd_per_million: PER_MILLION,
        usd: gb_seconds * usd_per_gb_second + invocations / 1_000_000.0 * PER_MILLION,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn la_19_memory_time_and_calls() {
        for (invocations, duration_ms, memory, architecture, usd) in [
            (0.0, 0.0, 1024, "arm64", 0.0),
            // A million calls of a second with 1 GB: 13.3334 + 0.20.
            (1_000_000.0, 1e9, 1024, "arm64", 13.533_4),
            (1_000_000.0, 1e9, 1024, "x86_64", 16.866_7),
            // Half the memory, half of the first part.
            (1_000_000.0, 1e9, 512, "arm64", 6.866_7),
            (3.0, 1_234.0, 1769, "arm64", 0.000_029_023_9),
        ] {
            let sums = Sums { invocations, errors: 0.0, duration_ms };
            let found = cost(sums, 30, memory, architecture).usd;
            assert!((found - usd).abs() < usd.max(1.0) * 1e-7, "{found} {usd}");
        }
    }
}

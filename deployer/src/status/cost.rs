//! What a function's calls cost. Pure.

use serde::Serialize;

use crate::aws::metrics::Sums;
use crate::price;

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
    /// The region whose prices these are: the function's, or us-east-1 where those are not known.
    pub price_region: &'static str,
    /// US dollars for a GB-second.
    pub usd_per_gb_second: f64,
    /// US dollars for a million calls.
    pub usd_per_million: f64,
    /// US dollars for all of it.
    pub usd: f64,
}

/// The price of `sums`, as if the function had had its present memory all the time. Not in it: the free tier, discounts,
/// the making of instances (billed for custom runtimes, LA-18, but no metric has it), rounding up to whole milliseconds,
/// and what API Gateway, S3, logs and CloudFront cost.
pub fn cost(sums: Sums, days: u32, memory_mb: u32, architecture: &str, region: &str) -> Cost {
    let Sums { invocations, errors, duration_ms } = sums;
    let duration_s = duration_ms / 1_000.0;
    let prices = price::lambda(region, architecture);
    Cost {
        days,
        invocations,
        errors,
        duration_s,
        memory_mb,
        architecture: architecture.to_owned(),
        price_region: prices.region,
        usd_per_gb_second: prices.usd_per_gb_second,
        usd_per_million: prices.usd_per_million,
        usd: prices.seconds_usd(duration_s, memory_mb) + prices.calls_usd(invocations),
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
            let found = cost(sums, 30, memory, architecture, "us-east-1").usd;
            assert!((found - usd).abs() < usd.max(1.0) * 1e-7, "{found} {usd}");
        }
    }
}

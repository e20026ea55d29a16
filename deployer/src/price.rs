//! Public prices of AWS in US dollars, for what an image costs: one table for `status`, `tune` and `cost`. Pure.
//!
//! Lambda's are those of the list behind calculator.aws, in an undated copy; S3's and API Gateway's those of the Price List API:
//! us-east-1 of October 2025, eu-central-1 of August 2026. That us-east-2, us-west-2 and eu-west-1 cost the same for S3 and API
//! Gateway, and S3's requests in eu-central-1, were not looked up there [unverified]. First and dearest tier, without the free
//! tier, discounts and taxes; not compared with a bill [unverified]. A region that a list does not have is priced as us-east-1,
//! and every user of the table says so.

use serde::Serialize;

/// Where the numbers come from, for whoever reads them.
pub const SOURCE: &str =
    "AWS's public price lists of October 2025 and later, first tier, not compared with a bill";

/// The region whose prices stand for those that the table does not have.
pub const FALLBACK: &str = "us-east-1";

/// What a function's calls cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Lambda {
    /// The region whose prices these are.
    pub region: &'static str,
    /// US dollars for a GB-second.
    pub usd_per_gb_second: f64,
    /// US dollars for a million calls.
    pub usd_per_million: f64,
}

/// What the rest of the way of an image costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Delivery {
    /// The region whose prices these are.
    pub region: &'static str,
    /// US dollars for a million requests to a REST API.
    pub api_usd_per_million: f64,
    /// US dollars for a thousand PUTs to S3 Standard.
    pub put_usd_per_1000: f64,
    /// US dollars for a thousand GETs from S3 Standard.
    pub get_usd_per_1000: f64,
    /// US dollars for a GB in S3 Standard for a month.
    pub storage_usd_per_gb: f64,
}

/// Regions with the prices of us-east-1 (LA-19).
const USUAL: [&str; 18] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-4",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
];

/// Region, a GB-second on arm64, one on x86-64, a million calls.
type Row = (&'static str, f64, f64, f64);

const BASE: Row = (FALLBACK, 0.000_013_333_4, 0.000_016_666_7, 0.20);

/// Regions with others.
const OTHERS: [Row; 6] = [
    ("af-south-1", 0.000_017_68, 0.000_022_1, 0.27),
    ("ap-east-1", 0.000_018_3, 0.000_022_92, 0.28),
    ("ap-southeast-5", 0.000_012, 0.000_015, 0.18),
    ("eu-central-2", 0.000_014_666_7, 0.000_018_333_4, 0.22),
    ("eu-south-1", 0.000_015_613_8, 0.000_019_517_2, 0.23),
    ("me-south-1", 0.000_016_533_4, 0.000_020_666_7, 0.25),
];

/// Lambda's prices in `region` for `arm64` or any other architecture.
pub fn lambda(region: &str, architecture: &str) -> Lambda {
    let usual = USUAL.iter().find(|known| **known == region).map(|known| (*known, BASE.1, BASE.2, BASE.3));
    let row = usual.or_else(|| OTHERS.iter().find(|row| row.0 == region).copied()).unwrap_or(BASE);
    let (region, arm64, x86_64, usd_per_million) = row;
    let usd_per_gb_second = if architecture == "arm64" { arm64 } else { x86_64 };
    Lambda { region, usd_per_gb_second, usd_per_million }
}

impl Lambda {
    /// US dollars for `calls` calls of `billed_ms` each.
    pub fn usd(&self, calls: f64, billed_ms: f64, memory_mb: u32) -> f64 {
        self.seconds_usd(calls * billed_ms / 1_000.0, memory_mb) + self.calls_usd(calls)
    }

    /// US dollars for so many seconds with that memory.
    pub fn seconds_usd(&self, seconds: f64, memory_mb: u32) -> f64 {
        seconds * f64::from(memory_mb) / 1_024.0 * self.usd_per_gb_second
    }

    /// US dollars for the calls alone.
    pub fn calls_usd(&self, calls: f64) -> f64 {
        calls / 1_000_000.0 * self.usd_per_million
    }
}

/// The prices of API Gateway (REST) and S3 Standard in `region`.
pub fn delivery(region: &str) -> Delivery {
    let usual = |region| Delivery {
        region,
        api_usd_per_million: 3.50,
        put_usd_per_1000: 0.005,
        get_usd_per_1000: 0.000_4,
        storage_usd_per_gb: 0.023,
    };
    match region {
        "us-east-2" => usual("us-east-2"),
        "us-west-2" => usual("us-west-2"),
        "eu-west-1" => usual("eu-west-1"),
        "eu-central-1" => Delivery {
            region: "eu-central-1",
            api_usd_per_million: 3.70,
            put_usd_per_1000: 0.005_4,
            get_usd_per_1000: 0.000_43,
            storage_usd_per_gb: 0.024_5,
        },
        _ => usual(FALLBACK),
    }
}

/// What has to be said where `region` is priced as another one: whose prices of what these are.
pub fn stand_in(what: &str, region: &str, priced_as: &str) -> Option<String> {
    (region != priced_as).then(|| {
        format!("this tool has no prices of {region} for {what}: these are those of {priced_as}, and yours may differ")
    })
}

/// An amount with two figures that say something, or cents.
pub fn in_words(usd: f64) -> String {
    if usd >= 0.1 || usd == 0.0 {
        return format!("{usd:.2}");
    }
    let mut places = 3;
    while places < 8 && usd * 10_f64.powi(places) < 10.0 {
        places += 1;
    }
    format!("{usd:.*}", usize::try_from(places).unwrap_or(8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn la_19_memory_time_and_calls() {
        for (calls, ms, memory, region, architecture, usd) in [
            (0.0, 1_000.0, 1024, "us-east-1", "arm64", 0.0),
            // A million calls of a second with 1 GB: 13.3334 + 0.20.
            (1e6, 1_000.0, 1024, "us-east-1", "arm64", 13.533_4),
            (1e6, 1_000.0, 1024, "eu-west-1", "x86_64", 16.866_7),
            // Half the memory, half of the first part.
            (1e6, 1_000.0, 512, "us-east-1", "arm64", 6.866_7),
            (1e6, 1_000.0, 1024, "eu-south-1", "arm64", 15.843_8),
            // Not in the table.
            (1e6, 1_000.0, 1024, "xx-moon-1", "arm64", 13.533_4),
        ] {
            let found = lambda(region, architecture).usd(calls, ms, memory);
            assert!((found - usd).abs() < 1e-9 * usd.max(1.0), "{region} {architecture}: {found} {usd}");
        }
    }

    #[test]
    fn a_region_without_prices_is_never_passed_over_in_silence() {
        for region in ["us-east-1", "eu-central-1", "af-south-1"] {
            assert_eq!(stand_in("Lambda", region, lambda(region, "arm64").region), None);
        }
        for priced in [lambda("mx-central-1", "arm64").region, delivery("mx-central-1").region] {
            assert_eq!(priced, FALLBACK);
            let said = stand_in("Lambda", "mx-central-1", priced).unwrap_or_default();
            assert!(said.contains("mx-central-1") && said.contains(FALLBACK), "{said}");
        }
        // Lambda's prices are known there, those of S3 are not.
        assert_eq!(
            (lambda("sa-east-1", "arm64").region, delivery("sa-east-1").region),
            ("sa-east-1", FALLBACK)
        );
    }

    #[test]
    fn arm_is_the_cheaper_one_everywhere() {
        for region in USUAL.iter().copied().chain(OTHERS.iter().map(|row| row.0)) {
            let (arm, x86) = (lambda(region, "arm64"), lambda(region, "x86_64"));
            assert_eq!((arm.region, x86.region), (region, region));
            assert!(arm.usd_per_gb_second < x86.usd_per_gb_second, "{region}");
            assert!((0.000_01..0.000_03).contains(&arm.usd_per_gb_second), "{region}");
        }
    }

    #[test]
    fn small_sums_are_not_nothing() {
        for (sum, said) in [
            (0.0, "0.00"),
            (12.345, "12.35"),
            (0.1, "0.10"),
            (0.0456, "0.046"),
            (0.00123, "0.0012"),
            (0.000_000_21, "0.00000021"),
        ] {
            assert_eq!(in_words(sum), said);
        }
    }
}

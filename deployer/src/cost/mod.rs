//! `cost`: what a month of new images costs, line by line. Pure.

use serde::Serialize;

use crate::aws::metrics::Sums;
use crate::price;

/// GETs of S3 for each derived image that is made: the website's that finds nothing, the function's for the original, and the
/// website's after the redirect back.
const GETS: f64 = 3.0;
/// Size of a derived image as a part of its original's.
const DERIVED_PART: f64 = 0.1;
/// Milliseconds with one processor: a fixed part, and what each MB of the original takes. From the measurements of the image
/// core on x86-64, doubled for S3 and slower processors [unverified].
const FIXED_MS: f64 = 100.0;
const MS_PER_MB: f64 = 150.0;
/// MB of memory with which Lambda gives one processor (LA-09).
const ONE_PROCESSOR: f64 = 1_769.0;
/// Bytes in a GB, as S3 counts storage.
const GB: f64 = 1_073_741_824.0;

/// Where the time of a call comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Time {
    /// `--duration`.
    Given,
    /// CloudWatch's metrics of the last 30 days.
    Measured {
        /// Calls that they are of.
        calls: f64,
    },
    /// Nobody knows: assumed of the size of the images and the memory.
    Assumed,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// New originals in a month.
    pub images: u64,
    /// Their size in MB of a million bytes.
    pub size_mb: f64,
    /// Derived images of each.
    pub specs: u32,
    /// MB of memory.
    pub memory_mb: u32,
    /// `arm64` or `x86_64`.
    pub architecture: String,
    /// Where.
    pub region: String,
    /// `--duration`, in milliseconds.
    pub duration_ms: Option<f64>,
    /// What CloudWatch counted.
    pub month: Option<Sums>,
}

/// One line of the bill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// What it is.
    pub what: &'static str,
    /// How it is worked out.
    pub formula: String,
    /// US dollars.
    pub usd: f64,
}

/// The month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// New originals.
    pub images: u64,
    /// Their size in MB.
    pub size_mb: f64,
    /// Derived images of each.
    pub specs: u32,
    /// Derived images in all.
    pub made: f64,
    /// MB of memory.
    pub memory_mb: u32,
    /// `arm64` or `x86_64`.
    pub architecture: String,
    /// Where.
    pub region: String,
    /// Milliseconds of a call.
    pub duration_ms: f64,
    /// Where they come from.
    pub duration_from: Time,
    /// The lines.
    pub items: Vec<Item>,
    /// Their sum, in US dollars.
    pub usd: f64,
    /// What was assumed, and what is not in it.
    pub notes: Vec<String>,
}

/// What the month costs.
pub fn estimate(question: &Question) -> Estimate {
    let Question { images, size_mb, specs, memory_mb, architecture, region, .. } = question;
    let (duration_ms, duration_from) = duration(question);
    let made = *images as f64 * f64::from(*specs);
    let (lambda, delivery) = (price::lambda(region, architecture), price::delivery(region));
    let seconds = made * duration_ms / 1_000.0;
    let gb = made * size_mb * 1e6 * DERIVED_PART / GB;
    let gets = made * GETS;
    let items = vec![
        Item {
            what: "Lambda, time",
            formula: format!(
                "{made} images x {duration_ms:.0} ms x {memory_mb}/1024 GB x {} USD per GB-second ({architecture})",
                lambda.usd_per_gb_second
            ),
            usd: lambda.seconds_usd(seconds, *memory_mb),
        },
        Item {
            what: "Lambda, calls",
            formula: format!("{made} x {:.2} USD / 1000000", lambda.usd_per_million),
            usd: lambda.calls_usd(made),
        },
        Item {
            what: "API Gateway, requests",
            formula: format!("{made} x {:.2} USD / 1000000", delivery.api_usd_per_million),
            usd: made / 1e6 * delivery.api_usd_per_million,
        },
        Item {
            what: "S3, PUT",
            formula: format!("{made} x {} USD / 1000", delivery.put_usd_per_1000),
            usd: made / 1e3 * delivery.put_usd_per_1000,
        },
        Item {
            what: "S3, GET",
            formula: format!("{made} x {GETS} x {} USD / 1000", delivery.get_usd_per_1000),
            usd: gets / 1e3 * delivery.get_usd_per_1000,
        },
        Item {
            what: "S3, storage of what was made",
            formula: format!(
                "{made} x {size_mb} MB x {DERIVED_PART} = {gb:.3} GB x {} USD for a month",
                delivery.storage_usd_per_gb
            ),
            usd: gb * delivery.storage_usd_per_gb,
        },
    ];
    let mut notes = assumptions(question, duration_ms, duration_from);
    notes.extend(price::stand_in("Lambda", region, lambda.region));
    notes.extend(price::stand_in("API Gateway and S3", region, delivery.region));
    notes.push(format!("prices: {}", price::SOURCE));
    Estimate {
        images: *images,
        size_mb: *size_mb,
        specs: *specs,
        made,
        memory_mb: *memory_mb,
        architecture: architecture.clone(),
        region: region.clone(),
        duration_ms,
        duration_from,
        usd: items.iter().map(|item| item.usd).sum(),
        items,
        notes,
    }
}

fn duration(question: &Question) -> (f64, Time) {
    if let Some(ms) = question.duration_ms {
        return (ms, Time::Given);
    }
    match question.month {
        Some(sums) if sums.invocations > 0.0 => {
            (sums.duration_ms / sums.invocations, Time::Measured { calls: sums.invocations })
        }
        _ => {
            // Below one processor, a call takes longer in proportion; above, one image gains nothing (LA-09).
            let slower = (ONE_PROCESSOR / f64::from(question.memory_mb.max(1))).max(1.0);
            ((FIXED_MS + MS_PER_MB * question.size_mb) * slower, Time::Assumed)
        }
    }
}

fn assumptions(question: &Question, ms: f64, from: Time) -> Vec<String> {
    let time = match from {
        Time::Given => format!("a call takes {ms:.0} ms, as `--duration` says"),
        Time::Measured { calls } => format!(
            "a call takes {ms:.0} ms: the average of {calls} calls of the last 30 days, by CloudWatch; the making of instances is not in it"
        ),
        Time::Assumed => format!(
            "a call takes {ms:.0} ms: assumed, from the size of the images and the memory; `imgdeploy tune` measures it, `--duration` says it"
        ),
    };
    vec![
        time,
        format!(
            "a derived image has a tenth of its original's size (assumed), so {:.3} MB, and stays: each further month adds as much storage",
            question.size_mb * DERIVED_PART
        ),
        "every image is asked for in every spec once; further views come from CloudFront or, without it, are a GET each"
            .to_owned(),
        "not counted: CloudFront, data transfer to the Internet, the originals' storage, logs, start-up of instances, the free tier, taxes"
            .to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn question() -> Question {
        Question {
            images: 1_000_000,
            size_mb: 2.0,
            specs: 2,
            memory_mb: 1024,
            architecture: "arm64".to_owned(),
            region: "us-east-1".to_owned(),
            duration_ms: Some(500.0),
            month: None,
        }
    }

    #[test]
    fn every_line_is_what_its_formula_says() {
        let found = estimate(&question());
        let lines: Vec<(&str, f64)> = found.items.iter().map(|item| (item.what, item.usd)).collect();
        // 2 million images: a million GB-seconds at 0.0000133334, and so on.
        let expected = [
            ("Lambda, time", 13.333_4),
            ("Lambda, calls", 0.40),
            ("API Gateway, requests", 7.0),
            ("S3, PUT", 10.0),
            ("S3, GET", 2.4),
            ("S3, storage of what was made", 2e6 * 2e5 / 1_073_741_824.0 * 0.023),
        ];
        for ((what, usd), (name, sum)) in lines.iter().zip(expected) {
            assert_eq!(*what, name);
            assert!((usd - sum).abs() < 1e-9, "{what}: {usd} {sum}");
        }
        assert_eq!(lines.len(), expected.len());
    }

    #[test]
    fn what_was_measured_wins_over_what_is_assumed_and_what_is_said_over_both() {
        let month = Some(Sums { invocations: 10.0, errors: 0.0, duration_ms: 2_500.0 });
        let of = |duration_ms, month| {
            let found = estimate(&Question { duration_ms, month, ..question() });
            (found.duration_ms, found.duration_from)
        };
        assert_eq!(of(Some(70.0), month), (70.0, Time::Given));
        assert_eq!(of(None, month), (250.0, Time::Measured { calls: 10.0 }));
        let none = Some(Sums { invocations: 0.0, errors: 0.0, duration_ms: 0.0 });
        for month in [None, none] {
            let (ms, from) = of(None, month);
            assert_eq!(from, Time::Assumed);
            // 100 + 2 x 150 with one processor, and 1024 MB are 1024/1769 of that.
            assert!((ms - 400.0 * 1769.0 / 1024.0).abs() < 1e-9, "{ms}");
        }
    }

    #[test]
    fn assumptions_and_foreign_prices_are_said() {
        let asked = Question { region: "mx-central-1".to_owned(), duration_ms: None, ..question() };
        let notes = estimate(&asked).notes.join("\n");
        for part in ["assumed", "CloudFront", "no prices of mx-central-1 for Lambda", "API Gateway and S3"] {
            assert!(notes.contains(part), "{part}: {notes}");
        }
        assert!(!estimate(&question()).notes.join("\n").contains("no prices"));
    }

    proptest! {
        #[test]
        fn the_sum_is_that_of_its_lines_and_grows_with_the_images(images in 0_u64..10_000_000, specs in 1_u32..20) {
            let one = estimate(&Question { images, specs, ..question() });
            prop_assert!((one.usd - one.items.iter().map(|item| item.usd).sum::<f64>()).abs() < 1e-9);
            prop_assert!(one.items.iter().all(|item| item.usd >= 0.0));
            let two = estimate(&Question { images: images * 2, specs, ..question() });
            prop_assert!((two.usd - 2.0 * one.usd).abs() <= 1e-6 * two.usd.max(1.0));
        }
    }
}

//! Which memory size to take. Pure.

use std::fmt;

use serde::Serialize;

use super::measure::Row;

/// What matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Least US dollars for an image.
    Cost,
    /// Least time, but of what is within 5 % of that, the cheapest.
    Speed,
    /// Least product of cost and time.
    Balanced,
}

/// Times that close together are the same (LA-09: beyond one processor, more memory does little).
const AS_FAST: f64 = 1.05;

impl Strategy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Cost, Self::Speed, Self::Balanced];

    /// The rule, in words.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Cost => "least cost for an image",
            Self::Speed => "the cheapest of those within 5 % of the least time",
            Self::Balanced => "least product of cost and time, each as a multiple of the least one",
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Cost => "cost",
            Self::Speed => "speed",
            Self::Balanced => "balanced",
        })
    }
}

/// The memory size in MB to take; none where no size was measured. Of equals, the smallest.
pub fn recommend(rows: &[Row], strategy: Strategy) -> Option<u32> {
    let mut all: Vec<(u32, f64, f64)> =
        rows.iter().filter_map(|row| Some((row.memory_mb, row.usd_per_million?, row.billed_ms?))).collect();
    all.sort_by_key(|one| one.0);
    let least = |of: fn(&(u32, f64, f64)) -> f64| all.iter().map(of).reduce(f64::min);
    let (cost, time) = (least(|one| one.1)?, least(|one| one.2)?);
    let part = |value: f64, least: f64| if least > 0.0 { value / least } else { 1.0 };
    let weight = |one: &(u32, f64, f64)| match strategy {
        Strategy::Cost => one.1,
        Strategy::Speed if one.2 <= time * AS_FAST => one.1,
        Strategy::Speed => f64::INFINITY,
        Strategy::Balanced => part(one.1, cost) * part(one.2, time),
    };
    // The first of equals.
    all.iter().min_by(|a, b| weight(a).total_cmp(&weight(b))).map(|one| one.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{AS_FAST, Row, Strategy, recommend};
    use proptest::prelude::*;
    use proptest::strategy::Strategy as Source;

    fn row(memory_mb: u32, measured: Option<(f64, f64)>) -> Row {
        Row {
            memory_mb,
            runs: 20,
            billed_ms: measured.map(|(_, ms)| ms),
            slowest_ms: None,
            spread: None,
            init_ms: None,
            used_mb: None,
            usd_per_million: measured.map(|(usd, _)| usd),
            unsure: None,
            failed: None,
        }
    }

    #[test]
    fn each_strategy_has_its_own() {
        let rows = [
            row(128, None),
            row(256, Some((2.0, 1_000.0))),
            row(512, Some((2.1, 500.0))),
            row(1024, Some((2.2, 260.0))),
            row(1769, Some((2.6, 160.0))),
            row(3008, Some((4.3, 155.0))),
        ];
        let all = Strategy::ALL.map(|strategy| recommend(&rows, strategy));
        // 155 ms is not worth 4.3 USD where 160 ms are to be had for 2.6.
        assert_eq!(all, [Some(256), Some(1769), Some(1769)]);
        assert_eq!(recommend(&rows[..1], Strategy::Cost), None);
        assert_eq!(recommend(&[], Strategy::Balanced), None);
    }

    fn rows() -> impl Source<Value = Vec<Row>> {
        prop::collection::vec((128_u32..4_000, prop::option::of((0.2_f64..50.0, 1.0_f64..5_000.0))), 0..12)
            .prop_map(|all| all.into_iter().map(|(memory, measured)| row(memory, measured)).collect())
    }

    proptest! {
        #[test]
        fn only_what_was_measured_is_recommended(rows in rows()) {
            let any = rows.iter().any(|row| row.billed_ms.is_some());
            for strategy in Strategy::ALL {
                let found = recommend(&rows, strategy);
                prop_assert_eq!(found.is_some(), any);
                let measured = |memory| rows.iter().any(|row| row.memory_mb == memory && row.billed_ms.is_some());
                prop_assert!(found.is_none_or(measured));
            }
        }

        #[test]
        fn nothing_is_both_cheaper_and_faster(rows in rows()) {
            for strategy in [Strategy::Cost, Strategy::Balanced] {
                let Some(memory) = recommend(&rows, strategy) else { continue };
                let beaten = |one: &Row| rows.iter().any(|other| {
                    other.usd_per_million.is_some_and(|usd| usd < one.usd_per_million.unwrap())
                        && other.billed_ms.unwrap() < one.billed_ms.unwrap()
                });
                let of_it = rows.iter().filter(|row| row.memory_mb == memory && row.billed_ms.is_some());
                prop_assert!(of_it.clone().any(|one| !beaten(one)), "{strategy}: {memory} of {rows:?}");
            }
        }

        #[test]
        fn the_least_cost_and_nearly_the_least_time(rows in rows()) {
            let least = |of: fn(&Row) -> Option<f64>| rows.iter().filter_map(of).reduce(f64::min);
            if let Some(memory) = recommend(&rows, Strategy::Cost) {
                let cost = least(|row| row.usd_per_million);
                prop_assert!(rows.iter().any(|row| row.memory_mb == memory && row.usd_per_million == cost));
            }
            if let Some(memory) = recommend(&rows, Strategy::Speed) {
                let time = least(|row| row.billed_ms).unwrap();
                let near = |ms: f64| ms <= time * AS_FAST;
                let of_it = rows.iter().filter(|row| row.memory_mb == memory);
                prop_assert!(of_it.filter_map(|row| row.billed_ms).any(near));
            }
        }

        #[test]
        fn the_order_of_the_rows_does_not_matter(mut rows in rows()) {
            rows.sort_by_key(|row| row.memory_mb);
            rows.dedup_by_key(|row| row.memory_mb);
            let before = Strategy::ALL.map(|strategy| recommend(&rows, strategy));
            rows.reverse();
            prop_assert_eq!(before, Strategy::ALL.map(|strategy| recommend(&rows, strategy)));
        }
    }
}

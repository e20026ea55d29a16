//! How long a run takes that has nothing to do, on a network where each call takes 50 ms longer. Reads that don't
//! wait for each other are made side by side, so this is a handful of round trips, not one per call.

#![allow(clippy::unwrap_used)]
#![allow(clippy::print_stdout, reason = "a benchmark is for reading")]

#[path = "../cli/bench.rs"]
#[allow(dead_code, reason = "shared with the other tests, which use all of it")]
mod bench;
#[path = "../cli/stand_in.rs"]
#[allow(dead_code, reason = "shared with the other tests, which use all of it")]
mod stand_in;

use std::time::{Duration, Instant};

use bench::Bench;
use test_support::aws::Aws;
use test_support::ministack::root_credentials;

const DELAY: Duration = Duration::from_millis(50);
/// Each wave of reads is one round trip.
const ROUND_TRIPS: u32 = 6;
/// Starting a process, reading the zip, hashing it.
const ALLOWANCE: Duration = Duration::from_millis(300);
/// The fastest of these counts: whatever else the machine does only ever adds.
const RUNS: usize = 7;

#[test]
fn a_run_with_nothing_to_do_takes_six_round_trips() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    bench.proxy.delay(DELAY);
    let caller = Aws::new(&bench.proxy.url(), bench::REGION, root_credentials());
    let round_trip = fastest(|| {
        let target = format!("/{}?location", bench.scenario.bucket);
        let _ = caller.s3("GET", &target, "").ok(&target);
    });

    let mut calls = 0;
    let took = fastest(|| {
        bench.proxy.clear();
        bench.proxy.delay(DELAY);
        let _ = bench.attach().exits(0);
        bench.assert_no_writes();
        calls = bench.proxy.calls().len();
    });

    let sequential = round_trip * u32::try_from(calls).unwrap();
    let limit = round_trip * ROUND_TRIPS + ALLOWANCE;
    println!("{calls} calls of {round_trip:?}: {took:?}, one after the other {sequential:?}");
    println!("ratio {:.2}, limit {limit:?}", took.as_secs_f64() / sequential.as_secs_f64());
    assert!(
        took <= limit,
        "took {took:?}, more than {ROUND_TRIPS} round trips and {ALLOWANCE:?}\n{}",
        bench.proxy.log()
    );
}

/// What `doctor` may take: the reads in waves, with the live requests beside the last of them.
const DOCTOR_ROUND_TRIPS: u32 = 8;
const DOCTOR_ALLOWANCE: Duration = Duration::from_millis(500);

#[test]
fn a_look_by_doctor_takes_eight_round_trips() {
    let mut bench = Bench::used();
    bench.tool = bench.tool.region(bench::REGION);
    let _ = bench.attach().exits(0);
    bench.proxy.delay(DELAY);
    let caller = Aws::new(&bench.proxy.url(), bench::REGION, root_credentials());
    let round_trip = fastest(|| {
        let target = format!("/{}?location", bench.scenario.bucket);
        let _ = caller.s3("GET", &target, "").ok(&target);
    });
    let mut calls = 0;
    let took = fastest(|| {
        bench.proxy.clear();
        bench.proxy.delay(DELAY);
        let _ = bench.tool.run(["doctor", "--bucket", bench::BUCKET]).exits(0);
        bench.assert_no_writes();
        calls = bench.proxy.calls().len();
    });
    let sequential = round_trip * u32::try_from(calls).unwrap();
    let limit = round_trip * DOCTOR_ROUND_TRIPS + DOCTOR_ALLOWANCE;
    println!("{calls} calls of {round_trip:?}: {took:?}, one after the other {sequential:?}");
    println!("ratio {:.2}, limit {limit:?}", took.as_secs_f64() / sequential.as_secs_f64());
    assert!(
        took <= limit,
        "took {took:?}, more than {DOCTOR_ROUND_TRIPS} round trips and {DOCTOR_ALLOWANCE:?}\n{}",
        bench.proxy.log()
    );
}

fn fastest(mut work: impl FnMut()) -> Duration {
    let timed = (0..RUNS).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    timed.min().unwrap()
}

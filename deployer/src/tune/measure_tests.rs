#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::price;

const REPORT: &str = "REPORT RequestId: 55fac1c7-b7a1-4af5-96f4-c3e79d8a2b20\tDuration: 412.35 ms\tBilled Duration: 468 ms\t\
                      Memory Size: 1024 MB\tMax Memory Used: 96 MB\tInit Duration: 55.20 ms\t\n";

fn answered(payload: &Value, log: &str) -> Invocation {
    Invocation { error: None, payload: payload.to_string().into_bytes(), log: log.to_owned() }
}

fn image() -> Value {
    json!({ "statusCode": 200, "isBase64Encoded": true, "body": "/9j/" })
}

fn runs(image: usize, times: &[f64]) -> Vec<Run> {
    times.iter().map(|ms| Run { image, billed_ms: *ms, init_ms: None, used_mb: Some(90) }).collect()
}

fn of(warm: Vec<Run>) -> Row {
    let measured = Measured { memory: 1024, warm, ..Measured::default() };
    row(&measured, &price::lambda("us-east-1", "arm64"))
}

#[test]
fn the_report_is_found_among_other_lines() {
    let log = format!(
        "START RequestId: 1 Version: 7\n{{\"status\":200,\"reason\":\"ok\"}}\nEND RequestId: 1\n{REPORT}"
    );
    let found = read(&answered(&image(), &log)).unwrap();
    assert_eq!((found.billed, found.init, found.used), (Some(468.0), Some(55.2), Some(96)));
    let json = r#"{"time":"2026-01-02T03:04:05Z","type":"platform.report","record":{"requestId":"1","metrics":{"durationMs":412.35,"billedDurationMs":413,"memorySizeMB":1024,"maxMemoryUsedMB":96},"status":"success"}}"#;
    let found = read(&answered(&image(), json)).unwrap();
    assert_eq!((found.billed, found.init, found.used), (Some(413.0), None, Some(96)));
}

#[test]
fn what_is_no_measurement_says_why() {
    let refused = json!({ "statusCode": 413, "body": "{\"error\":\"too_much_memory\",\"message\":\"it could need 300 MB\"}" });
    for (payload, log, part) in [
        (image(), "END RequestId: 1", "no REPORT line"),
        (refused, REPORT, "413: it could need 300 MB"),
        (json!({ "hello": 1 }), REPORT, "not one of this tool's"),
        (json!({ "statusCode": 200, "body": "" }), REPORT, "not an image"),
        (json!({ "statusCode": 200, "body": "Hello from Lambda!" }), REPORT, "not an image"),
        (json!(null), REPORT, "not one of this tool's"),
    ] {
        let why = read(&answered(&payload, log)).unwrap_err();
        assert!(why.contains(part), "{why}");
    }
    let killed = Invocation {
        error: Some("Unhandled".to_owned()),
        payload:
            json!({ "errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 20.00 seconds" })
                .to_string()
                .into_bytes(),
        log: REPORT.to_owned(),
    };
    let why = read(&killed).unwrap_err();
    assert!(why.contains("time was up") && why.contains("20.00"), "{why}");
}

#[test]
fn a_row_has_each_images_median_and_the_slowest_call() {
    let mut warm = runs(0, &[100.0, 100.0, 102.0, 104.0, 98.0]);
    warm.extend(runs(1, &[300.0, 301.0, 299.0, 300.0, 310.0]));
    let row = of(warm);
    assert_eq!((row.billed_ms, row.slowest_ms, row.runs), (Some(200.0), Some(310.0), 10));
    // 0.2 s x 1 GB x 13.33 + 0.20: the images differ, the calls with each do not.
    assert!((row.usd_per_million.unwrap() - 2.866_68).abs() < 1e-6, "{row:?}");
    assert_eq!((row.unsure, row.failed), (None, None));
}

#[test]
fn little_or_unsteady_measurements_say_so() {
    let few = of(runs(0, &[100.0, 101.0])).unsure.unwrap();
    assert!(few.contains("few calls"), "{few}");
    let unsteady = of(runs(0, &[100.0, 200.0, 100.0, 200.0, 150.0])).unsure.unwrap();
    assert!(unsteady.contains("unsteady"), "{unsteady}");
    // Just at the limit.
    assert_eq!(of(runs(0, &[100.0, 100.0, 100.0, 125.0, 125.0])).unsure, None);
}

#[test]
fn a_size_that_failed_has_no_price() {
    let measured = Measured {
        memory: 128,
        warm: runs(0, &[100.0]),
        failed: Some("the function ran out of memory".to_owned()),
        ..Measured::default()
    };
    let row = row(&measured, &price::lambda("us-east-1", "arm64"));
    assert_eq!((row.billed_ms, row.usd_per_million, row.unsure), (None, None, None));
    assert!(row.failed.is_some());
    assert_eq!(of(Vec::new()).usd_per_million, None);
}

proptest! {
    #[test]
    fn a_row_lies_within_its_calls(times in prop::collection::vec(1.0_f64..10_000.0, 1..40), images in 1_usize..4) {
        let warm = times
            .iter()
            .enumerate()
            .map(|(at, ms)| Run { image: at % images, billed_ms: *ms, init_ms: None, used_mb: None })
            .collect();
        let row = of(warm);
        let (least, most) = times.iter().fold((f64::MAX, f64::MIN), |(a, b), ms| (a.min(*ms), b.max(*ms)));
        let billed = row.billed_ms.unwrap();
        prop_assert!(least - 1e-9 <= billed && billed <= most + 1e-9);
        prop_assert_eq!(row.slowest_ms, Some(most));
        prop_assert!(row.spread.is_none_or(|spread| spread >= 0.0));
    }

    #[test]
    fn the_spread_knows_no_unit_and_no_order(mut times in prop::collection::vec(1.0_f64..1_000.0, 5..30), by in 0.1_f64..100.0) {
        let before = of(runs(0, &times)).spread.unwrap();
        times.reverse();
        times.iter_mut().for_each(|ms| *ms *= by);
        let after = of(runs(0, &times)).spread.unwrap();
        prop_assert!((before - after).abs() < 1e-6);
    }

    #[test]
    fn equal_times_have_no_spread(ms in 1.0_f64..1_000.0, count in 2_usize..30) {
        prop_assert!(of(runs(0, &vec![ms; count])).spread.unwrap() < 1e-9);
    }

    #[test]
    fn any_report_that_lambda_could_write_is_read(billed in 1_u32..900_000, used in 1_u64..10_240, init in prop::option::of(1_u32..9_999)) {
        let init_text = init.map(|ms| format!("Init Duration: {ms}.00 ms\t")).unwrap_or_default();
        let log = format!(
            "REPORT RequestId: 1\tDuration: {billed}.00 ms\tBilled Duration: {billed} ms\tMemory Size: 512 MB\tMax Memory Used: {used} MB\t{init_text}\n"
        );
        let found = read(&answered(&image(), &log)).unwrap();
        prop_assert_eq!(found.billed, Some(f64::from(billed)));
        prop_assert_eq!(found.used, Some(used));
        prop_assert_eq!(found.init, init.map(f64::from));
    }
}

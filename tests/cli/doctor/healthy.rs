//! Nothing is found where nothing is wrong, and nothing is written by looking.

use serde_json::{Value, json};

use crate::bench::{BUCKET, Bench, REGION};

#[test]
fn an_attached_bucket_is_healthy() {
    let mut bench = Bench::used();
    bench.tool = bench.tool.region(REGION);
    let _ = bench.attach().exits(0);
    bench.proxy.clear();
    let run = bench.tool.run(["doctor", "--bucket", BUCKET, "--output", "json"]);
    eprintln!("{run}\n{}", bench.proxy.log());
    let found: Value = run.exits(0).json();
    assert_eq!(found["findings"], json!([]));
    bench.assert_no_writes();
}

//! Running it again: nothing to do, and what was changed by hand is put right.

use crate::bench::Bench;
use crate::state;

#[test]
fn a_second_attach_writes_nothing() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let first = bench.scenario.snapshot();
    bench.proxy.clear();
    let run = bench.attach().exits(0);
    bench.assert_no_writes();
    assert!(format!("{}{}", run.stdout, run.stderr).to_lowercase().contains("nothing to do"), "{run}");
    first.assert_equal(&bench.scenario.snapshot());
}

#[test]
fn attach_after_detach_ends_where_the_first_attach_did() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let first = state::installed(&bench.scenario);
    let _ = bench.detach().exits(0);
    let _ = bench.attach().exits(0);
    state::assert_same(&state::installed(&bench.scenario), &first, "");
}

#[test]
fn a_second_detach_writes_nothing() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let _ = bench.detach().exits(0);
    bench.proxy.clear();
    let _ = bench.detach().exits(0);
    bench.assert_no_writes();
}

#[test]
fn a_rule_changed_by_hand_is_put_right_and_that_is_said() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let installed = state::installed(&bench.scenario);
    let website = bench.scenario.document("website").unwrap();
    bench.scenario.put("website", &website.replacen(">307<", ">301<", 1));
    bench.proxy.clear();
    let run = bench.attach().exits(0);
    state::assert_same(&state::installed(&bench.scenario), &installed, format_args!("{run}"));
    let names: Vec<String> = bench.proxy.writes().iter().map(|call| call.name()).collect();
    assert!(names.contains(&"s3:PutBucketWebsite".to_owned()), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("Policy") || name.contains("Distribution")), "{names:?}");
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(said.contains("changed by somebody else"), "{run}");
}

#[test]
fn json_output_is_one_versioned_object() {
    let bench = Bench::used();
    let mut arguments = bench.attach_arguments();
    arguments.extend(["--output".to_owned(), "json".to_owned()]);
    for run in [bench.tool.run(&arguments).exits(0), bench.tool.run(&arguments).exits(0)] {
        let object = run.json();
        assert!(object.is_object(), "{run}");
        assert!(object.get("version").is_some(), "{run}");
    }
}

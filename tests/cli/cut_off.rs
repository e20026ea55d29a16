//! An attach that is cut off at any call can be finished by running it again, and has harmed nothing meanwhile.

use test_support::proxy::{Call, Cut, cuts};
use test_support::scenario::Scenario;

use crate::bench::{BUCKET, Bench, REGION};
use crate::state;

/// Test functions that share the calls among themselves, so that they run side by side.
const SHARDS: usize = 4;

/// Every call of an undisturbed attach, and what it leaves behind.
fn undisturbed(bench: &Bench) -> (Vec<Call>, String) {
    let _ = bench.attach().exits(0);
    (bench.proxy.calls(), state::installed(&bench.scenario))
}

fn cut_at_the_calls_of(shard: usize) {
    let mut bench = Bench::used().with_stand_in();
    let (calls, installed) = undisturbed(&bench);
    assert!(calls.iter().filter(|call| call.write).count() >= 5, "{}", bench.proxy.log());
    for (call, cut) in cuts(&calls).into_iter().skip(shard).step_by(SHARDS) {
        bench.aws.reset();
        bench.proxy.clear();
        bench.scenario = Scenario::used_bucket(&bench.aws, REGION, BUCKET);
        let before = bench.scenario.snapshot();
        let arguments = bench.attach_arguments();

        bench.proxy.cut_at(call.n, cut);
        let impatient = crate::bench::tool(&bench.proxy).env("AWS_MAX_ATTEMPTS", "1");
        let first = impatient.run(&arguments);
        let log = bench.proxy.log();
        let at = format!("cut {cut:?} at call {} ({})", call.n, call.name());
        // Calls run side by side, so that a rerun may be shorter than the first run by a call or two.
        let struck = log.contains("dropped");
        assert!(!struck || first.code != 0, "{at}: not noticed\n{first}\n{log}");
        // A write whose answer got lost may have been carried out: only a run that tried none knows better.
        if struck && bench.proxy.writes().is_empty() {
            assert_ne!(first.code, 6, "{at}: nothing is half done\n{first}\n{log}");
            // Everything is as it was, so that the next run is the undisturbed one.
            before.assert_equal(&bench.scenario.snapshot());
            assert!(state::stacks(&bench.scenario.root).is_empty(), "{at}");
            continue;
        }
        let _ = before.assert_kept_in(&bench.scenario.snapshot());

        bench.proxy.clear();
        let second = bench.tool.run(&arguments);
        assert_eq!(
            second.code,
            0,
            "{at}: can't be finished\nfirst {first}\n{log}\nsecond {second}\n{}",
            bench.proxy.log()
        );
        let _ = before.assert_kept_in(&bench.scenario.snapshot());
        state::assert_same(
            &state::installed(&bench.scenario),
            &installed,
            format_args!("{at}\nfirst {first}\n{log}\nsecond {second}"),
        );

        if call.write {
            bench.proxy.clear();
            let _ = bench.attach().exits(0);
            bench.assert_no_writes();
        }
    }
}

#[test]
fn shard_0() {
    cut_at_the_calls_of(0);
}

#[test]
fn shard_1() {
    cut_at_the_calls_of(1);
}

#[test]
fn shard_2() {
    cut_at_the_calls_of(2);
}

#[test]
fn shard_3() {
    cut_at_the_calls_of(SHARDS - 1);
}

#[test]
fn detach_cut_off_at_any_write_can_be_finished() {
    let bench = Bench::used().with_stand_in();
    let _ = bench.attach().exits(0);
    bench.proxy.clear();
    let _ = bench.detach().exits(0);
    let writes = bench.proxy.writes();
    assert!(writes.len() >= 4, "{}", bench.proxy.log());
    for call in &writes {
        for cut in [Cut::BeforeRequest, Cut::AfterRequest] {
            bench.aws.reset();
            bench.proxy.clear();
            let scenario = Scenario::used_bucket(&bench.aws, REGION, BUCKET);
            let before = scenario.snapshot();
            let mut arguments = bench.attach_arguments();
            let at = arguments.iter().position(|word| word == "--distribution").unwrap();
            scenario.distribution_id().clone_into(&mut arguments[at + 1]);
            let _ = bench.tool.run(arguments).exits(0);
            bench.proxy.clear();
            bench.proxy.cut_at(call.n, cut);
            let impatient = crate::bench::tool(&bench.proxy).env("AWS_MAX_ATTEMPTS", "1");
            let first = impatient.run(["detach", "--bucket", BUCKET, "--yes"]);
            let at =
                format!("cut {cut:?} at call {} ({})\n{first}\n{}", call.n, call.name(), bench.proxy.log());
            bench.proxy.clear();
            let second = bench.tool.run(["detach", "--bucket", BUCKET, "--yes"]);
            assert_eq!(second.code, 0, "{at}\n{second}");
            let after = scenario.snapshot();
            before.without("objects").assert_equal(&after.without("objects"));
            assert!(state::stacks(&scenario.root).is_empty(), "{at}");
        }
    }
}

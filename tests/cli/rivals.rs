//! Two at once on one bucket: one wins, the other stops or finds nothing to do, and nothing is lost.

use test_support::proxy::Proxy;

use crate::bench::{Bench, tool};
use crate::state;

fn installed_by_one() -> String {
    let bench = Bench::used().with_stand_in();
    let _ = bench.attach().exits(0);
    state::installed(&bench.scenario)
}

#[test]
fn two_started_together() {
    let bench = Bench::used().with_stand_in();
    let before = bench.scenario.snapshot();
    let second = tool(&bench.proxy);
    let runs = [bench.tool.start(bench.attach_arguments()), second.start(bench.attach_arguments())];
    let runs = runs.map(test_support::tool::Running::wait);
    let shown = || format!("{}\n\n{}", runs[0], runs[1]);
    let mut codes = [runs[0].code, runs[1].code];
    codes.sort_unstable();
    assert!(codes == [0, 0] || codes == [0, 4], "{}", shown());
    let added = before.assert_kept_in(&bench.scenario.snapshot());
    assert_eq!((added.rules.len(), added.behaviours.len()), (2, 1), "{}", shown());
    let _ = bench.attach().exits(0);
    state::assert_same(&state::installed(&bench.scenario), &installed_by_one(), "");
}

#[test]
fn one_overtakes_the_other_at_any_write() {
    let undisturbed = installed_by_one();
    for at in [
        "cloudformation:CreateChangeSet",
        "cloudformation:ExecuteChangeSet",
        "s3:PutBucketPolicy",
        "cloudfront:UpdateDistribution",
        "s3:PutBucketWebsite",
    ] {
        let bench = Bench::used().with_stand_in();
        let before = bench.scenario.snapshot();
        let rival_proxy = Proxy::start(&bench.aws);
        let rival = tool(&rival_proxy);
        let arguments = bench.attach_arguments();
        let (sender, rival_run) = std::sync::mpsc::channel();
        bench.proxy.before(at, move || {
            let _ = sender.send(rival.run(arguments));
        });
        let run = bench.attach();
        let rival_run = rival_run.recv().unwrap_or_else(|_| panic!("{at} was never called\n{run}"));
        let shown = format!("at {at}:\n{run}\n\nand its rival:\n{rival_run}");
        // The first is in the middle of a write here: whoever goes on must not undo what the other did.
        assert!(matches!(run.code, 0 | 4) && matches!(rival_run.code, 0 | 4), "{shown}");
        assert!(run.code == 0 || rival_run.code == 0, "neither won {shown}");
        let _ = before.assert_kept_in(&bench.scenario.snapshot());
        let _ = bench.attach().exits(0);
        state::assert_same(&state::installed(&bench.scenario), &undisturbed, format_args!("{shown}"));
    }
}

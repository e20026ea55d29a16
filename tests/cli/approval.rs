//! Nothing is written that was not shown and approved.

use crate::bench::Bench;

#[test]
fn without_yes_and_without_a_terminal_nothing_is_written() {
    let bench = Bench::used().with_stand_in();
    let run = bench.tool.run(bench.attach_without("--yes")).exits(4);
    bench.assert_no_writes();
    assert!(run.stderr.contains("--yes"), "{run}");
}

#[test]
fn without_allow_public_a_private_bucket_stays_private() {
    let bench = Bench::private().with_stand_in();
    let run = bench.tool.run(bench.attach_without("--allow-public")).exits(4);
    bench.assert_no_writes();
    assert!(run.stderr.contains("--allow-public"), "{run}");
    // Looking needs no consent, and says what applying does.
    let dry = |more: &[&str]| {
        let mut arguments = bench.attach_without("--allow-public");
        arguments.push("--dry-run".to_owned());
        arguments.extend(more.iter().map(|word| (*word).to_owned()));
        bench.tool.run(arguments)
    };
    let run = dry(&["--exit-code"]).exits(3);
    assert!(
        run.stdout.contains("to apply: objects under `resized/`") && run.stdout.contains("--allow-public"),
        "{run}"
    );
    let plan = dry(&["--output", "json"]).exits(0).json();
    assert_eq!(plan["plan"]["refusals"][0]["kind"], "consent", "{plan:#}");
    // What can't be is 4 all the same.
    bench.scenario.put("website", r#"<WebsiteConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><RedirectAllRequestsTo><HostName>www.example.com</HostName></RedirectAllRequestsTo></WebsiteConfiguration>"#);
    let run = dry(&["--exit-code"]).exits(4);
    assert!(run.stderr.contains("redirects all requests"), "{run}");
    bench.assert_no_writes();
}

#[test]
fn a_dry_run_shows_the_plan_and_writes_nothing() {
    let bench = Bench::used().with_stand_in();
    let before = bench.scenario.snapshot();
    let with = |flags: &[&str]| {
        let mut arguments = bench.attach_without("--yes");
        arguments.extend(flags.iter().map(|flag| (*flag).to_owned()));
        bench.tool.run(arguments)
    };
    let run = with(&["--dry-run"]).exits(0);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(said.contains("resized/"), "{run}");
    let _ = with(&["--dry-run", "--exit-code"]).exits(3);
    let plan = with(&["--dry-run", "--output", "json"]).exits(0).json();
    assert!(plan.is_object(), "{plan}");
    bench.assert_no_writes();
    before.assert_equal(&bench.scenario.snapshot());

    let _ = bench.attach().exits(0);
    let _ = with(&["--dry-run", "--exit-code"]).exits(0);
}

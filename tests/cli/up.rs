//! `up` and `down`: from nothing to images, and back to nothing.

use http::Method;
use imgdeploy::desired::{our_access, our_edge, our_rules};
use imgdeploy::stack::{TAG_BUCKET_MADE_BY, UP};
use imgdeploy_model::document::{distribution, policy, website};
use imgdeploy_model::region::Partition;
use test_support::ministack::MiniStack;
use test_support::proxy::{Cut, Proxy};
use test_support::scenario::{Scenario, create_bucket};
use test_support::tool::{Run, Tool};
use test_support::zip_file::{bootstrap_zip, host_arch};
use test_support::{jpeg, photos};

use crate::bench::{BUCKET, Bench, REGION, words};
use crate::served::{Served, told};
use crate::stand_in::Code;
use crate::state;

/// No bucket at all; the region of the caller is that of the bucket to come.
fn empty() -> Bench {
    let aws = MiniStack::start();
    let root = aws.root(REGION);
    let proxy = Proxy::start(&aws);
    let scenario = Scenario { root, bucket: BUCKET.to_owned(), distribution: None };
    Bench { tool: tool(&proxy), aws, proxy, scenario, code: Code::real() }
}

fn tool(proxy: &Proxy) -> Tool {
    crate::bench::tool(proxy).region(REGION)
}

fn up_arguments(more: &[&str]) -> Vec<String> {
    up_with(&Code::real(), more)
}

fn up_with(code: &Code, more: &[&str]) -> Vec<String> {
    let zip = code.path();
    let mut arguments = words(&["up", "--bucket", BUCKET, "--zip", zip, "--arch", host_arch()]);
    arguments.extend(words(&["--yes", "--allow-public"]));
    arguments.extend(words(more));
    arguments
}

fn up(bench: &Bench, more: &[&str]) -> Run {
    let run = bench.tool.run(up_with(&bench.code, more));
    if bucket_exists(bench) && !more.contains(&"--dry-run") {
        tag(bench);
    }
    run
}

/// The bucket's tag in the template. The emulator's CloudFormation leaves out the tags of buckets.
fn tag(bench: &Bench) {
    let tags = format!(
        "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet><Tag><Key>{TAG_BUCKET_MADE_BY}</Key>\
         <Value>{UP}</Value></Tag></TagSet></Tagging>"
    );
    bench.scenario.put("tagging", &tags);
}

fn down(bench: &Bench, more: &[&str]) -> Run {
    bench.tool.run([&["down", "--bucket", BUCKET, "--yes"], more].concat())
}

fn bucket_exists(bench: &Bench) -> bool {
    bench.scenario.root.s3("HEAD", &format!("/{BUCKET}"), "").status.is_success()
}

/// The distribution's id, from the stack.
fn distribution(bench: &Bench) -> String {
    let parameters = [("StackName", "imgdeploy-shop-pictures")];
    let answer = bench.scenario.root.query("cloudformation", "DescribeStacks", "2010-05-15", &parameters);
    let text = answer.ok("DescribeStacks").text();
    let (_, rest) = text.split_once("<OutputKey>DistributionId</OutputKey>").expect("such an output");
    let (_, rest) = rest.split_once("<OutputValue>").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

#[track_caller]
fn assert_served(bench: &Bench, by_cdn: bool) {
    bench.scenario.put_photo("pics/a.jpg", &photos::DANDELION);
    let served = Served::start(bench);
    let key = "resized/30x20/pics/a.jpg";
    let base = if by_cdn { &served.cdn } else { &served.website };
    let way = crate::served::browse(&Method::GET, &format!("{base}/{key}"));
    let last = way.last().unwrap();
    assert_eq!(last.status, 200, "{}", told(&way));
    assert_eq!(jpeg::dimensions(&last.body), Ok((30, 20)));
    assert_eq!(bench.scenario.keys("resized/"), [key]);
    // The original is nobody's business.
    let original = crate::served::browse(&Method::GET, &format!("{base}/pics/a.jpg"));
    assert_eq!(original.last().unwrap().status, 403, "{}", told(&original));
}

#[test]
fn from_nothing_to_an_image_and_again_nothing_to_do() {
    let bench = empty();
    let refused = bench.tool.run(up_arguments(&[]).into_iter().filter(|word| word != "--allow-public"));
    let refused = refused.exits(4);
    assert!(refused.stderr.contains("--allow-public"), "{refused}");
    bench.assert_no_writes();

    let run = up(&bench, &[]).exits(0);
    assert!(run.stderr.contains("aws s3 cp photo.jpg s3://shop-pictures/"), "{run}");
    assert!(run.stderr.contains("/resized/300x200/photo.jpg"), "{run}");
    assert_served(&bench, false);

    bench.proxy.clear();
    let again = up(&bench, &[]).exits(0);
    assert!(again.stdout.contains("nothing to do"), "{again}");
    bench.assert_no_writes();
    let _ = up(&bench, &["--dry-run", "--exit-code"]).exits(0);

    // Another setting is an update, and the probe has an image now.
    let _ = up(&bench, &["--quality", "70", "--dry-run", "--exit-code"]).exits(3);
    bench.assert_no_writes();
    let changed = up(&bench, &["--quality", "70", "--output", "json"]).exits(0).json();
    assert_eq!(changed["plan"]["actions"][0]["plan"]["action"], "update", "{changed}");
    assert_eq!(changed["probe"]["ok"], true, "{changed}");
    assert!(!changed["probe"]["url"].as_str().unwrap().is_empty());
}

#[test]
fn with_a_distribution_in_front_and_written_as_attach_would() {
    let mut bench = empty();
    let run = up(&bench, &["--with-cdn"]).exits(0);
    assert!(run.stderr.contains(".cloudfront.net/resized/300x200/photo.jpg"), "{run}");
    let id = distribution(&bench);
    // `dev` finds the distribution by itself.
    assert_served(&bench, true);
    bench.proxy.clear();
    let _ = up(&bench, &["--with-cdn"]).exits(0);
    let _ = up(&bench, &[]).exits(0);
    bench.assert_no_writes();

    // The law: what the template writes is what `attach` would leave as it is.
    let root = &bench.scenario.root;
    let stack = root.query("cloudformation", "DescribeStacks", "2010-05-15", &[]).ok("DescribeStacks").text();
    let (_, rest) = stack.split_once("<OutputKey>ApiHost</OutputKey>").unwrap();
    let host = rest.split_once("<OutputValue>").unwrap().1.split_once('<').unwrap().0;
    let found = bench.scenario.document("website").unwrap();
    let merged = website::merge(Some(&found), &our_rules("resized/", 307, host, &[])).unwrap();
    assert_eq!(merged.document, found);
    let found = bench.scenario.document("policy").unwrap();
    let access = our_access(BUCKET, "resized/", Partition::Aws);
    assert_eq!(policy::merge(Some(&found), &access).unwrap(), found);
    bench.scenario.distribution = Some(id);
    let found = bench.scenario.distribution_config().0;
    let edge = our_edge(BUCKET, REGION, "resized/", vec!["resized/*".to_owned()]);
    assert_eq!(distribution::merge(&found, &edge).unwrap().document, found);
    let block = bench.scenario.document("publicAccessBlock").unwrap();
    assert!(block.contains("<BlockPublicAcls>true</BlockPublicAcls>"), "{block}");

    // What somebody changes behind CloudFormation's back is put right.
    bench.scenario.delete("website");
    bench.scenario.edit_distribution(|config| {
        config.replace("<DefaultTTL>0</DefaultTTL>", "<DefaultTTL>86400</DefaultTTL>")
    });
    let repaired = up(&bench, &[]).exits(0);
    assert!(repaired.stderr.contains("changed by somebody else"), "{repaired}");
    assert!(bench.scenario.document("website").is_some());

    let gone = down(&bench, &["--delete-bucket-with-objects", BUCKET]).exits(0);
    assert!(gone.stderr.contains("CloudFront distribution"), "{gone}");
    let left = bench.scenario.root.cloudfront("GET", "distribution", &[], "").ok("ListDistributions").text();
    assert!(!left.contains("<DistributionSummary>"), "{left}");
    assert!(!bucket_exists(&bench));
}

#[test]
fn each_command_refuses_the_others_bucket() {
    let bench = empty();
    let _ = up(&bench, &[]).exits(0);
    bench.proxy.clear();
    let attach = bench.tool.run(bench.attach_arguments()).exits(4);
    assert!(attach.stderr.contains("imgdeploy up --bucket shop-pictures"), "{attach}");
    let detach = bench.detach().exits(4);
    assert!(detach.stderr.contains("imgdeploy down --bucket shop-pictures"), "{detach}");
    bench.assert_no_writes();

    let bench = Bench::private();
    let up = bench.tool.run(up_arguments(&[])).exits(4);
    assert!(up.stderr.contains("imgdeploy attach --bucket shop-pictures"), "{up}");
    let down = down(&bench, &["--delete-bucket-with-objects", BUCKET]).exits(4);
    assert!(down.stderr.contains("not made by `imgdeploy up`"), "{down}");
    bench.assert_no_writes();
    assert!(bucket_exists(&bench));
    let _ = bench.attach().exits(0);
    bench.proxy.clear();
    let down = crate::up::down(&bench, &["--delete-bucket-with-objects", BUCKET]).exits(4);
    assert!(down.stderr.contains("imgdeploy detach"), "{down}");
    bench.assert_no_writes();
}

#[test]
fn what_is_no_usage() {
    let bench = empty();
    let other = bench.aws.other_account(REGION, "111111111111");
    create_bucket(&other, "theirs-already");
    for (run, code, says) in [
        (up(&bench, &["--prefix", ""]), 2, "originals"),
        (up(&bench, &["--with-cdn", "--url", "https://a.example"]), 2, "--url"),
        (down(&bench, &["--delete-bucket-with-objects", "shop-picture"]), 2, "shop-picture"),
        (
            bench.tool.run([
                "up",
                "--bucket",
                "theirs-already",
                "--zip",
                bootstrap_zip().to_str().unwrap(),
                "--arch",
                host_arch(),
                "--yes",
            ]),
            5,
            "only one of each name",
        ),
    ] {
        let run = run.exits(code);
        assert!(run.stderr.contains(says), "{says}: {run}");
    }
    let nothing = down(&bench, &[]).exits(0);
    assert!(nothing.stderr.contains("neither a bucket"), "{nothing}");
    bench.assert_no_writes();
}

#[test]
fn down_keeps_a_bucket_with_objects_until_told_by_name() {
    let bench = empty();
    let _ = up(&bench, &[]).exits(0);
    bench.scenario.put_photo("pics/a.jpg", &photos::DANDELION);
    bench.proxy.clear();
    let shown = down(&bench, &["--dry-run"]).exits(0);
    assert!(shown.stdout.contains("stays, as it is not empty (1 object"), "{shown}");
    assert!(shown.stdout.contains("--delete-bucket-with-objects shop-pictures"), "{shown}");
    bench.assert_no_writes();

    let kept = down(&bench, &[]).exits(0);
    assert!(kept.stderr.contains("stays"), "{kept}");
    assert_eq!(bench.scenario.keys(""), ["pics/a.jpg"]);
    assert!(state::stacks(&bench.scenario.root).is_empty());
    assert_eq!(bench.scenario.document("website"), None);
    assert_eq!(bench.scenario.document("policy"), None, "nothing is public any more");
    bench.proxy.clear();
    let again = down(&bench, &[]).exits(0);
    assert!(again.stdout.contains("nothing to do"), "{again}");
    let refused = up(&bench, &[]).exits(4);
    assert!(refused.stderr.contains("without its stack"), "{refused}");
    bench.assert_no_writes();

    // Versions, delete markers and begun uploads are in the way, too.
    bench.scenario.put(
        "versioning",
        "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>",
    );
    bench.scenario.put_photo("pics/a.jpg", &photos::MOUNTAIN);
    bench.scenario.put_object("b.txt", "text/plain", "b");
    let root = &bench.scenario.root;
    let _ = root.s3("DELETE", &format!("/{BUCKET}/b.txt"), "").ok("DeleteObject");
    let _ = root.s3("POST", &format!("/{BUCKET}/big.bin?uploads"), "").ok("CreateMultipartUpload");
    let shown = down(&bench, &["--dry-run", "--output", "json", "--delete-bucket-with-objects", BUCKET]);
    let plan = shown.exits(0).json();
    let found = &plan["plan"]["actions"][0]["contents"];
    let counts =
        ["objects", "old_versions", "delete_markers", "uploads"].map(|name| found[name].as_u64().unwrap());
    assert_eq!(counts, [1, 2, 1, 1], "{found}");
    let gone = down(&bench, &["--delete-bucket-with-objects", BUCKET]).exits(0);
    assert!(gone.stderr.contains("for good"), "{gone}");
    assert!(!bucket_exists(&bench));
    let again = down(&bench, &["--delete-bucket-with-objects", BUCKET]).exits(0);
    assert!(again.stdout.contains("nothing to do"), "{again}");
}

#[test]
fn an_empty_bucket_goes_with_the_stack_and_up_can_make_it_again() {
    let bench = empty();
    let _ = up(&bench, &[]).exits(0);
    let _ = down(&bench, &[]).exits(0);
    assert!(!bucket_exists(&bench) && state::stacks(&bench.scenario.root).is_empty());
    let _ = up(&bench, &[]).exits(0);
    assert_served(&bench, false);
}

/// Cuts the first run of `first` at each of its writes, then runs it again, and ends with `check`.
fn cut_at_every_write(
    prepare: &dyn Fn(&Bench),
    first: &dyn Fn(&Bench) -> Vec<String>,
    check: &dyn Fn(&Bench, &str),
) {
    let bench = empty().with_stand_in();
    let first = first(&bench);
    prepare(&bench);
    bench.proxy.clear();
    let _ = bench.tool.run(&first).exits(0);
    let writes = bench.proxy.writes();
    assert!(writes.len() >= 3, "{}", bench.proxy.log());
    for call in &writes {
        for cut in [Cut::BeforeRequest, Cut::AfterRequest] {
            bench.aws.reset();
            bench.proxy.clear();
            prepare(&bench);
            bench.proxy.clear();
            bench.proxy.cut_at(call.n, cut);
            let run = tool(&bench.proxy).env("AWS_MAX_ATTEMPTS", "1").run(&first);
            let at =
                format!("cut {cut:?} at call {} ({})\n{run}\n{}", call.n, call.name(), bench.proxy.log());
            bench.proxy.clear();
            let second = bench.tool.run(&first);
            assert_eq!(second.code, 0, "{at}\n{second}");
            check(&bench, &at);
            bench.proxy.clear();
            let _ = bench.tool.run(&first).exits(0);
            bench.assert_no_writes();
        }
    }
}

#[test]
fn up_cut_off_at_any_write_can_be_finished() {
    cut_at_every_write(&|_| {}, &|bench| up_with(&bench.code, &[]), &|bench, at| {
        assert!(bucket_exists(bench), "{at}");
        assert!(
            bench.scenario.document("policy").is_some() && bench.scenario.document("website").is_some(),
            "{at}"
        );
    });
}

#[test]
fn down_cut_off_at_any_write_can_be_finished() {
    let prepare = |bench: &Bench| {
        let _ = up(bench, &[]).exits(0);
        bench.scenario.put_photo("pics/a.jpg", &photos::DANDELION);
    };
    let arguments = words(&["down", "--bucket", BUCKET, "--yes", "--delete-bucket-with-objects", BUCKET]);
    cut_at_every_write(&prepare, &|_| arguments.clone(), &|bench, at| {
        assert!(!bucket_exists(bench) && state::stacks(&bench.scenario.root).is_empty(), "{at}");
    });
}

#[test]
fn the_two_policies_of_the_repository_are_enough() {
    let bench = empty();
    let mut statements = Vec::new();
    for file in ["attach-policy.json", "up-policy.json"] {
        let policy: serde_json::Value =
            serde_json::from_str(&test_support::iam::template(file, BUCKET)).unwrap();
        statements.extend(policy["Statement"].as_array().unwrap().iter().cloned());
    }
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let bench = bench.called_by_user(&policy);
    let _ = up(&bench, &["--with-cdn"]).exits(0);
    bench.scenario.put_photo("pics/a.jpg", &photos::DANDELION);
    let _ =
        bench.scenario.root.s3("POST", &format!("/{BUCKET}/big.bin?uploads"), "").ok("CreateMultipartUpload");
    let _ = up(&bench, &["--quality", "70"]).exits(0);
    let _ = down(&bench, &["--delete-bucket-with-objects", BUCKET]).exits(0);
    assert!(!bucket_exists(&bench));
}

#[test]
fn doctor_finds_nothing_wrong_with_it_and_leaves_its_documents_to_up() {
    let bench = empty();
    let _ = up(&bench, &["--with-cdn"]).exits(0);
    bench.scenario.put_photo("pics/a.jpg", &photos::DANDELION);
    bench.proxy.clear();
    let run = bench.tool.run(["doctor", "--bucket", BUCKET, "--output", "json"]).exits(0);
    assert_eq!(run.json()["outcome"], "clean", "{run}");
    assert_eq!(run.json()["requests"][0]["end"]["end"], "image", "{run}");
    bench.scenario.delete("policy");
    let run = bench.tool.run(["doctor", "--bucket", BUCKET, "--fix", "--yes", "--allow-public"]).exits(4);
    assert!(run.stderr.contains("imgdeploy up --bucket shop-pictures"), "{run}");
    bench.assert_no_writes();
}

#[test]
fn a_write_to_the_bucket_that_meets_another_is_made_again() {
    let bench = empty();
    let writes =
        ["s3:CreateBucket", "s3:PutObject", "s3:DeleteBucketWebsite", "s3:DeleteObjects", "s3:DeleteBucket"];
    writes.iter().for_each(|operation| bench.proxy.fault(crate::passing::aborted(operation).times(1)));
    let _ = up(&bench, &[]).exits(0);
    bench.scenario.put_object("a.txt", "text/plain", "a");
    let run = down(&bench, &["--delete-bucket-with-objects", BUCKET]).exits(0);
    assert!(!bucket_exists(&bench), "{run}");
    let struck = bench.proxy.calls().iter().filter(|call| call.status == Some(409)).count();
    assert!(struck >= 4, "{struck}: {run}");
}

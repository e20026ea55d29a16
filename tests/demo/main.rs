//! `make demo`: a bucket in use gets its images in any size, shown hop by hop. Nothing leaves this machine, and
//! nothing is left running.

#![allow(clippy::print_stdout, reason = "a demo is for reading")]

mod browser;

use anyhow::{Context, Result, bail, ensure};
use browser::Answer;
use test_support::jpeg;
use test_support::ministack::MiniStack;
use test_support::scenario::Scenario;
use test_support::tool::{Run, Running, Tool};
use test_support::zip_file::{bootstrap_zip, host_arch};

const REGION: &str = "eu-west-1";
const BUCKET: &str = "holiday-pictures";
const WANTED: &str = "resized/300x200/pics/a.jpg";

fn main() -> Result<()> {
    let binary = std::env::args_os().nth(1).context("usage: demo PATH-OF-IMGDEPLOY")?;

    chapter("An account with a bucket that is already in use");
    let aws = MiniStack::start();
    let scenario = Scenario::used_bucket(&aws, REGION, BUCKET);
    let before = scenario.snapshot();
    println!(
        "bucket        {BUCKET} in {REGION}: a policy with a Deny, a website with two rules, CORS, tags, photographs"
    );
    println!("distribution  {}: two origins, three behaviours", scenario.distribution_id());

    chapter("imgdeploy attach");
    let tool = Tool::new(binary).endpoint(&aws.url()).region("us-east-1");
    let zip = bootstrap_zip().to_str().context("the path of the zip is not UTF-8")?;
    let distribution = scenario.distribution_id();
    let attach = ["attach", "--bucket", BUCKET, "--distribution", distribution, "--zip", zip];
    let attach = [attach.as_slice(), &["--arch", host_arch(), "--yes", "--allow-public"]].concat();
    show(&succeeded(tool.run(&attach))?);

    chapter("What was there is there still");
    let added = before.assert_kept_in(&scenario.snapshot());
    println!(
        "added: {} policy statement, {} routing rules, {} origins, {} behaviour; everything else is the same to the byte",
        added.statements.len(),
        added.rules.len(),
        added.origins.len(),
        added.behaviours.len()
    );

    chapter("A browser asks the CDN for an image that nobody has made yet");
    let mut dev = tool.start(["dev", "--bucket", BUCKET, "--distribution", distribution, "--output", "json"]);
    let cdn = cdn_url(&mut dev)?;
    let url = format!("{cdn}/{WANTED}");
    let first = browser::follow(&url)?;
    ensure!(first.hops > 1, "the first request was not sent to the resizer");
    is_the_picture(&first)?;
    ensure!(scenario.keys("resized/").contains(&WANTED.to_owned()), "the image was not stored in the bucket");
    println!("-> a JPEG of 300x200, {} bytes, and stored in the bucket as {WANTED}", first.body.len());

    chapter("The next visitor");
    let second = browser::follow(&url)?;
    is_the_picture(&second)?;
    ensure!(second.hops == 1, "the second request was redirected again");
    let cache = second.header("x-cache");
    ensure!(
        cache == "Hit from cloudfront",
        "the second request was not served from the cache: X-Cache is {cache:?}"
    );
    ensure!(second.body == first.body, "the second answer is another picture");
    println!("-> the same picture, from the cache, without any redirect");

    chapter("imgdeploy attach, once more");
    show(&succeeded(tool.run(&attach))?);

    chapter("imgdeploy detach");
    drop(dev);
    show(&succeeded(tool.run(["detach", "--bucket", BUCKET, "--yes"]))?);
    before.without("objects").assert_equal(&scenario.snapshot().without("objects"));
    println!("-> every document is what it was before the demo, to the byte");
    Ok(())
}

/// The CDN's address, from the one line that `dev` prints when it is ready.
fn cdn_url(dev: &mut Running) -> Result<String> {
    let line = dev.line();
    let urls: serde_json::Value =
        serde_json::from_str(&line).with_context(|| format!("dev said {line:?}"))?;
    let cdn = urls["cdn"].as_str().with_context(|| format!("dev named no CDN: {line}"))?;
    Ok(cdn.trim_end_matches('/').to_owned())
}

fn is_the_picture(answer: &Answer) -> Result<()> {
    ensure!(
        answer.status == 200,
        "the last answer is {}: {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    );
    let kind = answer.header("content-type");
    ensure!(kind == "image/jpeg", "the picture's Content-Type is {kind:?}");
    match jpeg::dimensions(&answer.body) {
        Ok((300, 200)) => Ok(()),
        Ok((width, height)) => bail!("the picture is {width}x{height}, not 300x200"),
        Err(why) => bail!("the answer is no JPEG: {why}"),
    }
}

fn succeeded(run: Run) -> Result<Run> {
    ensure!(run.code == 0, "{run}");
    Ok(run)
}

fn show(run: &Run) {
    for line in run.stderr.lines().chain(run.stdout.lines()) {
        println!("  {line}");
    }
    println!("-> ended with 0 after {:.1} s", run.took.as_secs_f32());
}

fn chapter(title: &str) {
    println!("\n== {title}");
}

//! Other code for a running function: checked before viewers get it, and the way back.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use test_support::aws::Aws;
use test_support::ministack::{MiniStack, root_credentials};
use test_support::proxy::{Cut, Fault, Proxy, What, cuts};
use test_support::tool::{Run, Tool};
use test_support::zip_file::{bootstrap_zip, host_arch};
use zip::write::SimpleFileOptions;

use crate::bench::{BUCKET, Bench, REGION, tool, words};
use crate::stand_in;

pub const FUNCTION: &str = "CreateThumbnails";

/// A function that this tool did not make, with the alias Live on version 1.
pub struct World {
    pub aws: MiniStack,
    pub proxy: Proxy,
    pub tool: Tool,
    zips: TempDir,
    /// The zip of version 1, of which the others are variants.
    code: PathBuf,
}

impl World {
    /// With a small program that passes the check in place of the function.
    pub fn new() -> Self {
        let mut world = Self::empty(bootstrap_zip().to_owned());
        world.code = world.zip("stand-in", &stand_in::program(world.zips.path()));
        world.begun()
    }

    /// With the function itself.
    pub fn real() -> Self {
        Self::empty(bootstrap_zip().to_owned()).begun()
    }

    /// An account without a function.
    fn empty(code: PathBuf) -> Self {
        let aws = MiniStack::start();
        let proxy = Proxy::start(&aws);
        let tool = tool(&proxy).region(REGION);
        Self { aws, proxy, tool, zips: tempfile::tempdir().unwrap(), code }
    }

    fn begun(self) -> Self {
        self.create("provided.al2023", "bootstrap");
        self.alias();
        self
    }

    /// Of a bucket that was attached.
    fn attached(bench: Bench) -> Self {
        let (zips, code) = (tempfile::tempdir().unwrap(), bootstrap_zip().to_owned());
        Self { aws: bench.aws, proxy: bench.proxy, tool: bench.tool, zips, code }
    }

    pub fn root(&self) -> Aws {
        Aws::new(&self.aws.url(), REGION, root_credentials())
    }

    pub fn lambda(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let target = format!("/2015-03-31/functions{path}");
        let answer =
            self.root().call("lambda", method, &target, &[("content-type", "application/json")], body);
        assert!(answer.status.is_success(), "{method} {path}: {}", answer.text());
        serde_json::from_str(&answer.text()).unwrap_or_default()
    }

    fn create(&self, runtime: &str, handler: &str) {
        let location = format!(
            "<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
        );
        let made = self.root().s3("PUT", "/pictures", location);
        assert!(made.status.is_success(), "{}", made.text());
        let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
        let role = [("RoleName", "thumbs"), ("AssumeRolePolicyDocument", trust)];
        let _ = self.root().query("iam", "CreateRole", "2010-05-08", &role);
        let zip = base64(&std::fs::read(&self.code).unwrap());
        let function = json!({
            "FunctionName": FUNCTION,
            "Runtime": runtime,
            "Handler": handler,
            "Role": "arn:aws:iam::000000000000:role/thumbs",
            "Architectures": [host_arch()],
            "Code": { "ZipFile": zip },
            "Timeout": 20,
            "MemorySize": 512,
            "Environment": { "Variables": {
                "BUCKET": "pictures", "BUCKET_REGION": REGION, "URL": "http://pictures.example.com",
            } },
        });
        let _ = self.lambda("POST", "", &function);
        self.settle();
    }

    fn alias(&self) {
        let _ = self.lambda("POST", &format!("/{FUNCTION}/versions"), &json!({}));
        let alias = json!({ "Name": "Live", "FunctionVersion": "1" });
        let _ = self.lambda("POST", &format!("/{FUNCTION}/aliases"), &alias);
    }

    /// Waits until no update is under way.
    pub fn settle(&self) {
        for _ in 0..200 {
            if self.latest()["LastUpdateStatus"] == "Successful" && self.latest()["State"] == "Active" {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the function does not settle: {}", self.latest());
    }

    pub fn latest(&self) -> Value {
        self.lambda("GET", &format!("/{FUNCTION}/configuration"), &Value::Null)
    }

    fn live(&self) -> Value {
        self.lambda("GET", &format!("/{FUNCTION}/aliases/Live"), &Value::Null)
    }

    pub fn live_version(&self) -> String {
        self.live()["FunctionVersion"].as_str().unwrap().to_owned()
    }

    fn live_code(&self) -> String {
        let path = format!("/{FUNCTION}/configuration?Qualifier=Live");
        self.lambda("GET", &path, &Value::Null)["CodeSha256"].as_str().unwrap().to_owned()
    }

    fn versions(&self) -> Vec<String> {
        let versions = self.lambda("GET", &format!("/{FUNCTION}/versions"), &Value::Null);
        let versions = versions["Versions"].as_array().unwrap().iter();
        versions.map(|version| version["Version"].as_str().unwrap().to_owned()).collect()
    }

    /// The zip of version 1 with something beside the code: other bytes, another hash, the same work.
    pub fn variant(&self, name: &str) -> PathBuf {
        let path = self.zips.path().join(format!("{name}.zip"));
        // Appended to: packing the code anew takes longer than all that is tested with it.
        std::fs::copy(&self.code, &path).unwrap();
        let file = std::fs::File::options().read(true).write(true).open(&path).unwrap();
        let mut zip = zip::ZipWriter::new_append(file).unwrap();
        zip.start_file("variant.txt", SimpleFileOptions::default()).unwrap();
        zip.write_all(name.as_bytes()).unwrap();
        zip.finish().unwrap();
        path
    }

    /// Code that ends at once.
    pub fn broken(&self) -> PathBuf {
        let binary = stand_in::compiled(self.zips.path(), "broken", "int main(void) { return 3; }");
        self.zip("broken", &std::fs::read(binary).unwrap())
    }

    fn zip(&self, name: &str, code: &[u8]) -> PathBuf {
        let path = self.zips.path().join(format!("{name}.zip"));
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        let options = SimpleFileOptions::default().unix_permissions(0o755);
        zip.start_file("bootstrap", options).unwrap();
        zip.write_all(code).unwrap();
        zip.start_file("name", options).unwrap();
        zip.write_all(name.as_bytes()).unwrap();
        zip.finish().unwrap();
        path
    }

    pub fn update(&self, zip: &Path, more: &[&str]) -> Run {
        self.tool.run(self.arguments(zip, more))
    }

    fn arguments(&self, zip: &Path, more: &[&str]) -> Vec<String> {
        let zip = zip.to_str().unwrap();
        let mut all =
            words(&["update-code", "--function", FUNCTION, "--zip", zip, "--arch", host_arch(), "--yes"]);
        all.extend(words(more));
        all
    }

    pub fn operations(&self) -> Vec<String> {
        self.proxy.calls().iter().map(test_support::proxy::Call::name).collect()
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn sha(zip: &Path) -> String {
    use sha2::Digest as _;
    base64(&sha2::Sha256::digest(std::fs::read(zip).unwrap()))
}

#[test]
fn new_code_goes_live_and_the_same_again_is_one_call() {
    let world = World::real();
    let zip = world.variant("b");
    let run = world.update(&zip, &["--output", "json"]).exits(0);
    assert_eq!(run.json()["result"]["live"], "2", "{run}");
    assert_eq!((world.live_version(), world.live_code()), ("2".to_owned(), sha(&zip)));
    let operations = world.operations();
    let at = |name: &str| operations.iter().position(|operation| operation == name).unwrap();
    assert!(at("lambda:UpdateFunctionCode(DryRun)") < at("lambda:UpdateFunctionCode"), "{operations:?}");
    assert!(at("lambda:UpdateFunctionCode") < at("lambda:Invoke"), "{operations:?}");
    assert_eq!(operations.last().unwrap(), "lambda:UpdateAlias");

    world.proxy.clear();
    let run = world.update(&zip, &[]).exits(0);
    assert!(run.stdout.contains("nothing to do"), "{run}");
    assert_eq!(world.operations(), ["lambda:GetFunctionConfiguration"]);
}

#[test]
fn code_that_fails_the_check_never_goes_live() {
    let world = World::real();
    let before = world.live_code();
    let run = world.update(&world.broken(), &[]).exits(6);
    assert!(run.stderr.contains("viewers still get version 1"), "{run}");
    assert_eq!((world.live_version(), world.live_code()), ("1".to_owned(), before));
    // The right code afterwards.
    let zip = world.variant("b");
    let _ = world.update(&zip, &[]).exits(0);
    assert_eq!(world.live_code(), sha(&zip));
}

#[test]
fn any_call_may_fail_and_running_again_finishes() {
    let world = World::new();
    let first = sha(&world.code);
    let _ = world.update(&world.variant("0"), &[]).exits(0);
    let calls = world.proxy.calls();
    let mut live = world.live_code();
    assert_ne!(first, live);
    let impatient = tool(&world.proxy).region(REGION).env("AWS_MAX_ATTEMPTS", "1");
    for (call, cut) in cuts(&calls) {
        let n = call.n;
        let zip = world.variant(&format!("{n}-{cut:?}"));
        world.proxy.clear();
        world.proxy.cut_at(n, cut);
        let run = impatient.run(world.arguments(&zip, &[]));
        let log = world.proxy.log();
        world.proxy.clear();
        let at = format!("cut {cut:?} at call {n}\n{run}\n{log}");
        if log.contains("dropped") {
            assert_ne!(run.code, 0, "{at}");
        }
        // Only the last call moves the alias: it may have been carried out without an answer.
        let moved = log.contains("UpdateAlias") && cut == Cut::AfterRequest;
        let now = world.live_code();
        assert!(now == live || (moved && now == sha(&zip)), "{at}");
        world.settle();
        let again = world.update(&zip, &[]);
        assert_eq!(again.code, 0, "{at}\nagain {again}");
        live = world.live_code();
        assert_eq!(live, sha(&zip), "{at}");
    }
}

#[test]
fn errors_and_lost_answers_leave_the_old_code_live() {
    let world = World::new();
    let live = world.live_code();
    let impatient = tool(&world.proxy).region(REGION).env("AWS_MAX_ATTEMPTS", "1");
    let operations = ["UpdateFunctionCode(DryRun)", "UpdateFunctionCode", "Invoke", "UpdateAlias"];
    for operation in operations {
        for what in [What::AccessDenied, What::InternalError] {
            world.proxy.clear();
            world.proxy.fault(Fault::on(&format!("lambda:{operation}"), what.clone()));
            let run = impatient.run(world.arguments(&world.variant("denied"), &[]));
            assert!(matches!(run.code, 1 | 5 | 6), "{operation} {what:?}: {run}");
            assert_eq!(world.live_code(), live, "{operation} {what:?}: {run}");
        }
    }
    // An answer that is lost once is asked for again, and met by our own change.
    for (at, operation) in operations.iter().enumerate() {
        world.proxy.clear();
        world.proxy.fault(Fault::on(&format!("lambda:{operation}"), What::DropAfter).times(1));
        let zip = world.variant(&format!("lost-{at}"));
        let run = world.update(&zip, &[]).exits(0);
        assert_eq!(world.live_code(), sha(&zip), "{operation}: {run}");
    }
}

#[test]
fn somebody_else_at_work_is_a_refusal() {
    for operation in ["lambda:UpdateFunctionCode(DryRun)", "lambda:UpdateFunctionCode", "lambda:UpdateAlias"]
    {
        let world = World::new();
        let (root, theirs) = (world.root(), std::fs::read(world.variant("theirs")).unwrap());
        let alias = operation.ends_with("Alias");
        world.proxy.before(operation, move || {
            let (path, body) = if alias {
                (format!("/2015-03-31/functions/{FUNCTION}/aliases/Live"), json!({ "Description": "mine" }))
            } else {
                (format!("/2015-03-31/functions/{FUNCTION}/code"), json!({ "ZipFile": base64(&theirs) }))
            };
            let answer = root.call("lambda", "PUT", &path, &[], body.to_string());
            assert!(answer.status.is_success(), "{}", answer.text());
        });
        let run = world.update(&world.variant("ours"), &[]).exits(4);
        assert_eq!(world.live_version(), "1", "{operation}: {run}");
        if !alias {
            assert_eq!(world.latest()["CodeSha256"], sha(&world.variant("theirs")), "{operation}: {run}");
        }
    }
}

#[test]
fn staged_pruned_and_rolled_back() {
    let world = World::new();
    for name in ["b", "c", "d"] {
        let _ = world.update(&world.variant(name), &[]).exits(0);
    }
    let run = world.update(&world.variant("e"), &["--stage-only"]).exits(0);
    assert!(run.stdout.contains("version 4 is still live"), "{run}");
    assert_eq!(world.live_version(), "4");

    let list = world.tool.run(["rollback", "--function", FUNCTION, "--list", "--output", "json"]).exits(0);
    let versions = list.json()["versions"].as_array().unwrap().clone();
    assert_eq!(versions.len(), 5, "{list}");
    assert_eq!((&versions[0]["version"], &versions[1]["live"]), (&json!("5"), &json!(true)), "{list}");

    let back = |more: &[&str]| {
        let mut all = words(&["rollback", "--function", FUNCTION, "--yes"]);
        all.extend(words(more));
        world.tool.run(all)
    };
    let run = back(&[]).exits(0);
    assert!(run.stdout.contains("version 3 is live"), "{run}");
    assert_eq!((world.live_version(), world.live_code()), ("3".to_owned(), sha(&world.variant("c"))));
    let _ = back(&["--to", "2"]).exits(0);
    assert_eq!(world.live_version(), "2");
    let _ = back(&["--to", "99"]).exits(2);
    let _ = back(&["--to", "2"]).exits(0);
    let _ = world.tool.run(["rollback", "--function", FUNCTION]).exits(4);
    assert_eq!(world.live_version(), "2");

    let run = world.update(&world.variant("f"), &["--keep", "2"]).exits(0);
    // The live one, the one before it and the newest ones stay.
    let kept = world.versions();
    assert!(kept.contains(&"2".to_owned()) && kept.contains(&world.live_version()), "{kept:?} {run}");
    assert!(!kept.contains(&"1".to_owned()) && !kept.contains(&"3".to_owned()), "{kept:?} {run}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let world = World::new();
    let run = world.update(&world.variant("b"), &["--dry-run", "--exit-code"]).exits(3);
    assert!(run.stdout.contains("move the alias Live from version 1"), "{run}");
    assert!(world.proxy.writes().is_empty(), "{}", world.proxy.log());
    assert_eq!(world.versions().len(), 2);
}

#[test]
fn bad_words_change_nothing() {
    let world = World::new();
    let zip = world.variant("b");
    for (more, part) in [
        (&["--canary", "0%"][..], "1 to 99"),
        (&["--canary", "x"], "10%"),
        (&["--keep", "0"], "keep"),
        (&["--bucket", BUCKET], "two functions"),
        (&["--canary", "5%", "--stage-only"], "--stage-only"),
    ] {
        let run = world.update(&zip, more).exits(2);
        assert!(run.stderr.contains(part), "{more:?}: {run}");
    }
    let run = world
        .tool
        .run(["update-code", "--function", "nobody", "--zip", zip.to_str().unwrap(), "--arch", host_arch()])
        .exits(2);
    assert!(run.stderr.contains("there is no function nobody"), "{run}");
    assert!(world.proxy.writes().is_empty(), "{}", world.proxy.log());
}

#[test]
fn a_canary_goes_on_or_goes_back() {
    let world = World::new();
    let zip = world.variant("b");
    let run = world.update(&zip, &["--canary", "10%:1s"]).exits(0);
    assert!(run.stderr.contains("send 10 % of the calls"), "{run}");
    assert_eq!((world.live_version(), world.live_code()), ("2".to_owned(), sha(&zip)));
    assert!(world.live()["RoutingConfig"].is_null(), "{}", world.live());

    // Its log tells of errors while it has its share.
    let root = world.root();
    world.proxy.before("lambda:UpdateAlias", move || {
        let logs = |operation: &str, body: Value| {
            let target = format!("Logs_20140328.{operation}");
            let headers = [("x-amz-target", target.as_str()), ("content-type", "application/x-amz-json-1.1")];
            let _ = root.call("logs", "POST", "/", &headers, body.to_string());
        };
        let (group, stream) = (format!("/aws/lambda/{FUNCTION}"), "2026/11/21/[3]abc");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
        logs("CreateLogGroup", json!({ "logGroupName": group }));
        logs("CreateLogStream", json!({ "logGroupName": group, "logStreamName": stream }));
        let record = json!({ "status": 500, "reason": "internal", "detail": "it broke" }).to_string();
        let events = json!([{ "timestamp": now, "message": record }]);
        logs("PutLogEvents", json!({ "logGroupName": group, "logStreamName": stream, "logEvents": events }));
    });
    let run = world.update(&world.variant("c"), &["--canary", "10%:30s"]).exits(6);
    assert!(run.stderr.contains("it broke") && run.stderr.contains("go to version 2 again"), "{run}");
    assert_eq!(world.live_version(), "2");
    assert!(world.live()["RoutingConfig"].is_null(), "{}", world.live());
}

#[test]
fn an_old_function_without_an_alias_changes_runtime_and_code_and_is_put_back_if_that_fails() {
    let world = World::empty(bootstrap_zip().to_owned());
    world.create("provided.al2", "hello.handler");
    let before = world.latest();
    let run = world.update(&world.broken(), &[]).exits(6);
    assert!(run.stderr.contains("was put back"), "{run}");
    let after = world.latest();
    for field in ["CodeSha256", "Runtime", "Handler"] {
        assert_eq!(after[field], before[field], "{field}: {run}");
    }
    let zip = world.variant("b");
    let run = world.update(&zip, &[]).exits(0);
    assert!(run.stderr.contains("from provided.al2 (handler hello.handler) to provided.al2023"), "{run}");
    assert_eq!(
        (&world.latest()["CodeSha256"], &world.latest()["Runtime"]),
        (&json!(sha(&zip)), &json!("provided.al2023"))
    );
}

/// CN-09.
#[test]
fn a_later_attach_does_not_bring_old_code_back() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let name = format!("imgdeploy-{BUCKET}");
    let world = World::attached(bench);
    let live = || {
        let path = format!("/{name}/configuration?Qualifier=Live");
        world.lambda("GET", &path, &Value::Null)["CodeSha256"].as_str().unwrap().to_owned()
    };
    let zip = world.variant("b");
    let update =
        ["update-code", "--bucket", BUCKET, "--zip", zip.to_str().unwrap(), "--arch", host_arch(), "--yes"];
    let _ = world.tool.run(update).exits(0);
    assert_eq!(live(), sha(&zip));

    let attach = |more: &[&str]| {
        let mut all =
            words(&["attach", "--bucket", BUCKET, "--yes", "--allow-public", "--arch", host_arch()]);
        all.extend(words(&["--zip", bootstrap_zip().to_str().unwrap()]));
        all.extend(words(more));
        world.tool.run(all)
    };
    world.proxy.clear();
    let run = attach(&[]).exits(0);
    assert!(run.stderr.contains("the live code stays"), "{run}");
    assert!(world.proxy.writes().is_empty(), "{}", world.proxy.log());
    assert_eq!(live(), sha(&zip));
    // Also when the stack changes for another reason.
    let run = attach(&["--memory", "768"]).exits(0);
    assert_eq!(live(), sha(&zip), "{run}");
    let path = format!("/{name}/configuration?Qualifier=Live");
    assert_eq!(world.lambda("GET", &path, &Value::Null)["MemorySize"], 768);
}

/// CN-09. That a rollback moves the alias is not documented: here it is moved as if one had.
#[test]
fn a_stack_that_is_rolled_back_does_not_bring_old_code_back_either() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let name = format!("imgdeploy-{BUCKET}");
    let root = bench.scenario.root.clone();
    let world = World::attached(bench);
    let alias =
        || world.lambda("GET", &format!("/{name}/aliases/Live"), &Value::Null)["FunctionVersion"].clone();
    let (second, third) = (world.variant("b"), world.variant("c"));
    let with = |command: &str, zip: &Path| {
        let zip = zip.to_str().unwrap();
        words(&[command, "--bucket", BUCKET, "--zip", zip, "--arch", host_arch(), "--yes"])
    };
    let _ = world.tool.run(with("update-code", &second)).exits(0);
    let live = alias();
    assert_ne!(live, "1");

    // The new code is gone when CloudFormation wants it.
    let (s3, lambda) = (root.clone(), root);
    world.proxy.before("cloudformation:ExecuteChangeSet", move || {
        let artifacts = "/imgdeploy-000000000000-eu-west-1";
        let listing = s3.s3("GET", &format!("{artifacts}?list-type=2&prefix=code/"), "").text();
        for key in listing.split("<Key>").skip(1).map(|rest| rest.split('<').next().unwrap()) {
            let _ = s3.s3("DELETE", &format!("{artifacts}/{key}"), "");
        }
    });
    let target = format!("/2015-03-31/functions/{name}/aliases/Live");
    world.proxy.before("cloudformation:DescribeStackEvents", move || {
        let body = json!({ "FunctionVersion": "1" }).to_string();
        let moved = lambda.call("lambda", "PUT", &target, &[("content-type", "application/json")], body);
        assert!(moved.status.is_success(), "{}", moved.text());
    });
    let mut arguments = with("attach", &third);
    arguments.push("--allow-public".to_owned());
    let run = world.tool.run(&arguments).exits(6);
    let said = format!("the alias Live is at version {} again", live.as_str().unwrap());
    assert!(run.stderr.contains(&said), "{run}");
    assert_eq!(alias(), live, "{run}");
}

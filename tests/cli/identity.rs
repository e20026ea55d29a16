//! Who calls: twelve ways to credentials against a stand-in of STS, IAM Identity Center and a container's endpoint. Each ends with
//! the right identity or the right error, and never with another account's keys.

mod network;
mod stand_in;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use stand_in::StandIn;
use test_support::tool::{Run, Tool};

const ROLE: &str = "arn:aws:iam::444455556666:role/web";

/// The tool in an account that nobody has set up, with a stand-in for AWS.
struct Bench {
    aws: StandIn,
    tool: Tool,
}

fn bench(config: &str, credentials: &str) -> Bench {
    let aws = StandIn::start();
    let tool = Tool::new(env!("CARGO_BIN_EXE_imgdeploy")).endpoint(&aws.url).timeout(Duration::from_secs(60));
    let tool = tool.without_credentials().env("AWS_MAX_ATTEMPTS", "1");
    let folder = tool.home().join(".aws");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config"), config).unwrap();
    std::fs::write(folder.join("credentials"), credentials).unwrap();
    Bench { aws, tool }
}

impl Bench {
    fn with_keys(mut self, id: &str) -> Self {
        self.tool = self.tool.env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", "secret");
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.tool = self.tool.env(name, value);
        self
    }

    /// Looks at a bucket that is not there, which says who looked.
    fn look(&self, more: &[&str]) -> Run {
        let mut arguments = vec!["status", "--bucket", "photos"];
        arguments.extend(more);
        self.tool.run(arguments)
    }

    /// Every call but those for credentials was signed by this key.
    #[track_caller]
    fn is(&self, more: &[&str], key: &str) {
        let run = self.look(more).exits(2);
        assert!(run.stderr.contains("photos"), "{run}");
        let signers = self.aws.signers();
        assert!(!signers.is_empty() && signers.iter().all(|signer| signer == key), "{signers:?}: {run}");
    }

    /// Nothing was asked for but credentials, and this was said.
    #[track_caller]
    fn is_not(&self, more: &[&str], code: i32, said: &[&str]) {
        let run = self.look(more).exits(code);
        assert!(said.iter().all(|said| run.stderr.contains(said)), "{said:?}: {run}");
        assert_eq!(self.aws.signers(), Vec::<String>::new(), "{run}");
    }
}

const KEYS: &str = "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = secret\n\
                    [shop]\naws_access_key_id = AKIASHOP\naws_secret_access_key = secret\n";

#[test]
fn keys_of_the_environment_or_of_a_profile() {
    bench("", KEYS).is(&[], "AKIADEFAULT");
    bench("", KEYS).is(&["--profile", "shop"], "AKIASHOP");
    bench("", KEYS).env("AWS_PROFILE", "shop").is(&[], "AKIASHOP");
    bench("", "").with_keys("AKIAENV").is(&[], "AKIAENV");
}

#[test]
fn the_profile_that_is_named_wins_over_keys_of_the_environment() {
    bench("", KEYS).with_keys("AKIAENV").is(&["--profile", "shop"], "AKIASHOP");
    bench("", KEYS).with_keys("AKIAENV").env("IMGDEPLOY_PROFILE", "shop").is(&[], "AKIASHOP");
    let bench_with_file = bench("", KEYS).with_keys("AKIAENV");
    let file = bench_with_file.tool.home().join("imgdeploy.yaml");
    std::fs::write(&file, "version: 1\nsites:\n  shop:\n    bucket: photos\n    profile: shop\n").unwrap();
    bench_with_file.is(&["--config", file.to_str().unwrap()], "AKIASHOP");
    // As with the AWS CLI: AWS's own variable names a profile for whoever has no keys.
    bench("", KEYS).with_keys("AKIAENV").env("AWS_PROFILE", "shop").is(&[], "AKIAENV");
    bench("", KEYS).env("AWS_PROFILE", "default").env("AWS_DEFAULT_PROFILE", "shop").is(&[], "AKIASHOP");
    // What is not used may be broken.
    let broken = "[default]\naws_access_key_id = AKIADEFAULT\n";
    bench("", broken).with_keys("AKIAENV").is(&[], "AKIAENV");
    bench("", broken).is_not(&[], 2, &["no `aws_secret_access_key`"]);
}

#[test]
fn a_profile_that_is_not_there_is_an_error_and_never_another_account() {
    let said = ["there is no profile `shpo`", "there are: default, shop"];
    bench("", KEYS).is_not(&["--profile", "shpo"], 2, &said);
    bench("", KEYS).with_keys("AKIAENV").is_not(&["--profile", "shpo"], 2, &said);
    bench("", KEYS).with_keys("AKIAENV").env("AWS_PROFILE", "shpo").is_not(&[], 2, &said);
    let empty = "[profile empty]\nregion = eu-west-1\n";
    let token = bench(empty, KEYS).with_keys("AKIAENV").env("AWS_ROLE_ARN", ROLE);
    let file = token_file(&token.tool);
    let token = token.env("AWS_WEB_IDENTITY_TOKEN_FILE", file.to_str().unwrap());
    token.is_not(&["--profile", "empty"], 5, &["the profile `empty` has no credentials"]);
    let half = bench("", KEYS).env("AWS_ACCESS_KEY_ID", "AKIAENV");
    half.is_not(&[], 2, &["AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not"]);
}

#[test]
fn none_at_all() {
    bench("", "").is_not(&[], 5, &["there are no AWS credentials", "hint: `aws configure sso`"]);
}

#[test]
fn those_that_ended_are_told_with_the_way_to_new_ones() {
    let run = bench("", "").with_keys("AKIAOLD").look(&[]).exits(5);
    assert!(
        run.stderr.contains("ExpiredToken") && run.stderr.contains("hint: set AWS_ACCESS_KEY_ID"),
        "{run}"
    );
    let old = "[shop]\naws_access_key_id = AKIAOLD\naws_secret_access_key = secret\n";
    let run = bench("", old).look(&["--profile", "shop"]).exits(5);
    assert!(run.stderr.contains("`aws configure --profile shop`"), "{run}");
    assert!(!run.stderr.contains("sso"), "{run}");
}

const SSO: &str = "[profile corp]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Web\nregion = eu-west-1\n\
                   [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example.com/start\n";

/// Under which the token of the session `corp` is kept.
const SHA1_OF_CORP: &str = "ee0bfd2552fbd840c02cc48b6e823320543c450f";

/// The token of `aws sso login`, good until `end`.
fn logged_in(bench: &Bench, end: &str) {
    let folder = bench.tool.home().join(".aws/sso/cache");
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!(
        r#"{{"startUrl":"https://corp.example.com/start","region":"eu-west-1","accessToken":"token","expiresAt":"{end}"}}"#
    );
    std::fs::write(folder.join(SHA1_OF_CORP).with_extension("json"), text).unwrap();
}

#[test]
fn sso() {
    let good = bench(SSO, "");
    let url = good.aws.url.clone();
    let good = good.env("AWS_ENDPOINT_URL_SSO", &url);
    logged_in(&good, "2099-01-01T00:00:00Z");
    good.is(&["--profile", "corp"], "ASIASSO");

    let ended = bench(SSO, "");
    logged_in(&ended, "2020-01-01T00:00:00Z");
    ended.is_not(&["--profile", "corp"], 5, &["`aws sso login --profile corp`"]);
    bench(SSO, "").is_not(&["--profile", "corp"], 5, &["`aws sso login --profile corp`"]);
}

#[test]
fn login() {
    let session = "arn:aws:iam::111122223333:user/web";
    let config = format!("[profile console]\nlogin_session = {session}\nregion = eu-west-1\n");
    let good = bench(&config, "");
    let folder = good.tool.home().join(".aws/login/cache");
    std::fs::create_dir_all(&folder).unwrap();
    let text = r#"{"accessToken":{"accessKeyId":"ASIALOGIN","secretAccessKey":"secret","sessionToken":"token",
        "accountId":"111122223333","expiresAt":"2099-01-01T00:00:00Z"},"tokenType":"aws_sigv4","refreshToken":"r",
        "clientId":"arn:aws:signin:::devtools/same-device","dpopKey":"none"}"#;
    std::fs::write(folder.join(format!("{}.json", hex::encode(Sha256::digest(session)))), text).unwrap();
    good.is(&["--profile", "console"], "ASIALOGIN");
    bench(&config, "").is_not(&["--profile", "console"], 5, &["`aws login --profile console`"]);
}

fn role(more: &str) -> String {
    format!("[profile role]\nrole_arn = {ROLE}\nsource_profile = shop\n{more}")
}

#[test]
fn a_role_is_assumed_by_the_endpoint_that_is_set() {
    let bench_of_role =
        bench(&role("external_id = 17\nrole_session_name = me\nduration_seconds = 900\n"), KEYS);
    bench_of_role.is(&["--profile", "role"], "ASIAROLE");
    let asked = bench_of_role.aws.asked("AssumeRole");
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0].signer, "AKIASHOP");
    for part in ["ExternalId=17", "RoleSessionName=me", "DurationSeconds=900", "444455556666"] {
        assert!(asked[0].body.contains(part), "{part}: {asked:?}");
    }
    // One role by another; the keys of the environment have no part in it.
    let far =
        role("") + "[profile far]\nrole_arn = arn:aws:iam::777788889999:role/far\nsource_profile = role\n";
    let far = bench(&far, KEYS).with_keys("AKIAENV");
    far.is(&["--profile", "far"], "ASIAFAR");
    let signers: Vec<String> = far.aws.asked("AssumeRole").into_iter().map(|asked| asked.signer).collect();
    assert_eq!(signers, ["AKIASHOP", "ASIAROLE"]);
    // The environment as the source that is named.
    let named = format!("[profile role]\nrole_arn = {ROLE}\ncredential_source = Environment\n");
    bench(&named, KEYS).with_keys("AKIAENV").is(&["--profile", "role"], "ASIAROLE");
    bench(&role(""), "[shop]\naws_access_key_id = AKIAOLD\naws_secret_access_key = secret\n").is_not(
        &["--profile", "role"],
        5,
        &["profile role (role arn:aws:iam::444455556666:role/web, by profile shop)", "ExpiredToken"],
    );
}

#[test]
fn a_code_of_an_mfa_device_is_asked_for_at_the_terminal_alone() {
    let config = role("mfa_serial = arn:aws:iam::111122223333:mfa/web\n");
    bench(&config, KEYS).is_not(
        &["--profile", "role"],
        5,
        &["arn:aws:iam::111122223333:mfa/web", "no terminal"],
    );

    let asked = bench(&config, KEYS);
    let said = at_a_terminal(&asked, &["status", "--bucket", "photos", "--profile", "role"], "123456");
    assert!(said.contains("Code of the MFA device arn:aws:iam::111122223333:mfa/web:"), "{said}");
    let calls = asked.aws.asked("AssumeRole");
    assert_eq!(calls.len(), 1, "{calls:?}: {said}");
    assert!(
        calls[0].body.contains("TokenCode=123456") && calls[0].body.contains("SerialNumber="),
        "{calls:?}"
    );
    assert!(asked.aws.signers().iter().all(|signer| signer == "ASIAROLE"), "{said}");

    let wrong = bench(&config, KEYS);
    let said = at_a_terminal(&wrong, &["status", "--bucket", "photos", "--profile", "role"], "12345");
    assert!(said.contains("has six digits"), "{said}");
    assert!(wrong.aws.asked("AssumeRole").is_empty());
}

/// Runs the tool at a terminal, types this line, and gives back what was shown.
fn at_a_terminal(bench: &Bench, arguments: &[&str], typed: &str) -> String {
    const SCRIPT: &str = "import os, pty, sys
typed = sys.argv[1].encode() + b'\\n'
sent = False
def read(fd):
    global sent
    data = os.read(fd, 1024)
    if not sent and b'Code of' in data:
        sent = True
        os.write(fd, typed)
    return data
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[2:], read)))";
    let mut command = Command::new("python3");
    command.args(["-c", SCRIPT, typed, env!("CARGO_BIN_EXE_imgdeploy")]).args(arguments);
    command.env_clear().envs(bench.tool.environment()).stdin(Stdio::null());
    let output = command.output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_process() {
    let say = r#"{"Version":1,"AccessKeyId":"ASIAPROCESS","SecretAccessKey":"secret","SessionToken":"t"}"#;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("say");
    std::fs::write(
        &program,
        format!("#!/bin/sh\necho run >> {}/runs\necho '{say}'\n", folder.path().to_str().unwrap()),
    )
    .unwrap();
    make_executable(&program);
    let config = format!("[profile tool]\ncredential_process = {}\n", program.to_str().unwrap());
    bench(&config, "").is(&["--profile", "tool"], "ASIAPROCESS");
    let runs = std::fs::read_to_string(folder.path().join("runs")).unwrap();
    assert_eq!(runs.lines().count(), 1, "it is run once");

    let fails = "[profile tool]\ncredential_process = /bin/false\n";
    bench(fails, KEYS).with_keys("AKIAENV").is_not(
        &["--profile", "tool"],
        5,
        &["profile tool (its credential_process)", "hint: run what `credential_process`"],
    );
}

fn make_executable(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_container() {
    let good = bench("", "");
    let url = format!("{}/container", good.aws.url);
    good.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &url).is(&[], "ASIACONTAINER");
}

fn token_file(tool: &Tool) -> PathBuf {
    let file = tool.home().join("token");
    std::fs::write(&file, "ey.token\n").unwrap();
    file
}

#[test]
fn a_web_identity() {
    let good = bench("", "").env("AWS_ROLE_ARN", ROLE);
    let file = token_file(&good.tool);
    let good = good.env("AWS_WEB_IDENTITY_TOKEN_FILE", file.to_str().unwrap());
    good.is(&[], "ASIAWEB");
    let asked = good.aws.asked("AssumeRoleWithWebIdentity");
    assert!(
        asked[0].body.contains("WebIdentityToken=ey.token") && !asked[0].body.contains("%0A"),
        "{asked:?}"
    );

    let half = bench("", "").env("AWS_WEB_IDENTITY_TOKEN_FILE", file.to_str().unwrap());
    half.is_not(&[], 2, &["AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not"]);

    let profile = bench(
        &format!("[profile ci]\nrole_arn = {ROLE}\nweb_identity_token_file = {}\n", file.to_str().unwrap()),
        "",
    );
    profile.is(&["--profile", "ci"], "ASIAWEB");
    let gone = format!("[profile ci]\nrole_arn = {ROLE}\nweb_identity_token_file = /none\n");
    bench(&gone, KEYS).is_not(&["--profile", "ci"], 5, &["the token in /none can't be read"]);
}

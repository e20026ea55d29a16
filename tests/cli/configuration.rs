//! Files that AWS's tools are configured by, and that are none: the run ends at once, with exit code 2 and what is wrong.

use std::path::Path;
use std::time::Duration;

use test_support::tool::{Run, Tool};

/// Nobody is asked: the address is one where nobody answers.
fn tool() -> Tool {
    let tool = Tool::new(env!("CARGO_BIN_EXE_imgdeploy")).endpoint("http://127.0.0.1:1");
    tool.timeout(Duration::from_secs(30))
}

/// A pipe that nobody writes to.
fn pipe(path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[track_caller]
fn refused(run: Run, said: &[&str]) {
    let run = run.exits(2);
    assert!(said.iter().all(|said| run.stderr.contains(said)), "{said:?}: {run}");
}

#[test]
fn a_pipe_that_a_variable_names_is_not_waited_for() {
    for variable in [
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "SSL_CERT_FILE",
    ] {
        let tool = tool().without_credentials();
        let path = tool.home().join("pipe");
        pipe(&path);
        let tool = tool
            .env(variable, &path)
            .env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/a")
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/");
        let run = tool.run(["status", "--bucket", "photos"]);
        refused(run, &["pipe can't be read", variable, "it is a pipe, and only plain files"]);
    }
}

#[test]
fn a_pipe_where_the_files_usually_are_is_not_waited_for() {
    for name in [".aws/config", ".aws/credentials"] {
        let tool = tool();
        pipe(&tool.home().join(name));
        let run = tool.run(["status", "--bucket", "photos"]);
        refused(run, &[name, "it is a pipe, and only plain files", "hint: move it away"]);
    }
}

#[test]
fn a_pipe_that_a_profile_names_is_not_waited_for() {
    let tool = tool().without_credentials();
    let path = tool.home().join("pipe");
    pipe(&path);
    let profile = format!(
        "[default]\nrole_arn = arn:aws:iam::111122223333:role/a\nweb_identity_token_file = {}\n",
        path.to_str().unwrap()
    );
    std::fs::write(tool.home().join(".aws-config"), profile).unwrap();
    let tool = tool.env("AWS_CONFIG_FILE", "~/.aws-config");
    refused(tool.run(["init"]), &["it is a pipe", "web_identity_token_file in "]);
}

#[test]
fn a_folder_is_told_and_nothing_at_all_is_no_fault() {
    let tool = tool();
    let run = tool.with_binary(env!("CARGO_BIN_EXE_imgdeploy")).env("AWS_CONFIG_FILE", tool.home());
    refused(run.run(["doctor", "--bucket", "photos"]), &["it is a folder", "AWS_CONFIG_FILE"]);
    // Then AWS is asked, which nobody does here.
    let run = tool.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "none");
    let run = run.env("AWS_MAX_ATTEMPTS", "1").run(["status", "--bucket", "photos"]).exits(1);
    assert!(run.stderr.contains("could not be reached"), "{run}");
}

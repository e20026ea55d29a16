//! The function as a process.

use super::cloud::{self, Cloud};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

/// A running function. Ends with the test.
pub(crate) struct Function {
    child: Child,
    log: mpsc::Receiver<String>,
}

impl Drop for Function {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Function {
    /// Starts the function of this build.
    pub(crate) fn start(cloud: &Cloud, vars: &[(&str, &str)]) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_bootstrap")), cloud, vars)
    }

    /// Starts the function that `command` runs as Lambda does: with nothing but its own environment.
    pub(crate) fn start_by(mut command: Command, cloud: &Cloud, vars: &[(&str, &str)]) -> Self {
        let address = cloud.address.to_string();
        let mut child = command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", &address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "resizer")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/resizer")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "1")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_ENDPOINT_URL", format!("http://{address}"))
            .envs(vars.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (send, log) = mpsc::channel();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self { child, log }
    }

    /// Starts the function of this build with so much address space, in KiB: what does not fit in ends it.
    pub(crate) fn start_within(kib: u64, program: &str, cloud: &Cloud, vars: &[(&str, &str)]) -> Self {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "ulimit -v \"$0\" && exec \"$1\"", &kib.to_string(), program]);
        Self::start_by(command, cloud, vars)
    }

    /// Its number.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// The next line of the log, which has to be JSON.
    pub(crate) fn log(&self) -> Value {
        serde_json::from_str(&self.log.recv_timeout(cloud::PATIENCE).unwrap()).unwrap()
    }
}

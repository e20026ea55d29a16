//! The built tool, run as a user would, in an environment that holds nothing else.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use tempfile::TempDir;

use crate::ministack;
use crate::proxy::record;

/// A run that takes longer hangs.
const TIMEOUT: Duration = Duration::from_secs(180);
const POLL: Duration = Duration::from_millis(5);

/// How to start the tool. The home folder is new and stays the same for all runs of one value.
#[derive(Debug)]
pub struct Tool {
    binary: PathBuf,
    home: Arc<TempDir>,
    environment: Vec<(OsString, OsString)>,
    timeout: Duration,
}

/// What a run left behind.
#[derive(Debug, Clone)]
pub struct Run {
    /// Exit code; -1 where a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The command line.
    pub command: String,
    /// From start to end.
    pub took: Duration,
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, stdout, stderr, command, .. } = self;
        write!(f, "$ {command}\n-- exit code {code}\n-- stdout\n{stdout}\n-- stderr\n{stderr}")
    }
}

impl Run {
    /// Panics with everything the run said unless it ended with `code`.
    #[must_use]
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// Standard output as one JSON value.
    ///
    /// # Panics
    /// When it is something else.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is no JSON: {error}\n{self}"))
    }
}

impl Tool {
    /// The tool at this path, as root in us-east-1; `env!("CARGO_BIN_EXE_imgdeploy")` knows the path.
    #[must_use]
    pub fn new(binary: impl Into<PathBuf>) -> Self {
        let home = tempfile::Builder::new().prefix("imgdeploy-home-").tempdir().expect("a temporary folder");
        let tool =
            Self { binary: binary.into(), environment: Vec::new(), timeout: TIMEOUT, home: Arc::new(home) };
        tool.env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("NO_COLOR", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // The emulator shows at once what was written: nothing is gained by waiting longer.
            .env("IMGDEPLOY_LONGEST_PAUSE_MS", "100")
            .region("us-east-1")
            .credentials(&ministack::root_credentials())
    }

    /// Where AWS is.
    #[must_use]
    pub fn endpoint(self, url: &str) -> Self {
        self.env("AWS_ENDPOINT_URL", url)
    }

    /// The caller's own region.
    #[must_use]
    pub fn region(self, region: &str) -> Self {
        self.env("AWS_REGION", region)
    }

    /// Who calls.
    #[must_use]
    pub fn credentials(self, credentials: &Credentials) -> Self {
        self.env("AWS_ACCESS_KEY_ID", credentials.access_key_id())
            .env("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key())
    }

    /// Nobody calls.
    #[must_use]
    pub fn without_credentials(mut self) -> Self {
        self.environment.retain(|(name, _)| name != "AWS_ACCESS_KEY_ID" && name != "AWS_SECRET_ACCESS_KEY");
        self
    }

    /// Sets a variable; the last value holds.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// All variables, as the tool sees them.
    #[must_use]
    pub fn environment(&self) -> Vec<(OsString, OsString)> {
        let home = ("HOME".into(), self.home.path().into());
        std::iter::once(home).chain(self.environment.iter().cloned()).collect()
    }

    /// Ends a run that takes longer.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Another program in the same folder and environment.
    #[must_use]
    pub fn with_binary(&self, binary: impl Into<PathBuf>) -> Self {
        let environment = self.environment.clone();
        Self { binary: binary.into(), home: Arc::clone(&self.home), environment, timeout: self.timeout }
    }

    /// The folder in which the tool runs, which is also its home.
    #[must_use]
    pub fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    /// Runs it to the end, without a terminal and without input.
    ///
    /// # Panics
    /// When it can't be started or takes too long.
    #[must_use]
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        self.start(arguments).wait()
    }

    /// Starts it.
    ///
    /// # Panics
    /// When it can't be started.
    #[must_use]
    pub fn start<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Running {
        let arguments: Vec<OsString> = arguments.into_iter().map(|word| word.as_ref().to_owned()).collect();
        let noted = record::name(&arguments).map(|name| (record::APP, name));
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            .env("TMPDIR", self.home.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .envs(noted)
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let words = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>();
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", self.binary.display()));
        let (sender, lines) = mpsc::channel();
        let stdout = child.stdout.take().expect("piped");
        let stdout = std::thread::spawn(move || {
            let mut all = String::new();
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                all.push_str(&line);
                all.push('\n');
                // Nobody may be waiting for lines.
                let _ = sender.send(line);
            }
            all
        });
        let mut stderr_pipe = child.stderr.take().expect("piped");
        let stderr = std::thread::spawn(move || {
            let mut all = Vec::new();
            let _ = stderr_pipe.read_to_end(&mut all);
            String::from_utf8_lossy(&all).into_owned()
        });
        Running {
            child,
            stdout: Some(stdout),
            stderr: Some(stderr),
            lines,
            command: format!("imgdeploy {}", words.join(" ")),
            started: Instant::now(),
            timeout: self.timeout,
        }
    }
}

/// A tool that is running; dropping it ends it.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Option<JoinHandle<String>>,
    stderr: Option<JoinHandle<String>>,
    lines: mpsc::Receiver<String>,
    command: String,
    started: Instant,
    timeout: Duration,
}

impl Running {
    /// Waits for the next line on standard output.
    ///
    /// # Panics
    /// When the tool ends or a minute passes first; the message has what it said.
    #[must_use]
    pub fn line(&mut self) -> String {
        match self.lines.recv_timeout(Duration::from_secs(60)) {
            Ok(line) => line,
            Err(error) => {
                self.stop();
                panic!("no line on stdout ({error}): {}", self.collect(-1))
            }
        }
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// When that takes too long.
    #[must_use]
    pub fn wait(mut self) -> Run {
        let deadline = self.started + self.timeout;
        loop {
            if let Some(status) = self.child.try_wait().expect("the child can be asked") {
                return self.collect(code(status));
            }
            if Instant::now() >= deadline {
                self.stop();
                let run = self.collect(-1);
                panic!("still running after {:?}: {run}", self.timeout);
            }
            std::thread::sleep(POLL);
        }
    }

    /// Presses Ctrl-C and waits for the end.
    ///
    /// # Panics
    /// When that takes too long.
    #[must_use]
    pub fn interrupt(self) -> Run {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "no signal could be sent");
        self.wait()
    }

    /// Ends it and returns what it said.
    #[must_use]
    pub fn end(mut self) -> Run {
        self.stop();
        let status = self.child.wait().expect("the child can be waited for");
        self.collect(code(status))
    }

    fn stop(&mut self) {
        ministack::terminate(&mut self.child);
    }

    fn collect(&mut self, code: i32) -> Run {
        let text = |thread: Option<JoinHandle<String>>| {
            thread.and_then(|thread| thread.join().ok()).unwrap_or_default()
        };
        Run {
            code,
            stdout: text(self.stdout.take()),
            stderr: text(self.stderr.take()),
            command: self.command.clone(),
            took: self.started.elapsed(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(-1)
}

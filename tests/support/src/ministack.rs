//! MiniStack, one process per instance, on 127.0.0.1 and a free port, with a home of its own.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use tempfile::TempDir;

use crate::aws::Aws;
use crate::{http_client, workspace};

/// MiniStack says it is ready after about 0.4 s on an idle machine.
const READY_WITHIN: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);
/// A free port may be taken by another process before MiniStack binds it.
const ATTEMPTS: u32 = 5;

/// The account that the root credentials belong to.
pub const ACCOUNT: &str = "000000000000";

/// A running emulator; dropping it ends the process and removes its folder.
#[derive(Debug)]
pub struct MiniStack {
    child: Child,
    port: u16,
    // Dropped after the process: it writes there.
    home: TempDir,
}

impl MiniStack {
    /// Starts an emulator and waits until it answers.
    ///
    /// # Panics
    /// When it is not installed (`make venv`) or doesn't get ready; the message holds its log.
    #[must_use]
    pub fn start() -> Self {
        let binary = binary();
        let mut last_log = String::new();
        for _ in 0..ATTEMPTS {
            match Self::start_once(&binary) {
                Ok(running) => return running,
                Err(log) => last_log = log,
            }
        }
        panic!("MiniStack did not start after {ATTEMPTS} attempts; its last words:\n{last_log}");
    }

    fn start_once(binary: &Path) -> Result<Self, String> {
        let port = free_port();
        let home = tempfile::Builder::new().prefix("ministack-").tempdir().expect("a temporary folder");
        let log = std::fs::File::create(home.path().join("log")).expect("a log file");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let child = Command::new(binary.with_file_name("python"))
            .arg(workspace::root().join("tests/support/emulator.py"))
            // Its Lambda children inherit this environment: nothing of the developer's may leak into it.
            .env_clear()
            .env("PATH", path)
            .env("HOME", home.path())
            .env("TMPDIR", home.path())
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("IOT_MTLS_ENABLED", "0")
            .env("SFTP_ENABLED", "0")
            .env("AUTH", "true")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .current_dir(home.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle on the log"))
            .stderr(log)
            .spawn()
            .map_err(|error| format!("{}: {error}", binary.display()))?;
        let mut running = Self { child, port, home };
        if running.wait_until_ready() { Ok(running) } else { Err(running.log()) }
    }

    /// Polls until the server answers; false when the process ended or time is up.
    fn wait_until_ready(&mut self) -> bool {
        let url = format!("{}/_ministack/ready", self.url());
        let deadline = Instant::now() + READY_WITHIN;
        while Instant::now() < deadline {
            if self.child.try_wait().expect("the child can be asked").is_some() {
                return false;
            }
            if http_client::get(&url).is_ok_and(|answer| answer.status.is_success()) {
                return true;
            }
            std::thread::sleep(POLL);
        }
        false
    }

    /// The endpoint, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its folder; the function's processes run below it.
    #[must_use]
    pub fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    /// Everything that MiniStack printed so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default()
    }

    /// Forgets all state; faster than another process.
    pub fn reset(&self) {
        let request = http::Request::post(format!("{}/_ministack/reset", self.url()))
            .body(bytes::Bytes::new())
            .expect("a valid request");
        let _ = http_client::send(request).expect("MiniStack answers").ok("reset");
    }

    /// The root user: no policy of its own account can deny it anything.
    #[must_use]
    pub fn root(&self, region: &str) -> Aws {
        Aws::new(&self.url(), region, root_credentials())
    }

    /// The root user of another account; in MiniStack a 12-digit access key is one.
    ///
    /// # Panics
    /// When `account` is not 12 digits.
    #[must_use]
    pub fn other_account(&self, region: &str, account: &str) -> Aws {
        assert!(
            account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()),
            "not an account id: {account}"
        );
        Aws::new(&self.url(), region, Credentials::new(account, "test", None, None, "test"))
    }
}

impl Drop for MiniStack {
    fn drop(&mut self) {
        terminate(&mut self.child);
    }
}

/// Asks a child to end, so that it can end its own children, and insists after two seconds.
pub(crate) fn terminate(child: &mut Child) {
    let asked = Command::new("kill")
        .arg(child.id().to_string())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let deadline = Instant::now() + Duration::from_secs(2);
    while asked && Instant::now() < deadline {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(POLL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Root's credentials, as MiniStack was started with.
#[must_use]
pub fn root_credentials() -> Credentials {
    Credentials::new("test", "test", None, None, "test")
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).expect("a free port").local_addr().expect("bound").port()
}

fn binary() -> PathBuf {
    let path = std::env::var_os("IMGDEPLOY_MINISTACK")
        .map_or_else(|| workspace::root().join(".venv/bin/ministack"), PathBuf::from);
    assert!(path.is_file(), "MiniStack is not at {}: run `make venv`", path.display());
    path
}

//! A chain that `imgdeploy dev` serves, and a browser in front of it.

use http::Method;
use test_support::aws::encode_key;
use test_support::http_client::{self, Answer};
use test_support::tool::{Running, Tool};

use crate::bench::Bench;

/// Where browsers give up.
pub const MOST_REDIRECTS: usize = 20;

/// `dev` while it runs, and where a viewer can ask. It ends with the value.
pub struct Served {
    pub cdn: String,
    pub website: String,
    _running: Running,
}

impl Served {
    /// Serves the bench's bucket, with its distribution if it has one.
    pub fn start(bench: &Bench) -> Self {
        let mut arguments = vec!["dev", "--bucket", &bench.scenario.bucket, "--output", "json"];
        if let Some(id) = &bench.scenario.distribution {
            arguments.extend(["--distribution", id]);
        }
        // Past the proxy: what is measured and broken there is the tool's own run.
        let tool = Tool::new(env!("CARGO_BIN_EXE_imgdeploy")).endpoint(&bench.aws.url());
        Self::of(tool.start(arguments))
    }

    /// Takes over a `dev --output json` that was started.
    pub fn of(mut running: Running) -> Self {
        let line = running.line();
        let urls: serde_json::Value = serde_json::from_str(&line).unwrap();
        let url =
            |name: &str| urls[name].as_str().unwrap_or_else(|| panic!("no {name} in {line}")).to_owned();
        Self { cdn: url("cdn"), website: url("website"), _running: running }
    }

    /// Asks the CDN for a key, as a browser does.
    pub fn browse(&self, method: &Method, key: &str) -> Vec<Answer> {
        browse(method, &format!("{}/{}", self.cdn, encode_key(key)))
    }
}

/// Every answer in order, until one is no redirect or there were too many.
///
/// # Panics
/// When the chain leads off this machine.
pub fn browse(method: &Method, url: &str) -> Vec<Answer> {
    let mut url = url.to_owned();
    let mut answers = Vec::new();
    loop {
        assert!(url.starts_with("http://127.0.0.1:"), "the chain leads off this machine: {url}");
        let answer = http_client::request(method, &url).unwrap_or_else(|error| panic!("{url}: {error:#}"));
        // A fragment stays in the browser.
        let next = answer
            .header("location")
            .filter(|_| answer.status.is_redirection())
            .map(|location| location.split('#').next().unwrap_or_default().to_owned());
        answers.push(answer);
        match next {
            Some(location) if answers.len() <= MOST_REDIRECTS => url = location,
            _ => return answers,
        }
    }
}

/// What the browser came past, for messages.
pub fn told(way: &[Answer]) -> String {
    let hop = |answer: &Answer| {
        let header = |name: &str| answer.header(name).unwrap_or("-").to_owned();
        let body = if answer.status.is_success() { String::new() } else { answer.text() };
        format!(
            "\n  {} {} location={} {body}",
            answer.status,
            header("x-imgdeploy-hop"),
            header("x-imgdeploy-location")
        )
    };
    way.iter().map(hop).collect()
}

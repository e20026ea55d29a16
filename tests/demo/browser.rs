//! Follows redirects as a browser does, but shows each hop and never leaves this machine.

use anyhow::{Context, Result, bail, ensure};
use test_support::http_client;

/// Where browsers give up.
const MOST_HOPS: usize = 20;

/// The last answer of a chain.
pub struct Answer {
    pub status: u16,
    pub hops: usize,
    pub body: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Answer {
    /// A header field, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Asks for `url` and goes where it is sent.
pub fn follow(url: &str) -> Result<Answer> {
    let mut url = url.to_owned();
    for hop in 1..=MOST_HOPS {
        ensure!(is_local(&url), "the chain leaves this machine: {url}");
        let answer = http_client::get(&url).with_context(|| format!("hop {hop}: {url}"))?;
        let field = |name: &str| answer.header(name).unwrap_or("").to_owned();
        println!("{hop}. GET {url}");
        let status = answer.status.as_u16();
        let shown: Vec<String> = ["x-cache", "cache-control", "content-type", "location"]
            .into_iter()
            .filter(|name| answer.headers.contains_key(*name))
            .map(|name| format!("{name}: {}", field(name)))
            .collect();
        println!("   {status}  {}", shown.join("  "));
        if !answer.status.is_redirection() {
            let headers = answer.headers.iter().map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            });
            return Ok(Answer { status, hops: hop, headers: headers.collect(), body: answer.body.to_vec() });
        }
        url = resolved(&url, &field("location"))?;
    }
    bail!("ERR_TOO_MANY_REDIRECTS: {MOST_HOPS} hops and no end")
}

fn is_local(url: &str) -> bool {
    ["http://127.0.0.1:", "http://localhost:"].iter().any(|start| url.starts_with(start))
}

/// `Location` may be a whole URL or a path.
fn resolved(base: &str, location: &str) -> Result<String> {
    if location.contains("://") {
        return Ok(location.to_owned());
    }
    ensure!(location.starts_with('/'), "a redirect without a usable Location: {location:?}");
    let origin: Vec<&str> = base.splitn(4, '/').take(3).collect();
    Ok(format!("{}{location}", origin.join("/")))
}

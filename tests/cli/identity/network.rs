//! Proxies and certificates that the environment names.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use test_support::tool::Tool;

use super::{KEYS, StandIn, bench};

/// A proxy that lets nothing through, and keeps the first line of what it was asked for.
fn proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut line = String::new();
            let _ = BufReader::new(&stream).read_line(&mut line);
            kept.lock().unwrap().push(line.trim().to_owned());
            let _ = stream
                .write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    (url, seen)
}

/// The tool with keys and without an endpoint of its own.
fn away() -> Tool {
    Tool::new(env!("CARGO_BIN_EXE_imgdeploy")).env("AWS_MAX_ATTEMPTS", "1")
}

#[test]
fn aws_is_asked_through_the_proxy() {
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let (url, seen) = proxy();
        let run = away().env(variable, &url).run(["status", "--bucket", "photos"]).exits(1);
        assert!(run.stderr.contains("could not be reached") && run.stderr.contains("the proxy of "), "{run}");
        let seen = seen.lock().unwrap();
        assert!(!seen.is_empty() && seen.iter().all(|line| line.starts_with("CONNECT ")), "{seen:?}: {run}");
        assert!(seen.iter().any(|line| line.contains("sts.us-east-1.amazonaws.com:443")), "{seen:?}: {run}");
    }
}

#[test]
fn this_machine_and_what_no_proxy_names_are_asked_directly() {
    let (url, seen) = proxy();
    let here = bench("", KEYS).env("HTTP_PROXY", &url).env("ALL_PROXY", &url);
    here.is(&[], "AKIADEFAULT");
    assert!(seen.lock().unwrap().is_empty());

    // An address of this machine that is no loopback by its looks.
    let aside = bench("", KEYS);
    let endpoint = format!("http://0.0.0.0:{}", aside.aws.port);
    let aside = aside.env("AWS_ENDPOINT_URL", &endpoint).env("HTTP_PROXY", &url).env("NO_PROXY", "0.0.0.0");
    aside.is(&[], "AKIADEFAULT");
    assert!(seen.lock().unwrap().is_empty());
    let through = aside.env("NO_PROXY", "example.com");
    let run = through.look(&[]);
    assert_ne!(run.code, 0, "{run}");
    let seen = seen.lock().unwrap();
    assert!(seen.iter().any(|line| line.contains("http://0.0.0.0:")), "{seen:?}: {run}");
}

#[test]
fn a_bundle_of_certificates_is_trusted() {
    let secured = || {
        let (aws, pem) = StandIn::start_secured();
        let mut bench = bench("", KEYS);
        bench.tool = bench.tool.endpoint(&aws.url);
        bench.aws = aws;
        let file = bench.tool.home().join("bundle.pem");
        std::fs::write(&file, pem).unwrap();
        (bench, file.to_str().unwrap().to_owned())
    };
    let (untrusted, _) = secured();
    let run = untrusted.look(&[]).exits(1);
    assert!(run.stderr.contains("certificate"), "{run}");

    let (trusted, file) = secured();
    trusted.env("AWS_CA_BUNDLE", &file).is(&[], "AKIADEFAULT");

    let (by_profile, file) = secured();
    let config = format!("[default]\nca_bundle = {file}\n");
    std::fs::write(by_profile.tool.home().join(".aws/config"), config).unwrap();
    by_profile.is(&[], "AKIADEFAULT");

    for (text, why) in
        [("", "there is no certificate in it"), ("-----BEGIN CERTIFICATE-----\nAAAA\n", "it is no PEM")]
    {
        let (bad, file) = secured();
        std::fs::write(&file, text).unwrap();
        bad.env("AWS_CA_BUNDLE", &file).is_not(&[], 2, &["AWS_CA_BUNDLE names", why, "certificates in PEM"]);
    }
    let (gone, _) = secured();
    gone.env("AWS_CA_BUNDLE", "/none").is_not(&[], 2, &["AWS_CA_BUNDLE names /none"]);
}

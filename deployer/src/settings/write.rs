//! What `init` writes: found facts as a commented settings file. Pure.
//!
//! The text reads back to the same settings: what was found stands as keys, every optional setting as
//! a comment with its meaning and default. A key that is commented out has no space behind its `#`.

use super::check::VERSION;
use super::table::{Kind, SETTINGS, Setting};
use super::value::{BucketName, FromText};
use std::fmt::Write as _;

/// What was found in the account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InitFacts {
    /// The buckets to write sites for.
    pub buckets: Vec<FoundBucket>,
}

/// A bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundBucket {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Whether it has a website configuration.
    pub website: bool,
    /// Whether its public access block keeps bucket policies from making anything public. `None`: it
    /// could not be read.
    pub public_access_blocked: Option<bool>,
    /// The distributions that have it as an origin.
    pub distributions: Vec<FoundDistribution>,
}

/// A distribution in front of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDistribution {
    /// Its id.
    pub id: String,
    /// Its own domain, `….cloudfront.net`.
    pub domain: String,
    /// Its other domain names.
    pub aliases: Vec<String>,
    /// What of the bucket it has as origin.
    pub origin_kind: OriginKind,
}

/// Which endpoint of a bucket is a distribution's origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginKind {
    /// The website endpoint: routing rules run.
    Website,
    /// The REST endpoint: routing rules never run (S3-03).
    Rest,
}

/// Characters in a line of prose.
const WIDTH: usize = 100;

/// The file's text.
pub fn settings_file(facts: &InitFacts) -> String {
    let mut out = String::new();
    prose(
        &mut out,
        "",
        "Settings of imgdeploy. Flags and IMGDEPLOY_* variables win over this file, a site wins over `defaults`.",
    );
    prose(
        &mut out,
        "",
        "A key behind `#` without a space is a setting at its default, or an example: take the `#` away to set it.",
    );
    line(&mut out, &format!("version: {VERSION}\n"));
    prose(&mut out, "", "For all sites. Each of these keys can stand in a site, too.");
    line(&mut out, "defaults:");
    for setting in SETTINGS.iter().filter(|setting| setting.shared) {
        prose(&mut out, "  ", &setting.help_with_default());
        line(&mut out, &format!("  #{}: {}", setting.name, sample(setting)));
    }
    line(&mut out, "");
    prose(
        &mut out,
        "",
        "One site for each bucket; `imgdeploy attach --site NAME` takes its settings from here.",
    );
    line(&mut out, "sites:");
    if facts.buckets.is_empty() {
        prose(&mut out, "  ", "No bucket was found.");
        line(&mut out, "  #shop:\n  #  bucket: shop-images");
    }
    for (index, bucket) in facts.buckets.iter().enumerate() {
        if index > 0 {
            line(&mut out, "");
        }
        site(&mut out, bucket);
    }
    out
}

fn site(out: &mut String, bucket: &FoundBucket) {
    let FoundBucket { name, region, website, public_access_blocked, distributions } = bucket;
    if let Err(fault) = BucketName::from_text(name) {
        prose(out, "  ", &format!("Left out: bucket {name:?} {}", fault.message));
        return;
    }
    prose(
        out,
        "  ",
        if *website { "It is a website." } else { "It is not a website yet: attach makes it one." },
    );
    match public_access_blocked {
        Some(true) => prose(
            out,
            "  ",
            "Its public access block keeps everything private: attach needs --allow-public to open the derived images.",
        ),
        Some(false) => {}
        None => prose(out, "  ", "Its public access block could not be read."),
    }
    let name = scalar(name);
    line(out, &format!("  {name}:\n    bucket: {name}\n    region: {}", scalar(region)));
    match distributions.as_slice() {
        [] => {
            prose(out, "    ", "No CloudFront distribution has this bucket as an origin.");
            line(out, "    #no-distribution: true");
        }
        [only] => {
            prose(out, "    ", &about(only));
            line(out, &format!("    distribution: {}", scalar(&only.id)));
        }
        several => {
            prose(out, "    ", "Several CloudFront distributions have this bucket as an origin: choose one.");
            for one in several {
                prose(out, "    ", &about(one));
                line(out, &format!("    #distribution: {}", scalar(&one.id)));
            }
        }
    }
}

fn about(distribution: &FoundDistribution) -> String {
    let FoundDistribution { id: _, domain, aliases, origin_kind } = distribution;
    let names: Vec<&str> = aliases.iter().map(String::as_str).chain([domain.as_str()]).collect();
    let origin = match origin_kind {
        OriginKind::Website => "its origin is the bucket's website endpoint",
        OriginKind::Rest => {
            "its origin is the bucket's REST endpoint, where routing rules never run, so attach adds the website endpoint"
        }
    };
    format!("{}: {origin}.", names.join(", "))
}

/// The default as YAML, or an example where there is none.
fn sample(setting: &Setting) -> String {
    match (setting.kind, setting.default) {
        (Kind::Sizes, _) => "[]".to_owned(),
        (Kind::Whole { .. } | Kind::Number { .. } | Kind::Switch, Some(default)) => default.to_owned(),
        (_, Some(default)) => scalar(default),
        (_, None) => scalar(match setting.name {
            "distribution" => "E2QWRUHAPOMQZL",
            "url" => "https://cdn.example.com",
            "security-key" => "a-long-random-text",
            "zip" => "build/resizer-fn.zip",
            "permissions-boundary" => "arn:aws:iam::111122223333:policy/imgdeploy-boundary",
            "stack-role" => "arn:aws:iam::111122223333:role/imgdeploy-stack",
            "profile" => "default",
            "region" => "eu-west-1",
            "endpoint-url" => "http://127.0.0.1:4566",
            _ => "",
        }),
    }
}

/// Text as a YAML scalar, in quotes where it would be read as something else.
fn scalar(text: &str) -> String {
    match serde_yaml::to_string(text) {
        Ok(yaml) if yaml.trim_end().lines().count() == 1 => yaml.trim_end().to_owned(),
        // A JSON string is a YAML scalar; Display of a JSON value can't fail.
        _ => serde_json::Value::from(text).to_string(),
    }
}

fn line(out: &mut String, text: &str) {
    // Writing to a String can't fail.
    let _ = writeln!(out, "{text}");
}

/// A comment, broken into lines. Control characters (the text may hold names from AWS) can't end it.
fn prose(out: &mut String, indent: &str, text: &str) {
    let mut current = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !current.is_empty() && indent.len() + 3 + current.chars().count() + word.chars().count() > WIDTH {
            line(out, &format!("{indent}# {current}"));
            current.clear();
        }
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
    }
    line(out, &format!("{indent}# {current}"));
}

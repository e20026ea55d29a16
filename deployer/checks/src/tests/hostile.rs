//! Names that others have given to things, in commands that people paste.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a real shell is given the cures, in a folder of its own"
)]

use std::process::Command;

use crate::tests::KnownMut;
use imgdeploy_model::terminal::is_plain;

use super::*;
use crate::diagnosis::Headline;
use crate::snapshot::{Bucket, End, Function, Hop, LogLine, Service, Walk};
use imgdeploy_world::Fact;

type Change = fn(&mut Snapshot, &str);

/// Writes the file `pwned` where a shell reads anything into it.
const EVIL: &str = "a$(: >pwned)`: >pwned`;: >pwned & : >pwned\n'\n: >pwned\n'\"\n: >pwned\n\"\n: >pwned\r\u{1b}[2K\\\u{202e}z";

fn bucket(snapshot: &mut Snapshot) -> &mut Bucket {
    snapshot.bucket.as_mut().unwrap()
}

fn function(snapshot: &mut Snapshot) -> &mut Function {
    snapshot.function.as_mut().unwrap()
}

fn walked(snapshot: &mut Snapshot, name: &str, end: End, service: Service) {
    let url = format!("https://images.example.com/{name}");
    let hop = Hop {
        url: url.clone(),
        service,
        status: 500,
        headers: [("location".to_owned(), name.to_owned())].into(),
        millis: 1,
        by: Some(name.to_owned()),
        body: name.to_owned(),
    };
    let before = snapshot.walks[0].clone();
    snapshot.walks = vec![Walk { url, hops: vec![hop], end, ..before }];
}

/// One place each where a name of others gets into a cure.
const PLACES: &[(&str, Change)] = &[
    ("empty derived image", |s, name| {
        let object = &mut bucket(s).derived.known_mut().unwrap()[0];
        (object.key, object.size) = (format!("resized/300x200/{name}.jpg"), 0);
    }),
    ("derived image with KMS", |s, name| {
        let head = &mut bucket(s).derived_heads.known_mut().unwrap()[0];
        head.key = format!("resized/300x200/{name}.jpg");
        head.encryption = Some("aws:kms".to_owned());
    }),
    ("original with KMS", |s, name| {
        let head = &mut bucket(s).original_heads.known_mut().unwrap()[0];
        head.key = format!("{name}.jpg");
        head.encryption = Some("aws:kms".to_owned());
        s.walks.clear();
    }),
    ("type of a derived image", |s, name| {
        let head = &mut bucket(s).derived_heads.known_mut().unwrap()[0];
        head.key = format!("resized/300x200/{name}.jpg");
        head.content_type = Some(name.to_owned());
    }),
    ("somebody's object under the prefix", |s, name| {
        bucket(s).derived.known_mut().unwrap()[0].key = format!("resized/{name}");
    }),
    ("statement of the policy", |s, name| {
        let statement = serde_json::json!({ "Sid": name, "Effect": "Allow", "Principal": "*", "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::shop-pictures/*" });
        bucket(s).policy =
            Fact::Known(serde_json::json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string());
    }),
    ("statement that denies", |s, name| {
        let statement = serde_json::json!({ "Sid": name, "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::shop-pictures/*" });
        bucket(s).policy =
            Fact::Known(serde_json::json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string());
    }),
    ("base URL of the function", |s, name| {
        let environment = &mut function(s).configuration.known_mut().unwrap().environment;
        let _ = environment.insert("URL".to_owned(), format!("images.example.com/{name}"));
    }),
    ("bucket of the function", |s, name| {
        let environment = &mut function(s).configuration.known_mut().unwrap().environment;
        let _ = environment.insert("BUCKET".to_owned(), name.to_owned());
    }),
    ("name of the function", |s, name| {
        function(s).name = name.to_owned();
        function(s).configuration.known_mut().unwrap().memory = 128;
        function(s).configuration.known_mut().unwrap().timeout = 1;
        function(s).policy = Fact::Absent;
    }),
    ("alias", |s, name| {
        function(s).qualifier = Some(name.to_owned());
        function(s).alias = Some(Fact::Absent);
    }),
    ("name of the role", |s, name| {
        let role = function(s).role.known_mut().unwrap();
        role.name = name.to_owned();
        role.policies.clear();
    }),
    ("role that is gone", |s, name| {
        function(s).configuration.known_mut().unwrap().role = format!("arn:aws:iam::1:role/{name}");
        function(s).role = Fact::Absent;
    }),
    ("state of the function", |s, name| {
        let seen = function(s).configuration.known_mut().unwrap();
        (seen.state, seen.state_reason) = (Some("Failed".to_owned()), Some(name.to_owned()));
    }),
    ("stage", |s, name| {
        let api = s.apis[0].api.known_mut().unwrap();
        let stage = api.stages.remove("prod").unwrap();
        let _ = api.stages.insert(name.to_owned(), stage);
    }),
    ("resource", |s, name| {
        let api = s.apis[0].api.known_mut().unwrap();
        let mut methods = api.resources.remove("/resize/{key+}").unwrap();
        methods.values_mut().for_each(|method| method.authorization = "AWS_IAM".to_owned());
        let _ = api.resources.insert(format!("/resize/{{{name}+}}"), methods);
    }),
    ("id of the distribution", |s, name| {
        let edge = s.edge.as_mut().unwrap();
        (edge.id, edge.status) = (name.to_owned(), Fact::Known("InProgress".to_owned()));
    }),
    ("domain of the distribution", |s, name| {
        s.edge.as_mut().unwrap().domain = Fact::Known(name.to_owned());
        function(s)
            .configuration
            .known_mut()
            .unwrap()
            .environment
            .insert("URL".to_owned(), "https://x.example.com".to_owned());
    }),
    ("no answer", |s, name| {
        let end = End::NoAnswer {
            url: format!("https://x.example.com/{name}"),
            why: name.to_owned(),
            unresolved: false,
        };
        walked(s, name, end, Service::CloudFront);
    }),
    ("host that does not resolve", |s, name| {
        let end = End::NoAnswer { url: format!("https://{name}"), why: name.to_owned(), unresolved: true };
        walked(s, name, end, Service::CloudFront);
    }),
    ("loop", |s, name| walked(s, name, End::Loop { url: name.to_owned() }, Service::Website)),
    ("redirect to elsewhere", |s, name| {
        walked(s, name, End::Elsewhere { location: name.to_owned() }, Service::Function);
    }),
    ("error of the function", |s, name| walked(s, name, End::Answer, Service::Function)),
    ("error of another host", |s, name| walked(s, name, End::Answer, Service::Other)),
    ("image of another type", |s, name| {
        walked(s, name, End::Image { content_type: name.to_owned(), bytes: 9 }, Service::Website);
    }),
    ("line of the log", |s, name| {
        s.log = Fact::Known(vec![LogLine { text: name.to_owned(), cause: None, next: None }]);
        function(s).configuration.known_mut().unwrap().log_group = name.to_owned();
    }),
    ("region of the profile", |s, name| s.home_region = Some(name.to_owned())),
    ("region of the bucket", |s, name| bucket(s).region = name.to_owned()),
];

fn all(diagnosis: &Diagnosis) -> Vec<&Headline> {
    diagnosis.headlines.iter().flat_map(|one| std::iter::once(one).chain(&one.effects)).collect()
}

/// What is found with this name, in a chain of the tool's and in one set up by hand.
fn found(change: Change, name: &str, by_hand: bool) -> Diagnosis {
    after(|snapshot| {
        change(snapshot, name);
        if by_hand {
            snapshot.stack = Fact::Absent;
            snapshot.edge.as_mut().unwrap().attached = false;
        }
    })
}

/// Whether a shell that is given this writes the file; every command of the cures does nothing.
fn acts(script: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let stubs: String = ["aws", "imgdeploy", "curl", "jq", "nslookup", "sleep"]
        .map(|name| format!("{name}() {{ :; }}\n"))
        .concat();
    // There is no program to be found: nothing else can run either.
    let _ = Command::new("/bin/sh")
        .args(["-c", &format!("{stubs}{script}")])
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", "")
        .output()
        .unwrap();
    let mut files = std::fs::read_dir(folder.path()).unwrap();
    files.any(|file| file.unwrap().file_name().to_string_lossy().starts_with("pwned"))
}

#[test]
fn a_pasted_cure_runs_its_own_commands_alone() {
    assert!(acts(&format!("aws s3 rm {EVIL}")), "the name is harmless");
    assert!(acts(&format!("aws s3 rm '{EVIL}'")), "quotes alone are enough");
    let (mut lines, mut unmet) = (0, Vec::new());
    for (place, change) in PLACES {
        let mut met = false;
        for by_hand in [false, true] {
            let (evil, plain) = (found(*change, EVIL, by_hand), found(*change, "plain", by_hand));
            for headline in all(&evil) {
                let cure = &headline.finding.cure;
                met = true;
                assert!(
                    cure.chars().all(|one| is_plain(one) || one == '\n'),
                    "{place}, {}: {cure}",
                    headline.code
                );
                assert!(!acts(cure), "{place}, {}: {cure}", headline.code);
                // A name brings no line along.
                let same = all(&plain).into_iter().find(|one| one.code == headline.code);
                if let Some(same) = same {
                    assert_eq!(cure.lines().count(), same.finding.cure.lines().count(), "{place}: {cure}");
                    lines += 1;
                }
            }
        }
        if !met {
            unmet.push(*place);
        }
    }
    assert!(unmet.is_empty(), "nothing is found of: {unmet:?}");
    assert!(lines > 30, "{lines}");
}

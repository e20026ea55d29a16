//! The bucket's checks, one fault after the other.

use super::variants::*;
use super::*;
use crate::check::{Fix, Severity};
use crate::snapshot::{End, Head, PublicAccessBlock, Service};
use crate::tests::KnownMut;
use imgdeploy_world::Fact;

mod quiet;

type Change = fn(&mut Snapshot);

const ARN: &str = "arn:aws:s3:::shop-pictures";
const TLS: &str = r#"{"Sid":"TlsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::shop-pictures","arn:aws:s3:::shop-pictures/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#;

fn closed() -> Fact<PublicAccessBlock> {
    Fact::Known(PublicAccessBlock {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    })
}

fn policy(snapshot: &mut Snapshot, statements: &str) {
    bucket(snapshot).policy =
        Fact::Known(format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#));
}

/// One more statement besides ours.
fn and(snapshot: &mut Snapshot, statement: &str) {
    let document = bucket(snapshot).policy.known_mut().unwrap();
    *document = document.replacen("\"Statement\":[", &format!("\"Statement\":[{statement},"), 1);
}

/// The walks end at the website with this status.
fn ends(snapshot: &mut Snapshot, status: u16, code: &str) {
    for walk in &mut snapshot.walks {
        walk.hops.truncate(1);
        walk.hops[0].status = status;
        walk.hops[0].headers = [("x-amz-error-code".to_owned(), code.to_owned())].into();
        walk.end = End::Answer;
    }
}

fn kms(heads: &mut Fact<Vec<Head>>) {
    for head in heads.known_mut().unwrap() {
        head.encryption = Some("aws:kms".to_owned());
    }
}

/// What a fault is found as, and what mends it where the tool's stack is there.
const FAULTS: &[(&str, &str, Option<Fix>, Change)] = &[
    ("IMG055", "website deleted", Some(Fix::Documents), |s| bucket(s).website = Fact::Absent),
    ("IMG056", "redirects everything", None, |s| {
        bucket(s).website = Fact::Known(
            "<WebsiteConfiguration><RedirectAllRequestsTo><HostName>www.example.com</HostName><Protocol>https</Protocol></RedirectAllRequestsTo></WebsiteConfiguration>".to_owned(),
        );
    }),
    ("IMG057", "rules gone", Some(Fix::Documents), |s| rules(s, &[])),
    ("IMG057", "rules of others only", Some(Fix::Documents), |s| {
        rules(s, &[rule("old/", "404", "www.example.com", "https", "new/")]);
    }),
    ("IMG057", "a rule for everything leads elsewhere", Some(Fix::Documents), |s| {
        rules(s, &[rule("", "404", "www.example.com", "https", "lost/")]);
    }),
    ("IMG057", "rules of another prefix", Some(Fix::Documents), |s| {
        rules(s, &[rule("thumbs/", "404", HOST, "https", "prod/resize/thumbs/")]);
    }),
    ("IMG058", "a broader rule before ours, for 404", Some(Fix::Documents), |s| {
        rules(s, &[rule("", "404", "www.example.com", "https", "lost/"), ours("404"), ours("403")]);
    }),
    ("IMG058", "a rule before ours, for whatever status", Some(Fix::Documents), |s| {
        rules(s, &[rule("res", "", "www.example.com", "https", ""), ours("404"), ours("403")]);
    }),
    ("IMG058", "a rule behind ours that needs no error", None, |s| {
        rules(s, &[ours("404"), ours("403"), rule("", "", "www.example.com", "https", "")]);
    }),
    ("IMG059", "no prefix in the rules", Some(Fix::Documents), |s| {
        website(s, "<KeyPrefixEquals>resized/</KeyPrefixEquals>", "");
    }),
    ("IMG060", "http", Some(Fix::Documents), |s| {
        website(s, "<Protocol>https</Protocol>", "<Protocol>http</Protocol>")
    }),
    ("IMG060", "protocol of the request", Some(Fix::Documents), |s| {
        website(s, "<Protocol>https</Protocol>", "")
    }),
    ("IMG061", "403 behind a rule for 404, by CloudFront", Some(Fix::Documents), |s| {
        rules(s, &[ours("404")]);
        ends(s, 403, "AccessDenied");
    }),
    ("IMG061", "403 behind a rule for 404, at the website", Some(Fix::Documents), |s| {
        rules(s, &[ours("404")]);
        ends(s, 403, "AccessDenied");
        s.walks[0].hops[0].service = Service::Website;
        s.walks[0].hops[0].headers.clear();
    }),
    ("IMG062", "404 behind a rule for 403", Some(Fix::Documents), |s| {
        rules(s, &[ours("403")]);
        ends(s, 404, "NoSuchKey");
    }),
    ("IMG063", "all four switches on", Some(Fix::Documents), |s| bucket(s).block = closed()),
    ("IMG063", "the block came before the policy", Some(Fix::Documents), |s| {
        bucket(s).block = closed();
        bucket(s).policy = Fact::Absent;
    }),
    ("IMG063", "and it explains the 403", Some(Fix::Documents), |s| {
        bucket(s).block = closed();
        rules(s, &[ours("404")]);
        ends(s, 403, "AccessDenied");
    }),
    ("IMG064", "all four switches of the account on", None, |s| bucket(s).account_block = closed()),
    ("IMG065", "no policy", Some(Fix::Documents), |s| bucket(s).policy = Fact::Absent),
    ("IMG065", "a policy for something else", Some(Fix::Documents), |s| {
        bucket(s).policy = Fact::Known(public_read(&format!("{ARN}/pages/*")));
    }),
    ("IMG065", "over TLS only", Some(Fix::Documents), |s| {
        policy(
            s,
            &format!(
                r#"{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"{ARN}/*","Condition":{{"Bool":{{"aws:SecureTransport":"true"}}}}}}"#
            ),
        );
    }),
    ("IMG065", "a referer that CloudFront does not send", Some(Fix::Documents), |s| {
        policy(
            s,
            &format!(
                r#"{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"{ARN}/*","Condition":{{"StringEquals":{{"aws:Referer":"secret"}}}}}}"#
            ),
        );
    }),
    ("IMG065", "denied by somebody", None, |s| {
        and(
            s,
            &format!(
                r#"{{"Sid":"Private","Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"{ARN}/resized/*"}}"#
            ),
        );
    }),
    ("IMG066", "TLS only, as security checks ask", None, |s| and(s, TLS)),
    ("IMG067", "everyone may do everything", None, |s| {
        and(
            s,
            &format!(
                r#"{{"Sid":"Site","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"{ARN}/*"}}"#
            ),
        );
    }),
    ("IMG067", "whoever sends a referer", None, |s| {
        and(
            s,
            &format!(
                r#"{{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"{ARN}/*","Condition":{{"StringLike":{{"aws:Referer":"https://example.com/*"}}}}}}"#
            ),
        );
    }),
    ("IMG068", "derived images under KMS", None, |s| kms(&mut bucket(s).derived_heads)),
    ("IMG068", "originals under KMS", None, |s| {
        kms(&mut bucket(s).original_heads);
        s.walks.clear();
    }),
    ("IMG069", "requesters pay", None, |s| bucket(s).requester_pays = Fact::Known(true)),
    ("IMG070", "derived images of another account", None, |s| {
        bucket(s).ownership = Fact::Known("ObjectWriter".to_owned());
        bucket(s).derived.known_mut().unwrap()[0].owner = Some("other".to_owned());
    }),
    ("IMG070", "originals of another account", None, |s| {
        bucket(s).ownership = Fact::Absent;
        bucket(s).objects.known_mut().unwrap()[1].owner = Some("other".to_owned());
    }),
    ("IMG071", "empty", None, |s| bucket(s).derived.known_mut().unwrap()[0].size = 0),
    ("IMG071", "empty and of no type", None, |s| {
        bucket(s).derived.known_mut().unwrap()[0].size = 0;
        let head = &mut bucket(s).derived_heads.known_mut().unwrap()[0];
        (head.size, head.content_type) = (0, Some("binary/octet-stream".to_owned()));
    }),
    ("IMG072", "text", None, |s| {
        bucket(s).derived_heads.known_mut().unwrap()[0].content_type = Some("text/html".to_owned());
    }),
    ("IMG073", "originals under the prefix", None, |s| {
        let derived = bucket(s).derived.known_mut().unwrap();
        derived.extend([object("resized/team/anna.jpg"), object("resized/team/ben.jpg")]);
    }),
];

#[test]
fn a_fault_has_one_headline() {
    for (code, fault, fix, change) in FAULTS {
        has_one_headline(code, fault, *fix, change);
    }
}

/// Where the tool has no stack it mends nothing, and the cure is a command of AWS's, or `attach`.
#[test]
fn a_chain_made_by_hand_is_mended_by_hand() {
    for (code, fault, _, change) in FAULTS {
        let diagnosis = after(|snapshot| {
            by_hand(snapshot);
            change(snapshot);
        });
        let finding = only(&diagnosis, code, fault);
        assert_eq!(finding.fix, None, "{fault}");
        assert!(
            finding.cure.contains("aws s3") || finding.cure.contains("imgdeploy attach"),
            "{fault}: {}",
            finding.cure
        );
    }
}

#[test]
fn without_a_distribution_it_is_the_same() {
    for (code, fault, _, change) in FAULTS.iter().filter(|(code, ..)| !["IMG061", "IMG062"].contains(code)) {
        let found = headlines(|snapshot| {
            without_edge(snapshot);
            change(snapshot);
        });
        assert_eq!(found, [*code], "{fault}");
    }
}

/// A bucket that is only a bucket: one useful sentence, and no complaint that it is private.
#[test]
fn a_bucket_that_nobody_attached() {
    let change = |snapshot: &mut Snapshot| {
        by_hand(snapshot);
        snapshot.apis.clear();
        snapshot.function = None;
        snapshot.edge = None;
        snapshot.walks.clear();
        let bucket = bucket(snapshot);
        bucket.website = Fact::Absent;
        bucket.policy = Fact::Absent;
        bucket.block = closed();
        bucket.derived = Fact::Known(Vec::new());
        bucket.derived_heads = Fact::Known(Vec::new());
    };
    let diagnosis = after(change);
    assert_eq!(headlines(change), ["IMG055"]);
    let finding = &diagnosis.headlines[0].finding;
    assert!(finding.what.contains("nothing is attached") && finding.fix.is_none());
    assert_eq!(finding.cure, "imgdeploy attach --bucket shop-pictures");
    let site = |snapshot: &mut Snapshot| {
        change(snapshot);
        rules(snapshot, &[]);
    };
    assert_eq!(headlines(site), ["IMG057"]);
    assert_eq!(after(site).headlines[0].finding.cure, "imgdeploy attach --bucket shop-pictures");
}

/// A private bucket behind CloudFront with OAC: the origin is the fault, that the bucket is private is not.
#[test]
fn a_private_bucket_is_no_fault_where_the_rest_endpoint_is_asked() {
    let change = |snapshot: &mut Snapshot| {
        distribution(snapshot, "shop-pictures.s3-website-eu-west-1", "shop-pictures.s3.eu-west-1");
        let bucket = bucket(snapshot);
        bucket.policy = Fact::Absent;
        bucket.block = closed();
        bucket.website = Fact::Absent;
    };
    let diagnosis = after(change);
    assert_eq!(headlines(change), ["IMG081"]);
    let effects: Vec<&str> = diagnosis.headlines[0].effects.iter().map(|effect| effect.code).collect();
    assert_eq!(effects, ["IMG055"]);
}

#[test]
fn two_faults_have_two_headlines() {
    let found = headlines(|s| {
        policy(s, TLS);
        website(s, "<Protocol>https</Protocol>", "");
    });
    assert_eq!(found, ["IMG060", "IMG065", "IMG066"]);
}

#[test]
fn severities_and_values() {
    let worst = |change: Change| after(change).worst();
    assert_eq!(
        worst(|s| website(s, "<KeyPrefixEquals>resized/</KeyPrefixEquals>", "")),
        Some(Severity::Warning)
    );
    assert_eq!(
        worst(|s| and(
            s,
            &format!(
                r#"{{"Effect":"Allow","Principal":{{"AWS":"*"}},"Action":["s3:GetObject","s3:DeleteObject"],"Resource":"{ARN}/*"}}"#
            )
        )),
        Some(Severity::Critical)
    );
    // The commands are ready: bucket, region, key and distribution are in them.
    let empty = after(|s| bucket(s).derived.known_mut().unwrap()[0].size = 0);
    assert_eq!(
        empty.headlines[0].finding.cure,
        "aws s3 rm 's3://shop-pictures/resized/300x200/pictures/a.jpg' --region eu-west-1\n\
         aws cloudfront create-invalidation --distribution-id E2EXAMPLE1 --paths '/resized/*'"
    );
    let doubled = after(|s| website(s, "<KeyPrefixEquals>resized/</KeyPrefixEquals>", ""));
    assert!(doubled.headlines[0].finding.what.contains("doubles the prefix"));
    let once = after(|s| {
        by_hand(s);
        rules(s, &[rule("", "404", HOST, "https", "prod/resize/")]);
    });
    let finding = &once.headlines[0].finding;
    assert!(!finding.what.contains("doubles"));
    assert!(finding.cure.contains(r#""ReplaceKeyPrefixWith": "prod/resize/resized/""#), "{}", finding.cure);
    let blocked = after(|s| {
        by_hand(s);
        bucket(s).block = closed();
    });
    assert!(blocked.headlines[0].finding.cure.ends_with(
        "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=false,RestrictPublicBuckets=false"
    ));
}

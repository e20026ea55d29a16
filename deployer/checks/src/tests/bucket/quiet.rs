//! Where the checks of the bucket have nothing to say: chains that work, and what could not be looked at.

use super::*;
use crate::snapshot::Domain;
use crate::tests::KnownMut;

#[test]
fn what_works_is_left_alone() {
    let fine: &[(&str, Change)] = &[
        ("no distribution", without_edge),
        ("the classic sample", classic),
        ("by hand", by_hand),
        ("an API made in the console", |s| {
            classic(s);
            rules(s, &[rule("", "404", HOST, "https", "prod/imgdeploy-shop-pictures?key=")]);
        }),
        ("an API with a domain name of its own", |s| {
            let domain =
                Domain { name: "img.example.com".to_owned(), stage: "prod".to_owned(), ..Domain::default() };
            s.apis[0].api.known_mut().unwrap().domains.push(domain);
            rules(s, &[rule(PREFIX, "404", "img.example.com", "https", "resize/resized/")]);
        }),
        ("a domain name that may be an API's", |s| {
            by_hand(s);
            s.apis.clear();
            rules(s, &[rule(PREFIX, "404", "img.example.com", "https", "resize/resized/")]);
        }),
        ("a bucket with its rules and nothing else seen", |s| {
            by_hand(s);
            s.function = None;
            s.edge = None;
        }),
        ("function only", |s| {
            s.bucket = None;
            s.edge = None;
        }),
        ("rule for 404 only, and it fires", |s| rules(s, &[ours("404")])),
        ("rule for 404 only, and no walk tells", |s| {
            rules(s, &[ours("404")]);
            s.walks.clear();
        }),
        ("403 of CloudFront itself", |s| {
            rules(s, &[ours("404")]);
            ends(s, 403, "AccessDenied");
            s.walks[0].hops[0].headers.clear();
        }),
        ("404 of a wrong Host", |s| {
            rules(s, &[ours("403")]);
            ends(s, 404, "NoSuchBucket");
        }),
        ("403 on the way back is about something else", |s| {
            rules(s, &[ours("404")]);
            s.walks[0].hops[2].status = 403;
            s.walks[0].end = End::Answer;
        }),
        ("a rule of others behind ours", |s| {
            rules(s, &[ours("404"), ours("403"), rule("", "404", "www.example.com", "https", "")]);
        }),
        ("a rule of others for another prefix", |s| {
            rules(s, &[rule("old/", "", "www.example.com", "https", ""), ours("404"), ours("403")]);
        }),
        ("a rule of others for a status that ours leaves", |s| {
            rules(s, &[rule("", "403", "www.example.com", "https", "login"), ours("404")]);
        }),
        ("a prefix in the rule, and a function that knows none", |s| {
            classic(s);
            rules(s, &[rule("thumbs/", "404", HOST, "https", "prod/resize?key=thumbs/")]);
            let derived = vec![object("thumbs/a_300x200.jpg")];
            bucket(s).derived = Fact::Known(derived);
        }),
        ("no block at all", |s| bucket(s).block = Fact::Absent),
        ("switches for ACLs only, in the account", |s| bucket(s).account_block = bucket(s).block.clone()),
        ("a referer that CloudFront sends", |s| {
            policy(
                s,
                &format!(
                    r#"{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"{ARN}/*","Condition":{{"StringEquals":{{"aws:Referer":"secret"}}}}}}"#
                ),
            );
            distribution(
                s,
                "<OriginPath></OriginPath><CustomHeaders><Quantity>0</Quantity></CustomHeaders>",
                "<OriginPath></OriginPath><CustomHeaders><Quantity>1</Quantity><Items><OriginCustomHeader><HeaderName>Referer</HeaderName><HeaderValue>secret</HeaderValue></OriginCustomHeader></Items></CustomHeaders>",
            );
        }),
        ("addresses of CloudFront only", |s| {
            policy(
                s,
                &format!(
                    r#"{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"{ARN}/*","Condition":{{"IpAddress":{{"aws:SourceIp":["130.176.0.0/16"]}}}}}}"#
                ),
            );
        }),
        ("a Deny for some addresses", |s| {
            and(
                s,
                &format!(
                    r#"{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"{ARN}/*","Condition":{{"IpAddress":{{"aws:SourceIp":"192.0.2.0/24"}}}}}}"#
                ),
            );
        }),
        ("TLS only for all but derived images", |s| {
            and(
                s,
                &TLS.replace("Resource", "NotResource").replace("shop-pictures/*", "shop-pictures/resized/*"),
            );
        }),
        ("no policy, but ACLs", |s| {
            bucket(s).policy = Fact::Absent;
            bucket(s).ownership = Fact::Known("ObjectWriter".to_owned());
            bucket(s).block = Fact::Absent;
        }),
        ("the organization may write", |s| {
            and(
                s,
                &format!(
                    r#"{{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"{ARN}/*","Condition":{{"StringEquals":{{"aws:PrincipalOrgID":"o-1"}}}}}}"#
                ),
            );
        }),
        ("the office may write", |s| {
            and(
                s,
                &format!(
                    r#"{{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"{ARN}/*","Condition":{{"IpAddress":{{"aws:SourceIp":"192.0.2.0/24"}}}}}}"#
                ),
            );
        }),
        ("another account may write", |s| {
            and(
                s,
                &format!(
                    r#"{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::444455556666:root"}},"Action":"s3:PutObject","Resource":"{ARN}/*"}}"#
                ),
            );
        }),
        ("originals under KMS, and a walk shows that they are read", |s| kms(&mut bucket(s).original_heads)),
        ("originals under KMS, and a role that may", |s| {
            kms(&mut bucket(s).original_heads);
            s.walks.clear();
            let role = s.function.as_mut().unwrap().role.known_mut().unwrap();
            role.policies.insert("kms".to_owned(), r#"{"Statement":{"Effect":"Allow","Action":"kms:Decrypt","Resource":"arn:aws:kms:eu-west-1:111122223333:key/1"}}"#.to_owned());
        }),
        ("a log that AWS wrote", |s| {
            bucket(s).ownership = Fact::Known("BucketOwnerPreferred".to_owned());
            let mut log = object("logs/2024.gz");
            log.owner = Some("c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0".to_owned());
            bucket(s).objects.known_mut().unwrap().push(log);
        }),
        ("another owner, and it does not count", |s| {
            bucket(s).derived.known_mut().unwrap()[0].owner = Some("other".to_owned());
        }),
        ("a folder made in the console", |s| {
            let mut folder = object("resized/");
            folder.size = 0;
            bucket(s).derived.known_mut().unwrap().push(folder);
        }),
        ("every kind of derived key", |s| {
            let keys = [
                "resized/300x/a.jpg",
                "resized/x200/a.jpg",
                "resized/-300x200/a.jpg",
                "resized/fit-in/300x200/a.jpg",
                "resized/10x20:300x400/200x/a.jpg",
                "resized/trim/300x/a.jpg",
                "resized/trim:top-left:10/300x/a.jpg",
                "resized/filters:format(webp)/a.jpg",
                "resized/smart/a.jpg",
                "resized/unsafe/300x200/a.jpg",
                "resized/6SUOzOlrBMV5lOr90SbsCMFJ3q0=/fit-in/30x20/a.jpg",
                "resized/thumb/a.jpg",
            ];
            bucket(s).derived = Fact::Known(keys.iter().map(|key| object(key)).collect());
            environment(s, "PRESETS", Some("hero=1600x; thumb=300x200/smart"));
        }),
        ("a region with a dot", |s| in_region(s, "eu-central-1")),
        ("GovCloud", |s| {
            without_edge(s);
            in_region(s, "us-gov-west-1");
        }),
        ("China", |s| in_region(s, "cn-north-1")),
    ];
    for (variant, change) in fine {
        let diagnosis = after(change);
        let mut found = diagnosis.headlines;
        found.retain(|headline| ("IMG055".."IMG090").contains(&headline.code));
        assert_eq!(found, [], "{variant}");
        assert_eq!(diagnosis.not_checked, [], "{variant}");
    }
}

#[test]
fn an_unknown_is_not_checked() {
    let cases: &[(&str, &[&str], Change)] = &[
        (
            "s3:GetBucketWebsite",
            &["IMG055", "IMG056", "IMG057", "IMG058", "IMG059", "IMG060", "IMG061", "IMG062"],
            |s| {
                bucket(s).website = unseen("s3:GetBucketWebsite");
            },
        ),
        ("apigateway:GET", &["IMG057"], |s| {
            rules(s, &[rule(PREFIX, "404", "img.example.com", "https", "resize/resized/")]);
            s.apis[0].api = unseen("apigateway:GET");
        }),
        ("cloudformation:DescribeStacks", &["IMG063", "IMG065"], |s| {
            s.apis.clear();
            s.function = None;
            s.edge = None;
            s.walks.clear();
            bucket(s).website = unseen("s3:GetBucketWebsite");
            s.stack = unseen("cloudformation:DescribeStacks");
        }),
        ("s3:GetBucketPolicy", &["IMG065", "IMG066", "IMG067"], |s| {
            bucket(s).policy = unseen("s3:GetBucketPolicy");
        }),
        ("s3:GetBucketPublicAccessBlock", &["IMG063"], |s| {
            bucket(s).block = unseen("s3:GetBucketPublicAccessBlock");
        }),
        ("s3:GetAccountPublicAccessBlock", &["IMG064"], |s| {
            bucket(s).account_block = unseen("s3:GetAccountPublicAccessBlock");
        }),
        ("s3:GetBucketRequestPayment", &["IMG069"], |s| {
            bucket(s).requester_pays = unseen("s3:GetBucketRequestPayment");
        }),
        ("s3:GetBucketOwnershipControls", &["IMG070"], |s| {
            bucket(s).ownership = unseen("s3:GetBucketOwnershipControls");
        }),
        ("s3:ListBucket", &["IMG071", "IMG073"], |s| bucket(s).derived = unseen("s3:ListBucket")),
        ("s3:GetObject", &["IMG068", "IMG072"], |s| bucket(s).derived_heads = unseen("s3:GetObject")),
        ("iam:GetRolePolicy", &["IMG068"], |s| {
            kms(&mut bucket(s).original_heads);
            s.walks.clear();
            s.function.as_mut().unwrap().role = unseen("iam:GetRolePolicy");
        }),
        ("lambda:GetFunctionConfiguration", &["IMG073"], |s| {
            bucket(s).derived.known_mut().unwrap().push(object("resized/thumb/a.jpg"));
            s.function.as_mut().unwrap().configuration = unseen("lambda:GetFunctionConfiguration");
        }),
    ];
    for (action, codes, change) in cases {
        let unchecked = not_checked(action, change);
        for code in *codes {
            assert!(unchecked.contains(code), "{action}: {code} is not among {unchecked:?}");
        }
    }
}

/// What the direct route stores is no original.
#[test]
fn images_of_the_direct_route_are_derived() {
    let found = headlines(|s| {
        let derived = bucket(s).derived.known_mut().unwrap();
        derived.push(object("resized/direct/0123456789abcdef0123456789abcdef.png"));
    });
    assert_eq!(found, [""; 0]);
}

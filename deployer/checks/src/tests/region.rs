//! Regions and partitions.

pub(crate) mod change;

use crate::tests::KnownMut;
use imgdeploy_model::region::{execute_api_host, website_host};

use super::{API, BUCKET, FUNCTION, REGION, after, alias_arn, headlines, not_checked, permission};
use crate::check::Fix;
use crate::diagnosis::{Selection, diagnose};
use crate::snapshot::Snapshot;
use change::*;
use imgdeploy_world::Fact;

#[test]
fn function_or_api_elsewhere() {
    assert_eq!(headlines(|it| chain_in(it, "us-east-1")), ["IMG001"]);
    // The function alone.
    assert_eq!(headlines(|it| in_calls(it, "us-east-1")), ["IMG001"]);
    let diagnosis = after(|it| chain_in(it, "us-east-1"));
    let finding = &diagnosis.headlines[0].finding;
    assert_eq!(
        finding.what,
        format!(
            "API {API} is in us-east-1 and function {FUNCTION} is in us-east-1, the bucket {BUCKET} is in {REGION}"
        )
    );
    assert_eq!(finding.cure, format!("imgdeploy attach --bucket {BUCKET}"));
    // Told its own region, as many are: one fault.
    let told = after(|it| {
        in_calls(it, "us-east-1");
        set_variable(it, "BUCKET_REGION", Some("us-east-1"));
    });
    assert_eq!(told.headlines.iter().map(|it| it.code).collect::<Vec<_>>(), ["IMG001"]);
    assert_eq!(told.headlines[0].effects[0].code, "IMG002");
    // An ARN of a function that is not there says nothing about regions.
    let absent = |it: &mut Snapshot| {
        in_calls(it, "us-east-1");
        let function = it.function.as_mut().unwrap();
        function.configuration = Fact::Absent;
        function.latest = Fact::Absent;
    };
    assert!(!headlines(absent).contains(&"IMG001"));
    let denied = |it: &mut Snapshot| {
        in_calls(it, "us-east-1");
        let function = it.function.as_mut().unwrap();
        function.configuration = Fact::Unknown(unseen("lambda:GetFunction"));
        function.latest = Fact::Unknown(unseen("lambda:GetFunction"));
    };
    assert!(not_checked("lambda:GetFunction", denied).contains(&"IMG001"));
}

#[test]
fn function_is_told_another_region() {
    let wrong = |it: &mut Snapshot| set_variable(it, "BUCKET_REGION", Some("eu-central-1"));
    assert_eq!(headlines(wrong), ["IMG002"]);
    assert_eq!(fix(wrong), Some(Fix::Configuration));
    let by_hand = |it: &mut Snapshot| {
        wrong(it);
        foreign(it);
    };
    assert_eq!(headlines(by_hand), ["IMG002"]);
    assert_eq!(fix(by_hand), None);
    let other_name = |value: &'static str| {
        move |it: &mut Snapshot| {
            foreign(it);
            set_variable(it, "BUCKET_REGION", None);
            set_variable(it, "S3_REGION", Some(value));
        }
    };
    assert_eq!(headlines(other_name("us-west-2")), ["IMG002"]);
    for fine in [REGION, "europe", ""] {
        assert_eq!(headlines(other_name(fine)), Vec::<&str>::new(), "{fine:?}");
    }
    for fine in [None, Some("")] {
        assert_eq!(headlines(|it| set_variable(it, "BUCKET_REGION", fine)), Vec::<&str>::new());
    }
    let of_another_bucket = |it: &mut Snapshot| {
        wrong(it);
        set_variable(it, "BUCKET", Some("another"));
    };
    assert!(!headlines(of_another_bucket).contains(&"IMG002"));
}

#[test]
fn website_origin_elsewhere_or_misspelled() {
    let right = website_host(BUCKET, REGION);
    for (to, code) in [
        ("shop-pictures.s3-website-us-east-1.amazonaws.com", "IMG003"),
        ("shop-pictures.s3-website.eu-central-1.amazonaws.com", "IMG003"),
        ("shop-pictures.s3-website.eu-west-1.amazonaws.com", "IMG004"),
    ] {
        assert_eq!(headlines(|it| in_edge(it, &right, to)), [code], "{to}");
        assert_eq!(fix(|it| in_edge(it, &right, to)), None);
        let ours = |it: &mut Snapshot| {
            let id = format!("imgdeploy-website-{BUCKET}");
            in_edge(it, "<Id>shop</Id>", &format!("<Id>{id}</Id>"));
            in_edge(it, "<TargetOriginId>shop<", &format!("<TargetOriginId>{id}<"));
            in_edge(it, &right, to);
        };
        assert_eq!(headlines(ours), [code], "{to}");
        assert_eq!(fix(ours), Some(Fix::Documents));
    }
    // As it is spelled does not matter to DNS.
    let upper = "Shop-Pictures.S3-Website-EU-West-1.amazonaws.com.";
    assert_eq!(headlines(|it| in_edge(it, &right, upper)), Vec::<&str>::new());
    let mut dotted = moved("eu-central-1");
    in_edge(&mut dotted, "s3-website.eu-central-1", "s3-website-eu-central-1");
    let found = diagnose(&dotted, &Selection::default());
    assert_eq!(found.headlines.iter().map(|it| it.code).collect::<Vec<_>>(), ["IMG004"]);
    assert!(found.headlines[0].finding.cure.contains("shop-pictures.s3-website.eu-central-1.amazonaws.com"));
    // Another bucket's site, and an origin that nothing leads to.
    let other = |it: &mut Snapshot| in_edge(it, &right, "blog.s3-website-us-east-1.amazonaws.com");
    assert!(headlines(other).iter().all(|code| !["IMG003", "IMG004"].contains(code)));
    let unused = |it: &mut Snapshot| {
        let site =
            "<Origin><Id>old</Id><DomainName>shop-pictures.s3-website-us-east-1.amazonaws.com</DomainName>";
        let document = it.edge.as_mut().unwrap().document.known_mut().unwrap();
        let origin = &document[document.find("<Origin>").unwrap()..=document.find("</Origin>").unwrap() + 8];
        let old = format!("{site}{}", &origin[origin.find("<OriginPath>").unwrap()..]);
        *document = document.replace(
            "<Origins><Quantity>1</Quantity><Items>",
            &format!("<Origins><Quantity>2</Quantity><Items>{old}"),
        );
        assert!(document.contains("<Id>old</Id>"));
    };
    assert_eq!(headlines(unused), Vec::<&str>::new());
    let denied = not_checked("cloudfront:GetDistributionConfig", |it| {
        it.edge.as_mut().unwrap().document = Fact::Unknown(unseen("cloudfront:GetDistributionConfig"));
    });
    assert!(denied.contains(&"IMG003") && denied.contains(&"IMG004"));
    let without = after(|it| it.edge = None);
    assert!(without.nothing_to_check.contains(&"IMG003"));
}

#[test]
fn rule_names_a_region_without_the_api() {
    let wrong = |it: &mut Snapshot| {
        in_website(it, &execute_api_host(API, REGION), &execute_api_host(API, "us-west-2"));
        it.apis[0].by_rule = false;
        it.apis.push(gone_in("us-west-2"));
    };
    assert_eq!(headlines(wrong), ["IMG005"]);
    assert_eq!(fix(wrong), Some(Fix::Documents));
    let by_hand = |it: &mut Snapshot| {
        in_website(it, &execute_api_host(API, REGION), &execute_api_host(API, "us-west-2"));
        it.apis = vec![gone_in("us-west-2")];
        foreign(it);
    };
    assert_eq!(headlines(by_hand), ["IMG005"]);
    assert_eq!(fix(by_hand), None);
    let denied = not_checked("apigateway:GET", |it| {
        by_hand(it);
        it.apis[0].api = Fact::Unknown(unseen("apigateway:GET"));
    });
    assert!(denied.contains(&"IMG005") && denied.contains(&"IMG001"), "{denied:?}");
}

#[test]
fn artifacts_elsewhere() {
    let wrong = |it: &mut Snapshot| it.artifacts_region = Fact::Known("us-east-1".to_owned());
    assert_eq!(headlines(wrong), ["IMG007"]);
    assert!(after(|it| it.artifacts_region = Fact::Absent).nothing_to_check.contains(&"IMG007"));
    let denied =
        not_checked("s3:ListBucket", |it| it.artifacts_region = Fact::Unknown(unseen("s3:ListBucket")));
    assert_eq!(denied, ["IMG007"]);
}

#[test]
fn arn_of_another_partition() {
    let swap = |text: &str| text.replace("arn:aws:", "arn:aws-cn:");
    type Change<'a> = Box<dyn Fn(&mut Snapshot) + 'a>;
    let changes: Vec<Change<'_>> = vec![
        Box::new(|it| {
            let policy = it.bucket.as_mut().unwrap().policy.known_mut().unwrap();
            *policy = swap(policy);
        }),
        Box::new(|it| {
            let source = swap(&format!("arn:aws:execute-api:{REGION}:111122223333:{API}/*/*/resize*"));
            it.function.as_mut().unwrap().policy = Fact::Known(permission(&source, &alias_arn()));
        }),
        Box::new(|it| {
            for policy in it.function.as_mut().unwrap().role.known_mut().unwrap().policies.values_mut() {
                *policy = swap(policy);
            }
        }),
        Box::new(|it| {
            let api = it.apis[0].api.known_mut().unwrap();
            let integration = api.resources.get_mut("/resize").unwrap().get_mut("GET").unwrap();
            let uri = &mut integration.integration.as_mut().unwrap().uri;
            *uri = uri.replace("functions/arn:aws:", "functions/arn:aws-cn:");
        }),
        Box::new(|it| configurations(it, |configuration| configuration.role = swap(&configuration.role))),
    ];
    for (at, change) in changes.iter().enumerate() {
        assert_eq!(headlines(change), ["IMG008"], "change {at}");
    }
    // Everything at once is one fault.
    assert_eq!(headlines(|it| changes.iter().for_each(|change| change(it))), ["IMG008"]);
    // For all partitions at once, and for any.
    for resource in [
        r#"["arn:aws:s3:::shop-pictures/*","arn:aws-cn:s3:::shop-pictures/*"]"#,
        r#""arn:*:s3:::shop-pictures/*""#,
    ] {
        let policy = format!(
            r#"{{"Statement":[{{"Effect":"Allow","Action":"s3:GetObject","Resource":{resource}}}]}}"#
        );
        let both = |it: &mut Snapshot| {
            it.function
                .as_mut()
                .unwrap()
                .role
                .known_mut()
                .unwrap()
                .policies
                .insert("more".to_owned(), policy);
        };
        assert_eq!(headlines(both), Vec::<&str>::new());
    }
    let denied = not_checked("iam:GetRole", |it| {
        it.function.as_mut().unwrap().role = Fact::Unknown(unseen("iam:GetRole"))
    });
    assert!(denied.contains(&"IMG008"));
}

#[test]
fn other_regions_and_partitions_are_fine() {
    for region in ["eu-central-1", "us-east-1", "us-gov-west-1", "us-gov-east-1", "cn-north-1"] {
        let diagnosis = diagnose(&moved(region), &Selection::default());
        assert_eq!(diagnosis.headlines, [], "{region}");
        assert!(diagnosis.ok.contains(&"IMG003") && diagnosis.ok.contains(&"IMG008"), "{region}");
    }
}

//! Tables of right and wrong values.
#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;
use regex_lite::Regex;

/// What comes out: the value's text, or the fault with its hint in brackets.
fn out<T: FromText + ToString>(text: &str) -> String {
    match T::from_text(text) {
        Ok(value) => value.to_string(),
        Err(Fault { message, hint: None }) => message,
        Err(Fault { message, hint: Some(hint) }) => format!("{message} ({hint})"),
    }
}

#[test]
fn bucket_names() {
    for right in ["abc", "a-b.c", "0a9", "my.images.example.com", &"x".repeat(63), "xn--old", "1.2.3"] {
        assert_eq!(out::<BucketName>(right), right);
    }
    for (wrong, why) in [
        ("", "isn't a bucket's name: `` has 0 characters; 3 to 63 are allowed"),
        ("ab", "isn't a bucket's name: `ab` has 2 characters; 3 to 63 are allowed"),
        ("Shop", "isn't a bucket's name: `Shop` has 'S'; only a-z, 0-9, `.` and `-` can be in it"),
        ("a_b", "isn't a bucket's name: `a_b` has '_'; only a-z, 0-9, `.` and `-` can be in it"),
        ("-abc", "isn't a bucket's name: `-abc` must begin and end with a letter or digit"),
        ("abc.", "isn't a bucket's name: `abc.` must begin and end with a letter or digit"),
        ("a..b", "isn't a bucket's name: `a..b` has two dots in a row"),
        ("192.168.5.4", "isn't a bucket's name: `192.168.5.4` is an IP address"),
        ("s3://shop/pics", "must be a bucket's name, not the address `s3://shop/pics` (write `shop`)"),
        ("arn:aws:s3:::shop", "must be a bucket's name, not the ARN `arn:aws:s3:::shop` (write `shop`)"),
        (
            "shop--use1-az4--x-s3",
            "isn't a bucket's name: `shop--use1-az4--x-s3` ends with `--x-s3`, which marks an access point, a directory or a table bucket: these can't be websites",
        ),
    ] {
        assert_eq!(out::<BucketName>(wrong), why);
    }
    assert!(BucketName::from_text(&"x".repeat(64)).is_err());
}

#[test]
fn prefixes() {
    for right in ["", "resized/", "a/b-c/d_e.f~g/", ".well-known/x/", "300x200/"] {
        assert_eq!(out::<Prefix>(right), right);
    }
    for (wrong, why) in [
        ("resized", "must end with `/` or be empty, not `resized` (write `resized/`)"),
        ("/resized/", "must not begin with `/`, as keys don't: `/resized/` (write `resized/`)"),
        ("/", "must not begin with `/`, as keys don't: `/` (for no prefix at all, give it empty)"),
        ("a//b/", "has an empty folder name in it (`//`): `a//b/`"),
        ("a/../b/", "has a folder `.` or `..`, which clients take out of a URL: `a/../b/`"),
    ] {
        assert_eq!(out::<Prefix>(wrong), why);
    }
    for bad in ['*', '?', ' ', '#', '%', '&', '+', '$', '{', 'ü', '\n', '"', '<', ':', '\\', ','] {
        let fault = Prefix::from_text(&format!("a{bad}/")).unwrap_err();
        assert!(fault.message.starts_with(&format!("can't have '{bad}' in it")), "{}", fault.message);
    }
    assert!(Prefix::from_text(&format!("{}/", "x".repeat(199))).is_ok());
    assert!(Prefix::from_text(&format!("{}/", "x".repeat(200))).is_err());
}

#[test]
fn sizes() {
    for (text, list) in [
        ("", ""),
        (" ,, ", ""),
        ("300x200", "300x200"),
        ("300x200,800x x600,\t1x1", "300x200,800x,x600,1x1"),
        ("1x1,1x1", "1x1"),
        ("10000x10000", "10000x10000"),
    ] {
        assert_eq!(out::<Dimensions>(text), list);
    }
    for wrong in
        ["x", "300", "300X200", "0x1", "01x2", "-1x2", "+1x2", "1x2x3", "300×200", "1.5x2", "300x200;"]
    {
        let shown = out::<Dimensions>(wrong);
        assert!(shown.starts_with(&format!("has `{wrong}`, which is not a size")), "{shown}");
    }
    assert_eq!(out::<Dimensions>("10001x"), "has `10001x`: a side can have 1 to 10000 pixels");
    assert_eq!(out::<Dimensions>("99999999999x"), "has `99999999999x`: a side can have 1 to 10000 pixels");
    let long: Vec<String> = (1..400).map(|side| format!("{side}x{side}")).collect();
    assert!(out::<Dimensions>(&long.join(",")).starts_with("is too long: "));
}

#[test]
fn urls() {
    for (text, url) in [
        ("https://cdn.example.com", "https://cdn.example.com"),
        ("https://cdn.example.com/", "https://cdn.example.com"),
        ("http://b.s3-website-eu-west-1.amazonaws.com", "http://b.s3-website-eu-west-1.amazonaws.com"),
        ("http://127.0.0.1:4566/a/b%20c/", "http://127.0.0.1:4566/a/b%20c"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("http://[::1]", "http://[::1]"),
    ] {
        assert_eq!(out::<BaseUrl>(text), url);
    }
    for (wrong, why) in [
        (
            "cdn.example.com",
            "must begin with `https://` or `http://`, not `cdn.example.com` (write `https://cdn.example.com`)",
        ),
        ("//cdn", "must begin with `https://` or `http://`, not `//cdn` (write `https://cdn`)"),
        ("ftp://a", "must begin with `https://` or `http://`, not with `ftp://`"),
        ("https://", "has no valid host name: `https://`"),
        ("https:///a", "has no valid host name: `https:///a`"),
        ("https://-a", "has no valid host name: `https://-a`"),
        ("https://a b", "has no valid host name: `https://a b`"),
        (
            "https://bücher.example",
            "must have its host name in ASCII form (`xn--…`): `https://bücher.example`",
        ),
        ("https://a:0", "has no valid port after `:`: `https://a:0`"),
        ("https://a:65536", "has no valid port after `:`: `https://a:65536`"),
        ("https://a:+80", "has no valid port after `:`: `https://a:+80`"),
        ("https://a?b=c", "must end before the query (`?`) and the fragment (`#`): `https://a?b=c`"),
        ("https://me:secret@a", "must not hold a user name or password"),
        ("https://a/b c", "has a character in its path that must be percent-encoded: `https://a/b c`"),
        ("http://[zz]", "has no valid host name: `http://[zz]`"),
    ] {
        assert_eq!(out::<BaseUrl>(wrong), why);
    }
}

#[test]
fn names_of_aws() {
    for region in ["eu-west-1", "us-gov-east-1", "ap-southeast-5", "cn-north-1", "us-iso-east-1"] {
        assert_eq!(out::<Region>(region), region);
    }
    assert_eq!(
        out::<Region>("eu-west-1a"),
        "must be a region such as `eu-west-1`, not `eu-west-1a` (that is an availability zone: its region is `eu-west-1`)"
    );
    for wrong in ["", "Ireland", "eu_west_1", "eu-west", "EU-WEST-1", "-west-1", "e-west-1"] {
        assert_eq!(out::<Region>(wrong), format!("must be a region such as `eu-west-1`, not `{wrong}`"));
    }
    assert_eq!(out::<DistributionId>("E2QWRUHAPOMQZL"), "E2QWRUHAPOMQZL");
    for (wrong, hint) in [
        ("e2", ""),
        ("", ""),
        ("arn:aws:cloudfront::1:distribution/E2", " (write `E2`)"),
        (
            "d1.cloudfront.net",
            " (a domain name is not the id: `aws cloudfront list-distributions` shows both)",
        ),
    ] {
        let expected = format!("must be a distribution's id such as `E2QWRUHAPOMQZL`, not `{wrong}`{hint}");
        assert_eq!(out::<DistributionId>(wrong), expected);
    }
}

#[test]
fn lines_and_choices() {
    assert_eq!(out::<CacheControl>("public, max-age=1"), "public, max-age=1");
    for wrong in [" a", "a ", "a\r\nb", "ü"] {
        assert!(out::<CacheControl>(wrong).starts_with("must be a header's value"), "{wrong:?}");
    }
    assert_eq!(out::<CacheControl>(""), "must have 1 to 256 characters, not 0");
    assert_eq!(out::<Profile>(""), "must be a profile's name, not empty");
    assert_eq!(out::<Arch>("x86_64"), "x86_64");
    assert_eq!(out::<Arch>("aarch64"), "must be `arm64` or `x86_64`, not `aarch64` (AWS calls it `arm64`)");
    assert_eq!(
        out::<Delivery>("direct"),
        "can't be `direct`: that is not available in this version (only `website` is)"
    );
    assert_eq!(out::<RedirectCode>("+307"), "must be 307, 302 or 301, not `+307`");
    for days in LOG_RETENTION_DAYS {
        assert_eq!(u64::from(LogRetention::from_text(&days.to_string()).unwrap().0), *days);
    }
    for (wrong, hint) in
        [("0", "the nearest is 1"), ("31", "the nearest are 30 and 60"), ("9999", "the nearest is 3653")]
    {
        assert_eq!(LogRetention::from_text(wrong).unwrap_err().hint.as_deref(), Some(hint));
    }
    assert!(LogRetention::from_text("+30").unwrap_err().hint.unwrap().starts_with("one of 1, 3, 5, "));
}

proptest! {
    /// What the code takes fits the pattern of the schema, and reading is stable.
    #[test]
    fn taken_values_fit_their_patterns(text in "[ -~ü\\n]{0,12}|[a-z0-9./x,-]{0,14}|https?://[a-z.:/0-9@?\\[\\]-]{0,14}") {
        fn check<T: FromText + ToString>(text: &str, pattern: &str) -> Result<(), TestCaseError> {
            if let Ok(value) = T::from_text(text) {
                prop_assert!(Regex::new(pattern).unwrap().is_match(text), "{} {}", pattern, text);
                let canonical = value.to_string();
                prop_assert_eq!(T::from_text(&canonical).map(|value| value.to_string()), Ok(canonical));
            }
            Ok(())
        }
        check::<BucketName>(&text, pattern::BUCKET)?;
        check::<Prefix>(&text, pattern::PREFIX)?;
        check::<BaseUrl>(&text, pattern::URL)?;
        check::<Region>(&text, pattern::REGION)?;
        check::<DistributionId>(&text, pattern::DISTRIBUTION)?;
        check::<CacheControl>(&text, pattern::CACHE_CONTROL)?;
        check::<Profile>(&text, pattern::LINE)?;
        check::<Dimension>(&text, pattern::DIMENSION)?;
        check::<Dimensions>(&text, pattern::DIMENSION_LIST)?;
    }
}

#[test]
fn arns_of_policies_and_roles() {
    for right in [
        "arn:aws:iam::111122223333:policy/resizer-boundary",
        "arn:aws-us-gov:iam::111122223333:policy/team/a.b@c",
        "arn:aws:iam::aws:policy/PowerUserAccess",
    ] {
        assert_eq!(out::<PolicyArn>(right), right);
        assert!(Regex::new(pattern::POLICY_ARN).unwrap().is_match(right), "{right}");
    }
    let role = "arn:aws-cn:iam::111122223333:role/service/resizer-stack";
    assert_eq!(out::<RoleArn>(role), role);
    assert!(Regex::new(pattern::ROLE_ARN).unwrap().is_match(role));
    assert_eq!(
        out::<RoleArn>("resizer-stack"),
        "must be an ARN such as `arn:aws:iam::111122223333:role/imgdeploy-stack`, not `resizer-stack`"
    );
    for wrong in [
        "",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:iam::aws:role/a",
        "arn:aws:iam::11112222333:role/a",
        "arn:aws:iam:eu-west-1:111122223333:role/a",
        "arn:aws:iam::111122223333:policy/a",
        "arn:aws:iam::111122223333:role/a b",
        "arn:aws:iam::111122223333:role/a\u{202e}",
        "arn:aws:sts::111122223333:assumed-role/a/b",
        "arn::iam::111122223333:role/a",
    ] {
        assert!(RoleArn::from_text(wrong).is_err(), "{wrong:?}");
    }
    assert!(PolicyArn::from_text(role).is_err());
}

//! Where the checks of the distribution have nothing to say: chains that work, and what could not be looked at.

use super::*;

#[test]
fn what_works_is_left_alone() {
    let fine: &[(&str, Change)] = &[
        ("no distribution", without_edge),
        ("no behaviour of its own, and a default one that keeps nothing", |s| {
            without_behavior(s);
            distribution(s, DEFAULT_TIMES, TIMES);
        }),
        ("the site comes from elsewhere", site_elsewhere),
        ("a broader behaviour before ours that keeps nothing", |s| ahead(s, "*.jpg", "shop", 0)),
        ("a behaviour for something else before ours", |s| ahead(s, "pages/*", "shop", 86_400)),
        ("a narrower one before ours, for other sizes", |s| ahead(s, "resized/1600x*", "shop", 86_400)),
        ("a leading slash", |s| distribution(s, "<PathPattern>resized/*<", "<PathPattern>/resized/*<")),
        ("CachingDisabled", |s| with_policy(s, "4135ea2d-6df8-44a3-9df3-4b5a84be39ad")),
        ("a policy that keeps no redirects", |s| cache_policy(s, 0, 0, "Origin")),
        ("a cached image", |s| {
            s.walks[0].hops[2].headers.insert("x-cache".to_owned(), "Hit from cloudfront".to_owned());
        }),
        ("a redirect to https", |s| {
            let hop = &mut s.walks[0].hops[0];
            hop.headers.insert("location".to_owned(), "https://images.example.com/".to_owned());
            hop.headers.insert("x-cache".to_owned(), "Hit from cloudfront".to_owned());
        }),
        ("a website origin in the other spelling", |s| {
            distribution(s, "s3-website-eu-west-1", "s3-website.eu-west-1")
        }),
        ("an error page with its own status", |s| error_page(s, 404, 404)),
        ("an error page for other errors", |s| error_page(s, 500, 200)),
        ("the distribution's own domain", |s| url(s, "https://d111111abcdef8.cloudfront.net")),
        ("upper case, and a path", |s| url(s, "https://Images.Example.com/")),
        ("a wildcard alias", |s| distribution(s, "<CNAME>images.example.com<", "<CNAME>*.example.com<")),
        ("attached without the distribution in front", |s| {
            without_behavior(s);
            edge(s).attached = false;
            url(s, "http://shop-pictures.s3-website-eu-west-1.amazonaws.com");
        }),
        ("another one of several", |s| {
            by_hand(s);
            url(s, "https://other.example.com");
            s.edges = Fact::Known(vec!["E2EXAMPLE1".to_owned(), "E2EXAMPLE2".to_owned()]);
        }),
        ("an empty prefix and a default behaviour that keeps nothing", |s| {
            classic(s);
            s.edge = healthy().edge;
            edge(s).attached = false;
            url(s, "https://images.example.com");
            without_behavior(s);
            distribution(s, DEFAULT_TIMES, TIMES);
        }),
        ("a private site for which nobody wants resizing", |s| {
            by_hand(s);
            s.apis.clear();
            s.function = None;
            s.walks.clear();
            rest(s);
            rules(s, &[]);
        }),
        ("a function URL in second place", |s| {
            rest(s);
            other_origin(s, "resizer", "abc.lambda-url.eu-west-1.on.aws");
            distribution(
                s,
                "<OriginGroups><Quantity>0</Quantity></OriginGroups>",
                "<OriginGroups><Quantity>1</Quantity><Items><OriginGroup><Id>both</Id><FailoverCriteria><StatusCodes><Quantity>1</Quantity><Items><StatusCode>403</StatusCode></Items></StatusCodes></FailoverCriteria><Members><Quantity>2</Quantity><Items><OriginGroupMember><OriginId>shop</OriginId></OriginGroupMember><OriginGroupMember><OriginId>resizer</OriginId></OriginGroupMember></Items></Members></OriginGroup></Items></OriginGroups>",
            );
            distribution(
                s,
                "<PathPattern>resized/*</PathPattern><TargetOriginId>shop<",
                "<PathPattern>resized/*</PathPattern><TargetOriginId>both<",
            );
        }),
    ];
    for (variant, change) in fine {
        let diagnosis = after(change);
        let codes: Vec<&str> = diagnosis.headlines.iter().map(|headline| headline.code).collect();
        // Others may have to say that nobody attached the site's bucket.
        let codes: Vec<&str> = codes.into_iter().filter(|code| ("IMG075".."IMG090").contains(code)).collect();
        assert!(codes.is_empty(), "{variant}: {:#?}", diagnosis.headlines);
        assert_eq!(diagnosis.not_checked, [], "{variant}");
    }
}

#[test]
fn an_unknown_is_not_checked() {
    let all = [
        "IMG003", "IMG004", "IMG075", "IMG076", "IMG077", "IMG078", "IMG079", "IMG080", "IMG081", "IMG082",
        "IMG083", "IMG084", "IMG085", "IMG086", "IMG087", "IMG088", "IMG089", "IMG091",
    ];
    let cases: &[(&str, &[&str], Change)] = &[
        ("cloudfront:GetDistributionConfig", &all, |s| {
            edge(s).document = unseen("cloudfront:GetDistributionConfig");
        }),
        ("cloudfront:GetCachePolicy", &["IMG079", "IMG083", "IMG089"], |s| {
            with_policy(s, "p-1");
            edge(s).policies.insert("p-1".to_owned(), unseen("cloudfront:GetCachePolicy"));
        }),
        ("cloudfront:GetCachePolicy", &["IMG079", "IMG083", "IMG089"], |s| with_policy(s, "p-2")),
        ("cloudfront:GetDistribution", &["IMG087", "IMG088"], |s| {
            edge(s).status = unseen("cloudfront:GetDistribution");
            edge(s).domain = unseen("cloudfront:GetDistribution");
            url(s, "https://cdn.example.org");
        }),
    ];
    for (action, codes, change) in cases {
        let unchecked = not_checked(action, change);
        assert_eq!(unchecked, *codes, "{action}");
    }
    assert!(
        after(without_edge).nothing_to_check.iter().filter(|code| **code >= "IMG074").count() >= all.len()
    );
}

//! The file that `init` writes reads back to what was found.

use super::schema::text_fits;
use super::{file, given};
use crate::settings::table::SETTINGS;
use crate::settings::write::{FoundBucket, FoundDistribution, InitFacts, OriginKind, settings_file};
use crate::settings::{DistributionChoice, Given, Site, resolve};
use proptest::prelude::*;

fn distribution(id: &str, aliases: &[&str], origin_kind: OriginKind) -> FoundDistribution {
    FoundDistribution {
        id: id.into(),
        domain: format!("{}.cloudfront.net", id.to_lowercase()),
        aliases: aliases.iter().map(|alias| (*alias).into()).collect(),
        origin_kind,
    }
}

fn bucket(name: &str, distributions: Vec<FoundDistribution>) -> FoundBucket {
    FoundBucket {
        name: name.into(),
        region: "eu-west-1".into(),
        website: true,
        public_access_blocked: Some(false),
        distributions,
    }
}

/// The settings without their origins and name, to compare.
fn plain(mut site: Site) -> Site {
    site.origins.clear();
    site.name = None;
    site
}

#[test]
fn the_file_for_two_buckets() {
    let facts = InitFacts {
        buckets: vec![
            bucket("shop-images", vec![distribution("ESHOP", &["img.example.com"], OriginKind::Rest)]),
            FoundBucket {
                website: false,
                public_access_blocked: Some(true),
                ..bucket(
                    "20.5e1",
                    vec![
                        distribution("EONE", &[], OriginKind::Website),
                        distribution("ETWO", &["a.example.com", "b.example.com"], OriginKind::Website),
                    ],
                )
            },
            FoundBucket { public_access_blocked: None, ..bucket("alone", vec![]) },
            bucket("Old_Bucket", vec![]),
        ],
    };
    let text = settings_file(&facts);
    let sites = text.split_once("sites:\n").unwrap().1;
    assert_eq!(
        sites,
        "  # It is a website.
  shop-images:
    bucket: shop-images
    region: eu-west-1
    # img.example.com, eshop.cloudfront.net: its origin is the bucket's REST endpoint, where routing
    # rules never run, so attach adds the website endpoint.
    distribution: ESHOP

  # It is not a website yet: attach makes it one.
  # Its public access block keeps everything private: attach needs --allow-public to open the
  # derived images.
  '20.5e1':
    bucket: '20.5e1'
    region: eu-west-1
    # Several CloudFront distributions have this bucket as an origin: choose one.
    # eone.cloudfront.net: its origin is the bucket's website endpoint.
    #distribution: EONE
    # a.example.com, b.example.com, etwo.cloudfront.net: its origin is the bucket's website
    # endpoint.
    #distribution: ETWO

  # It is a website.
  # Its public access block could not be read.
  alone:
    bucket: alone
    region: eu-west-1
    # No CloudFront distribution has this bucket as an origin.
    #no-distribution: true

  # Left out: bucket \"Old_Bucket\" isn't a bucket's name: `Old_Bucket` has 'O'; only a-z, 0-9, `.`
  # and `-` can be in it
"
    );
    let read = file(&text).unwrap();
    assert_eq!(
        read.sites().collect::<Vec<_>>(),
        [("20.5e1", "20.5e1"), ("alone", "alone"), ("shop-images", "shop-images")]
    );
}

#[test]
fn the_settings_that_are_commented_out_are_the_defaults() {
    let facts = InitFacts { buckets: vec![bucket("abc", vec![])] };
    let text = settings_file(&facts);
    for setting in SETTINGS.iter().filter(|setting| setting.shared) {
        let key = format!("  #{}: ", setting.name);
        assert_eq!(text.lines().filter(|line| line.starts_with(&key)).count(), 1, "{key}");
    }
    // Those without a default are examples: they stay comments.
    let taken_in: String = text
        .lines()
        .map(|line| {
            let name = line.trim().trim_start_matches('#').split(':').next().unwrap();
            let has_default =
                SETTINGS.iter().any(|setting| setting.name == name && setting.default.is_some());
            let in_defaults = line.starts_with("  #");
            if has_default && in_defaults { line.replacen('#', "", 1) + "\n" } else { line.to_owned() + "\n" }
        })
        .collect();
    assert_ne!(taken_in, text);
    let (as_written, taken_in) = (file(&text).unwrap(), file(&taken_in).unwrap());
    let resolved = |file| plain(resolve(&Given::default(), Some(file)).unwrap());
    assert_eq!(resolved(&as_written), resolved(&taken_in));
    // And all of them, examples too, are right settings.
    let everything: String = text
        .lines()
        .map(|line| if line.starts_with("  #no-") { line.to_owned() } else { uncommented(line) } + "\n")
        .collect();
    let all = resolve(&Given::default(), Some(&file(&everything).unwrap())).unwrap();
    assert_eq!(all.url.unwrap().as_str(), "https://cdn.example.com");
    assert!(text_fits(&everything));
}

fn uncommented(line: &str) -> String {
    let behind = line.trim_start().trim_start_matches('#');
    if line.starts_with("  #") && !behind.starts_with(' ') {
        line.replacen('#', "", 1)
    } else {
        line.to_owned()
    }
}

#[test]
fn an_account_without_buckets_gives_a_right_file_too() {
    let text = settings_file(&InitFacts::default());
    assert!(text.contains("No bucket was found."));
    assert_eq!(file(&text).unwrap().sites().count(), 0);
    assert!(text_fits(&text));
}

fn any_bucket() -> impl Strategy<Value = FoundBucket> {
    let distributions = prop::collection::vec(("E[A-Z0-9]{1,13}", ".{0,12}", prop::bool::ANY), 0..3);
    (
        "[a-z0-9][a-z0-9.-]{1,20}[a-z0-9]|[0-9]{3,5}|null|true|0x1f|1e3|12:30:45",
        prop::option::of(prop::bool::ANY),
        distributions,
    )
        .prop_map(|(name, blocked, distributions)| FoundBucket {
            public_access_blocked: blocked,
            distributions: distributions
                .into_iter()
                .map(|(id, alias, website)| {
                    let kind = if website { OriginKind::Website } else { OriginKind::Rest };
                    distribution(&id, &[&alias], kind)
                })
                .collect(),
            ..bucket(&name, vec![])
        })
}

proptest! {
    #[test]
    fn any_facts_read_back(mut buckets in prop::collection::vec(any_bucket(), 0..4)) {
        buckets.sort_by(|one, other| one.name.cmp(&other.name));
        buckets.dedup_by(|one, other| one.name == other.name);
        let text = settings_file(&InitFacts { buckets: buckets.clone() });
        prop_assert!(text_fits(&text), "{}", text);
        let read = file(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        for found in &buckets {
            use crate::settings::value::{BucketName, FromText};
            if BucketName::from_text(&found.name).is_err() {
                continue;
            }
            let site = resolve(&given(&[("site", &found.name)]), Some(&read)).unwrap();
            let choice = match found.distributions.as_slice() {
                [only] => Some(only.id.as_str()),
                _ => None,
            };
            prop_assert_eq!(site.bucket.as_str(), &found.name);
            prop_assert_eq!(site.access.region.as_ref().unwrap().as_str(), "eu-west-1");
            prop_assert_eq!(site.distribution.id().map(|id| id.as_str()), choice);
            // Nothing else was said: all as without a file.
            let mut expected = resolve(&given(&[("bucket", &found.name), ("region", "eu-west-1")]), None).unwrap();
            expected.distribution = match choice {
                Some(_) => site.distribution.clone(),
                None => DistributionChoice::Find,
            };
            prop_assert_eq!(plain(site), plain(expected));
        }
    }
}

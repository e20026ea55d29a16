//! Which layer wins, which site is meant.

use super::{file, given, shown};
use crate::settings::value::{DistributionId, FromText};
use crate::settings::{DistributionChoice, Given, Origin, SettingsError, Site, describe, load, resolve};
use std::path::{Path, PathBuf};

const FILE: &str = "\
version: 1
defaults:
  memory: 512
  timeout: 10
  distribution: EDEFAULT
sites:
  shop:
    bucket: shop-images
    memory: 2048
    zip: build/f.zip
  blog:
    bucket: blog-images
    no-distribution: true
";

fn resolved(values: &[(&'static str, &str)]) -> Result<Site, SettingsError> {
    resolve(&given(values), Some(&file(FILE).unwrap()))
}

fn in_file(line: usize, column: usize) -> Origin {
    Origin::File { path: PathBuf::from("imgdeploy.yaml"), line, column }
}

#[test]
fn a_flag_wins_over_a_variable_over_the_site_over_defaults_over_the_built_in() {
    let env = ("$memory", "1024");
    let flag = ("memory", "4096");
    for (values, memory, origin) in [
        (vec![("site", "shop"), flag], 4096, Origin::Flag),
        (vec![("site", "shop"), env], 1024, Origin::Env("IMGDEPLOY_MEMORY")),
        (vec![("site", "shop")], 2048, in_file(9, 13)),
        (vec![("site", "blog")], 512, in_file(3, 11)),
        (vec![("bucket", "not-in-file")], 512, in_file(3, 11)),
    ] {
        let site = resolved(&values).unwrap();
        assert_eq!((site.memory, site.origin("memory")), (memory, &origin), "{values:?}");
    }
    let without = resolve(&given(&[("bucket", "abc")]), None).unwrap();
    assert_eq!((without.memory, without.origin("memory")), (1024, &Origin::Default));
}

#[test]
fn the_stronger_layer_decides_about_the_distribution() {
    let id = |id| DistributionChoice::Id(DistributionId::from_text(id).unwrap());
    for (values, choice, origin) in [
        (vec![("site", "shop")], id("EDEFAULT"), in_file(5, 17)),
        (vec![("site", "blog")], DistributionChoice::Without, in_file(13, 22)),
        (vec![("site", "blog"), ("distribution", "E1")], id("E1"), Origin::Flag),
        (vec![("site", "blog"), ("$distribution", "E1")], id("E1"), Origin::Env("IMGDEPLOY_DISTRIBUTION")),
        (vec![("site", "shop"), ("no-distribution", "true")], DistributionChoice::Without, Origin::Flag),
        (
            vec![("site", "shop"), ("no-distribution", "true"), ("$distribution", "E1")],
            DistributionChoice::Without,
            Origin::Flag,
        ),
        (
            vec![("site", "blog"), ("$no-distribution", "false")],
            DistributionChoice::Find,
            Origin::Env("IMGDEPLOY_NO_DISTRIBUTION"),
        ),
    ] {
        let site = resolved(&values).unwrap();
        assert_eq!((&site.distribution, site.origin("distribution")), (&choice, &origin), "{values:?}");
    }
    let both =
        resolved(&[("site", "shop"), ("distribution", "E1"), ("no-distribution", "true")]).unwrap_err();
    assert_eq!(
        shown(&both),
        "--distribution and --no-distribution exclude each other\n\nhint: give one of the two"
    );
}

#[test]
fn the_site_is_found_by_name_or_bucket_or_because_it_is_the_only_one() {
    let name = |values| resolved(values).unwrap().name;
    assert_eq!(name(&[("site", "shop")]).as_deref(), Some("shop"));
    assert_eq!(name(&[("bucket", "blog-images")]).as_deref(), Some("blog"));
    assert_eq!(name(&[("$bucket", "blog-images"), ("site", "blog")]).as_deref(), Some("blog"));
    assert_eq!(name(&[("bucket", "new-images")]), None);
    let one = file("version: 1\nsites: {only: {bucket: abc}}").unwrap();
    let site = resolve(&Given::default(), Some(&one)).unwrap();
    assert_eq!((site.name.as_deref(), site.bucket.as_str()), (Some("only"), "abc"));
}

#[test]
fn where_no_site_can_be_chosen_the_choices_are_named() {
    for (values, expected) in [
        (
            vec![],
            "imgdeploy.yaml has 2 sites, and none is named\n\nhint: give --site NAME; the sites are `blog` (bucket blog-images), `shop` (bucket shop-images)",
        ),
        (
            vec![("site", "shpo")],
            "--site names the site `shpo`, which is not in imgdeploy.yaml\n\nhint: did you mean `shop`?",
        ),
        (
            vec![("$site", "news")],
            "IMGDEPLOY_SITE names the site `news`, which is not in imgdeploy.yaml\n\nhint: the sites are `blog` (bucket blog-images), `shop` (bucket shop-images)",
        ),
        (
            vec![("site", "shop"), ("$bucket", "blog-images")],
            "IMGDEPLOY_BUCKET says `blog-images`, but --site names the site `shop`, whose bucket is `shop-images`\n\nhint: give one of the two",
        ),
    ] {
        assert_eq!(shown(&resolved(&values).unwrap_err()), expected);
    }
    let nothing = resolve(&Given::default(), None).unwrap_err();
    assert_eq!(
        shown(&nothing),
        "no bucket is given, and there is no settings file\n\nhint: give --bucket NAME, or let `imgdeploy init` write imgdeploy.yaml"
    );
    let site = resolve(&given(&[("site", "shop")]), None).unwrap_err();
    assert!(site.to_string().starts_with("--site names the site `shop`, but there is no settings file"));
    let empty = resolve(&Given::default(), Some(&file("version: 1").unwrap())).unwrap_err();
    assert!(empty.to_string().starts_with("no bucket is given, and imgdeploy.yaml has no site"));
}

#[test]
fn wrong_flags_and_variables_are_told_together_by_the_name_that_was_written() {
    let error =
        resolved(&[("$timeout", "30"), ("memory", "much"), ("url", "x"), ("prefix", "a b/")]).unwrap_err();
    assert_eq!(
        shown(&error),
        "\
5 problems in the settings

--prefix can't have ' ' in it: `a b/` stands in routing rules, path patterns, policies and URLs, where only A-Z, a-z, 0-9, `-`, `_`, `.`, `~` and `/` mean themselves

--url must begin with `https://` or `http://`, not `x`
hint: write `https://x`

--memory must be a whole number from 128 to 10240 MB, not `much`
hint: Lambda gives a function 128 to 10240 MB

IMGDEPLOY_TIMEOUT must be a whole number from 1 to 29 seconds, not `30`
hint: API Gateway answers 504 after 29 seconds, whatever the function still does

imgdeploy.yaml has 2 sites, and none is named
hint: give --site NAME; the sites are `blog` (bucket blog-images), `shop` (bucket shop-images)"
    );
}

#[test]
fn the_description_names_every_setting_with_its_origin() {
    let site =
        resolved(&[("site", "shop"), ("prefix", ""), ("$quality", "70"), ("region", "eu-west-1")]).unwrap();
    let lines: Vec<String> = describe(&site)
        .into_iter()
        .map(|(name, value, origin)| format!("{name} = {value} <{origin}>"))
        .collect();
    assert_eq!(
        lines.join("\n"),
        "\
bucket = shop-images <imgdeploy.yaml:8:13>
distribution = EDEFAULT <imgdeploy.yaml:5:17>
delivery = website <default>
prefix = (empty) <flag>
url = (distribution's domain or website endpoint) <default>
sources = (none) <default>
security-key = (none) <default>
allow-unsafe = false <default>
zip = build/f.zip <imgdeploy.yaml:10:10>
arch = arm64 <default>
redirect = 307 <default>
allowed-dimensions = (all) <default>
presets = (none) <default>
presets-only = false <default>
keep-metadata = icc,copyright <default>
quality = 70 <environment IMGDEPLOY_QUALITY>
cache-control = public, max-age=1209600 <default>
max-pixels = 50000000 <default>
max-bytes = 52428800 <default>
max-output-pixels = 16000000 <default>
memory = 2048 <imgdeploy.yaml:9:13>
timeout = 10 <imgdeploy.yaml:4:12>
throttle-rate = 50 <default>
throttle-burst = 100 <default>
log-retention = 30 <default>
batch = false <default>
max-concurrency = 20 <default>
on-upload = (none) <default>
permissions-boundary = (none) <default>
stack-role = (the caller's rights) <default>
profile = (AWS default) <default>
region = eu-west-1 <flag>
endpoint-url = (AWS) <default>"
    );
    let mut named: Vec<&str> = describe(&site).into_iter().map(|(name, ..)| name).collect();
    named.push("no-distribution");
    for setting in crate::settings::table::SETTINGS {
        assert!(named.contains(&setting.name), "{}", setting.name);
    }
}

#[test]
fn the_file_is_found_where_it_is_named_or_lies() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    assert!(load(&Given::default(), here).unwrap().is_none());
    std::fs::write(here.join("imgdeploy.yaml"), "version: 1\nsites: {a: {bucket: aaa}}").unwrap();
    std::fs::create_dir(here.join("sub")).unwrap();
    std::fs::write(here.join("sub/other.yaml"), "version: 1\nsites: {b: {bucket: bbb, zip: f.zip}}").unwrap();
    let found = load(&Given::default(), here).unwrap().unwrap();
    assert_eq!(found.sites().collect::<Vec<_>>(), [("a", "aaa")]);
    assert_eq!(found.path(), Path::new("imgdeploy.yaml"));

    let named =
        |path: &str, origin| Given { config: Some((PathBuf::from(path), origin)), ..Given::default() };
    let other = load(&named("sub/other.yaml", Origin::Flag), here).unwrap().unwrap();
    let site = resolve(&Given::default(), Some(&other)).unwrap();
    assert_eq!(site.zip.as_deref(), Some(Path::new("sub/f.zip")), "from the file's folder");
    let flag = resolve(&given(&[("zip", "f.zip")]), Some(&other)).unwrap();
    assert_eq!(flag.zip.as_deref(), Some(Path::new("f.zip")), "from the working directory");

    let missing = load(&named("none.yaml", Origin::Env("IMGDEPLOY_CONFIG")), here).unwrap_err();
    assert_eq!(
        shown(&missing),
        "the settings file none.yaml that IMGDEPLOY_CONFIG names doesn't exist\n\nhint: `imgdeploy init` writes one"
    );
}

#[test]
fn what_nothing_would_come_of_is_refused() {
    let bucket = ("bucket", "abc");
    for (values, says) in [
        (vec![("presets-only", "true")], "there are no `presets`"),
        (vec![("presets", "all=300x/filters:keep(exif)")], "`keep-metadata` does not name"),
        (
            vec![("presets", "all=300x/filters:keep(all-exif)"), ("keep-metadata", "icc,exif")],
            "`keep-metadata` does not name",
        ),
        (vec![("on-upload", "300x/filters:keep(exif)")], "`keep-metadata` does not name"),
        (vec![("on-upload", "300x;thumb")], "neither a spec nor one of `presets`"),
        (vec![("on-upload", "300x/filters:format(auto)")], "direct route only"),
        (vec![("presets", "all=300x/filters:format(auto)")], "direct route only"),
        (
            vec![("allowed-dimensions", "300x200,9000x9000")],
            "`9000x9000`, which is more than the 16000000 pixels",
        ),
        (vec![("presets", "big=300x200"), ("max-output-pixels", "59999")], "more than the 59999 pixels"),
    ] {
        let values: Vec<_> = values.into_iter().chain([bucket]).collect();
        let error = shown(&resolve(&given(&values), None).unwrap_err());
        assert!(error.contains(says) && error.contains("hint: "), "{values:?}: {error}");
    }
    for values in [
        vec![("presets-only", "true"), ("presets", "thumb=300x200")],
        vec![("presets", "all=300x/filters:keep(exif,icc)"), ("keep-metadata", "icc,all-exif")],
        vec![("presets", "auto=300x/filters:format(auto)"), ("sources", "images.example.com")],
        vec![("on-upload", "300x;thumb"), ("presets", "thumb=300x200")],
        vec![("allowed-dimensions", "9000x,x9000,4000x4000")],
        vec![("keep-metadata", "none")],
    ] {
        let values: Vec<_> = values.into_iter().chain([bucket]).collect();
        assert!(resolve(&given(&values), None).is_ok(), "{values:?}");
    }
}

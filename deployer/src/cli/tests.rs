//! The command line: clap's own check, help as a snapshot, and which source wins.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::settings::table::SETTINGS;
use crate::settings::{Origin, access, images, resolve};
use std::collections::BTreeMap;

fn with_env(words: &[&str], env: &[(&str, &str)]) -> Result<Invocation, clap::Error> {
    let env: BTreeMap<&str, &str> = env.iter().copied().collect();
    parse([&["imgdeploy"], words].concat(), &|name| env.get(name).map(|text| (*text).to_owned()))
}

fn origin(words: &[&str], env: &[(&str, &str)], setting: &str) -> Option<(String, Origin)> {
    let given = with_env(words, env).unwrap().given;
    given.values.get(setting).map(|value| (value.text.clone(), value.origin.clone()))
}

#[test]
fn clap_finds_nothing_wrong_with_the_definition() {
    Cli::command().debug_assert();
}

/// Help at a fixed width, long form.
fn help(command: &str) -> String {
    let mut root = Cli::command().term_width(100);
    root.build();
    let found = match command {
        "" => &mut root,
        name => root.find_subcommand_mut(name).unwrap(),
    };
    found.clone().term_width(100).render_long_help().to_string()
}

#[test]
fn help_of_all_commands() {
    let all: String = [
        "",
        "init",
        "build",
        "attach",
        "detach",
        "up",
        "down",
        "update-code",
        "rollback",
        "status",
        "logs",
        "dev",
        "resize",
        "completions",
        "man",
    ]
    .map(|command| format!("$ imgdeploy {command} --help\n{}\n", help(command)))
    .concat();
    let tidy: Vec<&str> = all.lines().map(str::trim_end).collect();
    insta::assert_snapshot!("help", tidy.join("\n"));
}

#[test]
fn every_flag_has_help_and_every_setting_its_variable_and_default() {
    let mut root = Cli::command();
    root.build();
    for command in root.get_subcommands() {
        for flag in command.get_arguments().filter(|argument| !argument.is_positional()) {
            let name = flag.get_long().unwrap();
            assert!(flag.get_help().is_some_and(|help| !help.to_string().is_empty()), "{name}");
            if matches!(name, "help" | "version")
                || command.get_name() == "init" && matches!(name, "bucket" | "distribution")
                // The time for a look, not for an image.
                || command.get_name() == "doctor" && name == "timeout"
                // Sizes to try, or to reckon with: they set nothing.
                || matches!(command.get_name(), "tune" | "cost") && name == "memory"
                // Of originals, not of derived keys.
                || command.get_name() == "purge" && name == "prefix"
            {
                continue;
            }
            let help = flag.get_help().unwrap().to_string();
            let default = help.contains("[default: ")
                || help.contains("without it")
                || !flag.get_default_values().is_empty()
                || flag.is_required_set();
            assert!(default || name == "zip", "--{name} of {} says no default", command.get_name());
            let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
                continue;
            };
            assert_eq!(flag.get_env().and_then(|name| name.to_str()), Some(setting.env), "{name}");
            if let Some(default) = setting.default.filter(|default| !default.is_empty()) {
                assert!(help.ends_with(&format!("[default: {default}]")), "{name}: {help}");
            }
        }
    }
    let attach = root.find_subcommand("attach").unwrap();
    for setting in SETTINGS {
        assert!(attach.get_arguments().any(|flag| flag.get_long() == Some(setting.name)), "{}", setting.name);
    }
}

#[test]
fn a_flag_wins_over_its_variable_wherever_it_stands() {
    let env = [("IMGDEPLOY_REGION", "us-east-1"), ("IMGDEPLOY_MEMORY", "512")];
    let flag = |text: &str| Some((text.to_owned(), Origin::Flag));
    let variable = |text: &str, name| Some((text.to_owned(), Origin::Env(name)));
    assert_eq!(origin(&["--region", "eu-west-1", "attach"], &env, "region"), flag("eu-west-1"));
    assert_eq!(origin(&["attach", "--region", "eu-west-1"], &env, "region"), flag("eu-west-1"));
    assert_eq!(origin(&["attach"], &env, "region"), variable("us-east-1", "IMGDEPLOY_REGION"));
    assert_eq!(origin(&["attach", "--memory=1024"], &env, "memory"), flag("1024"));
    assert_eq!(origin(&["attach"], &env, "memory"), variable("512", "IMGDEPLOY_MEMORY"));
    assert_eq!(origin(&["attach", "--no-distribution"], &[], "no-distribution"), flag("true"));
    assert_eq!(origin(&["attach", "--prefix", ""], &[("IMGDEPLOY_PREFIX", "x/")], "prefix"), flag(""));
    assert_eq!(
        origin(&["attach"], &[("IMGDEPLOY_PREFIX", "")], "prefix"),
        None,
        "an empty variable is not set"
    );
    // A flag of another meaning is not taken for the setting.
    assert_eq!(origin(&["purge", "--prefix", "pics/"], &[], "prefix"), None);
    // A command without the flag sees the variable all the same.
    assert_eq!(origin(&["detach"], &env, "memory"), variable("512", "IMGDEPLOY_MEMORY"));
}

#[test]
fn variables_of_aws_come_after_ours() {
    let aws = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-2"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1/"),
    ];
    let given = with_env(&["init"], &aws).unwrap().given;
    let found = access(&given).unwrap();
    assert_eq!(found.region.unwrap().as_str(), "eu-west-1");
    assert_eq!(found.endpoint_url.unwrap().as_str(), "http://127.0.0.1:1");
    let both = [&aws[..], &[("IMGDEPLOY_REGION", "us-east-1")]].concat();
    assert_eq!(origin(&["init"], &both, "region").unwrap().1, Origin::Env("IMGDEPLOY_REGION"));
    assert_eq!(origin(&["init", "--region", "x"], &both, "region").unwrap().1, Origin::Flag);
    assert_eq!(origin(&["init"], &aws[1..], "region").unwrap().1, Origin::Env("AWS_DEFAULT_REGION"));
    let wrong = with_env(&["init"], &[("AWS_ENDPOINT_URL", "localhost:1")]).unwrap().given;
    assert!(access(&wrong).unwrap_err().to_string().starts_with("AWS_ENDPOINT_URL must begin with"));
}

/// clap reads the real environment, which a test can't set in its own process: so a child runs this
/// very test with variables set.
#[test]
fn variables_of_the_real_process_are_told_from_flags() {
    const INNER: &str = "IMGDEPLOY_TEST_INNER";
    if std::env::var_os(INNER).is_some() {
        let env = |name: &str| std::env::var(name).ok();
        let words = ["imgdeploy", "--region", "eu-west-1", "attach", "--memory", "1024", "--no-distribution"];
        let given = parse(words, &env).unwrap().given;
        let site = resolve(&given, None).unwrap();
        let origins: Vec<String> = ["bucket", "distribution", "region", "memory", "timeout", "quality"]
            .map(|name| site.origin(name).to_string())
            .into();
        assert_eq!(
            origins,
            [
                "environment IMGDEPLOY_BUCKET",
                "flag",
                "flag",
                "flag",
                "environment IMGDEPLOY_TIMEOUT",
                "default"
            ]
        );
        assert_eq!(given.config.unwrap().1, Origin::Env("IMGDEPLOY_CONFIG"));
        return;
    }
    let this = "cli::tests::variables_of_the_real_process_are_told_from_flags";
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([this, "--exact", "--nocapture"])
        .envs([
            (INNER, "1"),
            ("IMGDEPLOY_BUCKET", "abc"),
            ("IMGDEPLOY_REGION", "us-east-1"),
            ("IMGDEPLOY_TIMEOUT", "7"),
        ])
        .envs([
            ("IMGDEPLOY_MEMORY", "512"),
            ("IMGDEPLOY_CONFIG", "x.yaml"),
            ("IMGDEPLOY_NO_DISTRIBUTION", ""),
        ])
        .env_remove("IMGDEPLOY_QUALITY")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}{}", String::from_utf8_lossy(&child.stderr));
    assert!(said.contains("1 passed"), "the inner test did not run: {said}");
}

#[test]
fn wrong_usage_ends_with_2_and_help_with_0() {
    for (words, code) in [
        (vec![], 2),
        (vec!["atach"], 2),
        (vec!["attach", "--prefx", "a/"], 2),
        (vec!["attach", "--exit-code"], 2),
        (vec!["detach", "--memory", "512"], 2),
        (vec!["dev", "--cdn-port", "70000"], 2),
        (vec!["attach", "--output", "xml"], 2),
        (vec!["attach", "--bucket", "a", "--bucket", "b"], 2),
        (vec!["resize"], 2),
        (vec!["resize", "300x200"], 2),
        (vec!["help"], 2),
        (vec!["--help"], 0),
        (vec!["attach", "-h"], 0),
        (vec!["--version"], 0),
    ] {
        assert_eq!(with_env(&words, &[]).unwrap_err().exit_code(), code, "{words:?}");
    }
}

#[test]
fn the_arguments_of_each_command() {
    let Command::Attach(attach) =
        with_env(&["attach", "--dry-run", "--exit-code", "--allow-public"], &[]).unwrap().cli.command
    else {
        panic!("not attach")
    };
    assert!(attach.dry.dry_run && attach.dry.exit_code && attach.allow_public);

    let Command::Detach(detach) = with_env(&["detach", "--delete-derived"], &[]).unwrap().cli.command else {
        panic!("not detach")
    };
    assert!(detach.delete_derived && !detach.dry.dry_run);

    let Command::Dev(dev) = with_env(&["dev", "--cdn-port", "8080"], &[]).unwrap().cli.command else {
        panic!("not dev")
    };
    assert_eq!((dev.cdn_port, dev.website_port, dev.api_port), (8080, 0, 0));

    let words = [
        "resize",
        "-300x-200",
        "a.jpg",
        "-",
        "--out-dir",
        "o",
        "--also",
        "-9x",
        "--also=8x",
        "--force",
        "-v",
    ];
    let cli = with_env(&words, &[]).unwrap().cli;
    let Command::Resize(resize) = cli.command else { panic!("not resize") };
    assert_eq!((resize.spec.as_str(), resize.files.len(), cli.global.verbose), ("-300x-200", 2, 1));
    assert_eq!((resize.also, resize.force), (vec!["-9x".to_owned(), "8x".to_owned()], true));
    let limits = ["resize", "9x", "a.jpg", "--max-pixels", "7"];
    let env = [("IMGDEPLOY_QUALITY", "60"), ("IMGDEPLOY_MAX_PIXELS", "8")];
    let found = images(&with_env(&limits, &env).unwrap().given).unwrap();
    assert_eq!((found.max_pixels, found.quality, found.max_output_pixels), (7, 60, 16_000_000));
    let wrong = with_env(&["resize", "9x", "a.jpg"], &[("IMGDEPLOY_QUALITY", "0")]).unwrap().given;
    assert!(images(&wrong).unwrap_err().to_string().starts_with("IMGDEPLOY_QUALITY "));

    let words = [
        "init",
        "--bucket",
        "abc",
        "--bucket",
        "bcd",
        "--distribution",
        "E1",
        "--force",
        "-vv",
        "--output",
        "json",
    ];
    let cli = with_env(&words, &[]).unwrap().cli;
    assert_eq!((cli.global.verbose, cli.global.output), (2, OutputFormat::Json));
    let Command::Init(init) = cli.command else { panic!("not init") };
    let (buckets, distribution) = init.named().unwrap();
    assert_eq!(buckets.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["abc", "bcd"]);
    assert_eq!(distribution.unwrap().as_str(), "E1");
    assert_eq!((init.output_file.to_str(), init.force), (Some("imgdeploy.yaml"), true));

    let Command::Init(wrong) =
        with_env(&["init", "--bucket", "A", "--distribution", "x"], &[]).unwrap().cli.command
    else {
        panic!("not init")
    };
    assert_eq!(wrong.named().unwrap_err().problems().len(), 2);
}

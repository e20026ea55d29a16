//! What README.md says about flags is what `--help` says: no flag is missing, none is invented, defaults agree.

use std::collections::{BTreeMap, BTreeSet};

use test_support::tool::Tool;
use test_support::workspace;

const COMMANDS: [&str; 17] = [
    "init",
    "doctor",
    "attach",
    "detach",
    "update-code",
    "rollback",
    "dev",
    "resize",
    "status",
    "logs",
    "purge",
    "build",
    "batch",
    "up",
    "down",
    "tune",
    "cost",
];
/// Heading under which each command's help repeats the flags of all.
const EVERYWHERE: &str = "Everywhere";

/// What is said about a flag.
#[derive(Debug, Clone)]
struct Flag {
    /// `--bucket NAME`
    usage: String,
    heading: String,
    /// Where the help names one.
    default: Option<String>,
}

fn help(arguments: &[&str]) -> String {
    Tool::new(env!("CARGO_BIN_EXE_imgdeploy")).run(arguments).exits(0).stdout
}

/// The flags in a help text. A flag stands at most six columns from the left, its explanation ten.
fn flags(help: &str) -> BTreeMap<String, Flag> {
    let mut found: Vec<(Flag, String)> = Vec::new();
    let mut heading = "";
    for line in help.lines().filter(|line| !line.is_empty()) {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        if indent == 0 {
            heading = text.trim_end_matches(':');
        } else if let Some(at) = text.find("--").filter(|_| text.starts_with('-') && indent <= 6) {
            let usage = text[at..].replace(['<', '>'], "").replace("...", "");
            let flag = Flag { usage, heading: heading.to_owned(), default: None };
            found.push((flag, String::new()));
        } else if let Some((_, said)) = found.last_mut().filter(|_| indent >= 10) {
            said.push_str(text);
            said.push(' ');
        }
    }
    let named = found.into_iter().map(|(flag, said)| {
        let default = said.rsplit_once("[default: ").and_then(|(_, rest)| rest.split_once(']'));
        let default = default.map(|(default, _)| default.to_owned());
        (name(&flag.usage), Flag { default, ..flag })
    });
    named.collect()
}

fn name(usage: &str) -> String {
    usage.split(' ').next().unwrap().to_owned()
}

fn readme() -> String {
    std::fs::read_to_string(workspace::root().join("README.md")).unwrap()
}

/// The text under a heading, up to the next one.
fn section<'t>(readme: &'t str, heading: &str) -> &'t str {
    let (_, rest) = readme
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("README.md has no heading {heading:?}"));
    let end = rest.find("\n#").unwrap_or(rest.len());
    &rest[..end]
}

/// Flags in a section's table: usage and default.
fn rows(section: &str) -> BTreeMap<String, (String, String)> {
    let rows = section.lines().filter(|line| line.starts_with("| `--"));
    let rows = rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [flag, _, default] = cells.as_slice() else { panic!("three cells are expected: {row}") };
        let usage = flag.trim_start_matches('`').split('`').next().unwrap();
        (name(usage), (usage.to_owned(), default.replace('`', "")))
    });
    rows.collect()
}

#[track_caller]
fn assert_agree(heading: &str, expected: &BTreeMap<String, Flag>) {
    let readme = readme();
    let rows = rows(section(&readme, heading));
    let names = |map: Vec<&String>| map.into_iter().cloned().collect::<BTreeSet<String>>();
    assert_eq!(names(rows.keys().collect()), names(expected.keys().collect()), "under {heading:?}");
    for (name, flag) in expected {
        let (usage, default) = &rows[name];
        assert_eq!(*usage, flag.usage, "under {heading:?}");
        if let Some(expected) = &flag.default {
            assert_eq!(default, expected, "default of {name} under {heading:?}");
        }
    }
}

#[test]
fn every_commands_flags_are_in_the_readme_and_no_others() {
    for command in COMMANDS {
        let mut own = flags(&help(&[command, "--help"]));
        own.retain(|name, flag| flag.heading != EVERYWHERE && name != "--help");
        let typical = match command {
            "resize" => "--out-dir",
            "build" => "--check",
            _ => "--bucket",
        };
        assert!(own.contains_key(typical), "{command}: {own:?}");
        assert_agree(&format!("### `imgdeploy {command}`"), &own);
    }
}

#[test]
fn the_flags_of_all_commands_are_in_the_readme_and_no_others() {
    let all = flags(&help(&["--help"]));
    assert!(all.contains_key("--profile") && all.contains_key("--version"), "{all:?}");
    assert_agree("### `imgdeploy` and every command", &all);
}

#[test]
fn command_lines_in_the_readme_have_flags_that_exist() {
    let known: BTreeMap<&str, BTreeMap<String, Flag>> =
        COMMANDS.iter().map(|command| (*command, flags(&help(&[command, "--help"])))).collect();
    let readme = readme();
    let mut seen = BTreeSet::new();
    for (at, _) in readme.match_indices("imgdeploy ") {
        let rest = &readme[at + "imgdeploy ".len()..];
        let line = rest.split(['\n', '`', '#']).next().unwrap();
        let mut words = line.split(' ');
        let Some((command, known)) = words.next().and_then(|word| known.get_key_value(word)) else {
            continue;
        };
        for flag in words.filter(|word| word.starts_with("--")) {
            assert!(known.contains_key(flag), "`imgdeploy {line}`: there is no {flag}");
            seen.insert((*command, flag.to_owned()));
        }
    }
    assert!(seen.contains(&("attach", "--dry-run".to_owned())), "{seen:?}");
}

#[test]
fn the_exit_codes_are_those_of_the_help() {
    let help = help(&["--help"]);
    let (_, codes) = help.split_once("Exit codes:\n").unwrap();
    let in_help: Vec<&str> = codes
        .lines()
        // A line that goes on begins further to the right.
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.trim().split(' ').next())
        .collect();
    let readme = readme();
    let rows = section(&readme, "## Exit codes").lines().filter_map(|line| line.strip_prefix("| "));
    let in_readme: Vec<&str> =
        rows.filter_map(|row| row.split(' ').next()).filter(|cell| *cell != "code").collect();
    assert_eq!(in_readme, in_help);
}

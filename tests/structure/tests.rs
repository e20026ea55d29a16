//! What ARCHITECTURE.md says of the structure.

use crate::graph::{circle, edges};
use crate::source::{self, Crate, ModulePath};

fn name(path: &ModulePath) -> String {
    path.join("::")
}

/// Every circle, until none is left: each is broken at its first edge to find the next.
fn circles(all: &Crate) -> Vec<String> {
    let mut edges = edges(all);
    let mut found = Vec::new();
    while let Some(way) = circle(&edges) {
        let steps: Vec<String> = way
            .windows(2)
            .map(|pair| {
                format!("{} -> {} (in {})", name(&pair[0]), name(&pair[1]), name(&edges[&pair[0]][&pair[1]]))
            })
            .collect();
        found.push(format!("{}:\n    {}", all.folder, steps.join("\n    ")));
        edges.get_mut(&way[0]).unwrap().remove(&way[1]);
    }
    found
}

#[test]
fn a_circle_is_found_behind_what_the_parent_hands_on() {
    let found = circles(&source::read("tests/structure/fixture"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("one -> two (in one)") && found[0].contains("two -> one (in two)"),
        "{found:?}"
    );
}

#[test]
fn modules_form_layers() {
    let found: Vec<String> = source::crates().iter().flat_map(circles).collect();
    assert!(found.is_empty(), "{} circles of modules:\n{}", found.len(), found.join("\n"));
}

/// Paths into other crates, by the module that names them.
fn outer(all: &Crate) -> impl Iterator<Item = (&ModulePath, &Vec<String>)> {
    all.modules.iter().flat_map(|(path, module)| module.outer.iter().map(move |outer| (path, outer)))
}

#[test]
fn only_the_talker_talks_to_aws() {
    const SDK: [&str; 6] =
        ["aws_sdk_", "aws_smithy_", "aws_config", "aws_types", "aws_credential_types", "aws_sigv4"];
    let mut found = Vec::new();
    for all in source::crates().iter().filter(|all| all.folder.starts_with("deployer")) {
        for (module, path) in outer(all) {
            if all.folder != "deployer/aws" && SDK.iter().any(|sdk| path[0].starts_with(sdk)) {
                found.push(format!("{}: {} names {}", all.folder, name(module), path.join("::")));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn pure_crates_know_no_machine() {
    const PURE: [&str; 6] = [
        "deployer/model",
        "deployer/world",
        "deployer/checks",
        "resizer-fn/core",
        "resizer-fn/batch",
        "resizer-fn/sources",
    ];
    const MACHINE: [&[&str]; 8] = [
        &["std", "fs"],
        &["std", "env"],
        &["std", "process"],
        &["std", "thread", "sleep"],
        &["std", "net", "TcpStream"],
        &["std", "time", "SystemTime"],
        &["tokio"],
        &["hyper"],
    ];
    let mut found = Vec::new();
    for folder in PURE {
        let all = source::read(folder);
        assert!(!all.modules.is_empty(), "{folder}");
        for (module, path) in outer(&all) {
            if MACHINE
                .iter()
                .any(|machine| path.len() >= machine.len() && path.iter().zip(*machine).all(|(a, b)| a == b))
            {
                found.push(format!("{folder}: {} names {}", name(module), path.join("::")));
            }
        }
        assert!(source::root().join(folder).join("clippy.toml").is_file(), "{folder} has no clippy.toml");
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What writes to AWS is made with a permit, which only an approved plan gives; that is a matter of types. Whoever says that there
/// is no plan, as the command itself is the order, is named here, and so are the writers that ask for no permit yet.
#[test]
fn only_what_is_handed_an_approved_plan_writes() {
    const WRITERS: [&str; 2] = ["approval::Permit::of_order", "aws::store::ObjectStore"];
    // Messages, jobs, pages and results of batches, and their images: what a batch makes is what was ordered.
    const MAY: [&str; 4] = ["batch::place", "batch::dead", "batch::records", "batch::local"];
    let all = source::read("deployer");
    let mut found = Vec::new();
    let mut named = 0;
    for (module, code) in &all.modules {
        let from = name(module);
        let orders = MAY.iter().any(|may| from == *may || from.starts_with(&format!("{may}::")));
        for path in code.inner.iter().chain(&code.outer) {
            let to =
                path.join("::").replace("imgdeploy_aws::", "aws::").replace("aws::approval::", "approval::");
            // `use approval::Permit` and then `Permit::of_order`.
            let to = if to == "Permit::of_order" { format!("approval::{to}") } else { to };
            if WRITERS.iter().any(|writer| to == *writer || to.starts_with(&format!("{writer}::"))) {
                named += 1;
                if !orders {
                    found.push(format!("{from} names {to}"));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(named > 3, "the writers are not found at all: {named}");
}

/// The SDK's clients can do anything: none leaves its crate.
#[test]
fn no_client_of_the_sdk_is_handed_out() {
    let text = std::fs::read_to_string(source::root().join("deployer/aws/src/clients.rs")).unwrap();
    let open: Vec<&str> = text
        .lines()
        .filter(|line| line.trim_start().starts_with("pub fn") && line.contains("-> aws_sdk_"))
        .filter(|line| !line.contains("s3control"))
        .collect();
    assert!(open.is_empty(), "{open:?}");
    assert!(text.contains("pub(crate) fn s3(&self"), "they are somewhere else");
}

/// Nothing but a yes makes a plan an approved one, and one place alone asks for it.
#[test]
fn one_place_asks_for_consent() {
    let all = source::read("deployer");
    let asks = |path: &&Vec<String>| {
        let says = |parts: [&str; 2]| path.windows(2).any(|two| two == parts);
        says(["Approved", "new"]) || says(["approval", "Yes"]) || says(["Yes", "by_flag"])
    };
    let mut found: Vec<String> = Vec::new();
    for (module, code) in &all.modules {
        if code.inner.iter().chain(&code.outer).any(|path| asks(&path)) && name(module) != "command::approve"
        {
            found.push(name(module));
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

/// Names in the first column of the table below a heading of ARCHITECTURE.md.
fn told(heading: &str) -> Vec<String> {
    let text = std::fs::read_to_string(source::root().join("ARCHITECTURE.md")).unwrap();
    let (_, section) = text.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    let rows =
        section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = rows.skip(2).filter_map(|row| row.split('|').nth(1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn the_architecture_names_every_module_of_the_tool_once() {
    let mut told = told("### `deployer/src`");
    told.sort();
    let all = source::read("deployer");
    let modules: Vec<String> =
        all.modules.keys().filter(|path| path.len() == 1).map(|path| path[0].clone()).collect();
    told.retain(|name| name != "main");
    assert_eq!(told, modules);
}

#[test]
fn the_architecture_names_every_crate() {
    let told = told("## Folders");
    for folder in &told {
        assert!(source::root().join(folder).exists(), "there is no {folder}");
    }
    // The function's own crates are told in a table of their own.
    let tool = source::crates();
    let tool = tool.iter().filter(|all| !all.folder.starts_with("resizer-fn/"));
    let missing: Vec<&str> =
        tool.map(|all| all.folder.as_str()).filter(|folder| !told.contains(&format!("{folder}/"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Whether a fact about AWS is named by its id, such as `S3-10`: for comments and documentation, and nothing to whoever reads a message.
fn names_a_fact(text: &str) -> bool {
    let services = ["S3", "CF", "AG", "LA", "CN", "PA", "IA", "NW"];
    services.iter().any(|service| {
        text.match_indices(&format!("{service}-")).any(|(at, dash)| {
            let before = text[..at].chars().next_back();
            let number = &text[at + dash.len()..];
            let digits = number.chars().take_while(char::is_ascii_digit).count();
            digits == 2 && before.is_none_or(|before| !before.is_alphanumeric())
        })
    })
}

#[test]
fn messages_name_no_fact_by_its_id() {
    assert!(
        names_a_fact("too long (AG-01, AG-11)") && names_a_fact("S3-10") && !names_a_fact("SHA-256, US3-10")
    );
    let mut found = Vec::new();
    for all in source::crates() {
        for (module, read) in &all.modules {
            // The table of answers has its sources as data; nobody is shown them.
            if all.folder == "deployer/aws" && name(module) == "answers" {
                continue;
            }
            let texts = read.texts.iter().filter(|text| names_a_fact(text));
            found.extend(texts.map(|text| format!("{} {}: {text}", all.folder, name(module))));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

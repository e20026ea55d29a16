//! The calls of the tool by command, `calls.txt`: made from notes that the tests' proxy takes.
//!
//! To make it anew (the folder has to be there and be empty):
//!
//! ```sh
//! IMGDEPLOY_RECORD_CALLS=/tmp/calls make test         # or only some tests of tests/cli
//! IMGDEPLOY_RECORDED_CALLS=/tmp/calls cargo nextest run -p imgdeploy -E 'test(recorded::)'
//! ```
//!
//! The second line adds what is new; to let old lines go, empty the file first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use test_support::workspace;

/// One call: `service:Operation`, and of S3 the bucket and folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    pub operation: String,
    pub place: String,
}

const HEAD: &str = "# Calls of the tool in the tests, by command and flags. Made by tests/rights/recorded.rs, which says how.\n";

fn file() -> PathBuf {
    workspace::root().join("tests/rights/calls.txt")
}

/// The calls of each command.
pub fn calls() -> BTreeMap<String, BTreeSet<Call>> {
    let mut found: BTreeMap<String, BTreeSet<Call>> = BTreeMap::new();
    for line in lines(&std::fs::read_to_string(file()).unwrap()) {
        let words: Vec<&str> = line.split(' ').collect();
        let [command, operation, place] = words.as_slice() else { panic!("{line}") };
        let call = Call { operation: (*operation).to_owned(), place: (*place).to_owned() };
        found.entry((*command).to_owned()).or_default().insert(call);
    }
    found
}

fn lines(text: &str) -> BTreeSet<String> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn notes_of_a_run_are_added_to_the_list() {
    let Some(folder) = std::env::var_os("IMGDEPLOY_RECORDED_CALLS") else { return };
    let mut all = lines(&std::fs::read_to_string(file()).unwrap_or_default());
    for entry in std::fs::read_dir(folder).unwrap() {
        all.extend(lines(&std::fs::read_to_string(entry.unwrap().path()).unwrap()));
    }
    let text: String = all.into_iter().map(|line| line + "\n").collect();
    std::fs::write(file(), format!("{HEAD}{text}")).unwrap();
}

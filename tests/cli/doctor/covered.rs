//! Every check has a fault that it must name: at the emulator where that can be brought to it, else on a snapshot.

use std::collections::BTreeSet;

use super::fault::Fault;
use super::{api_faults, bucket_faults, edge_faults, function_faults};

/// No emulator can be brought to these. Their faults are put into a snapshot, in the tests of the crate `imgdeploy-checks`.
const ON_SNAPSHOTS: &[(&str, &str)] = &[
    ("IMG001", "a chain in another region is more than one change; the snapshot has it whole"),
    ("IMG007", "the artifacts bucket has its region in its name, and a name is taken once"),
    ("IMG050", "the emulator's functions do not fail or fall asleep"),
    ("IMG051", "the emulator's updates are done before anybody can look"),
    ("IMG052", "a function that is gone can not be put back for the next fault"),
    ("IMG061", "the emulator answers 404 for every absent key"),
    ("IMG064", "the emulator has no public access block of the account"),
    ("IMG069", "the emulator has no Requester Pays"),
    ("IMG070", "the emulator's objects have one owner"),
    ("IMG087", "the emulator has a distribution deployed at once"),
    ("IMG090", "an image out of nothing that no configuration explains"),
    ("IMG091", "the emulator has no key groups"),
    ("IMG092", "a circle that no configuration explains"),
    ("IMG093", "a redirect out of the chain that no configuration explains"),
    ("IMG094", "an error that no configuration explains"),
    ("IMG095", "a failing function that no configuration explains"),
    ("IMG096", "an answer that is no image and that no configuration explains"),
    ("IMG097", "a service that does not answer"),
    ("IMG098", "the emulator's function is denied nothing"),
    ("IMG099", "the emulator's function is denied nothing"),
];
/// In tests of their own, beside the tables.
const ELSEWHERE: &[&str] = &["IMG006", "IMG080"];

#[test]
fn every_check_has_a_fault() {
    let tables: [&[Fault]; 8] = [
        bucket_faults::WEBSITE,
        bucket_faults::ACCESS,
        edge_faults::DISTRIBUTION,
        api_faults::API,
        function_faults::PERMISSION,
        function_faults::ROLE,
        function_faults::CONFIGURATION,
        function_faults::CODE,
    ];
    let at_emulator: BTreeSet<&str> = tables.into_iter().flatten().map(|fault| fault.code).collect();
    let mut covered: BTreeSet<&str> = at_emulator.clone();
    for (code, _) in ON_SNAPSHOTS {
        assert!(covered.insert(code), "{code} is put in at the emulator: take it off the list");
    }
    covered.extend(ELSEWHERE);
    let tool = test_support::tool::Tool::new(env!("CARGO_BIN_EXE_imgdeploy"));
    let listed = tool.run(["doctor", "--list", "--output", "json"]).exits(0).json();
    let listed = listed["checks"].as_array().unwrap().iter().map(|check| check["code"].as_str().unwrap());
    assert_eq!(listed.collect::<BTreeSet<_>>(), covered);
    assert!(at_emulator.len() > 50, "{}", at_emulator.len());
}

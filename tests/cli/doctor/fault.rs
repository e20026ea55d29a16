//! One fault: how it is put in, what it has to be called, and how it goes away again.

use serde_json::Value;

use super::ward::Ward;

/// How the chain is made whole again.
pub enum After {
    /// `doctor --fix` does it.
    Fix,
    /// The documents are put back.
    Restore,
    /// By hand.
    By(fn(&Ward)),
}

/// A fault of an otherwise healthy chain.
pub struct Fault {
    /// In words, for messages.
    pub name: &'static str,
    /// The code of the one headline.
    pub code: &'static str,
    pub put_in: fn(&Ward),
    pub after: After,
}

/// Puts each fault in, has it named, and makes the chain whole again. All that fail are told at once.
pub fn all_are_named(ward: &Ward, faults: &[Fault]) {
    let (codes, report) = ward.codes();
    assert!(codes.is_empty(), "the chain was not whole to begin with: {report:#}");
    let mut wrong = Vec::new();
    for fault in faults {
        (fault.put_in)(ward);
        let (codes, report) = ward.codes();
        if codes != [fault.code] {
            wrong.push(format!("{}: {codes:?} instead of {}\n{}", fault.name, fault.code, told(&report)));
        }
        match fault.after {
            After::Fix => {
                let run = ward.doctor(&["--fix", "--yes", "--allow-public", "--output", "json"]);
                if run.code != 0 {
                    wrong.push(format!("{}: not mended\n{run}", fault.name));
                } else if let Some(why) = not_served(&run.json()) {
                    wrong.push(format!("{}: mended, but {why}\n{run}", fault.name));
                } else if run.json()["findings"] == serde_json::json!([]) {
                    // The look after the mending has said it already.
                    continue;
                }
            }
            After::Restore => ward.restore(),
            After::By(undo) => undo(ward),
        }
        let (codes, report) = ward.codes();
        if !codes.is_empty() {
            wrong.push(format!("{}: afterwards there is still {codes:?}\n{}", fault.name, told(&report)));
            // What follows would be about two faults.
            break;
        }
    }
    assert!(wrong.is_empty(), "{} of {} faults\n{}", wrong.len(), faults.len(), wrong.join("\n\n"));
}

/// Why the chain does not serve images, by the requests of a report.
fn not_served(report: &Value) -> Option<String> {
    let requests = report["requests"].as_array().unwrap();
    if requests.is_empty() {
        return Some("nothing was asked for".to_owned());
    }
    let bad = requests.iter().find(|one| {
        let last = &one["hops"].as_array().unwrap()[one["hops"].as_array().unwrap().len() - 1];
        let absent = one["absent"] == true && last["status"] == 404 && last["service"] == "function";
        one["end"]["end"] != "image" && !absent
    })?;
    Some(format!("{bad:#}"))
}

/// The findings, short.
fn told(report: &Value) -> String {
    let findings = report["findings"].as_array().unwrap().iter();
    let lines = findings.map(|one| {
        let effects: Vec<&str> = one["effects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|effect| effect["code"].as_str().unwrap())
            .collect();
        format!("  {} {} | {} | effects {effects:?}", one["code"], one["what"], one["place"])
    });
    let unchecked = format!("  not checked: {}", report["not_checked"]);
    let walks = report["requests"].as_array().unwrap().iter().map(|one| {
        let hops = one["hops"].as_array().unwrap().iter();
        let hops: Vec<String> =
            hops.map(|hop| format!("{} {} {}", hop["status"], hop["service"], hop["by"])).collect();
        format!("  {}: {} => {}", one["asked_for"], hops.join(" -> "), one["end"])
    });
    lines.chain([unchecked]).chain(walks).collect::<Vec<_>>().join("\n")
}

//! What ARCHITECTURE.md says of the structure.

use crate::graph::{self, circle, edges};
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
fn modules_form_layers() {
    let found: Vec<String> = source::crates().iter().flat_map(circles).collect();
    assert!(found.is_empty(), "{} circles of modules:\n{}", found.len(), found.join("\n"));
}

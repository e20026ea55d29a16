//! Which modules lean on which, and whether any of them lean on each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Crate, ModulePath};

/// By module, all siblings that it or a module below it names, each with the module that does.
pub type Edges = BTreeMap<ModulePath, BTreeMap<ModulePath, ModulePath>>;

/// Where a path leads: the module that it is in, behind whatever hands names on.
pub fn target(all: &Crate, path: &[String]) -> ModulePath {
    let mut at = ModulePath::new();
    let mut seen = BTreeSet::new();
    let mut rest: Vec<String> = path.to_vec();
    loop {
        let Some(name) = rest.first().cloned() else { return at };
        let mut child = at.clone();
        child.push(name.clone());
        if all.modules.contains_key(&child) {
            at = child;
            rest.remove(0);
            continue;
        }
        let Some(onward) = all.modules.get(&at).and_then(|module| module.handed_on.get(&name)) else {
            return at;
        };
        if !seen.insert((at.clone(), name)) {
            return at;
        }
        rest = onward.iter().chain(&rest[1..]).cloned().collect();
        at = ModulePath::new();
    }
}

/// What leans on what, among modules of one parent. A module and those in it are one.
pub fn edges(all: &Crate) -> Edges {
    let mut found = Edges::new();
    for (from, module) in &all.modules {
        for path in &module.inner {
            let to = target(all, path);
            let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
            if let (Some(_), Some(_)) = (from.get(common), to.get(common)) {
                let (a, b) = (from[..=common].to_vec(), to[..=common].to_vec());
                found.entry(a).or_default().entry(b).or_insert_with(|| from.clone());
            }
        }
    }
    found
}

/// A way from a module back to itself, if there is one.
pub fn circle(edges: &Edges) -> Option<Vec<ModulePath>> {
    let mut done = BTreeSet::new();
    edges.keys().find_map(|start| walk(edges, start, &mut Vec::new(), &mut done))
}

fn walk(
    edges: &Edges,
    at: &ModulePath,
    way: &mut Vec<ModulePath>,
    done: &mut BTreeSet<ModulePath>,
) -> Option<Vec<ModulePath>> {
    if let Some(begin) = way.iter().position(|one| one == at) {
        let mut circle = way[begin..].to_vec();
        circle.push(at.clone());
        return Some(circle);
    }
    if done.contains(at) {
        return None;
    }
    way.push(at.clone());
    let found = edges.get(at).into_iter().flatten().find_map(|(next, _)| walk(edges, next, way, done));
    way.pop();
    done.insert(at.clone());
    found
}

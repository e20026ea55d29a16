//! Checks the tree of a settings file: every problem in it is found, each with its place.

use super::nearest::nearest;
use super::node::{Node, Step, locate};
use super::problem::Problem;
use super::section::Section;
use super::table::{SETTINGS, setting};
use super::typed::text;
use std::collections::BTreeMap;
use std::path::Path;

/// The version of the file's shape.
pub const VERSION: i128 = 1;

const TOP: [&str; 3] = ["version", "defaults", "sites"];

/// Reads the tree of the file `path`, whose text is `text`.
pub(super) struct Reader<'t> {
    path: &'t Path,
    text: &'t str,
    /// What was found wrong so far.
    pub(super) problems: Vec<Problem>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(path: &'t Path, text: &'t str) -> Self {
        Self { path, text, problems: Vec::new() }
    }

    fn problem(&mut self, steps: &[Step], width: usize, message: String, hint: Option<String>) {
        let at = locate(self.text, steps);
        self.problems.push(Problem::in_file(self.path, self.text, at, width, message, hint));
    }

    /// The defaults and the sites by name, as far as they are right.
    pub(super) fn root(&mut self, root: &Node) -> (Section, BTreeMap<String, Section>) {
        let mut defaults = Section::default();
        let mut sites = BTreeMap::new();
        let Node::Map(entries) = root else {
            let hint = Some("`imgdeploy init` writes a settings file".to_owned());
            if *root == Node::Null {
                let empty = Problem::in_file(self.path, self.text, None, 1, "the file is empty", hint);
                self.problems.push(empty);
            } else {
                let message =
                    format!("must be a mapping with the keys `version` and `sites`, not {}", root.what());
                self.problem(&[], root.width(), message, hint);
            }
            return (defaults, sites);
        };
        let mut versioned = false;
        for (index, key, value) in self.keys(entries, &[], "of the file") {
            let at = [Step::Value(index)];
            match key {
                "version" => {
                    versioned = true;
                    self.version(value, &at);
                }
                "defaults" => defaults = self.section(value, &at, "`defaults`", false),
                "sites" => sites = self.sites(value, &at),
                wrong => self.unknown_top(wrong, index),
            }
        }
        if !versioned {
            self.problem(
                &[],
                1,
                "the key `version` is missing".into(),
                Some(format!("add the line `version: {VERSION}`")),
            );
        }
        (defaults, sites)
    }

    fn version(&mut self, value: &Node, at: &[Step]) {
        if *value != Node::Whole(VERSION) {
            let message = format!("`version` must be the number {VERSION}, not {}", value.what());
            let newer = matches!(value, Node::Whole(version) if *version > VERSION);
            let hint = newer.then(|| "a newer imgdeploy wrote this file: update yours".to_owned());
            self.problem(at, value.width(), message, hint);
        }
    }

    fn unknown_top(&mut self, wrong: &str, index: usize) {
        let hint = match (nearest(wrong, TOP), nearest_setting(wrong)) {
            (Some(right), _) => Some(format!("did you mean `{right}`?")),
            (None, Some("bucket")) => {
                Some("`bucket` stands under `sites:` and a name for the site".to_owned())
            }
            (None, Some(right)) => {
                Some(format!("`{right}` stands under `sites:` and the site's name, or under `defaults:`"))
            }
            (None, None) => Some("the keys are `version`, `defaults` and `sites`".to_owned()),
        };
        self.problem(&[Step::Key(index)], wrong.chars().count(), format!("unknown key `{wrong}`"), hint);
    }

    fn sites(&mut self, value: &Node, at: &[Step]) -> BTreeMap<String, Section> {
        let mut sites = BTreeMap::new();
        let entries = match value {
            Node::Map(entries) => entries,
            Node::Null => return sites,
            other => {
                let message =
                    format!("`sites` must be a mapping from names to settings, not {}", other.what());
                self.problem(
                    at,
                    other.width(),
                    message,
                    Some("for example:\n  sites:\n    shop:\n      bucket: shop-images".into()),
                );
                return sites;
            }
        };
        let mut owners: BTreeMap<String, String> = BTreeMap::new();
        for (index, name, value) in self.keys(entries, at, "under `sites`") {
            let key = with(at, Step::Key(index));
            if let Some(fault) = bad_site_name(name) {
                self.problem(&key, name.chars().count(), fault, None);
            }
            let section = self.section(value, &with(at, Step::Value(index)), &format!("site `{name}`"), true);
            match section.values.get("bucket") {
                Some((bucket, steps)) => {
                    if let Some(other) = owners.insert(bucket.clone(), name.to_owned()) {
                        let message = format!("`bucket` of site `{name}` is already that of site `{other}`");
                        self.problem(
                            &steps.clone(),
                            bucket.chars().count(),
                            message,
                            Some("a bucket can be attached once".into()),
                        );
                    }
                }
                None if !has_bucket(value) => {
                    let message = format!("site `{name}` has no `bucket`");
                    self.problem(&key, name.chars().count(), message, None);
                }
                None => {}
            }
            sites.insert(name.to_owned(), section);
        }
        sites
    }

    fn section(&mut self, value: &Node, at: &[Step], whose: &str, site: bool) -> Section {
        let mut section = Section::default();
        let entries = match value {
            Node::Map(entries) => entries,
            // A key with nothing but comments under it, as `init` writes `defaults:`.
            Node::Null => return section,
            other => {
                let message = format!("{whose} must be a mapping of settings, not {}", other.what());
                self.problem(at, other.width(), message, None);
                return section;
            }
        };
        for (index, key, value) in self.keys(entries, at, &format!("of {whose}")) {
            let Some(setting) = setting(key).filter(|setting| site || setting.shared) else {
                self.unknown_setting(key, &with(at, Step::Key(index)), whose, site);
                continue;
            };
            let steps = with(at, Step::Value(index));
            match text(setting, value) {
                Ok(text) => {
                    section.values.insert(setting.name, (text, steps));
                }
                Err((item, fault)) => {
                    let (steps, node) = match (item, value) {
                        (Some(item), Node::List(items)) => (with(&steps, Step::Item(item)), &items[item]),
                        _ => (steps, value),
                    };
                    let message = format!("`{}` of {whose} {}", setting.name, fault.message);
                    // The value of a secret is neither said nor pointed at: it may stand on a line of its own.
                    match setting.name {
                        "security-key" => {
                            let message = match value {
                                Node::Text(_) => message,
                                _ => format!("`{}` of {whose} must be text", setting.name),
                            };
                            self.problem(
                                &with(at, Step::Key(index)),
                                setting.name.len(),
                                message,
                                fault.hint,
                            );
                        }
                        _ => self.problem(&steps, node.width(), message, fault.hint),
                    }
                }
            }
        }
        if section.get("distribution").is_some() && section.get("no-distribution") == Some("true") {
            let steps = section.values["no-distribution"].1.clone();
            let message = format!("{whose} has both `distribution` and `no-distribution: true`");
            self.problem(&steps, 4, message, Some("take one of the two out".into()));
        }
        section
    }

    fn unknown_setting(&mut self, wrong: &str, at: &[Step], whose: &str, site: bool) {
        let names = SETTINGS.iter().filter(|setting| site || setting.shared).map(|setting| setting.name);
        let hint = match (wrong, nearest(wrong, names)) {
            ("bucket", _) => Some("each site has a bucket of its own: put it under `sites:`".to_owned()),
            ("<<", _) => Some("settings for all sites stand under `defaults:`".to_owned()),
            (_, Some(right)) => Some(format!("did you mean `{right}`?")),
            (_, None) => Some("`imgdeploy attach --help` lists the settings".to_owned()),
        };
        self.problem(at, wrong.chars().count(), format!("unknown key `{wrong}` in {whose}"), hint);
    }

    /// The entries whose keys are text, each key once; the others are reported.
    fn keys<'n>(
        &mut self,
        entries: &'n [(Node, Node)],
        at: &[Step],
        whose: &str,
    ) -> Vec<(usize, &'n str, &'n Node)> {
        let mut seen: Vec<(usize, &str, &Node)> = Vec::new();
        for (index, (key, value)) in entries.iter().enumerate() {
            let place = with(at, Step::Key(index));
            match key {
                Node::Text(key) if seen.iter().any(|(_, other, _)| other == key) => {
                    self.problem(
                        &place,
                        key.chars().count(),
                        format!("the key `{key}` {whose} is there twice"),
                        None,
                    );
                }
                Node::Text(key) => seen.push((index, key, value)),
                other => {
                    let message = format!("a key {whose} must be text, not {}", other.what());
                    self.problem(&place, other.width(), message, Some("put it in quotes".into()));
                }
            }
        }
        seen
    }
}

/// The path with one more step.
fn with(path: &[Step], step: Step) -> Vec<Step> {
    path.iter().copied().chain([step]).collect()
}

/// Whether a site has the key `bucket`, or one that was told to mean it.
fn has_bucket(site: &Node) -> bool {
    let Node::Map(entries) = site else {
        return !matches!(site, Node::Null);
    };
    entries.iter().any(|(key, _)| match key {
        Node::Text(key) => {
            key == "bucket" || setting(key).is_none() && nearest_setting(key) == Some("bucket")
        }
        _ => false,
    })
}

fn nearest_setting(wrong: &str) -> Option<&'static str> {
    nearest(wrong, SETTINGS.iter().map(|setting| setting.name))
}

fn bad_site_name(name: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let fits =
        (1..=64).contains(&name.len()) && name.chars().all(plain) && !name.starts_with(['.', '-', '_']);
    (!fits).then(|| {
        format!("the site's name \"{name}\" must have 1 to 64 of A-Z, a-z, 0-9, `.`, `_`, `-`, the first a letter or digit")
    })
}

impl Node {
    /// How many characters to underline: the text if it stands there as it is.
    fn width(&self) -> usize {
        match self {
            Self::Text(text) => text.chars().count(),
            Self::Whole(number) => number.to_string().len(),
            Self::Bool(value) => value.to_string().len(),
            Self::Null | Self::Float(_) | Self::List(_) | Self::Map(_) => 1,
        }
    }
}

//! A crate's sources: its modules, and the paths that each of them names. What is compiled for tests alone is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// Names of modules from the crate's root on; the root itself is empty.
pub type ModulePath = Vec<String>;

/// One module.
#[derive(Debug, Default)]
pub struct Module {
    /// Paths into the same crate that it names, from the root on, with a line of its source for each.
    pub inner: BTreeSet<Vec<String>>,
    /// Paths into other crates.
    pub outer: BTreeSet<Vec<String>>,
    /// Names that it hands on: where they lead, from the root on.
    pub handed_on: BTreeMap<String, Vec<String>>,
    /// Texts in expressions and in macros, but for the stories of checks, which are documentation.
    pub texts: Vec<String>,
}

/// All modules of one crate.
#[derive(Debug)]
pub struct Crate {
    /// Folder of its manifest, from the workspace's root.
    pub folder: String,
    pub modules: BTreeMap<ModulePath, Module>,
}

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The libraries of all members but those for tests.
pub fn crates() -> Vec<Crate> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, members) = manifest.split_once("members = [").unwrap();
    let members = members.split(']').next().unwrap();
    let folders = members.split('"').skip(1).step_by(2).filter(|folder| !folder.starts_with("tests/"));
    let libraries = folders.filter(|folder| root().join(folder).join("src/lib.rs").is_file());
    libraries.map(read).collect()
}

/// The library in that folder.
pub fn read(folder: &str) -> Crate {
    let mut found = Crate { folder: folder.to_owned(), modules: BTreeMap::new() };
    let source = root().join(folder).join("src");
    file(&mut found, &source.join("lib.rs"), &source, Vec::new());
    found
}

/// Reads a file; modules without a body of their own are looked for in `below`.
fn file(found: &mut Crate, path: &Path, below: &Path, module: ModulePath) {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut reader = Reader { found, file: path, below: below.to_owned(), module };
    reader.add_module();
    reader.visit_file(&parsed);
}

struct Reader<'a> {
    found: &'a mut Crate,
    file: &'a Path,
    below: PathBuf,
    module: ModulePath,
}

impl Reader<'_> {
    fn add_module(&mut self) {
        self.found.modules.insert(self.module.clone(), Module::default());
    }

    fn this(&mut self) -> &mut Module {
        self.found.modules.get_mut(&self.module).unwrap()
    }

    /// Notes a path as it is written; its form from the root on, if it is one into this crate.
    fn note(&mut self, path: &[String]) -> Option<Vec<String>> {
        let mut at = match path.first()?.as_str() {
            "crate" => Vec::new(),
            "self" | "super" => self.module.clone(),
            first if self.has_child(first) => self.module.clone(),
            _ => {
                if path.len() > 1 {
                    self.this().outer.insert(path.to_vec());
                }
                return None;
            }
        };
        for segment in path {
            match segment.as_str() {
                "crate" | "self" => {}
                "super" => drop(at.pop()),
                name => at.push(name.to_owned()),
            }
        }
        self.this().inner.insert(at.clone());
        Some(at)
    }

    /// Whether the module has one of that name, read by now: `mod` stands before what names it.
    fn has_child(&self, name: &str) -> bool {
        let mut path = self.module.clone();
        path.push(name.to_owned());
        self.found.modules.contains_key(&path)
    }

    fn tree(&mut self, tree: &syn::UseTree, before: &mut Vec<String>, hands_on: bool) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(&path.tree, before, hands_on);
                before.pop();
            }
            syn::UseTree::Name(name) => self.used(before, &name.ident, &name.ident, hands_on),
            syn::UseTree::Rename(name) => self.used(before, &name.ident, &name.rename, hands_on),
            syn::UseTree::Glob(_) => drop(self.note(before)),
            syn::UseTree::Group(group) => group.items.iter().for_each(|one| self.tree(one, before, hands_on)),
        }
    }

    fn used(&mut self, before: &[String], name: &syn::Ident, shown: &syn::Ident, hands_on: bool) {
        let mut path = before.to_vec();
        if name != "self" {
            path.push(name.to_string());
        }
        if let Some(at) = self.note(&path)
            && hands_on
        {
            self.this().handed_on.insert(shown.to_string(), at);
        }
    }

    /// Macros' arguments are no syntax tree: names with `::` between them are paths all the same.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == ':' && !path.is_empty() => colons += 1,
                TokenTree::Ident(name) if colons == 2 || path.is_empty() => {
                    path.push(name.to_string());
                    colons = 0;
                }
                other => {
                    self.written(&std::mem::take(&mut path));
                    colons = 0;
                    match other {
                        TokenTree::Ident(name) => path.push(name.to_string()),
                        TokenTree::Group(group) => self.tokens(group.stream()),
                        TokenTree::Literal(text) => self.this().texts.push(text.to_string()),
                        TokenTree::Punct(_) => {}
                    }
                }
            }
        }
        self.written(&path);
    }

    fn written(&mut self, path: &[String]) {
        if path.len() > 1 {
            self.note(path);
        }
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        path.is_ident("test")
            || (path.is_ident("cfg")
                && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test"))
    })
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_file(&mut self, file: &'ast syn::File) {
        // Modules first, so that their names are known.
        let (modules, others): (Vec<_>, Vec<_>) =
            file.items.iter().partition(|item| matches!(item, syn::Item::Mod(_)));
        modules.into_iter().chain(others).for_each(|item| self.visit_item(item));
    }

    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let name = item.ident.to_string();
        let mut module = self.module.clone();
        module.push(name.clone());
        let below = self.below.join(&name);
        if let Some((_, items)) = &item.content {
            let mut reader = Reader { found: self.found, file: self.file, below, module };
            reader.add_module();
            items.iter().for_each(|item| reader.visit_item(item));
            return;
        }
        let named = item.attrs.iter().find_map(|attribute| match &attribute.meta {
            syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
                syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        });
        let path = match named {
            Some(path) => self.file.parent().unwrap().join(path),
            None => {
                let alone = self.below.join(format!("{name}.rs"));
                if alone.is_file() { alone } else { below.join("mod.rs") }
            }
        };
        file(self.found, &path, &below, module);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &mut Vec::new(), !matches!(item.vis, syn::Visibility::Inherited));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.written(&names);
        visit::visit_path(self, path);
    }

    fn visit_expr_lit(&mut self, item: &'ast syn::ExprLit) {
        if let syn::Lit::Str(text) = &item.lit {
            self.this().texts.push(text.value());
        }
    }

    fn visit_field_value(&mut self, item: &'ast syn::FieldValue) {
        if !matches!(&item.member, syn::Member::Named(name) if name == "story") {
            visit::visit_field_value(self, item);
        }
    }

    fn visit_attribute(&mut self, item: &'ast syn::Attribute) {
        match &item.meta {
            // What an error says.
            syn::Meta::List(list) if list.path.is_ident("error") => self.tokens(list.tokens.clone()),
            syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => {}
            _ => visit::visit_attribute(self, item),
        }
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.visit_path(&item.path);
        self.tokens(item.tokens.clone());
    }
}

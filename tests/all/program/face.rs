//! The public face: what `cargo doc` shows, held against a list. A change of it is seen here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Fields, ImplItem, Item, TraitItem, Type, UseTree, Visibility};

/// What is public and shown, a line each.
#[derive(Default)]
struct Face {
    lines: BTreeSet<String>,
}

fn is_shown(visibility: &Visibility, attributes: &[Attribute]) -> bool {
    let hidden = attributes.iter().any(|attribute| {
        attribute.path().is_ident("doc")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|it| it == "hidden")
    });
    matches!(visibility, Visibility::Public(_)) && !hidden
}

fn source(module: &[String]) -> PathBuf {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    match module {
        [] => src.join("lib.rs"),
        module => src.join(module.join("/")).with_extension("rs"),
    }
}

fn items(module: &[String]) -> Vec<Item> {
    let path = source(module);
    let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}", path.display()));
    syn::parse_file(&text).unwrap().items
}

impl Face {
    /// Adds what the module shows, under the name `shown`.
    fn add_module(&mut self, module: &[String], shown: &str) {
        let items = items(module);
        for item in &items {
            self.add(item, &items, module, shown);
        }
    }

    fn add(&mut self, item: &Item, beside: &[Item], module: &[String], shown: &str) {
        let path = |name: &dyn std::fmt::Display| match shown {
            "" => name.to_string(),
            shown => format!("{shown}::{name}"),
        };
        match item {
            Item::Mod(one) if is_shown(&one.vis, &one.attrs) => {
                let name = one.ident.to_string();
                self.lines.insert(format!("mod {}", path(&name)));
                let inner: Vec<String> = module.iter().cloned().chain([name.clone()]).collect();
                self.add_module(&inner, &path(&name));
            }
            Item::Use(one) if is_shown(&one.vis, &one.attrs) => {
                for target in targets(&one.tree, Vec::new()) {
                    self.follow(&target, module, shown);
                }
            }
            Item::Fn(one) if is_shown(&one.vis, &one.attrs) => {
                self.lines.insert(format!("fn {}", path(&one.sig.ident)));
            }
            Item::Const(one) if is_shown(&one.vis, &one.attrs) => {
                self.lines.insert(format!("const {}", path(&one.ident)));
            }
            Item::Type(one) if is_shown(&one.vis, &one.attrs) => {
                self.lines.insert(format!("type {}", path(&one.ident)));
            }
            Item::Trait(one) if is_shown(&one.vis, &one.attrs) => {
                let methods = one.items.iter().filter_map(|item| match item {
                    TraitItem::Fn(method) => Some(method.sig.ident.to_string()),
                    _ => None,
                });
                self.enter("trait", &path(&one.ident), methods.collect());
            }
            Item::Struct(one) if is_shown(&one.vis, &one.attrs) => {
                let fields: Vec<String> = match &one.fields {
                    Fields::Named(fields) => fields
                        .named
                        .iter()
                        .filter(|field| is_shown(&field.vis, &field.attrs))
                        .filter_map(|field| field.ident.as_ref().map(ToString::to_string))
                        .collect(),
                    _ => Vec::new(),
                };
                self.enter("struct", &path(&one.ident), fields);
                self.add_methods(&one.ident.to_string(), beside, module, &path(&one.ident));
            }
            Item::Enum(one) if is_shown(&one.vis, &one.attrs) => {
                let variants = one.variants.iter().map(|one| one.ident.to_string());
                self.enter("enum", &path(&one.ident), variants.collect());
                self.add_methods(&one.ident.to_string(), beside, module, &path(&one.ident));
            }
            _ => {}
        }
    }

    fn enter(&mut self, kind: &str, path: &str, parts: Vec<String>) {
        let parts = match parts.is_empty() {
            true => String::new(),
            false => format!(" {{ {} }}", parts.join(", ")),
        };
        self.lines.insert(format!("{kind} {path}{parts}"));
    }

    /// Methods of the type, written beside it or in the modules below.
    fn add_methods(&mut self, name: &str, beside: &[Item], module: &[String], shown: &str) {
        for item in beside {
            match item {
                Item::Impl(one) if one.trait_.is_none() && is_of(&one.self_ty, name) => {
                    for method in &one.items {
                        if let ImplItem::Fn(method) = method
                            && is_shown(&method.vis, &method.attrs)
                        {
                            let line = format!("fn {shown}::{}", method.sig.ident);
                            self.lines.insert(line);
                        }
                    }
                }
                Item::Mod(one) if one.content.is_none() => {
                    let inner = one.ident.to_string();
                    let inner: Vec<String> = module.iter().cloned().chain([inner]).collect();
                    if source(&inner).exists() {
                        self.add_methods(name, &items(&inner), &inner, shown);
                    }
                }
                _ => {}
            }
        }
    }

    /// Adds what a `pub use` in `module` names.
    fn follow(&mut self, target: &[String], module: &[String], shown: &str) {
        let (name, path) = target.split_last().unwrap();
        let home: Vec<String> = match path.first().map(String::as_str) {
            Some("crate") => path[1..].to_vec(),
            Some("self") => module.iter().chain(&path[1..]).cloned().collect(),
            _ => module.iter().chain(path).cloned().collect(),
        };
        let items = items(&home);
        let named = items.iter().find(|item| is_named(item, name));
        match named {
            Some(item) => {
                self.add(item, &items, &home, shown);
                // Methods that stand in the files around it.
                if home != module {
                    let around = self::items(module);
                    let path = format!("{shown}::{name}");
                    self.add_methods(name, &around, module, &path);
                }
            }
            // It comes from further down.
            None => {
                let uses = items.iter().filter_map(|item| match item {
                    Item::Use(one) => Some(targets(&one.tree, Vec::new())),
                    _ => None,
                });
                let further: Vec<Vec<String>> = uses.flatten().collect();
                match further.iter().find(|one| one.last() == Some(name)) {
                    Some(further) => self.follow(further, &home, shown),
                    // A macro makes it.
                    None => self.enter("made by a macro", &format!("{shown}::{name}"), Vec::new()),
                }
            }
        }
    }
}

fn is_of(of: &Type, name: &str) -> bool {
    match of {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == name),
        _ => false,
    }
}

fn is_named(item: &Item, name: &str) -> bool {
    match item {
        Item::Struct(one) => one.ident == name,
        Item::Enum(one) => one.ident == name,
        Item::Trait(one) => one.ident == name,
        Item::Fn(one) => one.sig.ident == name,
        Item::Const(one) => one.ident == name,
        Item::Type(one) => one.ident == name,
        _ => false,
    }
}

/// The paths that a `use` names.
fn targets(tree: &UseTree, path: Vec<String>) -> Vec<Vec<String>> {
    let with = |name: &syn::Ident| path.iter().cloned().chain([name.to_string()]).collect();
    match tree {
        UseTree::Path(one) => targets(&one.tree, with(&one.ident)),
        UseTree::Name(one) => vec![with(&one.ident)],
        UseTree::Rename(one) => vec![with(&one.ident)],
        UseTree::Group(group) => {
            let trees = group.items.iter();
            trees.flat_map(|one| targets(one, path.clone())).collect()
        }
        UseTree::Glob(_) => panic!("a `pub use` of everything hides what is public: {path:?}"),
    }
}

#[test]
fn the_public_face_is_the_one_that_was_meant() {
    let mut face = Face::default();
    face.add_module(&[], "");
    let lines: Vec<String> = face.lines.into_iter().collect();
    insta::assert_snapshot!(lines.join("\n"));
}

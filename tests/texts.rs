//! Every text of the window is in both languages, says the same things, and is used.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

const LANGUAGES: [&str; 2] = ["en.ftl", "zh-CN.ftl"];
const FOLDERS: [&str; 3] = ["src/ui", "src/app", "src/model"];

/// A message: its key, and the variables in it.
type Messages = BTreeMap<String, BTreeSet<String>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn source(language: &str) -> String {
    std::fs::read_to_string(root().join("assets/texts").join(language)).unwrap()
}

/// Messages begin at a line's start; what follows indented belongs to them.
fn read(source: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut messages: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in source.lines() {
        let key = line.split_once('=').map(|(key, _)| key.trim_end());
        let is_key = |key: &&str| key.starts_with(|c: char| c.is_ascii_lowercase());
        if let Some(key) = key.filter(is_key) {
            messages.push((key.to_owned(), BTreeSet::new()));
        }
        if let Some((_, variables)) = messages.last_mut().filter(|_| !line.starts_with('#')) {
            let after = line.split('$').skip(1);
            let name = |rest: &str| -> String {
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-').collect()
            };
            variables.extend(after.map(name));
        }
    }
    messages
}

fn messages(language: &str) -> Messages {
    read(&source(language)).into_iter().collect()
}

/// Every text in quotes of the window's own code, tests included.
fn literals() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for folder in FOLDERS {
        for path in rust_files(&root().join(folder)).into_iter().chain([root().join(format!("{folder}.rs"))])
        {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            collect(text.parse().unwrap(), &mut found);
        }
    }
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn collect(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Literal(literal) => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    found.insert(text.value());
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// Keys that are put together: `service-mixin` from `service-`.
fn is_built(key: &str, literals: &BTreeSet<String>) -> bool {
    let starts = literals.iter().filter(|literal| literal.ends_with('-') && literal.len() > 3);
    let formats = literals.iter().filter_map(|literal| literal.split_once("-{")).map(|(start, _)| start);
    let begins = |start: &str| key.strip_prefix(start).is_some_and(|rest| !rest.is_empty());
    starts.into_iter().any(|start| begins(start))
        || formats.into_iter().any(|start| begins(&format!("{start}-")))
}

#[test]
fn no_key_stands_twice() {
    for language in LANGUAGES {
        let mut seen = BTreeSet::new();
        for (key, _) in read(&source(language)) {
            assert!(seen.insert(key.clone()), "{key} stands twice in {language}");
        }
    }
}

#[test]
fn both_languages_have_the_same_keys_and_variables() {
    let [english, chinese] = LANGUAGES.map(messages);
    let missing: Vec<_> = english.keys().filter(|key| !chinese.contains_key(*key)).collect();
    // A service describes itself in English; only other languages need texts for that.
    let described = |key: &&String| key.starts_with("service-");
    let alone: Vec<_> =
        chinese.keys().filter(|key| !english.contains_key(*key)).filter(|key| !described(key)).collect();
    assert!(missing.is_empty() && alone.is_empty(), "not in Chinese: {missing:?}; only there: {alone:?}");
    for (key, variables) in &english {
        assert_eq!(variables, &chinese[key], "{key}");
    }
}

#[test]
fn both_files_parse_whole() {
    for language in LANGUAGES {
        if let Err((_, errors)) = fluent_bundle::FluentResource::try_new(source(language)) {
            panic!("{language}: {errors:?}");
        }
    }
}

#[test]
fn every_key_is_used() {
    let literals = literals();
    let unused: Vec<_> = messages(LANGUAGES[0])
        .into_keys()
        .filter(|key| !literals.contains(key) && !is_built(key, &literals))
        .collect();
    assert!(unused.is_empty(), "unused: {unused:#?}");
}

/// A literal that is handed to a function that looks texts up must be a key.
#[test]
fn every_key_that_is_looked_up_exists() {
    let known = messages(LANGUAGES[0]);
    let mut missing = BTreeSet::new();
    for folder in FOLDERS {
        for path in rust_files(&root().join(folder)) {
            let text = std::fs::read_to_string(&path).unwrap();
            let Some(program) = text.split("#[cfg(test)]").next() else { continue };
            for call in ["texts.get(", "texts.with(", "texts.count(", "texts.find(", "Notice::text("] {
                for rest in program.split(call).skip(1) {
                    let literal = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                    if let Some(key) = literal.filter(|key| !known.contains_key(*key)) {
                        missing.insert(format!("{key} in {}", path.display()));
                    }
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_checks_see_what_is_wrong() {
    let two =
        read("# c = d\na-b = x { $one }\n    .more { $two }\na-b = { $count ->\n   *[other] { $three }\n}\n");
    assert_eq!(two.len(), 2);
    assert_eq!(two[0].1, ["one", "two"].map(str::to_owned).into());
    assert_eq!(two[1].1, ["count", "three"].map(str::to_owned).into());
    let literals = ["service-", "kind-{}", "whole"].map(str::to_owned).into();
    for (key, built) in [("service-mixin", true), ("kind-a", true), ("service", false), ("other", false)] {
        assert_eq!(is_built(key, &literals), built, "{key}");
    }
}

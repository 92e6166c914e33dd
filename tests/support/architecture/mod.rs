//! What `tests/architecture.rs` enforces: reads Rust files and reports what breaks the rules of `ARCHITECTURE.md`.
//!
//! Every rule is a function from a [`Tree`] to breaches, so that the tests can feed it a broken example too.

pub(crate) mod budgets;
pub(crate) mod layers;
pub(crate) mod paths;
pub(crate) mod words;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

/// One rule broken in one place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Breach {
    /// The file, relative to the package's folder.
    pub path: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    pub what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// One Rust file, read and parsed.
pub(crate) struct SourceFile {
    /// Relative to the package's folder, with slashes, such as `src/domain/error.rs`.
    pub path: String,
    pub text: String,
    pub syntax: syn::File,
    /// The whole file belongs to a `#[cfg(test)]` module.
    pub is_test: bool,
}

impl SourceFile {
    /// The module that the file is, such as `["domain", "error"]`; empty for `src/lib.rs` and `src/main.rs`.
    pub(crate) fn module(&self) -> Vec<String> {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let mut parts: Vec<String> = inner.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            parts.pop();
        }
        parts
    }

    /// A breach in this file.
    pub(crate) fn breach(&self, line: usize, what: impl Into<String>) -> Breach {
        Breach { path: self.path.clone(), line, what: what.into() }
    }
}

/// All files of `src/`.
pub(crate) struct Tree {
    pub files: Vec<SourceFile>,
}

impl Tree {
    /// Reads `src/` of this package.
    pub(crate) fn of_package() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut sources = Vec::new();
        for path in rust_files(root, "src") {
            let text = std::fs::read_to_string(root.join(&path)).unwrap();
            sources.push((path, text));
        }
        Self::new(sources)
    }

    /// Parses `(path, text)` pairs.
    pub(crate) fn new(sources: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        let mut files: Vec<SourceFile> = sources
            .into_iter()
            .map(|(path, text)| {
                let (path, text) = (path.into(), text.into());
                let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
                SourceFile { path, text, syntax, is_test: false }
            })
            .collect();
        let tests: BTreeSet<Vec<String>> = files.iter().flat_map(test_modules).collect();
        for file in &mut files {
            let module = file.module();
            file.is_test = (1..=module.len()).any(|depth| tests.contains(&module[..depth]));
        }
        Self { files }
    }

    /// The files of the program itself.
    pub(crate) fn program(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| !file.is_test)
    }
}

/// The modules that a file declares under `#[cfg(test)]` and that stand in files of their own.
fn test_modules(file: &SourceFile) -> Vec<Vec<String>> {
    let declared = file.syntax.items.iter().filter(|item| is_test_only(attributes(item)));
    declared
        .filter_map(|item| match item {
            syn::Item::Mod(module) if module.content.is_none() => {
                let mut path = file.module();
                path.push(module.ident.to_string());
                Some(path)
            }
            _ => None,
        })
        .collect()
}

/// Every `.rs` file below `root/folder`, as sorted paths relative to `root`.
pub(crate) fn rust_files(root: &Path, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else { return found };
    for entry in entries {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            found.extend(rust_files(root, &path));
        } else if Path::new(&path).extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// `#[test]`, or `#[cfg(…)]` of something with `test` in it that is not negated.
pub(crate) fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        if attribute.path().is_ident("test") {
            return true;
        }
        let syn::Meta::List(list) = &attribute.meta else { return false };
        let words = paths::idents(&list.tokens);
        attribute.path().is_ident("cfg")
            && words.iter().any(|word| word == "test")
            && !words.iter().any(|word| word == "not")
    })
}

/// The attributes of an item of any kind.
pub(crate) fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::ExternCrate(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::ForeignMod(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::TraitAlias(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Union(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
